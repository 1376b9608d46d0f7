// The hot path over TLS and HTTP/2: one core serves, h2load asks from the other on 64 connections, four streams each, for the demo's front page,
// gzipped. The same POP, peers, bytes and header lines as in bench/http; one certificate (P-256) for all.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
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
    const field: Field = { servers: [], unchanged: [] };
    try {
      await startAll(site, folder, field, run);
      return await measure(site, field, run);
    } finally {
      for (const server of new Set([...field.servers, ...field.unchanged])) await server.stop();
      await site.end();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Field {
  readonly servers: Server[];
  /** The same POP beside others that say the lines of a 304. */
  readonly unchanged: Server[];
}

const hostOf = ({ hosts }: Site): string => hosts[0] ?? "";

function ask({ address }: Server, site: Site, headers: Readonly<Record<string, string>> = {}) {
  const [host = "", port] = address.split(":");
  const all = { "accept-encoding": "gzip", ...headers };
  // h2o looks for the host with its port.
  const place = { host, port: Number(port), servername: hostOf(site), authority: `${hostOf(site)}:${port}` };
  return secureAsk({ ...place, protocol: "h2", path: "/", headers: all });
}

async function tagLine(server: Server, site: Site): Promise<Readonly<Record<string, string>>> {
  return { "if-none-match": (await ask(server, site)).headers.etag ?? "" };
}

async function startAll(site: Site, folder: string, field: Field, { say }: Run): Promise<void> {
  const { servers, unchanged } = field;
  const certs = join(folder, "certs");
  mkdirSync(certs);
  const { chain, key } = makeCertificate([hostOf(site)]);
  const tls = { cert: join(certs, "fullchain.pem"), key: join(certs, "privkey.pem") };
  writeFileSync(tls.cert, chain);
  writeFileSync(tls.key, key, { mode: 0o600 });
  const pharos = await startPharos(site, certs);
  servers.push(pharos);
  const own = await until("the POP answers over TLS", () => ask(pharos, site).catch(() => null));
  for (const start of peersHere(say)) servers.push(await start(site, linesToSay(own, "page0"), tls));
  await sameAnswers(servers, (server) => ask(server, site), say);
  // The POP's 304 has fewer lines: the others say those in a second instance.
  const again = linesToSay(await ask(pharos, site, { "if-none-match": "*" }), "page0");
  unchanged.push(pharos);
  for (const start of peersHere(() => undefined)) unchanged.push(await start(site, again, tls));
  await sameAnswers(unchanged, async (server) => ask(server, site, await tagLine(server, site)), say);
}

async function measure(site: Site, field: Field, run: Run): Promise<readonly Figure[]> {
  const { servers, unchanged } = field;
  const { quick, say } = run;
  const [rounds, seconds] = quick ? [3, 1] : [5, 3];
  const tags = new Map<Server, string>();
  for (const server of unchanged) tags.set(server, (await tagLine(server, site))["if-none-match"] ?? "");
  const kinds: readonly (readonly [string, readonly Server[], (server: Server) => readonly string[]])[] = [
    ["HTTP/2 200, one page", servers, () => []],
    ["HTTP/2 304, one page", unchanged, (server) => [`if-none-match: ${tags.get(server)}`]],
    ["HTTP/2 HEAD, one page", servers, () => [":method: HEAD"]],
  ];
  const figures: Figure[] = [];
  for (const [what, all, more] of kinds) {
    say(what);
    const turn = (server: Server) => h2load(server, site, seconds, more(server));
    figures.push(...figuresOf(what, await compare(all, rounds, turn), wanted));
  }
  return figures;
}

const runs = promisify(execFile);

/** Beside the origin, which lives here: a POP that hears nothing of it for 8 s answers with other tags. */
async function h2load(
  { name, address }: Server,
  site: Site,
  seconds: number,
  more: readonly string[],
): Promise<Turn> {
  const port = address.split(":")[1];
  const lines = ["accept-encoding: gzip", ...more].flatMap((line) => ["-H", line]);
  const load = ["-t1", `-c${connections}`, `-m${streams}`, "-D", String(seconds), `--connect-to=${address}`];
  const { stdout } = await runs(
    "taskset",
    ["-c", String(generatorCore), "h2load", ...load, ...lines, `https://${hostOf(site)}:${port}/`],
    { encoding: "utf8", timeout: (seconds + 20) * 1_000 },
  );
  const [, ok = 0, held = 0, bad = 0] = /(\d+) 2xx, (\d+) 3xx, (\d+) 4xx/.exec(stdout)?.map(Number) ?? [];
  const [answers, others] = more.some((line) => line.startsWith("if-none-match")) ? [held, ok] : [ok, held];
  if (answers === 0 || others + bad > 0 || !/Application protocol: h2/.test(stdout))
    throw new Error(`h2load met other answers at ${name}:\n${stdout}`);
  return { answers, perSecond: answers / seconds };
}
