// Notes of visitors that wait in a POP: kept over a restart and a kill, once each, bounded, put aside where damaged.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { noteName } from "../../src/snapshot/visitor-note.ts";
import { notesFile, openVisitorNotes, type VisitorNotes } from "../../src/store/visitor-notes.ts";
import { manualClock } from "../support/manual-clock.ts";
import { freshFolder } from "./stores.ts";

const random = seededRandom(3);
const noteOf = (length = 200): Uint8Array => random.bytes(length);
const names = (notes: VisitorNotes): readonly string[] => notes.oldest().map(({ name }) => name);

function setUp(folder = freshFolder(), clock = manualClock(), heldBytesMax = limits.notesHeldBytesMax) {
  const metrics = createMetrics();
  const notes = openVisitorNotes({ folder, clock, log: silentLog, metrics, heldBytesMax });
  return { folder, clock, metrics, notes };
}

test("notes/without one there is no file; with one it is there after a restart, in the order of coming, once", async () => {
  const { folder, notes, clock } = setUp();
  expect([notes.count(), existsSync(notesFile(folder))]).toEqual([0, false]);
  const some = Array.from({ length: 20 }, () => noteOf());
  const first = some[0] ?? noteOf();
  // Many at once are one flush; one that comes again before and after it is the same one.
  const kept = await Promise.all([...some, first].map((note) => notes.keep(note)));
  expect(new Set(kept)).toEqual(new Set(["kept"]));
  expect(await notes.keep(first)).toBe("kept");
  expect(names(notes)).toEqual(some.map(noteName));
  await notes.close();
  const again = setUp(folder, clock);
  expect(names(again.notes)).toEqual(some.map(noteName));
  expect(again.notes.oldest().map(({ bytes }) => Buffer.from(bytes).toString("hex"))).toEqual(
    some.map((bytes) => Buffer.from(bytes).toString("hex")),
  );
  await again.notes.taken(some.slice(0, 15).map(noteName));
  await again.notes.close();
  const last = setUp(folder, clock);
  expect(names(last.notes)).toEqual(some.slice(15).map(noteName));
  await last.notes.close();
});

test("notes/a request has so many, and so many bytes", async () => {
  const { notes } = setUp();
  const long = Array.from({ length: 30 }, () => noteOf(limits.noteBytesMax));
  await Promise.all(long.map((note) => notes.keep(note)));
  const most = Math.floor(limits.notesBatchBytesMax / limits.noteBytesMax);
  expect(notes.oldest().length).toBe(most);
  await notes.taken(names(notes));
  expect(notes.count()).toBe(30 - most);
  await notes.close();
});

test("notes/more than are kept are refused and counted, and there is room again when some were taken", async () => {
  const { notes, metrics } = setUp(freshFolder(), manualClock(), 20 * limits.noteBytesMax);
  const some = Array.from({ length: 24 }, () => noteOf(limits.noteBytesMax));
  const outcomes = await Promise.all(some.map((note) => notes.keep(note)));
  expect([outcomes[0], outcomes.at(-1), notes.count()]).toEqual(["kept", "full", 20]);
  expect(metrics.text()).toContain('pharos_notes_dropped_total{why="full"} 4');
  await notes.taken(names(notes));
  expect(await notes.keep(noteOf(limits.noteBytesMax))).toBe("kept");
  await notes.close();
});

test("notes/those of a month ago are dropped and counted", async () => {
  const { folder, clock, notes } = setUp();
  await notes.keep(noteOf());
  await notes.close();
  await clock.advance(limits.notesHeldMsMax - 1);
  const before = setUp(folder, clock);
  expect(before.notes.count()).toBe(1);
  await before.notes.close();
  await clock.advance(2);
  const after = setUp(folder, clock);
  while (after.notes.count() > 0) await new Promise((next) => setImmediate(next));
  expect(after.metrics.text()).toContain('pharos_notes_dropped_total{why="old"} 1');
  await after.notes.close();
});

test("notes/a damaged file is put aside, and what comes then is taken", async () => {
  for (const damage of [
    (path: string) => truncateSync(path, 5_000),
    (path: string) => writeFileSync(path, "not at all"),
  ]) {
    const { folder, notes, clock } = setUp();
    await notes.keep(noteOf());
    await notes.close();
    damage(notesFile(folder));
    const again = setUp(folder, clock);
    expect(again.notes.count()).toBe(0);
    expect(readdirSync(folder).some((name) => name.startsWith("notes.corrupt-"))).toBe(true);
    expect(await again.notes.keep(noteOf())).toBe("kept");
    await again.notes.close();
  }
});
