// A zone as its file says it, before anything was checked. In: nothing at run time. Out: what the readers of both formats give.
import type { Name } from "./names.ts";

/** Where something stands; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A sentence, and where it belongs. Its full stop is put there when it is shown: a name at its end brings its own. */
export interface Mistake {
  readonly place: Place;
  readonly says: string;
}

export interface DraftRecord {
  readonly name: Name;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly rdata: Uint8Array;
  readonly place: Place;
}

/** A name whose addresses, or whose canonical name, are chosen for each visitor. */
export interface DraftSteer {
  readonly name: Name;
  readonly map: string;
  readonly place: Place;
}

export interface ZoneDraft {
  /** Null where the file has no SOA. */
  readonly origin: Name | null;
  readonly records: readonly DraftRecord[];
  readonly steered: readonly DraftSteer[];
  readonly mistakes: readonly Mistake[];
  /** The whole file, for what is missing in it. */
  readonly place: Place;
}

export function showMistake({ place: { file, line, column }, says }: Mistake): string {
  return `${file}:${line}:${column}: ${says}${/[.?]$/.test(says) ? "" : "."}`;
}

/** In the order in which a person goes through a file. */
export function inOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  return [...mistakes].sort(
    (left, right) => left.place.line - right.place.line || left.place.column - right.place.column,
  );
}
