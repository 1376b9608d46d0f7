// Status history of an import. In: view, bundle. Out: transition ops for what the view lacks.
// A bundle without a history of its own has one in its updates: each says which status its components had from then on.
import type { ImportBundle } from "./command.ts";
import { transitionOp } from "./drafts.ts";
import type { OpDraft } from "./op.ts";
import type { ComponentStatus, PageView } from "./view.ts";

/** Status by moment, of one component. */
type History = Map<number, ComponentStatus>;

export function transitionOps(view: PageView | null, bundle: ImportBundle, now: number): readonly OpDraft[] {
  const histories = bundle.transitions === undefined ? derived(bundle) : told(bundle.transitions);
  const groups = new Set(bundle.components.filter((it) => it.group === true).map((it) => it.id));
  const known = new Set([...(view?.componentById.keys() ?? []), ...bundle.components.map((it) => it.id)]);
  const current = new Map(bundle.components.map((it) => [it.id, it]));
  return [...known].flatMap((id) => {
    if (groups.has(id) || view?.componentById.get(id)?.group === true) return [];
    const held = new Map((view?.transitions.get(id) ?? []).map(({ at, status }) => [at, status]));
    const wanted = histories.get(id) ?? new Map();
    const { status, updatedAt } = current.get(id) ?? {};
    if (status !== undefined) endWith(status, updatedAt ?? bundle.page.updatedAt ?? now, wanted, held, now);
    return [...wanted]
      .filter(([at, word]) => held.get(at) !== word)
      .map(([at, word]) => transitionOp(bundle.page.id, id, at, word));
  });
}

function told(transitions: NonNullable<ImportBundle["transitions"]>): Map<string, History> {
  const histories = new Map<string, History>();
  for (const { componentId, at, status } of transitions) historyOf(histories, componentId).set(at, status);
  return histories;
}

/** From the updates of all incidents in the order of their moments: an entry wherever a component's status changes. */
function derived({ incidents }: ImportBundle): Map<string, History> {
  const histories = new Map<string, History>();
  const last = new Map<string, ComponentStatus>();
  const updates = incidents
    .flatMap((it) => it.updates.toReversed())
    .sort((a, b) => a.displayAt - b.displayAt);
  for (const { displayAt, affectedComponents } of updates) {
    for (const { code, newStatus } of affectedComponents ?? []) {
      if (newStatus === (last.get(code) ?? "operational")) continue;
      last.set(code, newStatus);
      historyOf(histories, code).set(displayAt, newStatus);
    }
  }
  return histories;
}

function historyOf(histories: Map<string, History>, id: string): History {
  const history = histories.get(id) ?? new Map<number, ComponentStatus>();
  histories.set(id, history);
  return history;
}

/** The component's current status is the last word: where the history ends otherwise, it gets one more entry. */
function endWith(
  status: ComponentStatus,
  updatedAt: number,
  wanted: History,
  held: ReadonlyMap<number, ComponentStatus>,
  now: number,
): void {
  const merged = new Map([...held, ...wanted]);
  const lastAt = [...merged.keys()].reduce((max, at) => Math.max(max, at), Number.NEGATIVE_INFINITY);
  if ((merged.get(lastAt) ?? "operational") === status) return;
  if (updatedAt > lastAt) wanted.set(updatedAt, status);
  // A change made here after the source's own time ends now; one of the source's ends where it began.
  else wanted.set(wanted.has(lastAt) ? lastAt : Math.max(now, lastAt), status);
}
