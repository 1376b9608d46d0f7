// Updates of incidents that did not change since their page was opened. In: what a start learnt of each, a way to read one. Out: them, when asked for.
// They are four fifths of what a page weighs, and of those that are years old a few are ever read again: so they stay where their records lie.
import { type Heard, inOrder } from "./entities.ts";
import type { Incident, IncidentUpdate } from "./view.ts";

/** Incidents of which the updates stay that were read last: whoever lists some lists them again. */
const recentMax = 1_000;

/** No id has one. */
const between = "\n";

export type ReadUpdate = (id: string) => IncidentUpdate | null;

export interface Recall {
  /** Keeps the ids of all updates of the incident with this key. */
  learn(incident: string, lying: Lying): Recalled;
  /** To be called before an update of the incident changes: who holds the incident as it was goes on seeing what it said. */
  keep(incident: string): void;
  /** Ids of all updates, those that show nothing too. */
  idsOf(incident: string): readonly string[] | undefined;
  /** Keys of all incidents that have updates. */
  incidents(): Iterable<string>;
}

/** What is known of the updates of an incident without reading them. */
export interface Lying {
  /** Ids of those that show something, newest first. */
  readonly shown: readonly string[];
  readonly others: readonly string[];
  readonly toldAt: number | null;
}

/** With the greatest stamp of all. */
export function lyingOf(heard: readonly Heard[]): Lying & { readonly latest: string } {
  const { shown, others, latest } = inOrder(heard);
  const ids = (some: readonly Heard[]): readonly string[] => some.map(({ id }) => id);
  return { shown: ids(shown), others: ids(others), toldAt: shown[0]?.displayAt ?? null, latest };
}

export function createRecall(read: ReadUpdate): Recall {
  const known = new Map<string, Recalled>();
  const recent = new Map<Recalled, readonly IncidentUpdate[]>();
  const recall = (recalled: Recalled, ids: readonly string[]): readonly IncidentUpdate[] => {
    const updates = recent.get(recalled) ?? ids.flatMap((id) => read(id) ?? []);
    recent.delete(recalled);
    recent.set(recalled, updates);
    const [oldest] = recent.size > recentMax ? recent.keys() : [];
    if (oldest !== undefined) recent.delete(oldest);
    return updates;
  };
  return {
    learn(incident, lying) {
      const recalled = new Recalled(lying, recall);
      known.set(incident, recalled);
      return recalled;
    },
    keep: (incident) => known.get(incident)?.keep(),
    idsOf: (incident) => known.get(incident)?.ids(),
    incidents: () => known.keys(),
  };
}

type ReadAll = (recalled: Recalled, ids: readonly string[]) => readonly IncidentUpdate[];

/** The updates of one incident. */
export class Recalled {
  /** Those that show something first, in their order. One text: 20,000 lists of texts would weigh three times as much. */
  readonly #ids: string;
  readonly #shown: number;
  readonly #recall: ReadAll;
  #kept: readonly IncidentUpdate[] | null = null;

  constructor({ shown, others }: Lying, recall: ReadAll) {
    this.#ids = (others.length === 0 ? shown : [...shown, ...others]).join(between);
    this.#shown = shown.length;
    this.#recall = recall;
  }

  updates(): readonly IncidentUpdate[] {
    return this.#kept ?? this.#recall(this, this.shown());
  }

  keep(): void {
    this.#kept ??= this.updates();
  }

  shown(): readonly string[] {
    return this.ids().slice(0, this.#shown);
  }

  ids(): readonly string[] {
    return this.#ids === "" ? [] : this.#ids.split(between);
  }
}

/**
 * An incident whose updates are read when asked for. They are no property of its own, for that would give each of 20,000 objects a shape of its
 * own: who spreads an incident spreads `wholeIncident(it)`.
 */
class RecalledIncident implements Incident {
  readonly id: Incident["id"];
  readonly name: Incident["name"];
  readonly status: Incident["status"];
  readonly impact: Incident["impact"];
  readonly impactOverride: Incident["impactOverride"];
  readonly createdAt: Incident["createdAt"];
  readonly updatedAt: Incident["updatedAt"];
  readonly startedAt: Incident["startedAt"];
  readonly monitoringAt: Incident["monitoringAt"];
  readonly resolvedAt: Incident["resolvedAt"];
  readonly shortlink: Incident["shortlink"];
  readonly window: Incident["window"];
  readonly componentIds: Incident["componentIds"];
  readonly componentTags: Incident["componentTags"];
  readonly feedNumber: Incident["feedNumber"];
  readonly reminderIntervals: Incident["reminderIntervals"];
  readonly automation: Incident["automation"];
  readonly reminded: Incident["reminded"];
  readonly recurrence: Incident["recurrence"];
  readonly metadata: Incident["metadata"];
  readonly postmortem: Incident["postmortem"];
  readonly postmortemDraft: Incident["postmortemDraft"];
  readonly born: Incident["born"];
  readonly version: Incident["version"];
  readonly toldAt: Incident["toldAt"];
  readonly #recalled: Recalled;

  constructor(of: Incident, recalled: Recalled) {
    this.id = of.id;
    this.name = of.name;
    this.status = of.status;
    this.impact = of.impact;
    this.impactOverride = of.impactOverride;
    this.createdAt = of.createdAt;
    this.updatedAt = of.updatedAt;
    this.startedAt = of.startedAt;
    this.monitoringAt = of.monitoringAt;
    this.resolvedAt = of.resolvedAt;
    this.shortlink = of.shortlink;
    this.window = of.window;
    this.componentIds = of.componentIds;
    this.componentTags = of.componentTags;
    this.feedNumber = of.feedNumber;
    this.reminderIntervals = of.reminderIntervals;
    this.automation = of.automation;
    this.reminded = of.reminded;
    this.recurrence = of.recurrence;
    this.metadata = of.metadata;
    this.postmortem = of.postmortem;
    this.postmortemDraft = of.postmortemDraft;
    this.born = of.born;
    this.version = of.version;
    this.toldAt = of.toldAt;
    this.#recalled = recalled;
  }

  get updates(): readonly IncidentUpdate[] {
    return this.#recalled.updates();
  }

  /** Ids of the updates that it shows. */
  shown(): readonly string[] {
    return this.#recalled.shown();
  }

  toJSON(): Incident {
    return wholeIncident(this);
  }
}

/** `of` has no updates yet. */
export const recalledIncident = (of: Incident, recalled: Recalled): Incident =>
  new RecalledIncident(of, recalled);

/** Ids of the updates that an incident shows, newest first. Reads none of them. */
export const shownIn = (incident: Incident): readonly string[] =>
  incident instanceof RecalledIncident ? incident.shown() : incident.updates.map(({ id }) => id);

/** The incident with all that it has as properties of its own, in one order whether it was recalled or not. */
export function wholeIncident(incident: Incident): Incident {
  if (!(incident instanceof RecalledIncident)) return incident;
  const { feedNumber, reminderIntervals, automation, reminded, recurrence, metadata, ...more } = incident;
  const { postmortem, postmortemDraft, born, version, toldAt, ...first } = more;
  return {
    ...(first as Incident),
    updates: incident.updates,
    ...{ feedNumber, reminderIntervals, automation, reminded, recurrence, metadata },
    ...{ postmortem, postmortemDraft, born, version, toldAt },
  };
}
