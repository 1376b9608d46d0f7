// What would become of contacts that somebody wants to add. In: contacts, what is held. Out: how each stands with a page by now. Nothing is written.
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { identityOf, type NewSubscriber } from "../model/subscriber.ts";
import type { Store } from "./open.ts";
import { type Held, indexOf, lookUpPlace } from "./subscriber-held.ts";
import { lookUpOf } from "./subscriber-rows.ts";
import { contactHash, isSuppressed } from "./suppressions.ts";
import { unpackValue } from "./values.ts";

/** Who unsubscribed is one that adding would ask again; who was erased is new, since nothing of them was kept to know them by. */
export type Footing = "new" | "known" | "unsubscribed" | "suppressed";
export type Addressed = Pick<NewSubscriber, "kind" | "contact" | "incident">;

/** In their order, some in each turn of the event loop; one that comes twice is known by then. */
export async function footingsOf(
  store: Store,
  held: Held,
  page: string,
  wanted: readonly Addressed[],
): Promise<readonly Footing[]> {
  const seen = new Set<string>();
  const footings: Footing[] = [];
  for (const [at, one] of wanted.entries()) {
    if (at % limits.subscribersPerTurn === 0) {
      if (at > 0) await nextTurn();
      store.refresh();
    }
    const name = [one.incident ?? "", one.kind, identityOf(one.kind, one.contact)].join("\0");
    footings.push(seen.has(name) ? "known" : footingOf(store, held, page, one));
    seen.add(name);
  }
  return footings;
}

function footingOf(store: Store, held: Held, page: string, one: Addressed): Footing {
  const { keys } = held;
  // Without keys nobody was ever added, or put on a list.
  if (keys === null) return "new";
  if (isSuppressed(store, page, contactHash(page, one, keys.lookUp))) return "suppressed";
  const bytes = store.tables.meta.getBinary([lookUpPlace, page, lookUpOf(page, one, keys.lookUp)]);
  const known = bytes === undefined ? null : indexOf(held, page).get(unpackValue<string>(bytes));
  if (known === null) return "new";
  return known.state === "unsubscribed" ? "unsubscribed" : "known";
}
