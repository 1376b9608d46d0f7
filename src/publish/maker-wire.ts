// What the control plane and its maker say to each other. In: messages. Out: frames (MessagePack), and back. Both are one binary, of one release.
import { Fault, type FaultCode, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Head } from "../snapshot/types.ts";
import type { Apply } from "../store/types.ts";
import { packValue, unpackValue } from "../store/values.ts";
import type { Made } from "./make-page.ts";
import type { Order } from "./maker.ts";

/** `order` numbers the order that is spoken of. */
export type ToMaker =
  | { readonly does: "make"; readonly order: number; readonly of: Order }
  /** The bodies are staged: more may come. */
  | { readonly does: "staged"; readonly order: number; readonly failure: Failure | null }
  | { readonly does: "kept"; readonly head: Head }
  | { readonly does: "forget"; readonly page: string };

export type FromMaker =
  | { readonly says: "stage"; readonly order: number; readonly objects: Apply["objects"] }
  /** Of what was made, in its order, before it is said to be made. */
  | ({ readonly says: "piece"; readonly order: number } & Piece)
  | { readonly says: "made"; readonly order: number; readonly made: Made }
  | { readonly says: "failed"; readonly order: number; readonly failure: Failure };

/** Parts and notes of a generation. */
export interface Piece {
  readonly parts: Extract<Made, { kind: "made" }>["parts"];
  readonly notes: NonNullable<Extract<Made, { kind: "made" }>["notes"]>;
}

/**
 * What was made, without what goes ahead in pieces: a page of 44,000 routes has 12 MB of parts and notes, and as one message they would be held six times while
 * it grows, is copied and written.
 */
export function inPieces(made: Made): { readonly pieces: readonly Piece[]; readonly rest: Made } {
  if (made.kind === "unchanged") return { pieces: [], rest: made };
  const pieces = [
    ...cut(made.parts).map((parts) => ({ parts, notes: [] })),
    ...cut(made.notes ?? []).map((notes) => ({ parts: [], notes })),
  ];
  return { pieces, rest: { ...made, parts: [], notes: [] } };
}

/** The whole of it again. */
export function joined(pieces: readonly Piece[], rest: Made): Made {
  if (rest.kind === "unchanged") return rest;
  const parts = [...pieces.flatMap((piece) => piece.parts), ...rest.parts];
  return { ...rest, parts, notes: [...pieces.flatMap((piece) => piece.notes), ...(rest.notes ?? [])] };
}

/** Pieces of some length, in their order; each entry whole. */
function cut<Entry extends readonly [string, Uint8Array | null]>(entries: readonly Entry[]): Entry[][] {
  const pieces: Entry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const length = entry[1]?.length ?? 0;
    if (bytes + length > limits.madePieceBytesMax) {
      pieces.push([]);
      bytes = 0;
    }
    bytes += length;
    pieces.at(-1)?.push(entry);
  }
  return pieces;
}

export interface Failure {
  readonly code: FaultCode;
  readonly sentence: string;
  readonly remedy: string;
}

export const toFrame = (message: ToMaker | FromMaker): Uint8Array => packValue(message);
export const fromFrame = <Message extends ToMaker | FromMaker>(frame: Uint8Array): Message =>
  unpackValue<Message>(frame);

export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Fault)) return { code: "internal", sentence: messageOf(thrown), remedy: "" };
  return { code: thrown.code, sentence: thrown.message, remedy: thrown.remedy };
}

export function faultOf({ code, sentence, remedy }: Failure): Fault {
  return new Fault(code, sentence, remedy);
}
