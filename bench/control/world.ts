// A large installation, made without its network. In: sizes, a seed. Out: one page as a bundle to import, and who subscribes to it.
// Ids follow from numbers, so that whoever measures knows them without asking.
import type { Random } from "../../src/base/random.ts";
import type { ImportBundle, ImportedIncident } from "../../src/model/command.ts";
import { type NewSubscriber, noContact } from "../../src/model/subscriber.ts";
import { sampleHost, samplePage } from "../../test/support/summary.ts";

export interface Sizes {
  /** Groups among them. */
  readonly components: number;
  readonly incidents: number;
  readonly subscribers: number;
}

export const fullSizes: Sizes = { components: 2_000, incidents: 20_000, subscribers: 100_000 };

const dayMs = 86_400_000;
const componentsAGroup = 40;
/** Ten a day: 20,000 are five and a half years. */
const incidentEveryMs = dayMs / 10;
/** The newest ones are still open. */
export const openIncidents = 5;
const upcomingMaintenances = 10;
const stages = ["investigating", "identified", "monitoring", "resolved"] as const;
const impacts = ["none", "minor", "major", "critical"] as const;
const words =
  "we are looking into errors of requests to the service some customers see slow answers and timeouts a fix was found and is on its way engineers watch recovery queues drain latency of writes in one region database connections cache storage network provider deploy rollback capacity".split(
    " ",
  );

export const componentId = (at: number): string => `c${at.toString(36).padStart(11, "0")}`;
/** The newest being 0. */
export const incidentId = (at: number): string => `t${at.toString(36).padStart(11, "0")}`;
/** A group leads those that are in it. */
export const isGroup = (at: number): boolean => at % componentsAGroup === 0;
export const mailOf = (at: number): string => `reader${at}@mail${at % 1_000}.example.com`;

const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[random.below(values.length)] as Value;
const sentence = (random: Random): string =>
  `${Array.from({ length: 12 + random.below(40) }, () => pick(random, words)).join(" ")}.`;

export function bundleOf({ components, incidents }: Sizes, now: number, random: Random): ImportBundle {
  return {
    page: {
      id: samplePage,
      name: "A large organisation",
      url: `https://${sampleHost}`,
      timeZone: "Etc/UTC",
      updatedAt: now - dayMs,
    },
    components: Array.from({ length: components }, (_none, at) => ({
      id: componentId(at),
      name: isGroup(at) ? `Region ${at / componentsAGroup}` : `Service ${at} of the platform`,
      status: "operational",
      group: isGroup(at),
      groupId: isGroup(at) ? null : componentId(at - (at % componentsAGroup)),
      position: at + 1,
      createdAt: now - incidents * incidentEveryMs - 2 * dayMs,
    })),
    incidents: [
      ...Array.from({ length: incidents - upcomingMaintenances }, (_none, at) =>
        incidentOf(at, components, now, random),
      ),
      ...Array.from({ length: upcomingMaintenances }, (_none, at) =>
        maintenanceOf(incidents - upcomingMaintenances + at, at, now, random),
      ),
    ],
  };
}

function incidentOf(at: number, components: number, now: number, random: Random): ImportedIncident {
  const id = incidentId(at);
  const startMs = now - (at + 1) * incidentEveryMs;
  const told = at < openIncidents ? stages.slice(0, 3) : stages;
  const times = told.map((_status, stage) => startMs + stage * 20 * 60_000 + random.below(60_000));
  const endMs = times.at(-1) ?? startMs;
  const [first, second] = [1 + random.below(components - 1), 1 + random.below(components - 1)];
  return {
    id,
    name: sentence(random).slice(0, 60),
    status: told.at(-1) ?? "investigating",
    impact: pick(random, impacts),
    createdAt: startMs,
    updatedAt: endMs,
    startedAt: startMs,
    monitoringAt: times[2] ?? null,
    resolvedAt: at < openIncidents ? null : endMs,
    componentIds: [first, second].filter((it) => !isGroup(it)).map(componentId),
    updates: told
      .map((status, stage) => ({
        id: `u${stage}${id.slice(1)}`,
        status,
        body: sentence(random),
        createdAt: times[stage] ?? startMs,
        updatedAt: times[stage] ?? startMs,
        displayAt: times[stage] ?? startMs,
        affectedComponents: null,
      }))
      .reverse(),
  };
}

function maintenanceOf(at: number, coming: number, now: number, random: Random): ImportedIncident {
  const id = incidentId(at);
  const from = now + (coming + 2) * dayMs;
  return {
    id,
    name: `Work on storage ${coming}`,
    status: "scheduled",
    createdAt: now - dayMs,
    updatedAt: now - dayMs,
    window: { from, until: from + 3_600_000 },
    componentIds: [componentId(1 + coming)],
    updates: [
      {
        id: `u0${id.slice(1)}`,
        status: "scheduled",
        body: sentence(random),
        createdAt: now - dayMs,
        updatedAt: now - dayMs,
        displayAt: now - dayMs,
      },
    ],
  };
}

/** Most by mail and active, a tenth for some components alone, of each other kind and state a few. */
export function subscriberOf(at: number, { components }: Sizes): NewSubscriber {
  const kind = at % 25 === 3 ? "sms" : at % 25 === 7 ? "webhook" : "email";
  const contact = {
    ...noContact,
    ...(kind === "email" && { email: mailOf(at) }),
    ...(kind === "sms" && { phoneNumber: `${5_550_000_000 + at}`, phoneCountry: "US" }),
    ...(kind === "webhook" && {
      endpoint: `https://hooks${at % 1_000}.example.com/${at}`,
      email: mailOf(at),
    }),
  };
  const wanted = 1 + (at % (components - 1));
  return {
    kind,
    state: at % 20 === 11 ? "unconfirmed" : at % 100 === 42 ? "quarantined" : "active",
    contact,
    components: at % 10 === 5 ? [componentId(isGroup(wanted) ? wanted + 1 : wanted)] : null,
    incident: null,
    accessUser: null,
    skipConfirmation: false,
  };
}
