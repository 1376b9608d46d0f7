// Who an occasion is meant for. In: the occasion, the page, rows of subscribers. Out: whether a row is meant, without its key.
import type { Occasion } from "../model/occasion.ts";
import type { SubscriberState } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import type { Peeked } from "../store/subscriber-lanes.ts";

export interface Audience {
  readonly page: string;
  /** Those who follow one incident hear of it alone. */
  readonly incident: string | null;
  /** Those who chose components hear where one of these is theirs. */
  readonly components: readonly string[];
  /** The one who is told of the own subscription. */
  readonly subscriber: string | null;
  readonly state: SubscriberState;
}

const stateFor = {
  confirm: "unconfirmed",
  challenge: "unconfirmed",
  changed: "active",
  unsubscribed: "unsubscribed",
} as const;

export function audienceOf(occasion: Occasion, view: PageView | null): Audience {
  const { page } = occasion;
  if ("subscriber" in occasion) {
    const { subscriber, kind } = occasion;
    return { page, incident: null, components: [], subscriber, state: stateFor[kind] };
  }
  const common = { page, subscriber: null, state: "active" } as const;
  if (occasion.kind === "component") return { ...common, incident: null, components: [occasion.component] };
  const { incident } = occasion;
  return { ...common, incident, components: view?.incidentById.get(incident)?.componentIds ?? [] };
}

export function isMeant(audience: Audience, row: Pick<Peeked, "state" | "components" | "incident">): boolean {
  if (row.state !== audience.state) return false;
  if (audience.subscriber !== null) return true;
  if (row.incident !== null) return row.incident === audience.incident;
  return row.components === null || row.components.some((id) => audience.components.includes(id));
}
