// What the audit tells of subscribers. In: rows before and after. Out: one entry for all of a transaction, without anything by which a person is reached.
import { type AuditFields, auditOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import type { OpenRow } from "./subscriber-rows.ts";
import type { By } from "./tokens.ts";

/** Each as it was and as it is; null where it was not there, or is there no more. */
export type Told = readonly (readonly [before: OpenRow | null, after: OpenRow | null])[];

export function subscriberEntry(
  store: Store,
  page: string,
  deed: "add" | "update" | "ask" | "erase",
  told: Told,
  by: By | undefined,
): readonly Change[] {
  const [first] = told;
  if (by === undefined || first === undefined) return [];
  const [before, after] = first;
  const isOne = told.length === 1;
  return auditOf(store).entry({
    ...by,
    what: `subscriber.${deed}`,
    subject: {
      kind: "subscriber",
      id: isOne ? ((after ?? before)?.id ?? "") : "",
      name: isOne ? "" : `${told.length} subscribers`,
    },
    pages: [page],
    before: isOne ? before && toldOf(before) : null,
    after: isOne ? after && toldOf(after) : { count: told.length, ...(after && { state: after.state }) },
  });
}

function toldOf({ kind, state, components, incident }: OpenRow): AuditFields {
  return { kind, state, components, incident };
}
