// The smuggling corpus through nginx and varnish, which keep connections to a POP and send many visitors' requests on one. In: the same bytes.
// Out: the POP never handles more requests than the proxy believes to have sent, and the next visitor gets his own answer, not one that waited for him.
import { afterAll, describe, expect } from "bun:test";
import { until } from "../support/pop.ts";
import { exchange } from "../support/raw-exchange.ts";
import { rawGet } from "../support/raw-http.ts";
import { count } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";
import { startAttackedPop } from "./attacked-pop.ts";
import { type Between, isInstalled, type ProxyKind, proxyKinds } from "./proxies.ts";
import { smugglingCases, visitedHost } from "./smuggling-cases.ts";

/** Ended also where a test fails. */
const running: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of running) await end();
});

const rounds = count(1, 20);
for (const kind of proxyKinds) describe(`attack/smuggling through ${kind.name}`, () => corpusThrough(kind));

function corpusThrough(kind: ProxyKind): void {
  const testHere = skipUnless(isInstalled(kind), `${kind.program} is not installed`);
  testHere(
    "the POP handles at most what the proxy has sent, and each visitor gets his own answer",
    async () => {
      const pop = await startAttackedPop("bun");
      const proxy = await kind.start(pop.visitors);
      running.push(proxy.stop, pop.end);
      const [handled, sent] = [await pop.requests(), proxy.sent()];
      const complaints: string[] = [];
      for (let round = 0; round < rounds; round++)
        for (const { name, pieces } of smugglingCases) {
          await exchange(proxy.visitors, pieces, () => visitTwice(proxy)).catch((thrown) =>
            complaints.push(`${name}: ${thrown}`),
          );
        }
      expect(complaints).toEqual([]);
      const byProxy = await settledCount(proxy);
      const byPop = await pop.requests();
      // As many visits as there were pieces, each of two requests, reached the POP: the counters count.
      expect(byPop - handled).toBeGreaterThan(2 * rounds * smugglingCases.length);
      expect(byPop - handled).toBeLessThanOrEqual(byProxy - sent);
    },
    count(60_000, 600_000),
  );
}

/** Two visitors on connections of their own; the proxy sends both on the connections to the POP that the attacker's went on. */
async function visitTwice(proxy: Between): Promise<void> {
  for (const path of ["/icon.svg", "/history.atom"]) {
    const { status, body } = await rawGet(proxy.visitors, path, { Host: visitedHost });
    const own = path === "/icon.svg" ? "<svg>calm</svg>" : `<feed>${"calm".repeat(50)}</feed>`;
    if (status !== 200 || body.toString() !== own)
      throw new Error(`a visitor of ${path} was answered ${status} ${body.toString().slice(0, 80)}`);
  }
}

/** What is under way is counted when it has ended: unchanged over two looks that lie apart. */
async function settledCount(proxy: Between): Promise<number> {
  let last = -1;
  return until(
    "the proxy has counted everything",
    async () => {
      await new Promise((next) => setTimeout(next, 300));
      const now = proxy.sent();
      const same = now === last;
      last = now;
      return same && now;
    },
    10_000,
  );
}
