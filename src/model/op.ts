// One change, as it is logged and replicated. In: decide (drafts), the ledger (stamps). Out: what fold merges.
// Field values are JSON. Two rules merge everything: the latest stamp wins per field, and sets merge as OR-sets.

/**
 * What an op speaks of. `update` belongs to an incident; `transition` is one past or present change of a component's status; `reminder` is in
 * no view: it tells those who follow the op-log that subscribers are to be reminded.
 */
export type EntityKind = (typeof entityKinds)[number];

export const entityKinds = [
  "page",
  "component",
  "incident",
  "update",
  "transition",
  "metric",
  "template",
  "recurrence",
  "draft",
  "reminder",
  "check",
  "upstream",
] as const;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Additions (elements, in their order) and removals (add tags, not elements) of one OR-set field. */
export interface SetChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** What `decide` returns: an op before it has a stamp, a time, a region and an actor. */
export interface OpDraft {
  readonly page: string;
  readonly kind: EntityKind;
  readonly id: string;
  /** Last-write-wins fields; times are ms since the epoch. */
  readonly fields: Readonly<Record<string, Json>>;
  /** OR-set fields. */
  readonly sets?: Readonly<Record<string, SetChange>>;
}

/** A logged op. `hlc` orders (a fixed-width string that sorts as time does), `at` is wall time in ms and is what people see. */
export interface Op extends OpDraft {
  readonly hlc: string;
  readonly at: number;
  readonly region: string;
  readonly actor: string;
}
