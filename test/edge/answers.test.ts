// An answer is given again until something is committed or a deadline passes: counted by what the store is asked.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { createServing } from "../../src/edge/serve.ts";
import type { Asked } from "../../src/host/asked.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { manualClock } from "../support/manual-clock.ts";
import { frontRoutes, memoryStore, servingOptions, signedPage } from "./fixture.ts";

const page = await signedPage({
  page: "p1",
  hosts: ["status.example", "second.example"],
  generation: 7,
  routes: frontRoutes("calm"),
});

async function setUp({ numbered = true, defaultPage = null as string | null } = {}) {
  const clock = manualClock();
  const held = memoryStore({ numbered });
  await held.apply(page);
  const beat = async (level: 0 | 1, sequence: number): Promise<void> => {
    const atMs = clock.wallMs();
    await held.putFreshness({ sequence, confirmedMs: atMs, acceptedMs: atMs, level, behind: {} });
  };
  await beat(0, 1);
  let refreshed = 0;
  const refresh = (): void => {
    refreshed++;
    held.refresh();
  };
  const metrics = createMetrics();
  const serving = createServing(
    servingOptions({
      store: { ...held, refresh },
      clock,
      defaultPage,
      metrics,
    }),
  );
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET", secure = false) =>
    fetchOf(
      serving,
      secure,
    )(new Request(`http://x${path}`, { method, headers: { host: "status.example", ...headers } }));
  /** How often the store is asked for the answers of `run`. */
  const readsOf = (run: () => void): number => {
    const before = refreshed;
    run();
    return refreshed - before;
  };
  return { ask, serving, clock, held, beat, readsOf, metrics };
}

describe("edge/answers", () => {
  test("a hundred asks read the store once; spelling and query of the path make no difference", async () => {
    const { ask, readsOf } = await setUp();
    const asks = ["/api/v2/summary.json", "//api/v2/summary.json?x=1", "/%61pi/v2/summary%2Ejson#y"];
    const reads = readsOf(() => {
      for (let at = 0; at < 100; at++) expect(ask(asks[at % asks.length] ?? "").status).toBe(200);
    });
    expect(reads).toBe(1);
  });

  test("a store whose commits cannot be told apart is read each time", async () => {
    const { ask, readsOf } = await setUp({ numbered: false });
    expect(readsOf(() => [ask("/"), ask("/"), ask("/")])).toBe(3);
  });

  const others: readonly (readonly [
    says: string,
    ...Parameters<Awaited<ReturnType<typeof setUp>>["ask"]>,
  ])[] = [
    ["another path", "/history.atom"],
    ["another host of the page", "/", { host: "second.example" }],
    ["another encoding", "/", { "accept-encoding": "br" }],
    ["an encoding named otherwise", "/", { "accept-encoding": "gzip;q=0" }],
    ["over TLS", "/", {}, "GET", true],
  ];
  for (const [says, ...other] of others)
    test(`${says} is an answer of its own, once`, async () => {
      const { ask, readsOf } = await setUp();
      expect(readsOf(() => [ask("/"), ask(...other), ask("/"), ask(...other)])).toBe(2);
    });

  test("the same answer serves GET, HEAD and who has it already; a preflight is no answer of the page", async () => {
    const { ask, readsOf } = await setUp();
    const etag = ask("/").headers.get("etag") ?? "";
    const statuses: number[] = [];
    const reads = readsOf(() => {
      for (const [headers, method] of [
        [{}, "HEAD"],
        [{ "if-none-match": etag }, "GET"],
        [{ "if-none-match": `"x", W/${etag}` }, "HEAD"],
        [{ "if-none-match": '"x"' }, "GET"],
      ] as const)
        statuses.push(ask("/", headers, method).status);
    });
    expect([reads, statuses]).toEqual([0, [200, 304, 304, 200]]);
    expect(ask("/", {}, "OPTIONS").status).toBe(204);
    expect(ask("/", {}, "POST").status).toBe(405);
  });

  test("what is not there, and who is nobody, is asked of the store again", async () => {
    const { ask, readsOf } = await setUp();
    expect(readsOf(() => [ask("/nothing"), ask("/nothing")])).toBe(2);
    expect(readsOf(() => [ask("/", { host: "x.example" }), ask("/", { host: "x.example" })])).toBe(2);
  });

  test("any commit ends it, and so does its time", async () => {
    const { ask, beat, clock, readsOf } = await setUp();
    ask("/");
    await beat(0, 2);
    expect(readsOf(() => [ask("/"), ask("/")])).toBe(1);
    await clock.advance(limits.answerHeldMs - 1);
    expect(readsOf(() => [ask("/"), ask("/")])).toBe(0);
    await clock.advance(1);
    expect(readsOf(() => [ask("/"), ask("/")])).toBe(1);
  });

  test("the same question is answered by the same object, also after a look that found nothing new; not after a heartbeat", async () => {
    const { serving, clock, beat, readsOf } = await setUp();
    const fields: Readonly<Record<string, string>> = { "accept-encoding": "gzip" };
    const asked: Asked = {
      method: "GET",
      target: "/",
      host: "status.example",
      secure: false,
      hasBody: false,
      repeats: true,
      field: (name) => fields[name] ?? null,
    };
    const first = serving(asked);
    expect(readsOf(() => [serving(asked), serving(asked)])).toBe(0);
    expect(serving(asked)).toBe(first);
    await clock.advance(limits.answerHeldMs);
    expect(readsOf(() => expect(serving(asked)).toBe(first))).toBe(1);
    await clock.advance(limits.refsPollMs);
    await beat(0, 2);
    expect(serving(asked)).not.toBe(first);
  });

  test("a level is shown as soon as it is without memory", async () => {
    const { ask, clock, beat } = await setUp();
    ask("/");
    await beat(1, 2);
    const response = ask("/");
    expect(response.headers.get("pharos-level")).toBe("1");
    expect(await response.text()).toContain("No contact since");
    await beat(0, 3);
    expect(ask("/").headers.get("pharos-level")).toBe("0");
    // From here on the syncer is silent: nothing is committed, time alone tells.
    await clock.advance(limits.staleAfterMs);
    expect(ask("/").headers.get("pharos-level")).toBe("0");
    await clock.advance(limits.refsPollMs);
    expect(await ask("/").text()).toContain("No contact since");
  });

  test("the store fails: what is held is answered on, also when its time is over", async () => {
    const { ask, held, clock } = await setUp();
    const before = await ask("/").text();
    held.failWith(new Error("EIO"));
    expect(await ask("/").text()).toBe(before);
    await clock.advance(limits.answerHeldMs);
    expect(await ask("/").text()).toBe(before);
    expect(ask("/history.atom").status).toBe(503);
  });

  test("hosts and encodings that someone invents leave the memory bounded, and the answers right", async () => {
    const { ask, metrics } = await setUp({ defaultPage: "p1" });
    for (let at = 0; at < 20_000; at++)
      ask("/icon.svg", { host: `h${at}.example`, "accept-encoding": `gzip, x${at}` });
    const bytes = Number(/^pharos_edge_answers_bytes (\d+)$/m.exec(metrics.text())?.[1]);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(limits.answersBytesMax);
    expect(ask("/").status).toBe(200);
  });

  test("over TLS every answer says so to the browser; without TLS none does", async () => {
    const { ask } = await setUp();
    const says = (secure: boolean) =>
      (
        [
          ["/"],
          ["/", { "if-none-match": "*" }],
          ["/nothing"],
          ["/%zz"],
          ["/", { host: "x.example" }],
          ["/", {}, "OPTIONS"],
          ["/", {}, "POST"],
        ] as const
      ).map(([path, headers = {}, method = "GET"]) =>
        ask(path, headers, method, secure).headers.get("strict-transport-security"),
      );
    expect(says(true)).toEqual(Array(7).fill("max-age=31536000"));
    expect(says(false)).toEqual(Array(7).fill(null));
  });
});
