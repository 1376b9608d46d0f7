// The control plane that is measured. In: an installation. Out: how long a start takes, one key, one session, requests and what they took, what it weighs.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { processesBelow } from "../../test/support/command.ts";
import type { Installation, Running } from "../../test/support/installation.ts";
import { memoryOf } from "../../test/support/memory-of.ts";
import { costsOf, cpuMsOf } from "../cpu.ts";

export const dataOf = (installation: Installation): string => join(installation.folder, "control");

export interface Started {
  readonly running: Running;
  readonly address: string;
  /** From the start of the process to the first answer of 200. */
  readonly readyMs: number;
  /** Processor time until it had said its line, which is at most 100 ms later. */
  readonly cpuMs: number;
}

export async function startPlane(
  installation: Installation,
  token: string,
  ...flags: readonly string[]
): Promise<Started> {
  const address = await installation.address("api");
  const beganMs = performance.now();
  const starting = installation.control("--api-rate", "0", ...flags);
  const ready = firstAnswer(address, token, beganMs);
  const [running, readyMs] = await Promise.all([starting, ready]);
  return { running, address, readyMs, cpuMs: cpuMsOf(costsOf(running.pid)) };
}

/** Asks until somebody answers. A request that nobody takes costs less than a millisecond. */
async function firstAnswer(address: string, token: string, beganMs: number): Promise<number> {
  const [host = "", port = ""] = address.split(":");
  const request = `GET /v1/pages HTTP/1.1\r\nHost: ${address}\r\nAuthorization: OAuth ${token}\r\n\r\n`;
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), host, () => socket.write(request));
      socket.once("data", (bytes) => {
        resolve(bytes.subarray(9, 12).toString("latin1") === "200");
        socket.destroy();
      });
      socket.once("error", () => undefined);
      socket.once("close", () => resolve(false));
    });
  while (performance.now() < beganMs + 60_000) {
    if (await answers()) return performance.now() - beganMs;
    await new Promise((next) => setTimeout(next, 5));
  }
  throw new Error("The control plane did not answer within 60 s.");
}

export interface Weight {
  /** The largest seen: what no file stands behind, and all that is resident, mapped files among it (bytes). */
  peak(): { readonly own: number; readonly resident: number };
  stop(): void;
}

/** Weighs a process with those below it twice a second. */
export function weigh(pid: number): Weight {
  let [own, resident] = [0, 0];
  const look = (): void => {
    const pids = [pid, ...processesBelow(pid)];
    own = Math.max(own, memoryOf(pids));
    resident = Math.max(
      resident,
      pids.reduce((sum, one) => sum + residentOf(one), 0),
    );
  };
  look();
  const timer = setInterval(look, 500);
  return { peak: () => ({ own, resident }), stop: () => clearInterval(timer) };
}

function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return 1_024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

/** Signs up as the first owner, by the link in the log. Gives the cookie of the session. */
export async function firstOwner({ address, running }: Started): Promise<string> {
  const [, token = ""] = [...running.log().matchAll(/\/admin\/first\?token=([\w-]+)/g)].at(-1) ?? [];
  const response = await fetch(`http://${address}/admin/first`, {
    method: "POST",
    redirect: "manual",
    headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      ...{ token, name: "Ada", email: "ada@example.org", password: "four words of mine" },
    }).toString(),
  });
  const cookies = response.headers.getSetCookie().map((it) => it.split(";")[0] ?? "");
  if (response.status !== 303) throw new Error(`The first owner was answered ${response.status}.`);
  return cookies.filter((it) => !it.endsWith("=")).join("; ");
}

/** How a request is sent; `path` begins at the root of the address. */
export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Ask = (asked: Asked) => Promise<{ readonly tookMs: number; readonly body: string }>;

/** Requests of one key, each refused by an error where its answer is none of 2xx. */
export function askerOf(address: string, token: string): Ask {
  return async ({ method = "GET", path, body, headers = { authorization: `OAuth ${token}` } }) => {
    const beganMs = performance.now();
    const response = await fetch(`http://${address}${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} was answered ${response.status}: ${text.slice(0, 200)}`);
    return { tookMs: performance.now() - beganMs, body: text };
  };
}
