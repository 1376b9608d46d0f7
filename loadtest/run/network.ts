// What is loaded: the demo network, started here, or an installation that runs already. In: a way to run pharos, a folder. Out: addresses, ids, an end.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../lib/plan.ts";
import type { Profile, Scenario } from "../lib/scenario.ts";
import { type Children, lastLineOf } from "./children.ts";
import { processesBelow, roleOf } from "./proc.ts";

export interface Pop {
  readonly name: string;
  /** `host:port` of visitors, or with a scheme. */
  readonly listen: string;
  /** `host:port` of the operator; null where we may not look inside. */
  readonly ops: string | null;
  /** The POP's parent process; it is another one after a restart. */
  pid(): number | null;
}

export interface Network {
  readonly pops: readonly Pop[];
  /** Over TLS; empty where there is none. */
  readonly secure: readonly Pop[];
  readonly hosts: readonly string[];
  /** Where pages are changed; null where the installation is another's. */
  readonly api: {
    readonly url: string;
    readonly token: string;
    readonly page: string;
    readonly component: string;
  } | null;
  readonly dns: { readonly listen: string; readonly name: string } | null;
  readonly controlPid: number | null;
  readonly controlOps: string | null;
  /** See Plan. */
  readonly files: Plan["files"];
  /** All processes of it now, by id. */
  processes(): ReadonlyMap<number, string>;
  /** Starts a DNS server of the same zone that limits nobody; gives its `host:port`, null where names are not led. */
  startDns(): Promise<string | null>;
  /** Starts one more POP, with an empty disk. */
  joinPop(): Promise<Pop>;
  /** Those that did. */
  joined(): readonly Pop[];
}

interface DemoSays {
  readonly page: string;
  readonly host: string;
  readonly token: string;
  readonly component: string;
  readonly control: {
    readonly api: string;
    readonly feed: string;
    readonly ops: string;
    readonly pid: number;
  };
  readonly pops: readonly {
    readonly name: string;
    readonly listen: string;
    readonly ops: string;
    readonly pid: number;
  }[];
  readonly dns: { readonly listen: string; readonly pid: number } | null;
}

export interface NetworkOptions {
  /** Program and first arguments of pharos. */
  readonly pharos: readonly string[];
  readonly folder: string;
  readonly children: Children;
  readonly profile: Profile;
  readonly scenario: Scenario;
  say(line: string): void;
}

const basePort = 18_080;

/** Starts `pharos demo` and what the scenario needs beside it. Throws an Error whose message is a sentence. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { pharos, folder, children, profile, scenario, say } = options;
  const data = join(folder, "demo");
  const cores = profile.pharosCores;
  const ports = ["--port", basePort, "--control-port", basePort + 320, "--dns-port", basePort - 27].map(
    String,
  );
  const demo = children.start(
    [...pharos, "demo", "--data", data, ...ports, "--workers", String(profile.workers), "--json", "--tied"],
    { logFile: join(folder, "demo.log"), cores, tied: true },
  );
  const line = await demo.firstLine;
  if (line === null)
    throw new Error(`The demo network did not start: ${lastLineOf(join(folder, "demo.log"))}`);
  const said = JSON.parse(line) as DemoSays;
  let extra = 0;
  const joined: Pop[] = [];
  const pageCount = 1 + scenario.pages + (scenario.files === undefined ? 0 : 1);

  async function edge(name: string, more: readonly string[]): Promise<Pop> {
    const at = ++extra;
    const host = `127.0.0.${20 + at}`;
    const [listen, ops] = [`${host}:${basePort + 100}`, `${host}:${basePort + 101}`];
    const secure = more.length > 0;
    const root = join(data, "keys", "root.pub");
    const flags = [
      "--data",
      join(folder, name),
      "--root-key",
      root,
      "--source",
      `http://${said.control.feed}`,
    ];
    const child = children.start(
      [
        ...pharos,
        "edge",
        ...flags,
        ...[
          "--listen",
          listen,
          "--ops",
          ops,
          "--default-page",
          said.page,
          "--workers",
          "1",
          "--tied",
          "--json",
        ],
        ...more.map((word) => word.replace("{host}", host)),
      ],
      { logFile: join(folder, `${name}.log`), cores, tied: true },
    );
    if ((await child.firstLine) === null)
      throw new Error(`The POP ${name} did not start: ${lastLineOf(join(folder, `${name}.log`))}`);
    await untilReady(ops, pageCount);
    const visited = secure ? `https://${host}:${basePort + 102}` : listen;
    return { name, listen: visited, ops, pid: () => child.pid };
  }

  for (let at = 0; at < scenario.pages; at++) makePage(pharos, join(data, "control"), hostOf(at));
  const files =
    scenario.files === undefined
      ? noFiles
      : publishFiles(pharos, join(data, "control"), join(folder, "files"), scenario.files);
  const certificate = scenario.secure ? makeCertificate(join(folder, "certs")) : null;
  if (scenario.secure && certificate === null) say("openssl is not here: nothing goes over TLS in this run.");
  const secure =
    certificate === null
      ? []
      : [await edge("pop-tls", ["--certs", certificate, "--listen-tls", `{host}:${basePort + 102}`])];
  const pops = said.pops.map(({ name, listen, ops, pid }) => ({
    name,
    listen,
    ops,
    pid: () => parentOf(demo.pid, name) ?? pid,
  }));
  for (const { ops } of [...pops, ...secure]) if (ops !== null) await untilReady(ops, pageCount);
  return {
    pops,
    secure,
    hosts: [said.host, ...Array.from({ length: scenario.pages }, (_, at) => hostOf(at))],
    api: { url: `http://${said.control.api}`, token: said.token, page: said.page, component: said.component },
    dns: said.dns === null ? null : { listen: said.dns.listen, name: said.host },
    controlPid: said.control.pid,
    controlOps: said.control.ops,
    files,
    processes: () =>
      new Map(
        [demo.pid, ...children.pids().filter((pid) => pid !== demo.pid)]
          .flatMap((pid) => [pid, ...processesBelow(pid)])
          .map((pid) => [pid, roleOf(pid)] as const)
          .filter(([, role]) => /^(control|dns|pop-)/.test(role)),
      ),
    startDns: async () => {
      if (said.dns === null) return null;
      const listen = `127.0.0.19:${basePort - 26}`;
      const held = join(data, "dns");
      const files = [
        "--zone",
        join(held, `${said.host.split(".").slice(1).join(".")}.toml`),
        "--steering",
        join(held, "steering-plan.toml"),
      ];
      const trusted = [
        "--root-key",
        join(data, "keys", "root.pub"),
        "--source",
        `http://${said.control.feed}`,
      ];
      const child = children.start(
        [
          ...pharos,
          ...["dns", "--data", join(folder, "dns-unlimited"), ...files, ...trusted, "--listen", listen],
          ...[
            "--ops",
            `127.0.0.19:${basePort - 25}`,
            "--rate-limit",
            "0",
            "--workers",
            "0",
            "--tied",
            "--json",
          ],
        ],
        { logFile: join(folder, "dns-unlimited.log"), cores, tied: true },
      );
      if ((await child.firstLine) === null)
        throw new Error(`The DNS server did not start: ${lastLineOf(join(folder, "dns-unlimited.log"))}`);
      return listen;
    },
    async joinPop() {
      const pop = await edge(`pop-new-${extra + 1}`, []);
      joined.push(pop);
      return pop;
    },
    joined: () => joined,
  };
}

const hostOf = (at: number): string => `page-${at + 1}.loadtest.example`;

function makePage(pharos: readonly string[], control: string, host: string): void {
  const [program = "", ...first] = pharos;
  const line = ["page", "create", "--data", control, "--name", host, "--url", `https://${host}`];
  const { status, stderr } = spawnSync(program, [...first, ...line], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The page ${host} was not made: ${stderr.trim()}`);
}

const noFiles: Plan["files"] = { host: "", paths: [] };
/** Above this length a POP fetches a file when it is first asked for. */
const fileBytes = 300 * 1_024;

/** A page of large files that compress badly, as pictures and documents do. */
function publishFiles(
  pharos: readonly string[],
  control: string,
  folder: string,
  count: number,
): Plan["files"] {
  const host = "files.loadtest.example";
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Files</title><h1>Files</h1>");
  const names = Array.from({ length: count }, (_, at) => `file-${at + 1}.pdf`);
  for (const name of names) writeFileSync(join(folder, name), randomBytes(fileBytes));
  const [program = "", ...first] = pharos;
  const line = ["publish", folder, "--data", control, "--host", host];
  const { status, stderr } = spawnSync(program, [...first, ...line], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The page ${host} was not published: ${stderr.trim()}`);
  return { host, paths: names.map((name) => `/${name}`) };
}

/** A folder as certbot leaves it; null where there is no openssl. */
function makeCertificate(folder: string): string | null {
  mkdirSync(folder, { recursive: true });
  const out = ["-keyout", join(folder, "privkey.pem"), "-out", join(folder, "fullchain.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const name = [
    "-subj",
    "/CN=loadtest",
    "-addext",
    "subjectAltName=DNS:*.quillfjord.example,DNS:*.loadtest.example",
  ];
  const made = spawnSync("openssl", ["req", "-x509", ...key, ...out, ...name], { stdio: "ignore" });
  return made.status === 0 ? folder : null;
}

/** The process that `pharos demo` keeps as this POP. */
function parentOf(demo: number, name: string): number | null {
  return processesBelow(demo).find((pid) => roleOf(pid) === `${name} parent`) ?? null;
}

const readyMsMax = 30_000;

async function untilReady(ops: string, pages = 1): Promise<void> {
  const end = performance.now() + readyMsMax;
  for (;;) {
    const answer = await fetch(`http://${ops}/readyz`).catch(() => null);
    const ready = (await answer?.json()) as { readonly pages: number; readonly level: number } | undefined;
    if (ready !== undefined && ready.pages >= pages && ready.level === 0) return;
    if (performance.now() > end)
      throw new Error(`The POP at ${ops} is not fresh after ${readyMsMax / 1_000} s.`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

/** An installation of the one who asks: seen from outside alone. */
export function foreignNetwork(target: URL): Network {
  const pop: Pop = {
    name: target.host,
    listen: target.protocol === "https:" ? target.origin : target.host.replace("localhost", "127.0.0.1"),
    ops: null,
    pid: () => null,
  };
  return {
    pops: [pop],
    secure: target.protocol === "https:" ? [pop] : [],
    hosts: [target.hostname],
    api: null,
    dns: null,
    controlPid: null,
    controlOps: null,
    files: noFiles,
    processes: () => new Map(),
    startDns: () => Promise.resolve(null),
    joined: () => [],
    joinPop: () => Promise.reject(new Error("No POP can be added to an installation that runs already.")),
  };
}
