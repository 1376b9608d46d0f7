// What a POP found, and who pinged it. In: results and the POP's key, or bytes from anyone. Out: signed bytes, or the report and who made it. Results are held and
// brought in the batches in which they were written down; a report is signed when it is sent, so that its time says how far the POP's clock is off.
// What a later release adds to an entry, and entries of kinds that it adds, are passed over by an older source.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { Probe, ProbeState, ProbeWhy } from "../model/check.ts";
import { type DecodeReason, decode, Reader, Writer } from "./bytes.ts";
import type { PublicKey, SecretKey } from "./keys.ts";
import { isPageId, pageCharsMax } from "./names.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import { x25519Bytes } from "./x25519.ts";

/** Their numbers in bytes: none is ever given to another word. */
const stateNumbers: Readonly<Record<ProbeState, number>> = { up: 0, slow: 1, down: 2, blind: 3 };
const whyNumbers: Readonly<Record<ProbeWhy, number>> = {
  timeout: 0,
  refused: 1,
  unreachable: 2,
  name: 3,
  tls: 4,
  certificate: 5,
  status: 6,
  keyword: 7,
  json: 8,
  redirects: 9,
  "too-large": 10,
  malformed: 11,
  answer: 12,
  silent: 13,
  "not-allowed": 14,
  internal: 15,
};

const wordsOf = <Word extends string>(numbers: Readonly<Record<Word, number>>): readonly Word[] =>
  (Object.keys(numbers) as Word[]).sort((one, other) => numbers[one] - numbers[other]);

/** By their numbers. */
export const probeStateWords = wordsOf(stateNumbers);
export const probeWhyWords = wordsOf(whyNumbers);

export const pingWords = ["success", "start", "fail"] as const;
export type PingWord = (typeof pingWords)[number];

/** A job has said how it is. */
export interface Ping {
  /** Page, "/", id of the check. */
  readonly check: string;
  /** By the POP's clock, ms since 1970. */
  readonly atMs: number;
  readonly word: PingWord;
  /** The job's exit code where it said one. */
  readonly exit: number | null;
  /** The first line of what it sent. */
  readonly said: string | null;
}

export type ReportEntry = { readonly probe: Probe } | { readonly ping: Ping };

/** What was written down at once. Numbers rise within an origin, with gaps. */
export interface ReportBatch {
  readonly number: number;
  readonly bytes: Uint8Array;
}

export interface CheckReport {
  /** When it was sent, by the POP's clock (ms). */
  readonly timeMs: number;
  /** Of the file in which the POP holds results, 32 hex digits: a new file counts from anew. */
  readonly origin: string;
  /** Sequence of the plan that is held, 0 for none. */
  readonly plan: number;
  /** X25519: what a newer plan is to be sealed for. */
  readonly receiver: Uint8Array;
  readonly batches: readonly ReportBatch[];
}

const originBytes = 16;
/** Beside the batches: the fields before them, the envelope. */
const aroundBytes = 1024 + limits.probesReportBatchesMax * 16;

export const probesFormat: SignedFormat<CheckReport> = {
  context: "pharos/probes/1",
  signer: "pop",
  bytesMax: limits.probesReportBytesMax + limits.probesBatchBytesMax + aroundBytes,
  write(writer, report) {
    writer.u64(report.timeMs).bytes(Buffer.from(report.origin, "hex")).u64(report.plan);
    writer.bytes(report.receiver).count(report.batches.length, limits.probesReportBatchesMax);
    for (const { number, bytes } of report.batches) writer.u64(number).u32(bytes.length).bytes(bytes);
  },
  read(reader) {
    const timeMs = reader.u64();
    const origin = Buffer.from(reader.bytes(originBytes)).toString("hex");
    const plan = reader.u64();
    const receiver = new Uint8Array(reader.bytes(x25519Bytes));
    const count = reader.count(limits.probesReportBatchesMax);
    const batches: ReportBatch[] = [];
    for (let at = 0; at < count; at++) {
      const number = reader.u64();
      if (number <= (batches.at(-1)?.number ?? 0)) reader.stop("not-canonical");
      const length = reader.u32();
      if (length > limits.probesBatchBytesMax) reader.stop("over-limit");
      batches.push({ number, bytes: new Uint8Array(reader.bytes(length)) });
    }
    return { timeMs, origin, plan, receiver, batches };
  },
};

export function signProbes(report: CheckReport, popKey: SecretKey): Uint8Array {
  return signAs(probesFormat, report, popKey);
}

/** A report of one of the keys that `knows` names. */
export function openProbes(
  bytes: Uint8Array,
  knows: (key: PublicKey) => boolean = () => true,
): Result<Opened<CheckReport>, OpenReason> {
  return openAs(probesFormat, bytes, knows);
}

const [probeEntry, pingEntry] = [0, 1];
/** Below them the state, two bits. */
const [msBit, whyBit, saidBit, certificateBit] = [4, 8, 16, 32];
/** Below them the word, two bits. */
const exitBit = 4;

/** Batches of these entries, in their order, each within the bounds of one. */
export function batchesOf(entries: readonly ReportEntry[]): readonly Uint8Array[] {
  const batches: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  let bytes = 0;
  const close = (): void => {
    if (open.length === 0) return;
    const writer = new Writer().count(open.length, limits.probesPerBatchMax);
    for (const entry of open) writer.count(entry.length, 0xffff).bytes(entry);
    batches.push(writer.done());
    open = [];
    bytes = 0;
  };
  for (const entry of entries) {
    const one = entryBytes(entry);
    if (open.length >= limits.probesPerBatchMax || bytes + one.length + 4 > limits.probesBatchBytesMax)
      close();
    open.push(one);
    bytes += one.length + 2;
  }
  close();
  return batches;
}

/** The entries of a batch that this release knows. */
export function readBatch(bytes: Uint8Array): Result<readonly ReportEntry[], DecodeReason> {
  return decode(bytes, (reader) => {
    const count = reader.count(limits.probesPerBatchMax);
    const entries: ReportEntry[] = [];
    for (let at = 0; at < count; at++) {
      const entry = readEntry(new Reader(reader.bytes(reader.count(0xffff))));
      if (entry !== null) entries.push(entry);
    }
    return entries;
  });
}

function entryBytes(entry: ReportEntry): Uint8Array {
  const writer = new Writer();
  if ("probe" in entry) writeProbe(writer.u8(probeEntry), entry.probe);
  else writePing(writer.u8(pingEntry), entry.ping);
  return writer.done();
}

function readEntry(reader: Reader): ReportEntry | null {
  const kind = reader.u8();
  if (kind === probeEntry) {
    const probe = readProbe(reader);
    return probe === null ? null : { probe };
  }
  if (kind !== pingEntry) return null;
  const ping = readPing(reader);
  return ping === null ? null : { ping };
}

function writeProbe(writer: Writer, probe: Probe): void {
  const { state, ms, why, said, certificateEndsMs } = probe;
  writeName(writer, probe.check).u64(probe.atMs);
  writer.u8(
    stateNumbers[state] |
      (ms === null ? 0 : msBit) |
      (why === null ? 0 : whyBit) |
      (said === null ? 0 : saidBit) |
      (certificateEndsMs === null ? 0 : certificateBit),
  );
  if (ms !== null) writer.u32(Math.round(ms));
  if (why !== null) writer.u8(whyNumbers[why]);
  if (said !== null) writeSaid(writer, said);
  if (certificateEndsMs !== null) writer.u64(certificateEndsMs);
}

/** Null for a reason that a later release added. */
function readProbe(reader: Reader): Probe | null {
  const check = readName(reader);
  const atMs = reader.u64();
  const bits = reader.u8();
  const state = probeStateWords[bits & 3];
  const ms = (bits & msBit) === 0 ? null : reader.u32();
  const why = (bits & whyBit) === 0 ? null : probeWhyWords[reader.u8()];
  const said = (bits & saidBit) === 0 ? null : reader.text(limits.probeSaidBytesMax);
  const certificateEndsMs = (bits & certificateBit) === 0 ? null : reader.u64();
  if (state === undefined || why === undefined) return null;
  return { check, atMs, state, ms, why, said, certificateEndsMs };
}

function writePing(writer: Writer, { check, atMs, word, exit, said }: Ping): void {
  writeName(writer, check).u64(atMs);
  writer.u8(pingWords.indexOf(word) | (exit === null ? 0 : exitBit) | (said === null ? 0 : saidBit));
  if (exit !== null) writer.u8(exit);
  if (said !== null) writeSaid(writer, said);
}

function readPing(reader: Reader): Ping | null {
  const check = readName(reader);
  const atMs = reader.u64();
  const bits = reader.u8();
  const word = pingWords[bits & 3];
  const exit = (bits & exitBit) === 0 ? null : reader.u8();
  const said = (bits & saidBit) === 0 ? null : reader.text(limits.probeSaidBytesMax);
  return word === undefined ? null : { check, atMs, word, exit, said };
}

function writeName(writer: Writer, check: string): Writer {
  const [page = "", id = ""] = check.split("/");
  return writer.name(page, pageCharsMax, isPageId).name(id, pageCharsMax, isPageId);
}

const readName = (reader: Reader): string =>
  `${reader.name(pageCharsMax, isPageId)}/${reader.name(pageCharsMax, isPageId)}`;

/** What does not fit is cut off between two characters. */
function writeSaid(writer: Writer, said: string): void {
  let text = said;
  while (Buffer.byteLength(text) > limits.probeSaidBytesMax) text = [...text].slice(0, -16).join("");
  writer.text(text, limits.probeSaidBytesMax);
}
