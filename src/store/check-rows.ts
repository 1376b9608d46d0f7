// Rows of check results as bytes. In: results of one check from one POP. Out: a row of single results, a row of roll-ups; and back. Little-endian: they never leave this
// machine but in a backup. Nothing here knows a key or a table.
import { Buffer } from "node:buffer";
import type { Probe, ProbeState, ProbeWhy } from "../model/check.ts";
import { probeStateWords, probeWhyWords } from "../snapshot/check-report.ts";
import { packValue, unpackValue } from "./values.ts";

/** A row of single results covers so much; its results stand by their distance from its start. */
export const rawStretchMs = 900_000;

/** One result as it is kept: without its name and, where the one before said the same, with its sentence. */
export interface RawResult {
  readonly atMs: number;
  readonly state: ProbeState;
  readonly ms: number | null;
  readonly why: ProbeWhy | null;
  readonly said: string | null;
}

/** Results of a stretch. */
export interface ResultTally {
  /** Start of the stretch (ms). */
  readonly at: number;
  readonly up: number;
  readonly slow: number;
  readonly down: number;
  readonly blind: number;
  /** Durations of those that are up or slow; null where none has one. */
  readonly ms: {
    readonly count: number;
    readonly sum: number;
    readonly min: number;
    readonly max: number;
  } | null;
}

const resultBytes = 6;
const offsetBits = 20;
const noWhy = 31;
const msNone = 0xffff;
const msMost = 0xfffe;

/** A row: [results of 6 bytes, sentences by the place of their result]. A result: offset (20 bits), state (2), why (5; 31: none) in a u32; duration (u16; all ones: none). */
export function rawRow(start: number, results: readonly RawResult[]): Uint8Array {
  const bytes = Buffer.alloc(results.length * resultBytes);
  const said: Record<string, string> = {};
  let before: string | null = null;
  results.forEach(({ atMs, state, ms, why, said: sentence }, at) => {
    const word =
      (atMs - start) |
      (probeStateWords.indexOf(state) << offsetBits) |
      ((why === null ? noWhy : probeWhyWords.indexOf(why)) << (offsetBits + 2));
    bytes.writeUInt32LE(word >>> 0, at * resultBytes);
    bytes.writeUInt16LE(
      ms === null ? msNone : Math.min(Math.max(0, Math.round(ms)), msMost),
      at * resultBytes + 4,
    );
    if (sentence !== before) said[at] = sentence ?? "";
    before = sentence;
  });
  return packValue([bytes, said]);
}

export function rawResults(start: number, row: Uint8Array): RawResult[] {
  const [bytes, sentences] = unpackValue<[Uint8Array, Record<string, string>]>(row);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const results: RawResult[] = [];
  let said: string | null = null;
  for (let at = 0; at * resultBytes < view.length; at++) {
    const word = view.readUInt32LE(at * resultBytes);
    const ms = view.readUInt16LE(at * resultBytes + 4);
    const sentence = sentences[at];
    if (sentence !== undefined) said = sentence === "" ? null : sentence;
    results.push({
      atMs: start + (word & ((1 << offsetBits) - 1)),
      state: probeStateWords[(word >>> offsetBits) & 3] ?? "blind",
      ms: ms === msNone ? null : ms,
      why: probeWhyWords[(word >>> (offsetBits + 2)) & 31] ?? null,
      said,
    });
  }
  return results;
}

const tallyBytes = 22;

/** Tallies of one row, by their place in it: place (u16), up, slow, down, blind, durations (u16 each), sum (u32), least, most (u16 each), 2 of zero. */
export function tallyRow(start: number, stepMs: number, tallies: readonly ResultTally[]): Uint8Array {
  const bytes = Buffer.alloc(tallies.length * tallyBytes);
  tallies.forEach((tally, at) => {
    const { up, slow, down, blind, ms } = tally;
    const own = [(tally.at - start) / stepMs, up, slow, down, blind, ms?.count ?? 0];
    for (const [place, value] of own.entries())
      bytes.writeUInt16LE(Math.min(value, 0xffff), at * tallyBytes + 2 * place);
    bytes.writeUInt32LE(Math.min(ms?.sum ?? 0, 0xffffffff), at * tallyBytes + 12);
    bytes.writeUInt16LE(ms?.min ?? 0, at * tallyBytes + 16);
    bytes.writeUInt16LE(ms?.max ?? 0, at * tallyBytes + 18);
  });
  return bytes;
}

export function talliesOf(start: number, stepMs: number, row: Uint8Array): ResultTally[] {
  const view = Buffer.from(row.buffer, row.byteOffset, row.length);
  const tallies: ResultTally[] = [];
  for (let from = 0; from + tallyBytes <= view.length; from += tallyBytes) {
    const u16 = (place: number): number => view.readUInt16LE(from + 2 * place);
    const count = u16(5);
    tallies.push({
      at: start + u16(0) * stepMs,
      ...{ up: u16(1), slow: u16(2), down: u16(3), blind: u16(4) },
      ms: count === 0 ? null : { count, sum: view.readUInt32LE(from + 12), min: u16(8), max: u16(9) },
    });
  }
  return tallies;
}

/** Results by the stretch of `stepMs` that they are in, in order. */
export function tallied(results: Iterable<RawResult>, stepMs: number): ResultTally[] {
  return summed([...results].map(tallyOf), stepMs);
}

const tallyOf = ({ atMs, state, ms }: RawResult): ResultTally => ({
  ...{ at: atMs, up: 0, slow: 0, down: 0, blind: 0 },
  [state]: 1,
  ms: ms === null ? null : { count: 1, sum: ms, min: ms, max: ms },
});

/** Tallies of longer stretches, in order. */
export function summed(tallies: Iterable<ResultTally>, stepMs: number): ResultTally[] {
  const found = new Map<number, ResultTally>();
  for (const tally of tallies) {
    const at = Math.floor(tally.at / stepMs) * stepMs;
    const before = found.get(at);
    found.set(at, before === undefined ? { ...tally, at } : both(before, tally));
  }
  return [...found.values()].sort((one, other) => one.at - other.at);
}

function both(one: ResultTally, other: ResultTally): ResultTally {
  const ms =
    one.ms === null || other.ms === null
      ? (one.ms ?? other.ms)
      : {
          count: one.ms.count + other.ms.count,
          sum: one.ms.sum + other.ms.sum,
          min: Math.min(one.ms.min, other.ms.min),
          max: Math.max(one.ms.max, other.ms.max),
        };
  return {
    at: one.at,
    up: one.up + other.up,
    slow: one.slow + other.slow,
    down: one.down + other.down,
    blind: one.blind + other.blind,
    ms,
  };
}

/** The newest result of a check from one POP. */
export type LastResult = Omit<Probe, "check">;

export const lastRow = ({ atMs, state, ms, why, said, certificateEndsMs }: LastResult): Uint8Array =>
  packValue([atMs, probeStateWords.indexOf(state), ms, why, said, certificateEndsMs]);

export function lastResult(row: Uint8Array): LastResult {
  type Row = [number, number, number | null, ProbeWhy | null, string | null, number | null];
  const [atMs, state, ms, why, said, certificateEndsMs] = unpackValue<Row>(row);
  return { atMs, state: probeStateWords[state] ?? "blind", ms, why, said, certificateEndsMs };
}
