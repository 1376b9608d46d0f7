// Builds what decisions are made of. In: entity ids and fields. Out: op drafts, decisions, refusals, set changes.
import { canonicalJson } from "../crdt/lww.ts";
import type { Decision, Refusal } from "./command.ts";
import type { EntityKind, Json, OpDraft, SetChange } from "./op.ts";
import type { ComponentStatus, Incident, PageView } from "./view.ts";

export type Fields = Readonly<Record<string, Json>>;

export function decided(id: string, ops: readonly OpDraft[]): Decision {
  return { ok: true, id, ops };
}

/** At least one sentence. */
export function refused(status: Refusal["status"], ...sentences: readonly string[]): Decision {
  return { ok: false, refusal: { status, sentences } };
}

/** The fields of `wanted` that are known and differ from `held`. */
export function differing(held: object, wanted: object): Fields {
  const current = held as Readonly<Record<string, unknown>>;
  const entries = Object.entries(wanted as Readonly<Record<string, Json | undefined>>);
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      value === undefined || canonicalJson(value) === canonicalJson(current[name] ?? null)
        ? []
        : [[name, value] as const],
    ),
  );
}

/** The fields that are said, null included. */
export function given(fields: Readonly<Record<string, Json | undefined>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** One op, or none when it would say nothing. */
export function opOf(
  page: string,
  kind: EntityKind,
  id: string,
  fields: Fields,
  sets: Readonly<Record<string, SetChange>> = {},
): readonly OpDraft[] {
  const changes = Object.entries(sets).filter(
    ([, { add = [], remove = [] }]) => add.length + remove.length > 0,
  );
  if (Object.keys(fields).length === 0 && changes.length === 0) return [];
  const draft = { page, kind, id, fields };
  return [changes.length === 0 ? draft : { ...draft, sets: Object.fromEntries(changes) }];
}

/** A component's status from `at` on. One op a component and moment: a second one replaces the first. */
export function transitionOp(
  page: string,
  componentId: string,
  at: number,
  status: ComponentStatus,
): OpDraft {
  return { page, kind: "transition", id: `${componentId}-${at}`, fields: { componentId, at, status } };
}

/** The moment of a change that is made now: not before the history's end, even when the wall clock was put back. */
export function momentOf(view: PageView, componentId: string, now: number): number {
  return Math.max(now, view.transitions.get(componentId)?.at(-1)?.at ?? now);
}

/** What makes the set read `wanted`, in that order. Elements that already stand right stay; the rest is added anew behind them. */
export function componentsChange(
  held: Pick<Incident, "componentIds" | "componentTags">,
  wanted: readonly string[],
): SetChange {
  const kept = new Set<string>();
  let next = 0;
  for (const id of held.componentIds) {
    if (id !== wanted[next]) continue;
    kept.add(id);
    next++;
  }
  return {
    add: wanted.slice(next),
    remove: held.componentIds.flatMap((id, at) => (kept.has(id) ? [] : (held.componentTags[at] ?? []))),
  };
}
