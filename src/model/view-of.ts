// The view of a page state. In: a state, with the keys that changed since its last view. Out: the next view, or the same one.
// Work grows with the change: unchanged entities keep their object, unchanged lists their array.
import type { Check } from "./check.ts";
import {
  checkFrom,
  metricFrom,
  pageFrom,
  recurrenceFrom,
  tellingFrom,
  templateFrom,
  upstreamFrom,
} from "./entities.ts";
import { isDeleted } from "./fields.ts";
import { type EntityRecord, type PageState, recordKey } from "./fold.ts";
import type { EntityKind } from "./op.ts";
import { byName, byPosition, publishedBefore } from "./order.ts";
import type { Upstream } from "./upstream.ts";
import type { Metric, Page, PageView, Recurrence, TellingDraft, Template } from "./view.ts";
import { nextComponents, nextTransitions, sameItems } from "./view-components.ts";
import { nextIncidents, withLists } from "./view-incidents.ts";

/** A page without anything. */
export const noView: Omit<PageView, "page"> = {
  components: [],
  componentById: new Map(),
  incidents: [],
  maintenances: [],
  incidentById: new Map(),
  transitions: new Map(),
  metrics: [],
  templates: [],
  recurrences: [],
  drafts: [],
  checks: [],
  upstreams: [],
  gone: new Set(),
  version: "",
};

/** The state's view; null while the page itself has not been created. */
export function viewOf(state: PageState): PageView | null {
  if (state.changed.size === 0) return state.view;
  const page = nextPage(state);
  if (page === null) {
    // What changed meanwhile stays in `changed`, for the view that the page's arrival makes.
    state.view = null;
    for (const key of state.records.keys()) state.changed.add(key);
    return null;
  }
  return nextView(state, page, state.view ?? noView);
}

/** The view with what changed since `before`. */
export function nextView(state: PageState, page: Page, before: Omit<PageView, "page">): PageView {
  const changedIds = idsByKind(state.changed);
  const touched = idsByKind(state.touched);
  const [updates, transitions] = [keysOf(state.changed, "update"), keysOf(state.changed, "transition")];
  const incidents = [...new Set([...changedIds.incident, ...touched.incident])];
  const view = withLists(nextIncidents(state, before, incidents, updates), {
    page,
    ...nextComponents(state, before, changedIds.component),
    transitions: nextTransitions(
      state,
      before.transitions,
      [...new Set([...changedIds.component, ...touched.component])],
      transitions,
    ),
    metrics: nextList(state, before.metrics, changedIds.metric, metricList),
    templates: nextList(state, before.templates, changedIds.template, templateList),
    recurrences: nextList(state, before.recurrences, changedIds.recurrence, recurrenceList),
    drafts: nextList(state, before.drafts, changedIds.draft, draftList),
    checks: nextList(state, before.checks, changedIds.check, checkList),
    upstreams: nextList(state, before.upstreams, changedIds.upstream, upstreamList),
    gone: nextGone(state, before.gone),
    version: state.version,
  });
  for (const set of [state.changed, state.fresh, state.touched, state.lost]) set.clear();
  state.view = view;
  return view;
}

function nextPage({ records, page, changed, view }: PageState): Page | null {
  const key = recordKey("page", page);
  if (view !== null && !changed.has(key)) return view.page;
  const record = records.get(key);
  return record === undefined ? null : pageFrom(record);
}

const listedKinds = [
  "component",
  "incident",
  "metric",
  "template",
  "recurrence",
  "draft",
  "check",
  "upstream",
] as const;

function idsByKind(keys: ReadonlySet<string>): Record<(typeof listedKinds)[number], readonly string[]> {
  const ids = Object.fromEntries(listedKinds.map((kind) => [kind, [] as string[]])) as Record<
    (typeof listedKinds)[number],
    string[]
  >;
  for (const key of keys) {
    const cut = key.indexOf("/");
    const kind = listedKinds.find((it) => it === key.slice(0, cut));
    if (kind !== undefined) ids[kind].push(key.slice(cut + 1));
  }
  return ids;
}

const keysOf = (keys: ReadonlySet<string>, kind: EntityKind): readonly string[] =>
  [...keys].filter((key) => key.startsWith(`${kind}/`));

interface ListOf<Item> {
  readonly kind: EntityKind;
  from(record: EntityRecord): Item | null;
  order(a: Item, b: Item): number;
}

/** A list that is short enough to be made anew. */
function nextList<Item extends { readonly id: string }>(
  state: PageState,
  before: readonly Item[],
  changed: readonly string[],
  of: ListOf<Item>,
): readonly Item[] {
  if (changed.length === 0) return before;
  const ids = new Set(changed);
  const made = changed.flatMap((id) => {
    const record = state.records.get(recordKey(of.kind, id));
    return (record === undefined ? null : of.from(record)) ?? [];
  });
  const list = [...before.filter(({ id }) => !ids.has(id)), ...made].sort(of.order);
  return sameItems(list, before) ? before : list;
}

const metricList: ListOf<Metric> = { kind: "metric", from: metricFrom, order: byPosition };
const templateList: ListOf<Template> = { kind: "template", from: templateFrom, order: byName };
const recurrenceList: ListOf<Recurrence> = { kind: "recurrence", from: recurrenceFrom, order: byName };
const draftList: ListOf<TellingDraft> = { kind: "draft", from: tellingFrom, order: publishedBefore };
const checkList: ListOf<Check> = { kind: "check", from: checkFrom, order: byPosition };
const upstreamList: ListOf<Upstream> = { kind: "upstream", from: upstreamFrom, order: byPosition };

function nextGone(state: PageState, before: PageView["gone"]): PageView["gone"] {
  const [fresh, back] = [[] as string[], [] as string[]];
  for (const key of state.changed) {
    const record = state.records.get(key);
    const gone = record !== undefined && isDeleted(record);
    if (gone !== before.has(key)) (gone ? fresh : back).push(key);
  }
  if (fresh.length + back.length === 0) return before;
  const next = new Set(before);
  for (const key of fresh) next.add(key);
  for (const key of back) next.delete(key);
  return next;
}
