// The hot path beside C servers: one core serves, the other asks on 64 connections for the demo's front page, gzipped, with the same header lines
// on all. The POP is `pharos edge` with one worker over its store, fed by a source that beats; nginx and h2o send files that lie there compressed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { get } from "../../test/support/reader.ts";
import { compare, figuresOf, type Wanted } from "../rounds.ts";
import { sameAnswers } from "../sameness.ts";
import { peersHere, peerVersions, type Server, type Start, startConstant, startPharos } from "../servers.ts";
import { demoFront, linesToSay, makeSite, type Site } from "../site.ts";
import type { Figure, Run, Suite } from "../suite.ts";
import { type Ask, autocannon, type Generator, heads, wrk } from "./generators.ts";

const wanted: Readonly<Record<string, Wanted>> = { nginx: { contract: 0.8, aim: 1 }, h2o: { aim: 1 } };
const gzip = { "accept-encoding": "gzip" };
const manyPages = 1_000;
/** Requests of one turn of the Zipf list; the list is asked again and again. */
const draws = 20_000;

export const suite: Suite = {
  about:
    "200s, 304s and HEADs of the demo's front page on one core, beside nginx, h2o and a constant of Bun.serve",
  versions: peerVersions,
  async run(run) {
    const html = await demoFront();
    const alone = await onSite(html, 1, run, aloneFigures);
    const many = await onSite(html, manyPages, run, manyFigures);
    return [...alone, ...many];
  },
};

interface Field extends Run {
  readonly site: Site;
  readonly servers: readonly Server[];
  /** The same POP; the others say the lines of its 304, which has fewer. */
  readonly unchanged: readonly Server[];
  /** Where generators write. */
  readonly folder: string;
}

async function onSite(
  html: string,
  count: number,
  run: Run,
  measure: (field: Field) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-bench-http-"));
  const site = await makeSite(html, count);
  const started: Server[] = [];
  try {
    const pharos = await startPharos(site);
    started.push(pharos);
    /** The POP, and the others saying the lines that it answers these headers with. */
    const beside = async (headers: Fields, say: Run["say"]): Promise<readonly Server[]> => {
      const said = await get(pharos.address, "/", { ...gzip, host: site.hosts[0] ?? "", ...headers });
      const others: Server[] = [];
      for (const start of peers(count, say)) {
        others.push(await start(site, linesToSay(said, "page0")));
        started.push(...others.slice(-1));
      }
      return [pharos, ...others];
    };
    const servers = await beside({}, run.say);
    const unchanged = await beside({ "if-none-match": "*" }, () => undefined);
    for (const host of site.hosts.slice(-2)) {
      const asked = { ...gzip, host, connection: "keep-alive" };
      await sameAnswers(sending(servers), ({ address }) => get(address, "/", asked), run.say);
      const again = async (server: Server) =>
        get(server.address, "/", { ...asked, "if-none-match": await tagOf(server, host) });
      await sameAnswers(sending(unchanged), again, run.say);
    }
    return await measure({ ...run, site, servers, unchanged, folder });
  } finally {
    for (const server of started) await server.stop();
    await site.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Fields = Readonly<Record<string, string>>;

function peers(count: number, say: Run["say"]): readonly Start[] {
  return count === 1 ? [...peersHere(say), startConstant] : peersHere(say);
}

/** Those that choose what they send; the constant sends one thing. */
const sending = (servers: readonly Server[]) => servers.filter(({ name }) => name !== "Bun.serve");

async function aloneFigures(field: Field): Promise<readonly Figure[]> {
  const { site, servers, unchanged } = field;
  const [host = ""] = site.hosts;
  const plain = async (): Promise<readonly Ask[]> => [{ host, etag: null }];
  const tagged = async (server: Server): Promise<readonly Ask[]> => [
    { host, etag: await tagOf(server, host) },
  ];
  return [
    ...(await figures("200, one page", field, servers, wrk, plain)),
    ...(await figures("304, one page", field, unchanged, wrk, tagged)),
    ...(await figures("HEAD, one page", field, servers, heads, plain)),
    ...(await figures("200, one page, autocannon", field, servers, autocannon, plain)),
  ];
}

async function manyFigures(field: Field): Promise<readonly Figure[]> {
  const { site, servers, unchanged } = field;
  const hosts = zipf(site.hosts, draws);
  const plain = async (): Promise<readonly Ask[]> => hosts.map((host) => ({ host, etag: null }));
  const tagged = async (server: Server): Promise<readonly Ask[]> => {
    const tags = new Map<string, string>();
    for (const host of new Set(hosts)) tags.set(host, await tagOf(server, host));
    return hosts.map((host) => ({ host, etag: tags.get(host) ?? null }));
  };
  return [
    ...(await figures("200, 1,000 pages", field, servers, wrk, plain)),
    ...(await figures("304, 1,000 pages", field, unchanged, wrk, tagged)),
  ];
}

async function figures(
  what: string,
  { quick, say, folder }: Field,
  servers: readonly Server[],
  generator: Generator,
  asksOf: (server: Server) => Promise<readonly Ask[]>,
): Promise<readonly Figure[]> {
  const asks = new Map<Server, readonly Ask[]>();
  for (const server of servers) asks.set(server, await asksOf(server));
  say(what);
  const [rounds, seconds] = quick ? [3, 1] : [5, 3];
  const compared = await compare(servers, rounds, (server) =>
    generator({ address: server.address, asks: asks.get(server) ?? [], seconds, folder }),
  );
  return figuresOf(what, compared, wanted);
}

async function tagOf(server: Server, host: string): Promise<string> {
  const asked = { ...gzip, host };
  const etag = (await get(server.address, "/", asked)).headers.etag ?? "";
  const again = await get(server.address, "/", { ...asked, "if-none-match": etag });
  if (again.status !== 304) throw new Error(`${server.name} does not know its own tag ${etag}.`);
  return etag;
}

/** Hosts as visitors ask for them: the one of rank r in proportion to 1/r. */
function zipf(hosts: readonly string[], count: number): readonly string[] {
  const random = seededRandom(7);
  const bounds: number[] = [];
  let total = 0;
  for (let rank = 1; rank <= hosts.length; rank++) {
    total += 1 / rank;
    bounds.push(total);
  }
  return Array.from({ length: count }, () => {
    const drawn = random.fraction() * total;
    return hosts[bounds.findIndex((bound) => drawn < bound)] ?? "";
  });
}
