// A whole installation as its operator runs it: keys, a control plane, POPs, each a process of its own.
// In: the runtime to run them with. Out: addresses, signals, and an end to every process that was started, by its id.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { keyFiles, makeKeys } from "../../src/cli/key-files.ts";

const root = resolve(import.meta.dirname, "..", "..");
const lineOf = (runs: string): readonly string[] =>
  runs === "bun" ? [process.execPath, join(root, "src", "main.ts")] : [runs];
/** Program and first arguments: of what `PHAROS_RUNTIME` names, else from source under this Bun, as `npm start` runs it. */
export const fromSource: readonly string[] = lineOf(process.env.PHAROS_RUNTIME ?? "bun");
/** The same, but where test/run.ts has built a binary, that one in place of the source. */
export const runtime: readonly string[] = lineOf(
  process.env.PHAROS_RUNTIME ?? process.env.PHAROS_TEST_BINARY ?? "bun",
);

export interface Running {
  readonly pid: number;
  /** The JSON object that it said when it was ready. */
  readonly says: Readonly<Record<string, string | null>>;
  kill(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Ends as its parent would end it: by closing its stdin. */
  dismiss(): Promise<void>;
  readonly exited: Promise<number | null>;
  log(): string;
}

/** Waits until `holds` gives a value; throws with `what` after `deadlineMs`. It looks the more rarely the longer it has waited: each look at a
 * POP costs what its visitor costs. */
export async function until<Value>(
  what: string,
  holds: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  deadlineMs = 15_000,
): Promise<Value> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await holds();
    if (value !== null && value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}.`);
    const waitedMs = performance.now() - (end - deadlineMs);
    await new Promise((done) => setTimeout(done, Math.min(10 + waitedMs / 10, 100)));
  }
}

// Below the ports that the system gives to outgoing connections, which could take one between its choice and its use; test files that
// run at the same time begin at places of their own.
const portFirst = 12_000;
const portCount = 20_000;
let portNext = (process.pid * 61) % portCount;

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = portFirst + portNext;
    // Whoever asks for one may use the next few as well.
    portNext = (portNext + 11) % portCount;
    const server = createServer();
    const listens = await new Promise<boolean>((done) => {
      server.once("error", () => done(false));
      server.listen(port, "127.0.0.1", () => done(true));
    });
    if (!listens) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
}

export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), "pharos-installation-"));
  readonly keys = join(this.folder, "keys");
  readonly rootKeyFile = join(this.keys, keyFiles.root.public);
  readonly #command: readonly string[];
  readonly #started: { child: ChildProcess; exited: Promise<number | null> }[] = [];
  readonly #ports = new Map<string, number>();

  /** `keys`: whether its keys are made here, or by the test with `pharos keygen`. */
  constructor(command: readonly string[] = runtime, keys: "made" | "none" = "made") {
    this.#command = command;
    if (keys === "made") makeKeys({ folder: this.keys, pages: ["*"], hosts: ["*"], serial: 1 }, systemRandom);
  }

  /** The same port each time that the same name asks, so that a restarted process is found where it was. */
  async address(name: string): Promise<string> {
    const port = this.#ports.get(name) ?? (await freePort());
    this.#ports.set(name, port);
    return `127.0.0.1:${port}`;
  }

  async control(...more: readonly string[]): Promise<Running> {
    const addresses = [
      "--listen",
      await this.address("api"),
      "--feed",
      await this.address("feed"),
      "--ops",
      await this.address("control-ops"),
    ];
    return this.start("control", [
      "control",
      "--data",
      join(this.folder, "control"),
      "--keys",
      this.keys,
      ...addresses,
      ...more,
    ]);
  }

  async pop(name = "pop", ...more: readonly string[]): Promise<Running> {
    return this.popOf(name, await this.address("feed"), ...more);
  }

  /** A POP that follows `source`, such as a proxy before the feed. */
  async popOf(name: string, source: string, ...more: readonly string[]): Promise<Running> {
    const addresses = ["--listen", await this.address(name), "--ops", await this.address(`${name}-ops`)];
    const trusted = ["--source", `http://${source}`, "--root-key", this.rootKeyFile];
    return this.start(name, ["edge", "--data", join(this.folder, name), ...trusted, ...addresses, ...more]);
  }

  /** Starts a long-running command and waits for its first line. */
  async start(name: string, args: readonly string[]): Promise<Running> {
    const logFile = join(this.folder, `${name}.log`);
    const [program = "", ...first] = this.#command;
    const child = spawn(program, [...first, ...args, "--tied", "--json"], {
      stdio: ["pipe", "pipe", openSync(logFile, "a")],
      env: { PATH: "/nonexistent", TMPDIR: tmpdir() },
    });
    const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
    this.#started.push({ child, exited });
    const log = (): string => readFileSync(logFile, "utf8");
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const line = await until(
      `${name} says that it is ready; its log:\n${log()}`,
      () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}: ${log()}`);
        return said.includes("\n") && said.slice(0, said.indexOf("\n"));
      },
      30_000,
    );
    return {
      pid: child.pid ?? 0,
      says: JSON.parse(line) as Record<string, string | null>,
      async kill(signal) {
        child.kill(signal);
        await exited;
      },
      async dismiss() {
        child.stdin?.end();
        await exited;
      },
      exited,
      log,
    };
  }

  /** Runs a command to its end. */
  async run(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
    const [program = "", ...first] = this.#command;
    const child = spawn(program, [...first, ...args], { env: { PATH: "/nonexistent", TMPDIR: tmpdir() } });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    const code = await new Promise<number | null>((done) => child.once("close", done));
    return { code, out, err };
  }

  async token(page = "*"): Promise<string> {
    const { out, err } = await this.run("token", "--data", join(this.folder, "control"), "--page", page);
    const token = out.trim().split(/\s+/).at(-1) ?? "";
    if (token === "") throw new Error(`No token: ${err}`);
    return token;
  }

  /** Ends every process that was started here, and forgets the folder. */
  async end(): Promise<void> {
    for (const { child } of this.#started)
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await Promise.all(this.#started.map(({ exited }) => exited));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The management API of an installation, as a client sees it. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.#base}/v1${path}`, {
      method,
      headers: { authorization: `OAuth ${this.#token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}
