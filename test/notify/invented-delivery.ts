// A delivery as the engine hands it to a channel. In: what is special about it. Out: one of an invented page.

import { noContact, type Subscriber } from "../../src/model/subscriber.ts";
import type { Delivery } from "../../src/notify/types.ts";
import { component, incident, now, page, update, viewFrom } from "../render/invented.ts";

export const database = component("db1", "Database <main>", { status: "major_outage" });
export const outage = incident("inc1", "Database is down", {
  impact: "critical",
  componentIds: ["db1"],
  updates: [
    update("inc1", now, "identified", "A disk is full & we *replace* it. See <https://x.example/>", {
      id: "upd2",
      affectedComponents: [
        { code: "db1", name: "Database <main>", oldStatus: "operational", newStatus: "major_outage" },
      ],
    }),
    update("inc1", now - 60_000, "investigating", "We look into it.", { id: "upd1" }),
  ],
});
export const maintenance = incident("mnt1", "New switches", {
  window: { from: now + 3_600_000, until: now + 7_200_000 },
  updates: [update("mnt1", now, "scheduled", "Short breaks.", { id: "upd3" })],
});
export const view = viewFrom({
  page: { ...page, languages: ["en", "de", "ar"] },
  components: [database],
  incidents: [outage, maintenance],
});

export function subscriber(fields: Partial<Subscriber> = {}): Subscriber {
  return {
    ...{ id: "sub1", kind: "webhook", state: "active", contact: noContact, components: null, incident: null },
    ...{
      accessUser: null,
      skipConfirmation: false,
      createdMs: now,
      quarantinedMs: null,
      consent: null,
      language: null,
    },
    ...fields,
  };
}

export function delivery(fields: Partial<Delivery> = {}): Delivery {
  const link = (deed: string) => `${page.url}/subscribe/${deed}?t=secret-${deed}`;
  return {
    key: "b3BhcXVlLWtleS1oZXJl00",
    attempt: 1,
    occasion: { kind: "update", page: page.id, incident: "inc1", update: "upd2" },
    occurredMs: now,
    view,
    revision: 1,
    subscriber: subscriber(),
    language: "en",
    links: {
      confirm: link("confirm"),
      manage: link("manage"),
      unsubscribe: link("unsubscribe"),
      oneClick: link("one-click"),
    },
    ...fields,
  };
}

export const unsignalled = new AbortController().signal;
