// Who changed what, other than the monitor. In: the op-log. Out: the last one who touched an incident, a draft or a component's status since a position.
// It follows the log only while something that the monitor did stands, and reads it again after a restart: a person's change is never missed.
import type { Op } from "../model/op.ts";
import type { PageView } from "../model/view.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Hands, Held } from "./acting.ts";

export const monitorActor = "monitor";

export interface HandsLog {
  /** Reads the log from here on, unless it is read from further back already. */
  follow(position: number): void;
  /** How far it was read: what is touched later lies behind it. */
  extend(): number;
  /** Forgets all and rests. */
  rest(): void;
  of(view: PageView, held: Held): Hands;
}

const nobody: Hands = { component: null, incident: null };

export function createHands(ledger: Pick<Ledger, "opsAfter" | "position">): HandsLog {
  /** By page, kind and id. */
  const touched = new Map<string, { readonly position: number; readonly actor: string }>();
  let cursor: number | null = null;
  const keyOf = (page: string, kind: string, id: string): string => `${page}/${kind}/${id}`;
  const extend = (): number => {
    if (cursor === null) return ledger.position();
    for (const { position, op } of ledger.opsAfter(cursor)) {
      cursor = position;
      if (counts(op)) touched.set(keyOf(op.page, op.kind, op.id), { position, actor: op.actor });
      const { incidentId } = op.fields;
      if (op.kind === "update" && typeof incidentId === "string" && op.actor !== monitorActor)
        touched.set(keyOf(op.page, "incident", incidentId), { position, actor: op.actor });
    }
    return cursor;
  };
  return {
    follow(position) {
      if (cursor === null || position < cursor) cursor = position;
    },
    extend,
    rest() {
      cursor = null;
      touched.clear();
    },
    of({ page, incidentById }, { position, component, incident }) {
      const who = (kind: string, id: string | null | undefined): string | null => {
        const found = id == null ? undefined : touched.get(keyOf(page.id, kind, id));
        return found !== undefined && found.position > position ? found.actor : null;
      };
      if (component === null && incident === null) return nobody;
      const updates = incident === null ? [] : (incidentById.get(incident.id)?.updates ?? []);
      return {
        component: who("component", component?.id),
        incident:
          who("incident", incident?.id) ??
          who("draft", incident?.draft) ??
          updates.map(({ id }) => who("update", id)).find((actor) => actor !== null) ??
          null,
      };
    },
  };
}

/** A maintenance that begins or ends by itself only lends a component its status: that is no hand. */
function counts({ actor, kind, fields }: Op): boolean {
  if (actor === monitorActor) return false;
  if (kind === "component")
    return actor !== "timer" && (fields.status !== undefined || fields.deleted === true);
  return kind === "incident" || kind === "update" || kind === "draft";
}
