// The hot path over TLS and HTTP/2: one core serves, h2load asks from the other on 64 connections, four streams each, for the demo's front page,
// gzipped. The same POP, peers, bytes and header lines as in bench/http; one certificate (P-256) for all.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "../../test/support/certificate.ts";
import { until } from "../../test/support/pop.ts";
import { secureAsk } from "../../test/support/secure-ask.ts";
import { compare, figuresOf, type Turn, type Wanted } from "../rounds.ts";
import { sameAnswers } from "../sameness.ts";
import { peersHere, peerVersions, type Server, startPharos } from "../servers.ts";
import { demoFront, linesToSay, makeSite, type Site } from "../site.ts";
import type { Figure, Run, Suite } from "../suite.ts";

const wanted: Readonly<Record<string, Wanted>> = { nginx: { contract: 1 }, h2o: { contract: 0.55, aim: 1 } };
const connections = 64;
const streams = 4;
const generatorCore = 1;

export const suite: Suite = {
  about:
    "200s, 304s and HEADs of the demo's front page over TLS and HTTP/2 on one core, beside nginx and h2o",
  versions: peerVersions,
  async run(run) {
    const folder = mkdtempSync(join(tmpdir(), "pharos-bench-h2-"));
    const site = await makeSite(await demoFront(), 1);
    const servers: Server[] = [];
    try {
      await startAll(site, folder, servers, run);
      return await measure(site, servers, run);
    } finally {
      for (const server of servers) await server.stop();
      await site.end();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const hostOf = ({ hosts }: Site): string => hosts[0] ?? "";

function ask({ address }: Server, site: Site, headers: Readonly<Record<string, string>> = {}) {
  const [host = "", port] = address.split(":");
  const all = { "accept-encoding": "gzip", ...headers };
  // h2o looks for the host with its port.
  const place = { host, port: Number(port), servername: hostOf(site), authority: `${hostOf(site)}:${port}` };
  return secureAsk({ ...place, protocol: "h2", path: "/", headers: all });
}

async function startAll(site: Site, folder: string, servers: Server[], { say }: Run): Promise<void> {
  const certs = join(folder, "certs");
  mkdirSync(certs);
  const { chain, key } = makeCertificate([hostOf(site)]);
  const tls = { cert: join(certs, "fullchain.pem"), key: join(certs, "privkey.pem") };
  writeFileSync(tls.cert, chain);
  writeFileSync(tls.key, key, { mode: 0o600 });
  const pharos = await startPharos(site, certs);
  servers.push(pharos);
  const own = await until("the POP answers over TLS", () => ask(pharos, site).catch(() => null));
  const lines = linesToSay(own, "page0");
  for (const start of peersHere(say)) servers.push(await start(site, lines, tls));
  await sameAnswers(servers, (server) => ask(server, site), say);
}

async function measure(site: Site, servers: readonly Server[], run: Run): Promise<readonly Figure[]> {
  const { quick, say } = run;
  const [rounds, seconds] = quick ? [3, 1] : [5, 3];
  const tags = new Map<Server, string>();
  for (const server of servers) tags.set(server, (await ask(server, site)).headers.etag ?? "");
  const kinds: readonly (readonly [what: string, more: (server: Server) => readonly string[]])[] = [
    ["HTTP/2 200, one page", () => []],
    ["HTTP/2 304, one page", (server) => [`if-none-match: ${tags.get(server)}`]],
    ["HTTP/2 HEAD, one page", () => [":method: HEAD"]],
  ];
  const figures: Figure[] = [];
  for (const [what, more] of kinds) {
    say(what);
    const turn = async (server: Server) => h2load(server, site, seconds, more(server));
    figures.push(...figuresOf(what, await compare(servers, rounds, turn), wanted));
  }
  return figures;
}

function h2load({ name, address }: Server, site: Site, seconds: number, more: readonly string[]): Turn {
  const port = address.split(":")[1];
  const lines = ["accept-encoding: gzip", ...more].flatMap((line) => ["-H", line]);
  const load = ["-t1", `-c${connections}`, `-m${streams}`, "-D", String(seconds), `--connect-to=${address}`];
  const { stdout } = spawnSync(
    "taskset",
    ["-c", String(generatorCore), "h2load", ...load, ...lines, `https://${hostOf(site)}:${port}/`],
    { encoding: "utf8", timeout: (seconds + 20) * 1_000 },
  );
  const [, ok = 0, held = 0, bad = 0] = /(\d+) 2xx, (\d+) 3xx, (\d+) 4xx/.exec(stdout)?.map(Number) ?? [];
  if (ok + held === 0 || bad > 0 || !/Application protocol: h2/.test(stdout))
    throw new Error(`h2load met other answers at ${name}:\n${stdout}`);
  return { answers: ok + held, perSecond: (ok + held) / seconds };
}
