// Ninety days of an invented organisation as one import. In: a seed, a UTC day. Out: the same bundle for the same two.
// Nothing here has happened after the day's first moment, so that a start at any time of the day gives the same ops.
import { newId } from "../base/ids.ts";
import { type Random, seededRandom } from "../base/random.ts";
import type { ImportBundle, ImportedIncident } from "../model/command.ts";
import type { ComponentStatus } from "../model/view.ts";
import { demoLooks } from "./demo-looks.ts";
import { demoMetric, demoMetricId } from "./demo-metric.ts";
import { demoGroups, demoPage } from "./demo-organisation.ts";
import { comingMaintenance, openStory, pastMaintenance, type Story, troubles } from "./demo-stories.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export const demoDays = 90;
export const demoSeed = 8_123;

/** The first moment of the UTC day that `ms` is in. */
export function utcDay(ms: number): number {
  return Math.floor(ms / dayMs) * dayMs;
}

/** The whole organisation as one import; `day` is any moment (ms) of the UTC day of the first start. */
export function demoBundle(seed: number, day: number): ImportBundle {
  const today = utcDay(day);
  const random = seededRandom(seed);
  const pageId = newId(random);
  const ids = new Map<string, string>();
  for (const group of demoGroups)
    for (const { key } of [group, ...group.components]) ids.set(key, newId(random));
  const told = tellAll(random, today, ids);
  return {
    page: {
      id: pageId,
      ...demoPage,
      ...demoLooks,
      updatedAt: Math.max(...told.map(({ incident }) => incident.updatedAt)),
    },
    components: components(today, ids, told),
    incidents: told.map(({ incident }) => incident),
    metrics: [{ ...demoMetric, id: demoMetricId(pageId), createdAt: today - demoDays * dayMs }],
    transitions: told.flatMap(({ changes }) => changes).sort((left, right) => left.at - right.at),
  };
}

interface Change {
  readonly componentId: string;
  readonly at: number;
  readonly status: ComponentStatus;
}

/** A story with ids and times. `changes` are the statuses that its components took, oldest first. */
interface Told {
  readonly incident: ImportedIncident;
  readonly changes: readonly Change[];
}

type ImportedUpdate = ImportedIncident["updates"][number];
type Ids = ReadonlyMap<string, string>;

function idOf(ids: Ids, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new RangeError(`The demo has no component ${key}.`);
  return id;
}

function tellAll(random: Random, today: number, ids: Ids): readonly Told[] {
  // One story a week or so, in an order of chance; the last two days of each week stay free.
  const span = Math.floor((demoDays - 6) / troubles.length);
  const uneven = (): number => 0.8 + random.fraction() * 0.45;
  const past = shuffled(troubles, random).map((story, at) => {
    const daysAgo = 4 + at * span + random.below(span - 2);
    const minutes = 300 + random.below(480);
    return tell(story, today - daysAgo * dayMs + minutes * minuteMs, uneven, random, ids);
  });
  const openMinutes = openStory.steps.reduce((sum, { after }) => sum + after, 0);
  const open = tell(openStory, today - (openMinutes + 10) * minuteMs, () => 1, random, ids);
  const announced = today - (4 + 4 * span - 1 + 3) * dayMs + 20 * 60 * minuteMs;
  const maintenance = tell(pastMaintenance, announced, () => 1, random, ids);
  return [...past, open, withWindow(maintenance), comingMaintenanceOf(today, random, ids)];
}

/** A story from `start` on; `pace` stretches what is written of each step. */
function tell(story: Story, start: number, pace: () => number, random: Random, ids: Ids): Told {
  const id = newId(random);
  const statuses = new Map<string, ComponentStatus>();
  const changes: Change[] = [];
  const updates: ImportedUpdate[] = [];
  let at = start;
  for (const step of story.steps) {
    at += Math.round(step.after * pace()) * minuteMs;
    const before = new Map(statuses);
    const sets = step.status === "resolved" ? allOperational(statuses) : (step.sets ?? {});
    for (const [key, status] of Object.entries(sets)) {
      if ((statuses.get(key) ?? "operational") === status) continue;
      statuses.set(key, status);
      changes.push({ componentId: idOf(ids, key), at, status });
    }
    updates.unshift({
      id: newId(random),
      status: step.status,
      body: step.says.replaceAll("{start}", clockTime(start)).replaceAll("{now}", clockTime(at)),
      createdAt: at,
      updatedAt: at,
      displayAt: at,
      affectedComponents: step.status === "postmortem" ? null : affected(before, statuses, ids),
      deliverNotifications: false,
    });
  }
  return { incident: incidentOf(story, id, start, updates, [...statuses.keys()], ids), changes };
}

function incidentOf(
  story: Story,
  id: string,
  start: number,
  updates: ImportedIncident["updates"],
  keys: readonly string[],
  ids: Ids,
): ImportedIncident {
  const last = updates[0];
  const timeOf = (status: string): number | null =>
    updates.findLast((update) => update.status === status)?.displayAt ?? null;
  return {
    id,
    name: story.name,
    status: last?.status ?? "investigating",
    impact: story.impact,
    createdAt: start,
    updatedAt: last?.updatedAt ?? start,
    startedAt: start,
    monitoringAt: timeOf("monitoring"),
    resolvedAt: timeOf("resolved") ?? timeOf("completed"),
    componentIds: keys.map((key) => idOf(ids, key)),
    updates,
  };
}

function withWindow({ incident, changes }: Told): Told {
  const timeOf = (status: string): number =>
    incident.updates.find((update) => update.status === status)?.displayAt ?? incident.createdAt;
  const window = { from: timeOf("in_progress"), until: timeOf("completed") };
  return { incident: { ...incident, startedAt: window.from, window }, changes };
}

function comingMaintenanceOf(today: number, random: Random, ids: Ids): Told {
  const { name, says, components, minutes } = comingMaintenance;
  const from = today + 2 * dayMs + 22 * 60 * minuteMs;
  const announced = today - 3 * dayMs + 10 * 60 * minuteMs;
  const times = { createdAt: announced, updatedAt: announced, displayAt: announced };
  const update = {
    id: newId(random),
    status: "scheduled" as const,
    body: says,
    ...times,
    affectedComponents: affected(new Map(), new Map(components.map((key) => [key, "operational"])), ids),
    deliverNotifications: false,
  };
  return {
    incident: {
      id: newId(random),
      name,
      status: "scheduled",
      impact: "maintenance",
      createdAt: announced,
      updatedAt: announced,
      startedAt: from,
      monitoringAt: null,
      resolvedAt: null,
      window: { from, until: from + minutes * minuteMs },
      componentIds: components.map((key) => idOf(ids, key)),
      updates: [update],
    },
    changes: [],
  };
}

function components(today: number, ids: Ids, told: readonly Told[]): ImportBundle["components"] {
  const since = today - 400 * dayMs;
  const startDate = new Date(since).toISOString().slice(0, 10);
  const latest = new Map<string, Change>();
  for (const { changes } of told)
    for (const change of changes)
      if (change.at >= (latest.get(change.componentId)?.at ?? 0)) latest.set(change.componentId, change);
  const shared = { createdAt: since, showcase: true, startDate, onlyShowIfDegraded: false };
  return demoGroups.flatMap((group, groupAt) => {
    const groupId = idOf(ids, group.key);
    const members = group.components.map(({ key, name, description }, at) => {
      const id = idOf(ids, key);
      const change = latest.get(id);
      return {
        ...shared,
        id,
        name,
        description,
        status: change?.status ?? ("operational" as const),
        updatedAt: change?.at ?? since,
        position: at + 1,
        groupId,
        group: false,
      };
    });
    const { name } = group;
    return [
      {
        ...shared,
        id: groupId,
        name,
        description: null,
        updatedAt: since,
        position: groupAt + 1,
        groupId: null,
        group: true,
      },
      ...members,
    ];
  });
}

function affected(
  before: ReadonlyMap<string, ComponentStatus>,
  after: ReadonlyMap<string, ComponentStatus>,
  ids: Ids,
) {
  return [...after].map(([key, newStatus]) => ({
    code: idOf(ids, key),
    name: nameOf(key),
    oldStatus: before.get(key) ?? "operational",
    newStatus,
  }));
}

function nameOf(key: string): string {
  return demoGroups.flatMap((group) => group.components).find((one) => one.key === key)?.name ?? key;
}

function allOperational(statuses: ReadonlyMap<string, ComponentStatus>): Record<string, ComponentStatus> {
  return Object.fromEntries([...statuses.keys()].map((key) => [key, "operational"]));
}

/** `09:41` in UTC. */
function clockTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

/** Fisher and Yates, as in Knuth, TAOCP 2, 3.4.2, algorithm P. */
function shuffled<Entry>(entries: readonly Entry[], random: Random): readonly Entry[] {
  const left = [...entries];
  const drawn: Entry[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.below(left.length), 1));
  return drawn;
}
