// The hub by itself, on a clock of the test's: what a stream begins with, who is told what and when, and how streams end.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createHub, type Looked } from "../../src/edge/hub.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { manualClock } from "../support/manual-clock.ts";

interface Stream {
  readonly response: Response;
  /** Frames so far. */
  frames(): readonly string[];
  readonly ended: Promise<"end" | "error">;
  leave(): Promise<void>;
}

function setUp(clientsMax = 100) {
  const clock = manualClock();
  const metrics = createMetrics();
  const hub = createHub({ clock, random: seededRandom(5), metrics, clientsMax });
  const pages = new Map<string, Looked>();
  const now = (generation: number, level = "0", says = `{"n":${generation}}`): Looked => ({
    generation,
    level,
    event: () => new TextEncoder().encode(says),
  });
  pages.set("p", now(7));
  const ask = (headers: Record<string, string> = {}, query = "", page = "p", method = "GET") => {
    const fetch = fetchOf((asked) => hub.open({ asked, page, look: (id) => pages.get(id) ?? "gone" }));
    return fetch(new Request(`http://status.example/_events${query}`, { headers, method }));
  };
  const open = (...asked: Parameters<typeof ask>): Stream => {
    const response = ask(...asked);
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error("There is no stream.");
    let text = "";
    const read = async (): Promise<"end" | "error"> => {
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return "end";
          text += new TextDecoder().decode(value);
        }
      } catch {
        return "error";
      }
    };
    const frames = (): readonly string[] => text.split("\n\n").filter((frame) => frame !== "");
    return { response, frames, ended: read(), leave: () => reader.cancel() };
  };
  const put = async (looked: Looked, page = "p"): Promise<void> => {
    pages.set(page, looked);
    hub.wake(page);
    await clock.advance(0);
  };
  const of = (name: string): readonly string[] =>
    metrics
      .text()
      .split("\n")
      .filter((line) => line.startsWith(`pharos_${name}`));
  return { clock, hub, pages, now, ask, open, put, of };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const beats = (stream: Stream): number =>
  stream.frames().filter((it) => it.startsWith("event: level")).length;

describe("a stream begins", () => {
  test("with when to come back, the level, and the newest event under its generation", async () => {
    const { open } = setUp();
    const stream = open();
    await settled();
    const [retry = "", ...rest] = stream.frames();
    expect(rest).toEqual(["event: level\ndata: 0", 'id: 7\ndata: {"n":7}']);
    const ms = Number(/^retry: (\d+)$/.exec(retry)?.[1]);
    expect(ms).toBeGreaterThanOrEqual(limits.eventRetryMsMin);
    expect(ms).toBeLessThan(limits.eventRetryMsMax);
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
    });
  });

  test("two are not told to come back at one time", async () => {
    const { open } = setUp();
    const streams = Array.from({ length: 20 }, () => open());
    await settled();
    expect(new Set(streams.map((stream) => stream.frames()[0])).size).toBeGreaterThan(15);
  });

  const asked: readonly (readonly [string, Record<string, string>, string, boolean])[] = [
    ["from an older one: the newest at once", { "last-event-id": "6" }, "", true],
    ["from the newest: nothing until the next", { "last-event-id": "7" }, "", false],
    ["from one that another POP had: nothing until the next", { "last-event-id": "9" }, "", false],
    ["from the newest, said in the query", {}, "?lastEventId=7", false],
    ["the header stands before the query", { "last-event-id": "6" }, "?lastEventId=7", true],
    ["from no number: the newest", { "last-event-id": "7; drop" }, "", true],
    ["from nothing: the newest", { "last-event-id": "" }, "", true],
  ];
  test.each(asked)("%s", async (_, headers, query, isTold) => {
    const { open, put, now } = setUp();
    const stream = open(headers, query);
    await settled();
    expect(stream.frames().some((frame) => frame.startsWith("id: 7"))).toBe(isTold);
    await put(now(8));
    expect(stream.frames().at(-1)).toBe('id: 8\ndata: {"n":8}');
  });

  test("an event of several lines stays one event", async () => {
    const { open, put, now } = setUp();
    const stream = open();
    await put(now(8, "0", "{\n}"));
    expect(stream.frames().at(-1)).toBe("id: 8\ndata: {\ndata: }");
  });

  test("HEAD has the headers alone, a page without events none, an unread one may have them later", () => {
    const { ask, pages, hub } = setUp();
    expect([ask({}, "", "p", "HEAD").body, ask({}, "", "p", "HEAD").status]).toEqual([null, 200]);
    pages.set("old", { generation: 1, level: "0", event: () => null });
    pages.set("sick", "unknown");
    expect([ask({}, "", "old").status, ask({}, "", "sick").status, ask({}, "", "none").status]).toEqual([
      404, 503, 404,
    ]);
    expect(hub.streams()).toBe(0);
  });
});

describe("everyone who listens is told", () => {
  test("of each generation once, of another page's never, and of a restored page's lower number", async () => {
    const { open, put, now, pages } = setUp();
    pages.set("q", now(3));
    const [one, two, other] = [open(), open(), open({}, "", "q")];
    await put(now(8));
    await put(now(8));
    await put(now(5));
    const ids = (stream: Stream) => stream.frames().filter((frame) => frame.startsWith("id"));
    for (const stream of [one, two])
      expect(ids(stream)).toEqual(['id: 7\ndata: {"n":7}', 'id: 8\ndata: {"n":8}', 'id: 5\ndata: {"n":5}']);
    expect(ids(other)).toEqual(['id: 3\ndata: {"n":3}']);
  });

  test("many of them in turns, and whoever comes meanwhile has the newest", async () => {
    const { open, pages, now, hub, clock, of } = setUp(10_000);
    const streams = Array.from({ length: 3 * limits.eventsAtOnce }, () => open());
    await settled();
    pages.set("p", now(8));
    hub.wake(null);
    expect(of("edge_events_sent_total")).toEqual([`pharos_edge_events_sent_total ${limits.eventsAtOnce}`]);
    const late = open();
    pages.set("p", now(9));
    hub.wake("p");
    await clock.advance(0);
    for (let turn = 0; turn < 20; turn++) await settled();
    for (const stream of [...streams, late]) expect(stream.frames().at(-1)).toBe('id: 9\ndata: {"n":9}');
    expect(late.frames().filter((frame) => frame.startsWith("id"))).toHaveLength(2);
  });

  test("of a level without being woken, and of the emergency that follows another", async () => {
    const { open, pages, now, clock } = setUp();
    const stream = open();
    for (const level of ["1", "3 aa", "3 bb", "0"]) {
      pages.set("p", now(7, level));
      await clock.advance(limits.eventBeatMs / limits.eventBeatSlots);
      expect(stream.frames()).toContain(`event: level\ndata: ${level}`);
    }
    expect(stream.frames().filter((frame) => frame.startsWith("id"))).toHaveLength(1);
  });

  test("that the stream is alive, in under half of what a listener would wait", async () => {
    const { open, clock } = setUp();
    const streams = Array.from({ length: 30 }, () => open());
    await clock.advance(limits.eventBeatMs);
    for (const stream of streams) expect(beats(stream)).toBe(2);
    expect(limits.eventBeatMs).toBeLessThan(15_000);
  });

  test("while the store does not say, nothing changes", async () => {
    const { open, put, hub } = setUp();
    const stream = open();
    await put("unknown");
    expect([stream.frames().length, hub.streams()]).toEqual([3, 1]);
  });
});

describe("a stream ends", () => {
  test("when its visitor leaves: nothing is kept of it", async () => {
    const { open, hub, of } = setUp();
    const stream = open();
    await stream.leave();
    expect([await stream.ended, hub.streams()]).toEqual(["end", 0]);
    expect(of("edge_event_streams_closed_total{")).toEqual([
      'pharos_edge_event_streams_closed_total{reason="left"} 1',
    ]);
  });

  test("when its visitor does not read: at the bound, and counted", async () => {
    const { ask, open, put, now, hub, of, clock } = setUp();
    const silent = ask();
    const reading = open();
    let generation = 8;
    for (; hub.streams() === 2 && generation < 100; generation++) await put(now(generation));
    expect(generation - 8).toBeLessThanOrEqual(limits.eventFramesMax + 1);
    expect(of("edge_event_streams_closed_total{")).toEqual([
      'pharos_edge_event_streams_closed_total{reason="too-slow"} 1',
    ]);
    await expect(silent.text()).rejects.toThrow("broken off");
    await put(now(200));
    expect(reading.frames().at(-1)).toBe('id: 200\ndata: {"n":200}');
    await clock.advance(2 * limits.eventBeatMs);
    expect(hub.streams()).toBe(1);
  });

  test("when its page is gone", async () => {
    const { open, put, hub } = setUp();
    const stream = open();
    await put("gone");
    expect([await stream.ended, hub.streams()]).toEqual(["end", 0]);
  });

  test("when the worker stops: in order, and whoever still comes is sent back with a time", async () => {
    const { open, hub, ask } = setUp();
    const stream = open();
    hub.stop();
    expect([await stream.ended, hub.streams()]).toEqual(["end", 0]);
    const late = ask();
    expect(late.status).toBe(200);
    expect(await late.text()).toMatch(/^retry: \d+\n\n$/);
  });

  test("one beyond the number is refused with a time to come back, and has room once another left", async () => {
    const { open, ask, hub, of } = setUp(2);
    const [first] = [open(), open()];
    const refused = ask();
    expect([refused.status, hub.streams()]).toEqual([503, 2]);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThanOrEqual(limits.eventRefusedSMin);
    expect(seconds).toBeLessThan(2 * limits.eventRefusedSMin);
    expect(of("edge_event_streams_refused_total")).toEqual(["pharos_edge_event_streams_refused_total 1"]);
    await first?.leave();
    expect(ask().status).toBe(200);
  });
});
