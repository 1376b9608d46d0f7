// What POPs say of themselves, who is believed, and how far behind that makes them.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { signReport } from "../../src/snapshot/report.ts";
import type { Report } from "../../src/snapshot/types.ts";
import { readBounded } from "../../src/sync/members-body.ts";
import { createLags } from "../../src/sync/members-lag.ts";
import { encodeReports } from "../../src/sync/members-reporter.ts";
import { manualClock } from "../support/manual-clock.ts";
import { createSite, entry, other, pop, popOf, type Site } from "./members-world.ts";
import { origin, settled } from "./world.ts";

describe("members/reports", () => {
  const report = (more: Partial<Report> = {}, by = pop): Uint8Array =>
    signReport(
      { sequence: 7, timeMs: 1, level: 0, load: 250, beat: 0, pages: 1, differing: 0, held: [], ...more },
      by.secretKey,
    );

  async function sendTo({ reports }: Site, body: Uint8Array): Promise<[number, number[]]> {
    const response = await reports.fetch(new Request(`${origin}/sync/report`, { method: "POST", body }));
    const bytes = Buffer.from((await response?.arrayBuffer()) ?? new ArrayBuffer(0));
    const status = response?.status ?? 0;
    const answers = Array.from({ length: Math.floor(bytes.length / 8) }, (_, at) =>
      Number(bytes.readBigUInt64BE(8 * at)),
    );
    return [status, status === 200 ? answers : []];
  }

  test("the last one of each member is kept; what is old, unknown, altered or revoked is ignored", async () => {
    const site = await createSite("open");
    await site.list(entry(), entry({ key: other.publicKey, name: "sin-1", revoked: true }));
    const nobody = generateKeyPair("pop", seededRandom(44));
    const altered = report({ sequence: 50 });
    altered[60] = (altered[60] ?? 0) ^ 1;
    const body = encodeReports([
      report(),
      report({ sequence: 6, level: 1 }),
      report({ sequence: 9 }),
      report({ sequence: 20 }, other),
      report({ sequence: 20 }, nobody),
      altered,
    ]);
    expect(await sendTo(site, body)).toEqual([200, [7, 7, 9, 0, 0, 0]]);
    expect(site.reports.heard(pop.publicKey)?.report).toMatchObject({ sequence: 9, level: 0 });
    expect([other, nobody].map(({ publicKey }) => site.reports.heard(publicKey))).toEqual([null, null]);
    expect(await sendTo(site, encodeReports([report({ sequence: 9, level: 1 })]))).toEqual([200, [9]]);
    expect(site.reports.heard(pop.publicKey)?.report.level).toBe(0);
  });

  test("bodies that are no list of reports are refused", async () => {
    const site = await createSite("open");
    await site.list(entry());
    for (const body of [new Uint8Array([1]), new Uint8Array([0xff, 0xff]), new Uint8Array([0, 9, 1])])
      expect(await sendTo(site, body)).toEqual([400, []]);
    expect(await sendTo(site, new Uint8Array())).toEqual([200, []]);
    expect(await sendTo(site, new Uint8Array(2 * (limits.popsMax + 1)))).toEqual([400, []]);
    expect((await site.reports.fetch(new Request(`${origin}/sync/report`)))?.status).toBe(405);
    expect(site.reports.fetch(new Request(`${origin}/sync/follow`))).toBeNull();
  });

  test("a body without an end is read no further than its bound", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1_000));
      },
    });
    const request = new Request(origin, { method: "POST", body: endless, duplex: "half" } as RequestInit);
    expect(await readBounded(request, 5_000)).toBeNull();
    expect(pulled).toBeLessThan(20);
  });

  test("a POP says every few seconds what it holds, by its own key; one without a key says nothing", async () => {
    const site = await createSite("open");
    await site.list(entry());
    await site.publisher.publish("acme", { "/": "one" });
    const [made, mute] = [popOf(site, pop, { load: () => 1_234.4 }), popOf(site, null)];
    await site.live(10_000);
    const first = site.reports.heard(pop.publicKey)?.report;
    expect(first).toMatchObject({ level: 0, load: 1_234, pages: 1, differing: 0, held: [] });
    await site.live(4_000);
    expect(site.reports.heard(pop.publicKey)?.report.sequence).toBeGreaterThan(first?.sequence ?? 0);
    expect(site.line.asked.filter((url) => url.endsWith("/sync/report")).length).toBeLessThan(6);
    await Promise.all([made.follower.stop(), mute.follower.stop()]);
  });

  test("a POP whose clock was set back, and that was started again, is heard from its second report on", async () => {
    const site = await createSite("open");
    await site.list(entry());
    const last = site.clock.wallMs() + 3_600_000;
    await sendTo(site, encodeReports([report({ sequence: last })]));
    const made = popOf(site, pop);
    await site.live(10_000);
    expect(site.reports.heard(pop.publicKey)?.report.sequence).toBeGreaterThan(last);
    await made.follower.stop();
  });

  test("a source that names an endless sequence silences nobody", async () => {
    const site = await createSite("open");
    await site.list(entry());
    let lies = true;
    const honest = site.line.feeds.get(origin);
    site.line.feeds.set(origin, (request) =>
      lies && request.url.endsWith("/sync/report")
        ? Promise.resolve(new Response(Buffer.from("001fffffffffffff", "hex")))
        : (honest?.(request) ?? null),
    );
    const made = popOf(site, pop);
    await site.live(8_000);
    lies = false;
    await site.live(6_000);
    expect(site.reports.heard(pop.publicKey)?.report.sequence).toBeLessThan(2 ** 50);
    await made.follower.stop();
  });

  test("a relay carries what those behind it say: each once, by their own keys", async () => {
    const site = await createSite("open");
    await site.list(entry(), entry({ key: other.publicKey, name: "behind" }));
    const relay = popOf(site, pop, { carried: () => behind.splice(0) });
    const behind = [report({ sequence: 3 }, other)];
    await site.live(8_000);
    expect(site.reports.heard(other.publicKey)?.report.sequence).toBe(3);
    expect(site.reports.carried()).toHaveLength(2);
    expect(site.reports.carried()).toHaveLength(0);
    await relay.follower.stop();
  });
});

describe("members/lag", () => {
  const head = (page: string, generation: number) => ({
    page,
    epoch: 1,
    generation,
    manifest: "0".repeat(64),
  });
  const said = (more: Partial<Report>): Report => ({
    sequence: 1,
    timeMs: 0,
    level: 0,
    load: 0,
    beat: 1,
    pages: 2,
    differing: more.held?.length ?? 0,
    held: [],
    ...more,
  });
  const all = (): boolean => true;

  test("generations over all pages, and ms since the oldest that is lacking was to be had", async () => {
    const clock = manualClock();
    const lags = createLags(clock);
    lags.look([head("a", 4), head("b", 9)]);
    lags.beat(1, [head("a", 4), head("b", 9)]);
    expect(lags.of(said({}), all)).toEqual({ generations: 0, ms: 0 });
    await clock.advance(1_000);
    lags.look([head("a", 5), head("b", 9)]);
    await clock.advance(500);
    lags.look([head("a", 6), head("b", 10)]);
    await clock.advance(250);
    expect(lags.of(said({}), all)).toEqual({ generations: 3, ms: 750 });
    expect(
      lags.of(
        said({
          held: [
            { page: "a", generation: 5 },
            { page: "b", generation: 10 },
          ],
        }),
        all,
      ),
    ).toEqual({ generations: 1, ms: 250 });
    expect(lags.of(said({}), (page) => page === "b")).toEqual({ generations: 1, ms: 250 });
    expect(lags.of(said({ beat: 0, held: [{ page: "a", generation: 6 }] }), all)).toEqual({
      generations: 10,
      ms: 1_750,
    });
  });

  test("a report of a heartbeat that is not remembered says nothing of lag", () => {
    const lags = createLags(manualClock());
    for (let sequence = 1; sequence <= 200; sequence++) lags.beat(sequence, [head("a", 1)]);
    expect(lags.of(said({ beat: 1 }), all)).toBeNull();
    expect(lags.of(said({ beat: 201 }), all)).toBeNull();
    expect(lags.of(said({ beat: 200 }), all)).toEqual({ generations: 0, ms: 0 });
  });

  test("a POP that was told nothing of three generations lacks three", async () => {
    const site = await createSite("open");
    await site.list(entry());
    const lags = createLags(site.clock);
    const { store, publish } = site.publisher;
    await publish("acme", { "/": "one" });
    const made = popOf(site, pop);
    for (let turn = 0; turn < 4; turn++) {
      lags.look(store.heads());
      site.feed.announce();
      const beat = site.publisher.beat();
      lags.beat(site.publisher.sequence, store.heads());
      site.feed.beat(beat);
      await settled();
      await site.clock.advance(2_000);
      await settled();
    }
    for (const text of ["two", "three", "four"]) await publish("acme", { "/": text });
    lags.look(store.heads());
    await site.clock.advance(100);
    const heard = site.reports.heard(pop.publicKey)?.report;
    expect(heard && lags.of(heard, all)).toEqual({ generations: 3, ms: 100 });
    await made.follower.stop();
  });
});
