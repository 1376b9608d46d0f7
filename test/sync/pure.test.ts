// The parts that decide without I/O: level, rotation of sources, blobs out of pieces.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { type Assembled, createAssembly } from "../../src/sync/assembly.ts";
import type { Piece } from "../../src/sync/frames.ts";
import { heardLevel, type Level, levelAt, startLevel } from "../../src/sync/freshness.ts";
import { createRotation, type Ended } from "../../src/sync/rotation.ts";

const fresh = { sequence: 1, confirmedMs: 0, acceptedMs: 100_000, level: 0 as const, behind: {} };

describe("level", () => {
  test("a POP that starts for the first time has no source until one confirms", () => {
    const start = startLevel(null, 100_000, 5);
    expect(start.level).toBe(1);
    expect(heardLevel(start, 10).level).toBe(0);
  });

  test("a POP that was down for a moment goes on, and its 8 s go on too", () => {
    const start = startLevel(fresh, 103_000, 50);
    expect(start.level).toBe(0);
    expect(levelAt(start, 50 + 4_999).level).toBe(0);
    expect(levelAt(start, 50 + 5_000).level).toBe(1);
  });

  test("a POP that was down for long, or whose clock was set back, says that it has no source until one confirms", () => {
    for (const wallMs of [108_000, 100_000 + 3_600_000, 99_999]) {
      const start = startLevel(fresh, wallMs, 0);
      expect(start.level).toBe(1);
      expect(heardLevel(start, 60_000).level).toBe(0);
    }
  });

  test("a POP that had lost its source before it went down needs three in a row", () => {
    expect(levels(startLevel({ ...fresh, level: 1 }, 100_100, 0), [1_000, 3_000, 5_000])).toEqual([1, 1, 0]);
  });

  test("level 1 after 8 s without a heartbeat, back after three in a row", () => {
    const level = levels(
      { level: 0, sinceMs: 0, row: 9, needed: 1 },
      [2_000, 9_999, 18_000, 20_000, 22_000, 24_000],
    );
    expect(level).toEqual([0, 0, 1, 1, 0, 0]);
  });

  test("a first heartbeat that is old by the wall clock confirms only with others behind it", () => {
    let level = heardLevel(startLevel(null, 100_000, 0), 1_000, true);
    expect(level.level).toBe(1);
    level = heardLevel(heardLevel(level, 3_000, true), 5_000, true);
    expect(level.level).toBe(0);
    // The wall clock takes no level away.
    expect(heardLevel(level, 7_000, true).level).toBe(0);
  });

  test("a gap breaks the row", () => {
    const start: Level = { level: 1, sinceMs: 0, row: 0, needed: 3 };
    expect(levels(start, [1_000, 3_000, 8_000, 10_000, 12_000])).toEqual([1, 1, 1, 1, 0]);
  });

  function levels(start: Level, heardMs: readonly number[]): number[] {
    let level = start;
    return heardMs.map((ms) => {
      level = heardLevel(level, ms);
      return level.level;
    });
  }
});

describe("rotation", () => {
  const silent: Ended = { kind: "silent", frames: false, heard: false };
  const lost: Ended = { kind: "lost", frames: false, heard: false };
  const polled: Ended = { kind: "polled", frames: true, heard: true };

  test("each source in turn, waiting longer with each round", () => {
    const rotation = createRotation(["a", "b"], "stream", seededRandom(1));
    const seen: string[] = [];
    const waits = Array.from({ length: 40 }, () => {
      seen.push(rotation.current().url);
      return rotation.ended(lost, 0);
    });
    expect(seen.slice(0, 4)).toEqual(["a", "b", "a", "b"]);
    expect(waits[0]).toBe(limits.reconnectMsMin);
    expect(Math.max(...waits)).toBeGreaterThan(2_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(limits.reconnectMsMax);
  });

  test("a source that was heard is forgiven its failures", () => {
    const rotation = createRotation(["a"], "stream", seededRandom(1));
    for (let at = 0; at < 20; at++) rotation.ended(lost, 0);
    expect(rotation.ended({ ...lost, frames: true, heard: true }, 0)).toBeLessThanOrEqual(200);
  });

  test("a source that connects and says nothing is polled, and streamed again a minute later", () => {
    const rotation = createRotation(["a"], "stream", seededRandom(1));
    rotation.ended(silent, 5_000);
    expect(rotation.current().mode).toBe("poll");
    expect(rotation.ended(polled, 6_000)).toBe(limits.pollMs);
    expect(rotation.current().mode).toBe("poll");
    rotation.ended(polled, 5_000 + limits.streamRetryMs);
    expect(rotation.current().mode).toBe("stream");
    rotation.ended(silent, 5_000 + limits.streamRetryMs + 5_000);
    expect(rotation.current().mode).toBe("poll");
  });

  test("a source that spoke and then stopped is not polled for it", () => {
    const rotation = createRotation(["a"], "stream", seededRandom(1));
    rotation.ended({ kind: "silent", frames: true, heard: true }, 5_000);
    expect(rotation.current().mode).toBe("stream");
  });

  test("a source that cannot be polled either is streamed again", () => {
    const rotation = createRotation(["a"], "stream", seededRandom(1));
    rotation.ended(silent, 5_000);
    rotation.ended(lost, 6_000);
    expect(rotation.current().mode).toBe("stream");
  });

  test("a polled source that answers and confirms nothing is left for the next", () => {
    const rotation = createRotation(["a", "b"], "poll", seededRandom(1));
    for (const ms of [0, 2_000, 4_000, 6_000]) rotation.ended({ ...polled, heard: false }, ms);
    expect(rotation.current()).toEqual({ url: "b", mode: "poll" });
  });
});

describe("assembly", () => {
  const body = new TextEncoder().encode("a body of some length");
  const digest = digestOf(body);
  const cut = (from: number, to: number, total = body.length): Piece => ({
    kind: "body",
    digest,
    total,
    offset: from,
    bytes: body.subarray(from, to),
  });
  const whole = cut(0, body.length);
  const assembly = (openBytesMax = 1_000, length: number | null = body.length) =>
    createAssembly(() => (length === null ? null : { exactly: length }), openBytesMax);
  const said = (given: ReturnType<typeof assembly>, pieces: readonly Piece[]): string[] =>
    pieces.map((piece) => outcome(given.take(piece)));

  const table: readonly (readonly [string, readonly Piece[], readonly string[]])[] = [
    ["in one piece", [whole], ["whole"]],
    ["in order", [cut(0, 5), cut(5, 9), cut(9, 21)], ["waiting", "waiting", "whole"]],
    ["a lost piece", [cut(0, 5), cut(9, 21)], ["waiting", "out-of-order"]],
    ["a lost first piece", [cut(5, 9), cut(9, 21)], ["out-of-order", "waiting"]],
    [
      "a doubled piece",
      [cut(0, 5), cut(5, 9), cut(5, 9), cut(9, 21)],
      ["waiting", "waiting", "out-of-order", "waiting"],
    ],
    ["begun anew", [cut(0, 5), cut(0, 9), cut(9, 21)], ["waiting", "waiting", "whole"]],
    ["a total that changes", [cut(0, 5), cut(5, 9, 22)], ["waiting", "out-of-order"]],
    ["another length than declared", [cut(0, 5, 22)], ["length-mismatch"]],
    ["other bytes", [{ ...whole, bytes: body.map((byte) => byte ^ 1) }], ["digest-mismatch"]],
    [
      "again after other bytes",
      [{ ...whole, bytes: body.map((byte) => byte ^ 1) }, whole],
      ["digest-mismatch", "whole"],
    ],
  ];
  for (const [name, pieces, expected] of table)
    test(name, () => expect(said(assembly(), pieces)).toEqual([...expected]));

  test("what nothing names", () => expect(said(assembly(1_000, null), [whole])).toEqual(["undeclared"]));
  test("a bound on all that is unfinished", () => {
    const given = assembly(10);
    expect(said(given, [cut(0, 6), cut(6, 12)])).toEqual(["waiting", "over-limit"]);
    expect(said(given, [cut(0, 6)])).toEqual(["waiting"]);
  });
  test("at most", () => {
    const given = createAssembly(() => ({ atMost: 4 }), 1_000);
    expect(said(given, [whole])).toEqual(["too-long"]);
  });

  function outcome(assembled: Assembled): string {
    return assembled.kind === "refused" ? assembled.reason : assembled.kind;
  }
});
