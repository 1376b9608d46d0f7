// What a page is at one moment: the folded ops, in the shapes that everything downstream reads.
// Times are ms since the epoch, UTC; null where there is none. Field names follow the Statuspage API v2 in camelCase.
// Objects are immutable and shared: an entity that did not change is the same object in the next view.

import type { Check } from "./check.ts";
import type { IncidentFields } from "./command.ts";
import type { LanguageCode } from "./language.ts";
import type { Looks } from "./looks.ts";
import type { Upstream } from "./upstream.ts";

export type ComponentStatus =
  | "operational"
  | "degraded_performance"
  | "partial_outage"
  | "major_outage"
  | "under_maintenance";
export type Impact = "none" | "minor" | "major" | "critical" | "maintenance";
export type IncidentStatus = "investigating" | "identified" | "monitoring" | "resolved" | "postmortem";
export type MaintenanceStatus = "scheduled" | "in_progress" | "verifying" | "completed";

export const componentStatuses: readonly ComponentStatus[] = [
  "operational",
  "degraded_performance",
  "partial_outage",
  "major_outage",
  "under_maintenance",
];
export const impacts: readonly Impact[] = ["none", "minor", "major", "critical", "maintenance"];
export const incidentStatuses: readonly IncidentStatus[] = [
  "investigating",
  "identified",
  "monitoring",
  "resolved",
  "postmortem",
];
export const maintenanceStatuses: readonly MaintenanceStatus[] = [
  "scheduled",
  "in_progress",
  "verifying",
  "completed",
];

/** What an update may say that an editor writes: a post-mortem is published by a command of its own. */
export const toldStatuses: readonly (Exclude<IncidentStatus, "postmortem"> | MaintenanceStatus)[] = [
  "investigating",
  "identified",
  "monitoring",
  "resolved",
  ...maintenanceStatuses,
];

/** Which signal wins when components are operational but an incident is open (public pages disagree, so it is a setting). */
export type IndicatorRule = "components" | "incidents";

/** Statuspage's: three tenths of an outage. */
export const partialWeightUnset = 0.3;

export interface Page {
  readonly id: string;
  readonly name: string;
  /** As the operator wrote it; its host is the first of `hosts`. */
  readonly url: string;
  /** Lower-case host names without port that this page answers to. */
  readonly hosts: readonly string[];
  readonly timeZone: string;
  readonly description: string | null;
  readonly createdAt: number;
  /** The data's own time: of the latest change that a reader can see. Never the render's. */
  readonly updatedAt: number;
  readonly indicatorRule: IndicatorRule;
  /** The first is read at the root, each other below `/<code>/`. At least one, each once. */
  readonly languages: readonly LanguageCode[];
  readonly looks: Looks;
  /** Whether its components have badges of their uptime: four routes each, which change with the time. */
  readonly uptimeBadges: boolean;
  /** What a second of partial outage counts in uptime: 0 nothing, 1 as much as an outage. */
  readonly partialWeight: number;
  /** Uptime that is promised, in percent; null: none. */
  readonly slaTarget: number | null;
  /** Greatest stamp of its settings; that readers are told something new (`updatedAt`) is no change of them. */
  readonly version: string;
}

export interface Component {
  readonly id: string;
  readonly name: string;
  readonly status: ComponentStatus;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly position: number;
  /** Breaks ties of `position`: the order in which components came. */
  readonly rank: number;
  readonly description: string | null;
  readonly showcase: boolean;
  /** YYYY-MM-DD: no uptime is claimed before it. */
  readonly startDate: string | null;
  readonly groupId: string | null;
  readonly group: boolean;
  readonly onlyShowIfDegraded: boolean;
  /** Greatest stamp folded into this object. An older op that arrives late leaves it: whether it changed, its identity says. */
  readonly version: string;
}

export interface AffectedComponent {
  readonly code: string;
  readonly name: string;
  readonly oldStatus: ComponentStatus;
  readonly newStatus: ComponentStatus;
}

export interface IncidentUpdate {
  readonly id: string;
  readonly incidentId: string;
  readonly status: IncidentStatus | MaintenanceStatus;
  readonly body: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly displayAt: number;
  readonly affectedComponents: readonly AffectedComponent[] | null;
  readonly deliverNotifications: boolean;
  readonly customTweet: string | null;
  readonly tweetId: string | null;
}

/** What was learnt of an incident, in Markdown. It changes as a whole. */
export interface Postmortem {
  readonly body: string;
  readonly updatedAt: number;
  readonly publishedAt: number;
}

/** A post-mortem that its editors still write: the management API shows it, no page does. */
export interface PostmortemDraft {
  readonly body: string;
  readonly updatedAt: number;
}

/** What happens by itself. Statuspage's names in the management API: `control/incident-fields.ts`. */
export interface Automation {
  /** A maintenance begins with its window. */
  readonly begins: boolean;
  /** It completes with its window. */
  readonly completes: boolean;
  /** It goes to verifying so long before its window ends (ms); null leaves that out. */
  readonly verifyMs: number | null;
  readonly tellsAtStart: boolean;
  readonly tellsAtEnd: boolean;
  /** Its components are under maintenance when it begins. */
  readonly setsMaintenance: boolean;
  /** What an incident or a maintenance set is put back when it ends. */
  readonly setsOperational: boolean;
  /** Subscribers are reminded an hour before it begins. */
  readonly remindsPrior: boolean;
}

export const noAutomation: Automation = {
  begins: false,
  completes: false,
  verifyMs: null,
  tellsAtStart: false,
  tellsAtEnd: false,
  setsMaintenance: false,
  setsOperational: false,
  remindsPrior: false,
};

export const automationFlags: readonly Exclude<keyof Automation, "verifyMs">[] = [
  "begins",
  "completes",
  "tellsAtStart",
  "tellsAtEnd",
  "setsMaintenance",
  "setsOperational",
  "remindsPrior",
];

/** A real-time incident (`window` null) or a scheduled maintenance. */
export interface Incident {
  readonly id: string;
  readonly name: string;
  readonly status: IncidentStatus | MaintenanceStatus;
  readonly impact: Impact;
  readonly impactOverride: Impact | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt: number | null;
  readonly monitoringAt: number | null;
  readonly resolvedAt: number | null;
  readonly shortlink: string | null;
  /** A maintenance's window; it changes as a whole. */
  readonly window: { readonly from: number; readonly until: number } | null;
  /** Ids of affected components, in the order in which they were added. */
  readonly componentIds: readonly string[];
  /** The add tags behind `componentIds`, place by place: what a removal names. */
  readonly componentTags: readonly (readonly string[])[];
  /** Newest first by `displayAt`. */
  readonly updates: readonly IncidentUpdate[];
  /** Known from a feed alone: it has a page and a place in the feed, but says nothing of components. */
  readonly feedNumber: string | null;
  readonly reminderIntervals: Readonly<unknown> | null;
  readonly automation: Automation;
  /** The reminder that was sent ahead, and of which start it spoke (ms). It changes as a whole. */
  readonly reminded: { readonly at: number; readonly from: number } | null;
  /** The recurring maintenance that it is an occurrence of, and the start that the rule gave it (ms). */
  readonly recurrence: { readonly id: string; readonly at: number } | null;
  /** Kept for clients. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The published one. An imported incident tells its own in an update of that status. */
  readonly postmortem: Postmortem | null;
  readonly postmortemDraft: PostmortemDraft | null;
  /** The stamp under which it came: breaks ties of order. */
  readonly born: string;
  /** Greatest stamp folded into this object. An older op that arrives late leaves it: whether it changed, its identity says. */
  readonly version: string;
  /** When its newest update was shown; null where it has none. Of all incidents this is asked, of few what they say. */
  readonly toldAt: number | null;
}

/** How the values of one stretch of time become one: the chart's line. */
export type MetricTransform = "average" | "count" | "max" | "min" | "sum";
export const metricTransforms: readonly MetricTransform[] = ["average", "count", "max", "min", "sum"];

/** Numbers over time that the page shows as a chart. Its points are no ops: they lie in a store of their own (`store/series.ts`). */
export interface Metric {
  readonly id: string;
  readonly name: string;
  /** What a client calls it; nothing here looks it up. */
  readonly identifier: string | null;
  /** Behind each value: "ms", "%". */
  readonly suffix: string;
  readonly decimalPlaces: number;
  /** Whether the page shows it. */
  readonly display: boolean;
  readonly tooltipDescription: string | null;
  /** Null: as the values are. */
  readonly yAxisMin: number | null;
  readonly yAxisMax: number | null;
  readonly yAxisHidden: boolean;
  readonly transform: MetricTransform;
  /** Below which provider the management API lists it; nothing is pulled from there. */
  readonly providerId: string | null;
  readonly position: number;
  readonly rank: number;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  /** Greatest stamp folded into this object. */
  readonly version: string;
}

/** What an editor fills an incident or a maintenance in with. No reader of a page sees it. */
export interface Template {
  readonly id: string;
  /** What editors call it. */
  readonly name: string;
  /** The name that the incident gets. */
  readonly title: string;
  readonly body: string;
  /** Templates of one group stand together in the editor's list. */
  readonly groupId: string | null;
  readonly updateStatus: Exclude<IncidentStatus, "postmortem"> | MaintenanceStatus | null;
  readonly shouldTweet: boolean;
  readonly shouldSendNotifications: boolean;
  readonly componentIds: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Greatest stamp folded into this object. */
  readonly version: string;
}

/** A maintenance that recurs. Its occurrences are maintenances of their own. */
export interface Recurrence {
  readonly id: string;
  readonly name: string;
  /** Of the update that announces an occurrence; "" is what Statuspage says. */
  readonly body: string;
  /** RFC 5545. */
  readonly rule: string;
  /** On the clock of the page's zone: YYYY-MM-DDTHH:MM. */
  readonly start: string;
  readonly durationMs: number;
  readonly componentIds: readonly string[];
  readonly automation: Automation;
  readonly deliverNotifications: boolean;
  /** How many occurrences readers see ahead. */
  readonly ahead: number;
  /** While it pauses no occurrence is ahead, and none is made. */
  readonly paused: boolean;
  /** Part of the ids of its occurrences: each change makes new ones. */
  readonly revision: number;
  /** Starts of the occurrences that are made and had not begun then, the earliest first (ms). */
  readonly made: readonly number[];
  /** The start of the next one that is not made; null when none is left. */
  readonly nextAt: number | null;
  /** Starts of occurrences that an editor took out. */
  readonly skips: readonly number[];
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Greatest stamp folded into this object. */
  readonly version: string;
}

/** What a draft tells when it is published. */
export type DraftCommand =
  | {
      readonly kind: "incident.create";
      readonly id?: string;
      readonly fields: IncidentFields & { readonly name: string };
    }
  | { readonly kind: "incident.update"; readonly id: string; readonly fields: IncidentFields };

/** An incident, or an update to one, that no reader sees yet. */
export interface TellingDraft {
  readonly id: string;
  /** When it publishes itself (ms); null waits for a person. */
  readonly publishAt: number | null;
  readonly command: DraftCommand;
  /** Why it could not be published at its moment. */
  readonly refusal: readonly string[] | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Greatest stamp folded into this object. */
  readonly version: string;
}

/** A component's status from `at` on. */
export interface Transition {
  readonly at: number;
  readonly status: ComponentStatus;
}

export interface PageView {
  readonly page: Page;
  /** By `position`, then `rank`; groups and members in one list, as the API lists them. */
  readonly components: readonly Component[];
  readonly componentById: ReadonlyMap<string, Component>;
  /** Real-time incidents: unresolved first, newest first; then resolved by `resolvedAt`, newest first. */
  readonly incidents: readonly Incident[];
  /** Scheduled maintenances by start of window, newest last. */
  readonly maintenances: readonly Incident[];
  readonly incidentById: ReadonlyMap<string, Incident>;
  /** By `position`, then `rank`. */
  readonly metrics: readonly Metric[];
  /** By name. */
  readonly templates: readonly Template[];
  /** By name. */
  readonly recurrences: readonly Recurrence[];
  /** By the moment of publishing, those without one last. */
  readonly drafts: readonly TellingDraft[];
  /** By `position`, then `rank`. No reader sees one. */
  readonly checks: readonly Check[];
  /** By `position`, then `rank`. */
  readonly upstreams: readonly Upstream[];
  /** Status history by component id, oldest first, at most one entry a moment. */
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  /** What was deleted, by `recordKey`: its id is not given again, and an import does not bring it back. */
  readonly gone: ReadonlySet<string>;
  /** Greatest stamp of everything on the page. */
  readonly version: string;
}
