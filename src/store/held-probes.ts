// What a POP found and was pinged with, until its source has taken it, and the plan by which it checks: an LMDB environment of its own, `<data>/probes`. In: batches of
// results, a signed plan. Out: they, in the order of their coming, once each. It is made with the first plan that names a check.
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { type Clock, every, type Timer } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { ReportBatch } from "../snapshot/check-report.ts";
import type { Change } from "./commit.ts";
import { openSideFile, type Side, type SideFile } from "./side-file.ts";

/** `kept`: on the device. `full`: more waits to be written than is waited for. `failed`: it could not be written. */
export type ProbesKept = "kept" | "full" | "failed";

export interface HeldProbes {
  /** The plan that was kept last, signed; null where there was none. */
  plan(): Uint8Array | null;
  /** On the device when it resolves. Throws Fault `disk-full`. */
  keepPlan(signed: Uint8Array): Promise<void>;
  /** Never rejects. Where there is no room the oldest go. */
  keep(batch: Uint8Array): Promise<ProbesKept>;
  /** Of this file, 32 hex digits; zeros while there is none. */
  origin(): string;
  /** The oldest ones, within the bounds of one report. */
  oldest(): readonly ReportBatch[];
  /** The source has all up to this number. Never rejects: what could not be removed is brought once more. */
  taken(upTo: number): Promise<void>;
  count(): number;
  /** Told of each that is new. */
  onKept(listener: () => void): void;
  close(): Promise<void>;
}

export interface HeldProbesOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Default `probesHeldBytesMax`. */
  readonly heldBytesMax?: number;
}

export const probesFile = (folder: string): string => join(folder, "probes", "data.mdb");

const tables = ["words", "batches"] as const;
type Name = (typeof tables)[number];
const noOrigin = "0".repeat(32);

/** Opens what is there. A damaged file is put aside and said: the source gives the plan again. */
export function openHeldProbes(options: HeldProbesOptions): HeldProbes {
  return new ProbesOnDisk(options);
}

interface Waiting {
  readonly batch: Uint8Array;
  readonly resolve: (kept: ProbesKept) => void;
}

class ProbesOnDisk implements HeldProbes {
  readonly #options: HeldProbesOptions;
  readonly #file: SideFile<Name>;
  readonly #dropped;
  readonly #listeners = new Set<() => void>();
  readonly #sweeping: Timer;
  /** Lengths by number, in their order. */
  readonly #held = new Map<number, number>();
  #plan: Uint8Array | null = null;
  #origin = noOrigin;
  #bytes = 0;
  #last = 0;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #saidFailed = false;

  constructor(options: HeldProbesOptions) {
    this.#options = options;
    const { clock, log, metrics, folder } = options;
    this.#dropped = metrics.counter(
      "probes_dropped_total",
      "Batches of check results that no source took, by why they were dropped.",
      "why",
    );
    metrics.watch("probes_held_bytes", "Bytes of check results that wait for the source.", () => this.#bytes);
    this.#file = openSideFile(
      {
        ...{ path: probesFile(folder), tables, clock, log },
        mapBytes: 4 * limits.probesHeldBytesMax,
        what: "Results of checks that wait for the source",
      },
      (side) => this.#read(side),
    );
    if (this.#file.held() === null) this.#forgetAll();
    this.#sweeping = every(clock, limits.resultsSweepMs, () => void this.#sweep());
  }

  plan = (): Uint8Array | null => this.#plan;
  origin = (): string => this.#origin;
  count = (): number => this.#held.size;

  onKept(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async keepPlan(signed: Uint8Array): Promise<void> {
    const side = this.#file.open();
    const origin = this.#origin === noOrigin ? this.#options.random.bytes(16) : null;
    await side.commit([
      { table: side.tables.words, key: "plan", value: signed },
      ...(origin === null ? [] : [{ table: side.tables.words, key: "origin", value: origin }]),
    ]);
    this.#plan = signed;
    if (origin !== null) this.#origin = Buffer.from(origin).toString("hex");
  }

  keep(batch: Uint8Array): Promise<ProbesKept> {
    // Without a plan there is no check, so nobody has anything to keep.
    if (this.#plan === null) return Promise.resolve("failed");
    if (this.#waitingBytes + batch.length > limits.probesWaitingBytesMax) {
      this.#dropped.add(1, "waiting");
      return Promise.resolve("full");
    }
    const { promise, resolve } = Promise.withResolvers<ProbesKept>();
    this.#waiting.push({ batch, resolve });
    this.#waitingBytes += batch.length;
    this.#writing ??= this.#write();
    return promise;
  }

  /** One flush for all that came meanwhile. */
  async #write(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0);
      this.#waitingBytes = 0;
      const kept = await this.#writeSome(some.map(({ batch }) => batch));
      for (const { resolve } of some) resolve(kept);
      if (kept === "kept") for (const listener of this.#listeners) listener();
    }
    this.#writing = null;
  }

  async #writeSome(batches: readonly Uint8Array[]): Promise<ProbesKept> {
    try {
      const { tables: to, commit } = this.#file.open();
      const placed = batches.map((bytes) => ({ number: this.#next(), bytes }));
      const added = batches.reduce((sum, { length }) => sum + length, 0);
      const gone = this.#tooMany(added);
      await commit([
        ...placed.map(({ number, bytes }): Change => ({ table: to.batches, key: number, value: bytes })),
        ...gone.map((number): Change => ({ table: to.batches, key: number, value: null })),
      ]);
      this.#forget(gone);
      this.#dropped.add(gone.length, "full");
      for (const { number, bytes } of placed) this.#held.set(number, bytes.length);
      this.#bytes += added;
      this.#saidFailed = false;
      return "kept";
    } catch (thrown) {
      const isFull = thrown instanceof Fault && thrown.code === "disk-full";
      this.#dropped.add(batches.length, isFull ? "disk" : "failed");
      if (!this.#saidFailed) this.#options.log.error(`Results of checks are lost: ${messageOf(thrown)}`);
      this.#saidFailed = true;
      return "failed";
    }
  }

  /** The oldest, until so many more bytes have room: what is newest says how it is. */
  #tooMany(added: number): readonly number[] {
    const most = this.#options.heldBytesMax ?? limits.probesHeldBytesMax;
    const gone: number[] = [];
    let left = this.#bytes + added;
    for (const [number, length] of this.#held) {
      if (left <= most) break;
      gone.push(number);
      left -= length;
    }
    return gone;
  }

  #next(): number {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#options.clock.wallMs()));
    return this.#last;
  }

  #forget(numbers: Iterable<number>): void {
    for (const number of numbers) {
      this.#bytes -= this.#held.get(number) ?? 0;
      this.#held.delete(number);
    }
  }

  oldest(): readonly ReportBatch[] {
    const side = this.#file.held();
    const found: ReportBatch[] = [];
    side?.root.resetReadTxn();
    let bytes = 0;
    for (const [number, length] of this.#held) {
      bytes += length;
      if (found.length >= limits.probesReportBatchesMax || bytes > limits.probesReportBytesMax) break;
      const held = side?.tables.batches.getBinary(number);
      if (held !== undefined) found.push({ number, bytes: new Uint8Array(held) });
    }
    return found;
  }

  async taken(upTo: number): Promise<void> {
    const numbers: number[] = [];
    for (const number of this.#held.keys()) {
      if (number > upTo) break;
      numbers.push(number);
    }
    await this.#remove(numbers);
  }

  async #remove(numbers: readonly number[]): Promise<void> {
    const side = this.#file.held();
    if (side === null || numbers.length === 0) return;
    try {
      await side.commit(
        numbers.map((number): Change => ({ table: side.tables.batches, key: number, value: null })),
      );
    } catch (thrown) {
      this.#options.log.error(
        `Results of checks that the source has are brought to it again: ${messageOf(thrown)}`,
      );
      return;
    }
    this.#forget(numbers);
  }

  async #sweep(): Promise<void> {
    const before = this.#options.clock.wallMs() - limits.probesHeldMsMax;
    const old: number[] = [];
    for (const number of this.#held.keys()) {
      if (number >= before) break;
      old.push(number);
    }
    if (old.length === 0) return;
    this.#dropped.add(old.length, "old");
    await this.#remove(old);
  }

  async close(): Promise<void> {
    this.#sweeping.cancel();
    await this.#writing;
    await this.#file.close();
  }

  #read({ tables: from }: Side<Name>): void {
    const [plan, origin] = [from.words.getBinary("plan"), from.words.getBinary("origin")];
    this.#plan = plan === undefined ? null : new Uint8Array(plan);
    this.#origin = origin === undefined ? noOrigin : Buffer.from(origin).toString("hex");
    for (const { key, value } of from.batches.getRange({})) {
      const number = key as number;
      this.#held.set(number, value.length);
      this.#bytes += value.length;
      this.#last = number;
    }
  }

  /** The file was put aside in the middle of reading it. */
  #forgetAll(): void {
    this.#held.clear();
    this.#bytes = 0;
    this.#plan = null;
    this.#origin = noOrigin;
  }
}
