// Visitors' notes from a POP to who keeps them: once each, in order, whoever is away, whoever refuses; over a relay; by whom they are taken.
import { afterEach, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { notePublicKey, sealNote } from "../../src/snapshot/visitor-note.ts";
import { openVisitorNotes, type VisitorNotes } from "../../src/store/visitor-notes.ts";
import type { SourceLine } from "../../src/sync/ask.ts";
import { createGate, type FeedAccess } from "../../src/sync/members-gate.ts";
import { createProver } from "../../src/sync/members-proof.ts";
import { mirrorSource } from "../../src/sync/mirror-read.ts";
import { createNotesDoor, type NamedNote, type OnNotes } from "../../src/sync/notes-door.ts";
import { startForwarding } from "../../src/sync/notes-forward.ts";
import { decodeNotes, encodeNotes, notesBodyBytesMax } from "../../src/sync/notes-wire.ts";
import { freshFolder } from "../store/stores.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryLine } from "../support/memory-line.ts";
import { count, testSeed } from "../support/seed.ts";
import { createSite, entry, other, pop } from "./members-world.ts";
import { origin } from "./world.ts";

const random = seededRandom(9);
const to = notePublicKey(seededRandom(10).bytes(32));
const noteOf = (body = 20): Uint8Array =>
  sealNote(
    to,
    {
      ...{ page: "p1", path: "/subscribe", query: "", contentType: "application/json" },
      ...{ body: new Uint8Array(body), atMs: 1, language: null },
    },
    random,
  );

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const log = silentLog;
const clock = manualClock();

/** Work on the disk is waited for, time by the clock of the test. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const endsMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > endsMs) throw new Error(`It never came: ${what}.`);
    await new Promise((next) => setImmediate(next));
  }
}

/** The same for what is tried again and again. */
async function againUntil(what: string, holds: () => boolean): Promise<void> {
  const endsMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > endsMs) throw new Error(`It never came: ${what}.`);
    await clock.advance(limits.notesAgainMsMax);
  }
}

async function heldBy(...bytes: readonly Uint8Array[]): Promise<VisitorNotes> {
  const notes = openVisitorNotes({ folder: freshFolder(), clock, log, metrics: createMetrics() });
  ended.push(() => notes.close());
  for (const one of bytes) await notes.keep(one);
  return notes;
}

const bodyOf = (...notes: readonly Uint8Array[]): Uint8Array => encodeNotes({ key: "", notes });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A control plane that keeps notes, unless it is told otherwise. */
async function intake(access: FeedAccess = "open") {
  const site = await createSite(access);
  const line = memoryLine();
  const taken: NamedNote[] = [];
  const state = {
    onNotes: (async (notes) => {
      for (const note of notes) if (!taken.some(({ name }) => name === note.name)) taken.push(note);
      return notes.map(({ name }) => name);
    }) as OnNotes,
  };
  const gate = createGate({ members: site.members, access, random: seededRandom(77) });
  const metrics = createMetrics();
  const door = createNotesDoor({ gate, onNotes: (notes) => state.onNotes(notes), log, metrics });
  const statuses: number[] = [];
  line.feeds.set(origin, async (request) => {
    const response = (await door(request)) ?? new Response(null, { status: 404 });
    statuses.push(response.status);
    return response;
  });
  return { site, line, taken, state, statuses, door, metrics };
}

type Intake = Awaited<ReturnType<typeof intake>>;

function forward({ line }: Pick<Intake, "line">, notes: VisitorNotes, more: Partial<SourceLine> = {}) {
  const source: { at: SourceLine | null } = {
    at: { dial: line.dial, clock, url: origin, key: "", stopped: new AbortController().signal, ...more },
  };
  const forwarding = startForwarding({
    ...{ notes, line: () => source.at, clock, random, log, metrics: createMetrics() },
  });
  ended.push(() => forwarding.stop());
  return source;
}

test("notes/what is held and what comes is brought, in order, and forgotten once it is kept", async () => {
  const first = [noteOf(), noteOf()];
  const notes = await heldBy(...first);
  const plane = await intake();
  forward(plane, notes);
  await until("the first are there", () => plane.taken.length === 2 && notes.count() === 0);
  const later = noteOf();
  await notes.keep(later);
  await until("the other is there", () => notes.count() === 0);
  expect(plane.taken.map(({ bytes }) => hex(bytes))).toEqual([...first, later].map(hex));
});

test("notes/many go in requests of their size", async () => {
  const many = Array.from({ length: 60 }, () => noteOf(limits.noteBodyBytesMax));
  const notes = await heldBy(...many);
  const plane = await intake();
  forward(plane, notes);
  await until("all are there", () => notes.count() === 0);
  expect(plane.taken.map(({ bytes }) => hex(bytes))).toEqual(many.map(hex));
  expect(plane.statuses.length).toBeGreaterThan(1);
});

test("notes/a control plane that is away for days, refuses, fails or keeps some: nothing is lost, nothing twice", async () => {
  const some = [noteOf(), noteOf(), noteOf()];
  const notes = await heldBy(...some);
  const plane = await intake();
  const { onNotes } = plane.state;
  const source = forward(plane, notes);
  const at = source.at;
  await until("all are there", () => notes.count() === 0);
  source.at = null;
  const late = noteOf();
  await notes.keep(late);
  await clock.advance(3 * 24 * 3_600_000);
  expect([notes.count(), plane.taken.length]).toEqual([1, 3]);
  source.at = at;
  plane.state.onNotes = () => Promise.reject(new Error("the disk is full"));
  await clock.advance(limits.notesAgainMsMax);
  await until("it was refused", () => plane.statuses.includes(503));
  plane.state.onNotes = async () => [];
  await clock.advance(limits.notesAgainMsMax);
  await until("none was kept", () => plane.statuses.at(-1) === 200);
  expect(notes.count()).toBe(1);
  plane.state.onNotes = onNotes;
  await againUntil("it is there", () => notes.count() === 0);
  expect(plane.taken.map(({ bytes }) => hex(bytes))).toEqual([...some, late].map(hex));
});

test("notes/an answer that is lost has them brought again, and they are taken once by their name", async () => {
  const notes = await heldBy(noteOf(), noteOf());
  const plane = await intake();
  const answered = plane.line.feeds.get(origin);
  let isLost = true;
  plane.line.feeds.set(origin, async (request) => {
    const response = (await answered?.(request)) as Response;
    return isLost ? new Response(null, { status: 502 }) : response;
  });
  forward(plane, notes);
  await until("they came", () => plane.taken.length === 2);
  expect(notes.count()).toBe(2);
  isLost = false;
  await until("the answer was read", () => plane.statuses.length === 1);
  await againUntil("they are known to be there", () => notes.count() === 0);
  expect(plane.taken.length).toBe(2);
});

test("notes/a mirror takes none", async () => {
  const notes = await heldBy(noteOf());
  const plane = await intake();
  forward(plane, notes, { url: mirrorSource("https://mirror.example") });
  await clock.advance(10 * limits.notesAgainMsMax);
  expect([notes.count(), plane.statuses]).toEqual([1, []]);
});

test("notes/a members-only feed takes them by proof alone, and from nobody who was revoked", async () => {
  const plane = await intake("members");
  await plane.site.list(entry(), entry({ key: other.publicKey, name: "sin-1", revoked: true }));
  const key = createProver(pop.secretKey);
  const notes = await heldBy(noteOf());
  forward(plane, notes, { key: key.key, prover: key });
  await until("the member's is there", () => notes.count() === 0);
  expect(plane.statuses).toEqual([401, 200]);
  for (const prover of [createProver(other.secretKey), undefined]) {
    const unwanted = await heldBy(noteOf());
    forward(plane, unwanted, prover === undefined ? {} : { key: prover.key, prover });
    const before = plane.statuses.length;
    await until("it was asked", () => plane.statuses.length > before);
    expect([403, 401]).toContain(plane.statuses.at(-1) ?? 0);
    expect([unwanted.count(), plane.taken.length]).toEqual([1, 1]);
  }
});

test("notes/a relay keeps them for its own source", async () => {
  const plane = await intake();
  const [behind, relayed] = [await heldBy(noteOf(), noteOf()), await heldBy()];
  const { gate } = { gate: createGate({ members: plane.site.members, access: "open", random }) };
  const door = createNotesDoor({
    ...{ gate, log, metrics: createMetrics() },
    onNotes: async (brought) => {
      for (const { bytes } of brought) await relayed.keep(bytes);
      return brought.map(({ name }) => name);
    },
  });
  const line = memoryLine();
  line.feeds.set(origin, (request) => door(request) ?? Promise.resolve(new Response(null, { status: 404 })));
  forward({ line }, behind);
  await until("the relay has them", () => relayed.count() === 2 && behind.count() === 0);
  forward(plane, relayed);
  await until("they are there", () => relayed.count() === 0);
  expect(plane.taken.length).toBe(2);
});

test("notes/bodies that are no notes are refused, and other methods; no more than so many at once", async () => {
  const { door, state } = await intake();
  const ask = async (body: Uint8Array, method = "POST") =>
    (await door(new Request(`${origin}/sync/notes`, { method, ...(method === "POST" && { body }) })))?.status;
  const many = Array.from({ length: limits.notesPerBatchMax + 1 }, () => noteOf());
  for (const body of [
    new Uint8Array(),
    Uint8Array.of(44),
    Uint8Array.of(0, 1, 1),
    bodyOf(new Uint8Array(100)),
    bodyOf(...many),
    new Uint8Array(notesBodyBytesMax + 1),
  ])
    expect(await ask(body)).toBe(400);
  expect([await ask(Uint8Array.of(0), "GET"), await ask(bodyOf(...many.slice(1)))]).toEqual([405, 200]);
  expect(door(new Request(`${origin}/sync/follow`))).toBeNull();
  state.onNotes = () => new Promise(() => {});
  for (let at = 0; at < limits.notesFeedMax; at++) void ask(bodyOf(noteOf()));
  expect(await ask(bodyOf(noteOf()))).toBe(503);
});

test(`notes/noise is never taken for notes (seed ${testSeed})`, () => {
  const noise = seededRandom(testSeed);
  const whole = bodyOf(noteOf(), noteOf());
  expect(decodeNotes(whole)?.notes.length).toBe(2);
  for (let turn = 0; turn < count(2_000, 100_000); turn++) {
    const bytes = new Uint8Array(whole);
    for (let at = noise.below(4); at >= 0; at--) bytes[noise.below(bytes.length)] = noise.below(256);
    const read = decodeNotes(
      bytes.subarray(0, noise.below(3) === 0 ? noise.below(bytes.length) : bytes.length),
    );
    if (read !== null) expect(read.notes.every((one) => one.length <= limits.noteBytesMax)).toBe(true);
  }
});
