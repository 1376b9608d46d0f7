// Servers side by side, each on one core. In: a site, and the header lines that a POP says. Out: nginx, h2o, a constant answer of Bun.serve and
// the POP itself, started with the same bytes and lines; the processes of each, for their CPU time; their end.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../test/support/installation.ts";
import { startPop, until } from "../test/support/pop.ts";
import { get } from "../test/support/reader.ts";
import type { Site } from "./site.ts";

/** The core of the servers; generators have the other. Each has its own turn, so that one core serves and one asks. */
export const serverCore = 0;

export interface Server {
  readonly name: string;
  readonly address: string;
  /** Its processes and theirs. */
  pids(): readonly number[];
  stop(): Promise<void>;
}

export type Start = (site: Site, lines: Lines, tls?: Tls) => Promise<Server>;

/** Names and values; `{page}` stands for the page's id. */
export type Lines = readonly (readonly [string, string])[];

/** Files of a certificate. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

const isInstalled = (program: string): boolean =>
  spawnSync("which", [program], { stdio: "ignore" }).status === 0;

const versionOf = (program: "nginx" | "h2o"): string => {
  const { stdout, stderr } = spawnSync(program, [program === "nginx" ? "-v" : "--version"], {
    encoding: "utf8",
  });
  return /\d+\.\d+\.\d+/.exec(`${stdout}${stderr}`)?.[0] ?? "";
};

export function childrenOf(pid: number): readonly number[] {
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return own.filter((one) => one !== "").flatMap((one) => [Number(one), ...childrenOf(Number(one))]);
}

/** CPU time (ns) that the processes have taken so far, all threads. */
export function cpuNs(pids: readonly number[]): number {
  return pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/schedstat`))
    .reduce((sum, file) => sum + Number(readFileSync(file, "utf8").split(" ")[0]), 0);
}

/** Starts `command` on the servers' core, and waits until it answers. */
async function started(
  name: string,
  port: number,
  command: readonly string[],
  site: Site,
  tls: boolean,
): Promise<Server> {
  const child: ChildProcess = spawn("taskset", ["-c", String(serverCore), ...command], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const pid = child.pid ?? 0;
  const address = `127.0.0.1:${port}`;
  const ask = () =>
    tls
      ? spawnSync("curl", ["-sko", "/dev/null", `https://${address}/`]).status === 0
      : get(address, "/", { host: site.hosts[0] ?? "" }).catch(() => false);
  await until(`${name} answers`, async () => Boolean(await ask()));
  return {
    name,
    address,
    pids: () => [pid, ...childrenOf(pid)],
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Of those of them that are installed. */
export const peerVersions = (): Readonly<Record<string, string>> =>
  Object.fromEntries((["nginx", "h2o"] as const).filter(isInstalled).map((name) => [name, versionOf(name)]));

/** Those of nginx and h2o that are installed. */
export function peersHere(say: (line: string) => void): readonly Start[] {
  const known: readonly (readonly ["nginx" | "h2o", Start])[] = [
    ["nginx", startNginx],
    ["h2o", startH2o],
  ];
  return known.flatMap(([name, start]) => {
    say(isInstalled(name) ? `${name} ${versionOf(name)}` : `${name} is not installed: left out`);
    return isInstalled(name) ? [start] : [];
  });
}

const pageOf = (at: number): string => `page${at}`;

/** One worker; compressed files as they lie there; no log; a map from host to page for the lines that name it. */
export async function startNginx(site: Site, lines: Lines, tls?: Tls): Promise<Server> {
  const port = await freePort();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const text = `user root; worker_processes 1; daemon off; pid ${site.folder}/nginx${port}.pid; error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off; server_tokens off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=4000 inactive=1h; open_file_cache_valid 1h; types { } default_type "text/html; charset=utf-8";
  gzip_static always; max_ranges 0; map_hash_max_size 8192; map_hash_bucket_size 128;
  ${paths.map((path) => `${path}_temp_path ${site.folder}/${path};`).join(" ")}
  map $host $page { ${site.hosts.map((host, at) => `${host} ${pageOf(at)};`).join(" ")} }
  server {
    listen 127.0.0.1:${port}${tls ? " ssl http2" : ""}; root ${site.folder}/www/$host; index index.html;
    ${tls ? `ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key}; http2_max_requests 1000000000;` : ""}
    add_header Last-Modified "";
    ${lines.map(([name, value]) => `add_header ${name} "${value.replace("{page}", "$page")}";`).join("\n    ")}
  }
}
`;
  const file = join(site.folder, `nginx${port}.conf`);
  writeFileSync(file, text);
  return started(
    "nginx",
    port,
    ["nginx", "-c", file, "-e", "/dev/null", "-p", site.folder],
    site,
    tls !== undefined,
  );
}

/** One thread; compressed files as they lie there; no log; a host each, in the order of visits, for h2o looks through them one by one. */
export async function startH2o(site: Site, lines: Lines, tls?: Tls): Promise<Server> {
  const port = await freePort();
  const ssl = tls ? `, ssl: {certificate-file: "${tls.cert}", key-file: "${tls.key}"}` : "";
  const hosts = site.hosts.map((host, at) => {
    const says = lines
      .filter(([name]) => name !== "vary") // It says that by itself of a file that it has compressed.
      .map(
        ([name, value]) =>
          `        header.add: ${JSON.stringify(`${name}: ${value.replace("{page}", pageOf(at))}`)}`,
      );
    return `  "${host}${tls ? `:${port}` : ""}":
    paths:
      "/":
        file.dir: "${site.folder}/www/${host}"
        header.unset: last-modified
        header.unset: accept-ranges
${says.join("\n")}`;
  });
  const text = `user: root
num-threads: 1
send-server-name: OFF
pid-file: "${site.folder}/h2o${port}.pid"
error-log: /dev/null
file.send-compressed: ON
file.mime.addtypes: {"text/html; charset=utf-8": [".html"]}
http2-max-concurrent-requests-per-connection: 256
listen: {host: 127.0.0.1, port: ${port}${ssl}}
hosts:
${hosts.join("\n")}
`;
  const file = join(site.folder, `h2o${port}.yaml`);
  writeFileSync(file, text);
  return started("h2o", port, ["h2o", "-m", "worker", "-c", file], site, tls !== undefined);
}

/** What Bun.serve does at best: one response, made anew for each request from bytes and headers in memory, whoever asks for whatever. */
export async function startConstant(site: Site, lines: Lines): Promise<Server> {
  const port = await freePort();
  const body = join(site.folder, "www", site.hosts[0] ?? "", "index.html.gz");
  const all = [
    ...lines.map(([name, value]) => [name, value.replace("{page}", pageOf(0))]),
    ["content-type", "text/html; charset=utf-8"],
    ["content-encoding", "gzip"],
    ["etag", '"constant"'],
  ];
  const script = join(site.folder, `constant${port}.ts`);
  writeFileSync(
    script,
    `const bytes = new Uint8Array(await Bun.file(${JSON.stringify(body)}).arrayBuffer());
const headers = new Headers(${JSON.stringify(all)});
const [ok, held] = [{ status: 200, headers }, { status: 304, headers }];
const fetch = (request) => request.headers.get("if-none-match") === null ? new Response(bytes, ok) : new Response(null, held);
Bun.serve({ hostname: "127.0.0.1", port: ${port}, development: false, fetch });
`,
  );
  return started("Bun.serve", port, [process.execPath, script], site, false);
}

/** `pharos edge` with one worker, following the site's source. `certs` is a folder as certbot writes it: then it answers over TLS. */
export async function startPharos(site: Site, certs?: string): Promise<Server> {
  const port = await freePort();
  const { folder, rootFile } = site.pop;
  const mine = spawnSync("taskset", ["-pc", String(process.pid)], { encoding: "utf8" }).stdout;
  const allowed = /: (\S+)$/m.exec(mine)?.[1] ?? "0-63";
  // Its processes inherit the core of the one that starts them.
  const pin = (cores: string) => spawnSync("taskset", ["-apc", cores, String(process.pid)]);
  pin(String(serverCore));
  const pop = await startPop([
    ...["--data", folder, "--root-key", rootFile, "--source", site.origin.url],
    ...["--listen", `127.0.0.1:${port}`, "--workers", "1"],
    ...(certs === undefined ? [] : ["--certs", certs, "--listen-tls", "127.0.0.1:0"]),
  ]).finally(() => pin(allowed));
  return {
    name: "pharos",
    address: `${pop.visitors.host}:${pop.visitors.port}`,
    pids: () => [...pop.children().values()],
    stop: async () => void (await pop.stop()),
  };
}
