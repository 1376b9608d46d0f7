// Results of checks on their way to the source, and plans on their way back. In: a signed report, how many relays it passed; what the source keeps, a sealed plan. Out: bodies of
// a request and its answer; and back, whoever they are from.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import { decode, Writer } from "../snapshot/bytes.ts";
import { probesFormat } from "../snapshot/check-report.ts";

export const checksPath = "/sync/checks";

export const checksBodyBytesMax = 1 + probesFormat.bytesMax;
/** A number and a sealed plan. */
export const checksAnswerBytesMax = 8 + limits.planBytesMax + 512;

export interface ChecksAsk {
  /** Relays that it passed. */
  readonly hops: number;
  /** A signed report. */
  readonly report: Uint8Array;
}

/** Hops (1), then the report. */
export function encodeChecksAsk({ hops, report }: ChecksAsk): Uint8Array {
  return Buffer.concat([Buffer.from([hops]), report]);
}

/** Null where it is none, or has passed too many relays. */
export function decodeChecksAsk(body: Uint8Array): ChecksAsk | null {
  const [hops = 0xff] = body;
  return hops > limits.probesHopsMax ? null : { hops, report: body.subarray(1) };
}

export interface ChecksAnswer {
  /** All batches up to this number are kept by who answers. */
  readonly upTo: number;
  /** Sealed for the key that the report named; null: the plan that is held is the newest. */
  readonly plan: Uint8Array | null;
}

/** Number (8), then the plan. */
export function encodeChecksAnswer({ upTo, plan }: ChecksAnswer): Uint8Array {
  const head = new Writer().u64(upTo).done();
  return plan === null ? head : Buffer.concat([head, plan]);
}

/** Null where it is none. */
export function decodeChecksAnswer(body: Uint8Array): ChecksAnswer | null {
  const head = decode(body.subarray(0, 8), (reader) => reader.u64());
  if (!head.ok) return null;
  return { upTo: head.value, plan: body.length === 8 ? null : body.subarray(8) };
}
