// What an editor may ask for. In: the API, the importer, the demo. Out: `decide` turns one into ops or a refusal.
// Field values arrive validated for shape by the caller's edge; `decide` checks them against the page.

import type { Check } from "./check.ts";
import type { SaidTarget } from "./check-target.ts";
import type { LanguageCode } from "./language.ts";
import type { Looks } from "./looks.ts";
import type { Json, OpDraft } from "./op.ts";
import type { Timer } from "./timers.ts";
import type { Upstream } from "./upstream.ts";
import type {
  Automation,
  ComponentStatus,
  DraftCommand,
  Impact,
  IncidentStatus,
  IndicatorRule,
  MaintenanceStatus,
  MetricTransform,
  Postmortem,
  PostmortemDraft,
  Recurrence,
  TellingDraft,
  Template,
} from "./view.ts";

export interface PageFields extends Partial<Looks> {
  readonly name?: string;
  readonly url?: string;
  readonly hosts?: readonly string[];
  readonly timeZone?: string;
  readonly description?: string | null;
  readonly indicatorRule?: IndicatorRule;
  /** The first is that of the root. */
  readonly languages?: readonly LanguageCode[];
  readonly uptimeBadges?: boolean;
  /** 0 to 1. */
  readonly partialWeight?: number;
  /** Percent. */
  readonly slaTarget?: number | null;
}

export interface ComponentFields {
  readonly name?: string;
  readonly status?: ComponentStatus;
  readonly description?: string | null;
  readonly position?: number;
  readonly groupId?: string | null;
  readonly group?: boolean;
  readonly showcase?: boolean;
  readonly startDate?: string | null;
  readonly onlyShowIfDegraded?: boolean;
}

export interface MetricFields {
  readonly name?: string;
  readonly identifier?: string | null;
  readonly suffix?: string;
  readonly decimalPlaces?: number;
  readonly display?: boolean;
  readonly tooltipDescription?: string | null;
  readonly yAxisMin?: number | null;
  readonly yAxisMax?: number | null;
  readonly yAxisHidden?: boolean;
  readonly transform?: MetricTransform;
  readonly position?: number;
  readonly providerId?: string | null;
}

export interface IncidentFields {
  readonly name?: string;
  readonly status?: IncidentStatus | MaintenanceStatus;
  /** Text of the update that this change writes. */
  readonly body?: string;
  readonly impactOverride?: Impact | null;
  /** The complete new set of affected components. */
  readonly componentIds?: readonly string[];
  /** Status that each named component takes with this update. */
  readonly components?: Readonly<Record<string, ComponentStatus>>;
  readonly window?: { readonly from: number; readonly until: number };
  readonly deliverNotifications?: boolean;
  /** Backfill: when it happened, if not now (ms). */
  readonly at?: number;
  readonly automation?: Partial<Automation>;
  /** Kept as they are. */
  readonly reminderIntervals?: Json;
  readonly metadata?: { readonly [key: string]: Json };
  /** Of an occurrence of a recurring maintenance. */
  readonly recurrence?: { readonly id: string; readonly at: number };
}

/** Of an update that was told already. */
export interface UpdateFields {
  readonly body?: string;
  /** When readers are told it happened, not in the future (ms). */
  readonly displayAt?: number;
  /** What it says of components: the status that each took. History and present status are not changed by it. */
  readonly components?: Readonly<Record<string, ComponentStatus>>;
  readonly deliverNotifications?: boolean;
}

export interface TemplateFields {
  readonly name?: string;
  readonly title?: string;
  readonly body?: string;
  readonly groupId?: string | null;
  readonly updateStatus?: Template["updateStatus"];
  readonly shouldTweet?: boolean;
  readonly shouldSendNotifications?: boolean;
  readonly componentIds?: readonly string[];
}

export interface RecurrenceFields {
  readonly name?: string;
  readonly body?: string;
  /** RFC 5545, such as FREQ=MONTHLY;BYDAY=1SU. */
  readonly rule?: string;
  /** On the clock of the page's zone: YYYY-MM-DDTHH:MM. */
  readonly start?: string;
  readonly durationMs?: number;
  readonly componentIds?: readonly string[];
  /** Complete: what it does not say is off. Without it, occurrences begin and complete by themselves. */
  readonly automation?: Partial<Automation>;
  /** Whether subscribers are told when an occurrence is announced. */
  readonly deliverNotifications?: boolean;
  /** How many occurrences readers see ahead. */
  readonly ahead?: number;
  /** Those that have not begun go; when it goes on, they are made anew. */
  readonly paused?: boolean;
}

export interface CheckFields
  extends Partial<Omit<Check, "id" | "target" | "rank" | "createdAt" | "updatedAt" | "version">> {
  /** As a whole, but for secrets that are left out. */
  readonly target?: SaidTarget;
}

export type UpstreamFields = Partial<Omit<Upstream, "id" | "rank" | "createdAt" | "updatedAt" | "version">>;

/**
 * A picture of a page from elsewhere; ids and times are kept. Lists stand in the order of the source, incidents newest first,
 * maintenances by start. What is undefined is not known: it leaves what the page has. Produced by the importers.
 */
export interface ImportBundle {
  readonly page: PageFields & {
    readonly id: string;
    readonly createdAt?: number;
    readonly updatedAt?: number;
  };
  readonly components: readonly (ComponentFields & {
    readonly id: string;
    readonly createdAt?: number | null;
    readonly updatedAt?: number | null;
  })[];
  readonly incidents: readonly ImportedIncident[];
  readonly metrics?: readonly (MetricFields & {
    readonly id: string;
    readonly createdAt?: number | null;
    readonly updatedAt?: number | null;
  })[];
  /** Status history. Without it, it is derived from the incidents' updates. */
  readonly transitions?: readonly {
    readonly componentId: string;
    readonly at: number;
    readonly status: ComponentStatus;
  }[];
  /** What no reader sees; only another Pharos knows it. */
  readonly templates?: readonly ImportedTemplate[];
  readonly recurrences?: readonly Omit<Recurrence, "version">[];
  readonly drafts?: readonly Omit<TellingDraft, "version">[];
  readonly checks?: readonly ImportedCheck[];
  readonly upstreams?: readonly Omit<Upstream, "version" | "rank">[];
  /** Names of what was deleted (`recordKey`): kept from coming back by another import. */
  readonly gone?: readonly string[];
}

export interface ImportedTemplate extends TemplateFields {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly body: string;
  readonly createdAt?: number;
  readonly updatedAt?: number;
}

/** Without its secrets, where they were left out. */
export type ImportedCheck = Omit<Check, "version" | "target" | "rank"> & { readonly target: SaidTarget };

export interface ImportedIncident {
  readonly id: string;
  readonly name: string;
  readonly status?: IncidentStatus | MaintenanceStatus;
  readonly impact?: Impact;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt?: number | null;
  readonly monitoringAt?: number | null;
  readonly resolvedAt?: number | null;
  readonly shortlink?: string | null;
  readonly window?: { readonly from: number; readonly until: number } | null;
  readonly componentIds?: readonly string[];
  readonly reminderIntervals?: unknown;
  readonly impactOverride?: Impact | null;
  readonly automation?: Partial<Automation>;
  readonly metadata?: { readonly [key: string]: Json };
  readonly reminded?: { readonly at: number; readonly from: number } | null;
  readonly recurrence?: { readonly id: string; readonly at: number } | null;
  readonly feedNumber?: string | null;
  readonly postmortem?: Postmortem | null;
  readonly postmortemDraft?: PostmortemDraft | null;
  readonly updates: readonly {
    readonly id: string;
    readonly status: IncidentStatus | MaintenanceStatus;
    readonly body: string;
    readonly createdAt: number;
    readonly updatedAt: number;
    readonly displayAt: number;
    readonly affectedComponents?:
      | readonly {
          readonly code: string;
          readonly name: string;
          readonly oldStatus: ComponentStatus;
          readonly newStatus: ComponentStatus;
        }[]
      | null;
    readonly deliverNotifications?: boolean;
    readonly customTweet?: string | null;
    readonly tweetId?: string | null;
  }[];
}

export type Command =
  | {
      readonly kind: "page.create";
      readonly id?: string;
      readonly fields: PageFields & { readonly name: string; readonly url: string };
    }
  | { readonly kind: "page.update"; readonly fields: PageFields }
  | {
      readonly kind: "component.create";
      readonly id?: string;
      readonly fields: ComponentFields & { readonly name: string };
    }
  | { readonly kind: "component.update"; readonly id: string; readonly fields: ComponentFields }
  /** Of a group: its members stay, in no group. */
  | { readonly kind: "component.delete"; readonly id: string }
  /** `members` is the complete list, in its order. */
  | {
      readonly kind: "group.create";
      readonly id?: string;
      readonly fields: Pick<ComponentFields, "description" | "position"> & { readonly name: string };
      readonly members: readonly string[];
    }
  | {
      readonly kind: "group.update";
      readonly id: string;
      readonly fields: Pick<ComponentFields, "name" | "description" | "position">;
      readonly members?: readonly string[];
    }
  | {
      readonly kind: "incident.create";
      readonly id?: string;
      readonly fields: IncidentFields & { readonly name: string };
    }
  | { readonly kind: "incident.update"; readonly id: string; readonly fields: IncidentFields }
  | { readonly kind: "incident.delete"; readonly id: string }
  | {
      readonly kind: "update.edit";
      readonly incidentId: string;
      readonly id: string;
      readonly fields: UpdateFields;
    }
  | {
      readonly kind: "template.create";
      readonly id?: string;
      readonly fields: TemplateFields & {
        readonly name: string;
        readonly title: string;
        readonly body: string;
      };
    }
  | { readonly kind: "template.update"; readonly id: string; readonly fields: TemplateFields }
  | { readonly kind: "template.delete"; readonly id: string }
  | {
      readonly kind: "recurrence.create";
      readonly id?: string;
      readonly fields: RecurrenceFields & {
        readonly name: string;
        readonly rule: string;
        readonly start: string;
        readonly durationMs: number;
      };
    }
  | { readonly kind: "recurrence.update"; readonly id: string; readonly fields: RecurrenceFields }
  | { readonly kind: "recurrence.delete"; readonly id: string }
  /** Takes out the occurrence that would begin at this moment (ms), whether readers see it already or not. */
  | { readonly kind: "recurrence.skip"; readonly id: string; readonly at: number }
  /** Tells nothing yet: at `publishAt` (ms), or by `draft.publish`. */
  | {
      readonly kind: "draft.create";
      readonly id?: string;
      readonly publishAt: number | null;
      readonly command: DraftCommand;
    }
  /** `fields` change those of the draft that they name. */
  | {
      readonly kind: "draft.update";
      readonly id: string;
      readonly publishAt?: number | null;
      readonly fields?: IncidentFields;
    }
  | { readonly kind: "draft.delete"; readonly id: string }
  | { readonly kind: "draft.publish"; readonly id: string }
  /** One of `timersDue`. */
  | { readonly kind: "timer"; readonly timer: Timer }
  | { readonly kind: "postmortem.draft"; readonly id: string; readonly body: string }
  /** The draft becomes what readers see. */
  | { readonly kind: "postmortem.publish"; readonly id: string; readonly deliverNotifications?: boolean }
  /** What readers see becomes a draft again. */
  | { readonly kind: "postmortem.revert"; readonly id: string }
  | { readonly kind: "postmortem.delete"; readonly id: string }
  | {
      readonly kind: "metric.create";
      readonly id?: string;
      readonly fields: MetricFields & { readonly name: string };
    }
  | { readonly kind: "metric.update"; readonly id: string; readonly fields: MetricFields }
  /** Its points are the store's to forget. */
  | { readonly kind: "metric.delete"; readonly id: string }
  /** These first, in this order; those that are not named behind them, as they stood. */
  | { readonly kind: "metric.reorder"; readonly ids: readonly string[] }
  | {
      readonly kind: "check.create";
      readonly id?: string;
      readonly fields: CheckFields & { readonly name: string; readonly target: SaidTarget };
    }
  | { readonly kind: "check.update"; readonly id: string; readonly fields: CheckFields }
  /** What it found is the store's to forget. */
  | { readonly kind: "check.delete"; readonly id: string }
  /** As metric.reorder. */
  | { readonly kind: "check.reorder"; readonly ids: readonly string[] }
  /** Without a name it has its vendor's. */
  | { readonly kind: "upstream.create"; readonly id?: string; readonly fields: UpstreamFields }
  | { readonly kind: "upstream.update"; readonly id: string; readonly fields: UpstreamFields }
  | { readonly kind: "upstream.delete"; readonly id: string }
  /** As metric.reorder. */
  | { readonly kind: "upstream.reorder"; readonly ids: readonly string[] }
  /** A component had this status from then on: history that was known before it was told. */
  | {
      readonly kind: "transition.add";
      readonly componentId: string;
      readonly at: number;
      readonly status: ComponentStatus;
    }
  | { readonly kind: "import"; readonly bundle: ImportBundle };

/** Why a command was not carried out. `status` is the HTTP status that says the same. */
export interface Refusal {
  readonly status: 400 | 404 | 409 | 412 | 422;
  readonly sentences: readonly string[];
}

/** What a command needs from outside to be decided: the moment, and names for what it makes. */
export interface DecideContext {
  readonly now: number;
  newId(): string;
}

export type Decision =
  | { readonly ok: true; readonly ops: readonly OpDraft[]; readonly id: string }
  | { readonly ok: false; readonly refusal: Refusal };
