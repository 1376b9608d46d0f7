// An invented organisation as a view, for the tests of render. In: nothing. Out: views, and small changes of them.
import { seededRandom } from "../../src/base/random.ts";
import { worstOf } from "../../src/model/group.ts";
import { plainLooks } from "../../src/model/looks.ts";
import { listedBefore, startsBefore } from "../../src/model/order.ts";
import {
  type Component,
  type ComponentStatus,
  type Incident,
  type IncidentUpdate,
  noAutomation,
  type Page,
  type PageView,
  type Transition,
} from "../../src/model/view.ts";

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** 2026-11-21T14:03:22Z */
export const now = Date.UTC(2026, 10, 21, 14, 3, 22);

export const page: Page = {
  id: "hb8x2k4m9q1z",
  name: "Northwind Cloud",
  url: "https://status.northwind.example",
  hosts: ["status.northwind.example"],
  timeZone: "Etc/UTC",
  description: "Live status of Northwind Cloud and its regions.",
  createdAt: now - 800 * dayMs,
  updatedAt: now,
  indicatorRule: "components",
  languages: ["en"],
  looks: plainLooks,
  uptimeBadges: false,
  partialWeight: 0.3,
  slaTarget: null,
  version: "",
};

export function component(id: string, name: string, fields: Partial<Component> = {}): Component {
  return {
    id,
    name,
    status: "operational",
    createdAt: now - 700 * dayMs,
    updatedAt: now - 3 * dayMs,
    position: 1,
    rank: 0,
    description: null,
    showcase: true,
    startDate: null,
    groupId: null,
    group: false,
    onlyShowIfDegraded: false,
    version: "1",
    ...fields,
  };
}

export function update(
  incidentId: string,
  at: number,
  status: IncidentUpdate["status"],
  body: string,
  fields: Partial<IncidentUpdate> = {},
): IncidentUpdate {
  return {
    id: `${incidentId}${(at % 1_000_000_007).toString(36)}`,
    incidentId,
    status,
    body,
    createdAt: at,
    updatedAt: at,
    displayAt: at,
    affectedComponents: null,
    deliverNotifications: true,
    customTweet: null,
    tweetId: null,
    ...fields,
  };
}

export function incident(id: string, name: string, fields: Partial<Incident> = {}): Incident {
  const updates = fields.updates ?? [update(id, now - hourMs, "investigating", "We are looking into it.")];
  const oldest = updates.at(-1)?.displayAt ?? now;
  return {
    id,
    name,
    status: updates[0]?.status ?? "investigating",
    impact: "minor",
    impactOverride: null,
    createdAt: oldest,
    updatedAt: updates[0]?.updatedAt ?? now,
    startedAt: oldest,
    monitoringAt: null,
    resolvedAt: updates[0]?.status === "resolved" ? updates[0].displayAt : null,
    shortlink: null,
    window: null,
    componentIds: [],
    componentTags: [],
    feedNumber: null,
    reminderIntervals: null,
    automation: noAutomation,
    reminded: null,
    recurrence: null,
    metadata: {},
    postmortem: null,
    postmortemDraft: null,
    born: id,
    version: "1",
    ...fields,
    updates,
    toldAt: updates[0]?.displayAt ?? null,
  };
}

export interface Parts {
  readonly page?: Page;
  readonly components?: readonly Component[];
  readonly incidents?: readonly Incident[];
  readonly transitions?: Readonly<Record<string, readonly Transition[]>>;
}

/** A view of these parts, with its lists in order; objects are used as they are. */
export function viewFrom({
  page: of = page,
  components = [],
  incidents = [],
  transitions = {},
}: Parts): PageView {
  return {
    page: of,
    components,
    componentById: new Map(components.map((it) => [it.id, it])),
    incidents: incidents.filter((it) => it.window === null).sort(listedBefore),
    maintenances: incidents.filter((it) => it.window !== null).sort(startsBefore),
    incidentById: new Map(incidents.map((it) => [it.id, it])),
    transitions: new Map(Object.entries(transitions)),
    metrics: [],
    templates: [],
    recurrences: [],
    checks: [],
    upstreams: [],
    drafts: [],
    gone: new Set(),
    version: "1",
  };
}

const groups: readonly (readonly [string, readonly (readonly [string, string | null])[]])[] = [
  [
    "Compute",
    [
      ["Virtual machines", "Start, stop and resize instances"],
      ["Kubernetes", "Managed clusters and their control planes"],
      ["Functions", null],
      ["Batch jobs", null],
      ["Image registry", "Push and pull of container images"],
      ["GPU pools", null],
    ],
  ],
  [
    "Storage and data",
    [
      ["Object storage", "S3-compatible buckets"],
      ["Block volumes", null],
      ["PostgreSQL", "Managed databases, replicas and backups"],
      ["Key-value store", null],
      ["Message queues", null],
      ["Data warehouse", null],
    ],
  ],
  [
    "Network",
    [
      ["Load balancers", null],
      ["Global DNS", "Answers from 14 locations"],
      ["Content delivery", null],
      ["Private networks", null],
      ["VPN gateways", null],
      ["Outbound mail", null],
    ],
  ],
  [
    "Account and tools",
    [
      ["Console", "console.northwind.example"],
      ["API", "Requests of all regions"],
      ["Sign-in", "Passwords, passkeys and single sign-on"],
      ["Billing", null],
      ["Support desk", null],
      ["Documentation", null],
    ],
  ],
];

const troubles: readonly ComponentStatus[] = [
  "degraded_performance",
  "partial_outage",
  "major_outage",
  "under_maintenance",
];

function history(seed: number, current: ComponentStatus): readonly Transition[] {
  const random = seededRandom(seed);
  const list: Transition[] = [];
  const days = [...new Set(Array.from({ length: random.below(6) }, () => 2 + random.below(86)))].sort(
    (a, b) => b - a,
  );
  for (const back of days) {
    const at = now - back * dayMs + random.below(10) * hourMs;
    list.push({ at, status: troubles[random.below(troubles.length)] ?? "partial_outage" });
    list.push({ at: at + (10 + random.below(200)) * 60_000, status: "operational" });
  }
  if (current !== "operational") list.push({ at: now - 2 * hourMs, status: current });
  return list;
}

const openIncidentId = "p1q2r3s4t5u6";

function openIncident(affected: readonly string[]): Incident {
  return incident(openIncidentId, "Elevated errors when images are pushed and pulled", {
    impact: "major",
    componentIds: affected,
    updates: [
      update(
        openIncidentId,
        now - 12 * 60_000,
        "identified",
        "A storage node behind the registry returns corrupt layers for about 3 % of requests. We have taken it out of rotation and are rebuilding its replicas; error rates are falling.\n\nPushes may need a retry until then. Details: https://docs.northwind.example/registry/retries.",
      ),
      update(
        openIncidentId,
        now - 48 * 60_000,
        "investigating",
        "We see failed pulls in all regions and have paged the storage team.",
      ),
      update(
        openIncidentId,
        now - 72 * 60_000,
        "investigating",
        "We are investigating reports of errors from the image registry.",
        {
          affectedComponents: [
            { code: "c05", name: "Image registry", oldStatus: "operational", newStatus: "partial_outage" },
            { code: "c02", name: "Kubernetes", oldStatus: "operational", newStatus: "degraded_performance" },
          ],
        },
      ),
    ],
  });
}

function pastIncident(
  id: string,
  name: string,
  back: number,
  hours: number,
  fields: Partial<Incident>,
): Incident {
  const from = now - back * dayMs;
  return incident(id, name, {
    updates: [
      update(
        id,
        from + hours * hourMs,
        "resolved",
        "This incident has been resolved. We will share what we learned within five working days.",
      ),
      update(
        id,
        from + hours * hourMs * 0.6,
        "monitoring",
        "A fix is in place and we are watching the results.",
      ),
      update(id, from, "investigating", "We are investigating."),
    ],
    ...fields,
  });
}

function maintenance(
  id: string,
  name: string,
  from: number,
  hours: number,
  fields: Partial<Incident> = {},
): Incident {
  return incident(id, name, {
    impact: "maintenance",
    window: { from, until: from + hours * hourMs },
    updates: [
      update(
        id,
        now - 3 * dayMs,
        "scheduled",
        "We will move the primary databases of eu-north to new hardware. Connections drop once for up to 30 seconds; clients that reconnect will not notice more.",
      ),
    ],
    ...fields,
  });
}

/** 24 components in 4 groups, an open incident, coming maintenance, past incidents, 90 days of history. */
export function inventedParts(): Required<Parts> {
  const components: Component[] = [];
  const transitions: Record<string, readonly Transition[]> = {};
  const wrong: Readonly<Record<string, ComponentStatus>> = {
    c02: "degraded_performance",
    c05: "partial_outage",
  };
  let count = 0;
  for (const [at, [name, members]] of groups.entries()) {
    const groupId = `g0${at + 1}`;
    const mine = members.map(([member, description], place) => {
      const id = `c${String(++count).padStart(2, "0")}`;
      const status = wrong[id] ?? "operational";
      transitions[id] = history(count, status);
      const startDate = id === "c06" ? "2026-10-12" : null;
      return component(id, member, {
        description,
        groupId,
        position: place + 1,
        status,
        rank: count,
        startDate,
      });
    });
    components.push(
      component(groupId, name, {
        group: true,
        position: at + 1,
        status: worstOf(mine.map((it) => it.status)),
      }),
      ...mine,
    );
  }
  const incidents = [
    openIncident(["c05", "c02"]),
    maintenance("m1m1m1m1m1m1", "Database move in eu-north", now + 34 * hourMs, 2, { componentIds: ["c09"] }),
    pastIncident("a1a1a1a1a1a1", "Slow console sign-in", 1, 1.2, {
      impact: "minor",
      componentIds: ["c19", "c21"],
    }),
    pastIncident("b2b2b2b2b2b2", "Load balancers in us-east dropped connections", 6, 0.7, {
      impact: "critical",
      componentIds: ["c13"],
    }),
    pastIncident("d3d3d3d3d3d3", "Delayed outbound mail", 6.2, 3.4, {
      impact: "major",
      componentIds: ["c18"],
    }),
    pastIncident("e4e4e4e4e4e4", "Billing reports late", 40, 5, { impact: "none", componentIds: ["c22"] }),
  ];
  return { page, components, incidents, transitions };
}
