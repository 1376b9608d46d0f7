// Proxies before a POP, as people run them: kept connections to it, nothing cached. In: the POP's address. Out: where visitors go, and how many
// requests the proxy believes that it has sent on.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, until } from "../support/installation.ts";
import type { Place } from "../support/raw-exchange.ts";
import { rawGet } from "../support/raw-http.ts";
import { visitedHost } from "./smuggling-cases.ts";

export interface Between {
  readonly visitors: Place;
  /** Requests sent to the POP so far, also those of which nothing came back. */
  sent(): number;
  stop(): Promise<void>;
}

export interface ProxyKind {
  readonly name: string;
  readonly program: string;
  start(pop: Place): Promise<Between>;
}

export const isInstalled = ({ program }: ProxyKind): boolean => !spawnSync(program, ["-V"]).error;

export const proxyKinds: readonly ProxyKind[] = [
  { name: "nginx", program: "nginx", start: startNginx },
  { name: "varnish", program: "varnishd", start: startVarnish },
];

async function startNginx(pop: Place): Promise<Between> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-nginx-"));
  mkdirSync(join(folder, "temporary"));
  const visitors = { host: "127.0.0.1", port: await freePort() };
  const log = join(folder, "access.log");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((what) => `${what}_temp_path ${join(folder, "temporary")};`)
    .join("\n");
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${join(folder, "pid")}; error_log ${join(folder, "error.log")};
events { worker_connections 512; }
http {
  ${temporary}
  log_format sent "$upstream_bytes_sent";
  access_log ${log} sent;
  upstream pop { server ${pop.host}:${pop.port}; keepalive 4; }
  server {
    listen ${visitors.host}:${visitors.port};
    location / {
      proxy_pass http://pop;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_next_upstream off;
    }
  }
}
`,
  );
  return running("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], folder, visitors, () => {
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    // "-" where nginx answered by itself. Bytes sent, not a status: of a visitor who went away meanwhile the POP had the request, nginx no answer.
    return lines.filter((line) => Number(line) > 0).length;
  });
}

async function startVarnish(pop: Place): Promise<Between> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-varnish-"));
  const vcl = join(folder, "pass.vcl");
  const visitors = { host: "127.0.0.1", port: await freePort() };
  writeFileSync(
    vcl,
    `vcl 4.1;
backend pop { .host = "${pop.host}"; .port = "${pop.port}"; }
sub vcl_recv { return (pass); }
`,
  );
  const at = `${visitors.host}:${visitors.port}`;
  const flags = ["-F", "-j", "none", "-n", folder, "-f", vcl, "-a", at, "-s", "malloc,16m"];
  return running("varnishd", flags, folder, visitors, () => {
    // What broke off within its body, after the POP had its head, is not among the requests but among the failures.
    const counters = ["MAIN.backend_req", "MAIN.fetch_failed"].flatMap((one) => ["-f", one]);
    const { stdout } = spawnSync("varnishstat", ["-n", folder, "-1", ...counters], { encoding: "utf8" });
    const values = [...stdout.matchAll(/^MAIN\.\S+\s+(\d+)/gm)].map(([, value]) => Number(value));
    return values.length === 2 ? values.reduce((sum, value) => sum + value, 0) : Number.NaN;
  });
}

async function running(
  program: string,
  flags: readonly string[],
  folder: string,
  visitors: Place,
  sent: () => number,
): Promise<Between> {
  const child: ChildProcess = spawn(program, flags, { stdio: "ignore" });
  const exited = new Promise((done) => child.once("exit", done));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until(`${program} answers`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
      const answer = await rawGet(visitors, "/icon.svg", { Host: visitedHost }).catch(() => null);
      return answer?.status === 200;
    });
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { visitors, sent, stop };
}
