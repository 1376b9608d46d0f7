// Sealed notes of visitors that wait for the control plane: an LMDB environment of its own, `<data>/notes`. In: notes. Out: they, in the order in which they
// came, until somebody has taken them. A store that is put aside as damaged takes none of them along, and no reader of pages sees their commits.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Key, open, type RootDatabase } from "lmdb";
import { type Clock, every, type Timer } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Digest } from "../snapshot/types.ts";
import { noteName } from "../snapshot/visitor-note.ts";
import { type Change, type Commit, createCommit } from "./commit.ts";
import { checkFile } from "./file-check.ts";

/** `kept`: on the device, now or before. `full`: no room, here or on the disk. `failed`: it could not be written. */
export type NoteKept = "kept" | "full" | "failed";

export interface HeldNote {
  readonly name: Digest;
  readonly bytes: Uint8Array;
}

export interface VisitorNotes {
  /** Never rejects. One that is held already is kept. */
  keep(note: Uint8Array): Promise<NoteKept>;
  /** The oldest ones, within the bounds of one request. */
  oldest(): readonly HeldNote[];
  /** Somebody else keeps them now. Never rejects: what could not be removed is brought once more. */
  taken(names: readonly Digest[]): Promise<void>;
  count(): number;
  /** Told of each note that is new. */
  onKept(listener: () => void): void;
  close(): Promise<void>;
}

export interface VisitorNotesOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Default `notesHeldBytesMax`. */
  readonly heldBytesMax?: number;
}

interface Env {
  readonly root: RootDatabase<Uint8Array, Key>;
  readonly commit: Commit;
}

interface Place {
  /** Rises; the time of its coming, or one more than the one before it. */
  readonly at: number;
  readonly length: number;
}

export const notesFile = (folder: string): string => join(folder, "notes", "data.mdb");

/** Opens what is there; makes a file with the first note. A damaged one is put aside and said. */
export function openVisitorNotes(options: VisitorNotesOptions): VisitorNotes {
  return new NotesOnDisk(options);
}

interface Waiting {
  readonly name: Digest;
  readonly note: Uint8Array;
  readonly resolve: (kept: NoteKept) => void;
}

class NotesOnDisk implements VisitorNotes {
  readonly #options: VisitorNotesOptions;
  readonly #path: string;
  readonly #dropped;
  readonly #listeners = new Set<() => void>();
  /** By name, in the order of their coming. */
  readonly #held = new Map<Digest, Place>();
  #bytes = 0;
  #last = 0;
  #env: Env | null = null;
  #waiting: Waiting[] = [];
  /** Those that wait, by name: a worker that dialled again says again what it was not told of. */
  readonly #coming = new Map<Digest, Promise<NoteKept>>();
  #writing: Promise<void> | null = null;
  #saidFull = false;
  readonly #sweeping: Timer;

  constructor(options: VisitorNotesOptions) {
    this.#options = options;
    this.#path = notesFile(options.folder);
    const { metrics, clock } = options;
    this.#dropped = metrics.counter(
      "notes_dropped_total",
      "Notes of visitors that nobody took, by why they were dropped.",
      "why",
    );
    metrics.watch("notes_held", "Notes of visitors that wait for the source.", () => this.#held.size);
    metrics.watch(
      "notes_held_bytes",
      "Bytes of notes of visitors that wait for the source.",
      () => this.#bytes,
    );
    if (existsSync(this.#path)) this.#openOrPutAside();
    this.#sweeping = every(clock, limits.notesSweepMs, () => void this.#sweep());
    void this.#sweep();
  }

  count(): number {
    return this.#held.size;
  }

  onKept(listener: () => void): void {
    this.#listeners.add(listener);
  }

  readonly keep = (note: Uint8Array): Promise<NoteKept> => {
    const name = noteName(note);
    if (this.#held.has(name)) return Promise.resolve("kept");
    const coming = this.#coming.get(name);
    if (coming !== undefined) return coming;
    const ahead = this.#waiting.length;
    const isFull =
      this.#held.size + ahead >= limits.notesHeldMax ||
      this.#bytes + ahead * limits.noteBytesMax + note.length >
        (this.#options.heldBytesMax ?? limits.notesHeldBytesMax);
    if (isFull) {
      this.#dropped.add(1, "full");
      this.#sayFull(
        `${this.#held.size} notes of visitors wait for the source, which is as many as are kept.`,
      );
      return Promise.resolve("full");
    }
    const { promise, resolve } = Promise.withResolvers<NoteKept>();
    this.#waiting.push({ name, note, resolve });
    this.#coming.set(name, promise);
    this.#writing ??= this.#write();
    return promise;
  };

  /** One flush for all that came meanwhile. */
  async #write(): Promise<void> {
    // The turn in which it came ends first: what else comes in it is flushed with it.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, limits.notesPerTxn);
      const kept = await this.#writeSome(some);
      for (const { name, resolve } of some) {
        this.#coming.delete(name);
        resolve(kept);
      }
      if (kept === "kept") for (const listener of this.#listeners) listener();
    }
    this.#writing = null;
  }

  async #writeSome(some: readonly Waiting[]): Promise<NoteKept> {
    try {
      const { root, commit } = this.#open();
      const places = some.map(({ name, note }) => ({ name, note, at: this.#next() }));
      await commit(places.map(({ name, note, at }) => ({ table: root, key: [at, name], value: note })));
      for (const { name, note, at } of places) {
        if (!this.#held.has(name)) this.#bytes += note.length;
        this.#held.set(name, { at, length: note.length });
      }
      this.#saidFull = false;
      return "kept";
    } catch (thrown) {
      const isFull = thrown instanceof Fault && thrown.code === "disk-full";
      this.#dropped.add(some.length, isFull ? "disk" : "failed");
      this.#sayFull(messageOf(thrown));
      return isFull ? "full" : "failed";
    }
  }

  #sayFull(why: string): void {
    if (this.#saidFull) return;
    this.#saidFull = true;
    this.#options.log.error(`What visitors say is not taken: ${why} They are told so.`);
  }

  #next(): number {
    this.#last = Math.max(this.#last + 1, this.#options.clock.wallMs());
    return this.#last;
  }

  oldest(): readonly HeldNote[] {
    const { root } = this.#env ?? { root: null };
    const found: HeldNote[] = [];
    if (root === null) return found;
    root.resetReadTxn();
    let bytes = 0;
    for (const [name, { at, length }] of this.#held) {
      bytes += length;
      if (found.length >= limits.notesPerBatchMax || (bytes > limits.notesBatchBytesMax && found.length > 0))
        break;
      const held = root.getBinary([at, name]);
      if (held !== undefined) found.push({ name, bytes: new Uint8Array(held) });
    }
    return found;
  }

  async taken(names: readonly Digest[]): Promise<void> {
    const places = names.flatMap((name) => {
      const place = this.#held.get(name);
      return place === undefined ? [] : [{ name, ...place }];
    });
    const env = this.#env;
    if (env === null || places.length === 0) return;
    try {
      await env.commit(
        places.map(({ name, at }): Change => ({ table: env.root, key: [at, name], value: null })),
      );
    } catch (thrown) {
      this.#options.log.error(
        `Notes of visitors that the source has are brought to it again: ${messageOf(thrown)}`,
      );
      return;
    }
    for (const { name, length } of places) if (this.#held.delete(name)) this.#bytes -= length;
  }

  async #sweep(): Promise<void> {
    const before = this.#options.clock.wallMs() - limits.notesHeldMsMax;
    const old = [...this.#held].filter(([, { at }]) => at < before).map(([name]) => name);
    if (old.length === 0) return;
    this.#dropped.add(old.length, "old");
    this.#options.log.warn("Notes of visitors that no source took for a month are dropped.", {
      count: old.length,
    });
    await this.taken(old);
  }

  async close(): Promise<void> {
    this.#sweeping.cancel();
    await this.#writing;
    await this.#env?.commit([]);
    await this.#env?.root.close();
    this.#env = null;
  }

  #open(): Env {
    if (this.#env !== null) return this.#env;
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const root = open<Uint8Array, Key>({
      path: dirname(this.#path),
      encoding: "binary",
      overlappingSync: false,
      noSubdir: false,
      mapSize: 4 * limits.notesHeldBytesMax,
    });
    this.#env = { root, commit: createCommit(root, this.#path, noMark) };
    return this.#env;
  }

  /** A visitor is not turned away for what became of others' notes. */
  #openOrPutAside(): void {
    try {
      checkFile(this.#path);
      const { root } = this.#open();
      for (const { key, value } of root.getRange({})) {
        const [at, name] = key as [number, Digest];
        this.#held.set(name, { at, length: value.length });
        this.#bytes += value.length;
        this.#last = at;
      }
    } catch (thrown) {
      const place = dirname(this.#path);
      const aside = `${place}.corrupt-${this.#options.clock.wallMs()}`;
      void this.#env?.root.close();
      this.#env = null;
      this.#held.clear();
      this.#bytes = 0;
      rmSync(aside, { recursive: true, force: true });
      renameSync(place, aside);
      this.#options.log.error(
        `Notes of visitors cannot be read: ${messageOf(thrown)} They lie in ${aside} now, and new ones are taken.`,
      );
    }
  }
}

/** Nobody reads here but who writes. */
const noMark = { begin() {}, end() {}, close() {} };
