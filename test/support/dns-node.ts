// `pharos dns` as its operator starts it. In: the runtime, flags. Out: where it answers, its log, its processes, its end.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { DnsPlaceOf } from "./dns-client.ts";
import { pharosOn, runtime } from "./pop.ts";

export interface TestDns {
  readonly pid: number;
  readonly places: readonly DnsPlaceOf[];
  readonly ops: string | null;
  /** Lines of stderr so far. */
  readonly log: readonly string[];
  signal(name: "SIGHUP"): void;
  /** SIGTERM, then the exit code (null when a signal ended it). */
  stop(): Promise<number | null>;
}

/** A folder with these files, and its removal. */
export function dnsFolder(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "pharos-dns-"));
  const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  return {
    folder,
    write,
    path: (name: string) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** A small zone `example`, whose `www` is at this address. */
export const zoneText = (address: string): string => `$ORIGIN example.
$TTL 60
@ SOA ns op 1 2 3 4 60
@ NS ns
ns A 192.0.2.53
www A ${address}
`;

/** Resolves when it says that it answers. */
export async function startDns(flags: readonly string[], runs = runtime): Promise<TestDns> {
  const [program = "", ...first] = pharosOn(runs);
  const child = spawn(program, [...first, "dns", ...flags, "--json", "--tied"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const log: string[] = [];
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const said = await new Promise<{ dns: readonly string[]; ops: string | null }>((done, fail) => {
    createInterface({ input: child.stdout }).once("line", (line) => done(JSON.parse(line)));
    exited.then((code) => fail(new Error(`it ended with ${code}: ${log.join("\n")}`)));
  });
  return {
    pid: child.pid ?? 0,
    places: said.dns.map((text) => {
      const { hostname, port } = new URL(`http://${text}`);
      return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
    }),
    ops: said.ops,
    log,
    signal: (name) => void process.kill(child.pid ?? 0, name),
    async stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}
