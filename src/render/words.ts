// What the pages say besides what editors wrote: one interface, one file a language. In: counts, names, written times. Out: sentences.
// A sentence with a number or a name in it is a function, so that each language orders and bends its own; a text that stands before an
// element (a time, a link) is a text. Numbers are written 1,234 nowhere: what is counted here has no thousands.
import type { OverallDescription } from "../model/status.ts";
import type { UpstreamState } from "../model/upstream.ts";
import type { ShownUpstream } from "../model/upstream-shown.ts";
import type {
  ComponentStatus,
  Impact,
  IncidentStatus,
  IndicatorRule,
  MaintenanceStatus,
} from "../model/view.ts";

export interface Words {
  /** The level 1 banner; `{time}` stands for the time of the last confirmation. */
  readonly banner: string;
  /** The state of the page; in English what the API says. */
  readonly overall: Readonly<Record<OverallDescription, string>>;
  readonly component: Readonly<Record<ComponentStatus, string>>;
  /** The same within a sentence. */
  readonly componentWithin: Readonly<Record<ComponentStatus, string>>;
  readonly impact: Readonly<Record<Impact, string>>;
  readonly status: Readonly<Record<IncidentStatus | MaintenanceStatus, string>>;
  /** An update that repeats the status of the one before it. */
  readonly update: string;
  readonly times: TimeWords;
  readonly frame: FrameWords;
  readonly front: FrontWords;
  readonly bars: BarWords;
  readonly part: ComponentWords;
  readonly incident: IncidentWords;
  readonly history: HistoryWords;
  readonly uptime: UptimeWords;
  readonly calendar: CalendarWords;
  readonly subscribe: SubscribeWords;
  readonly message: MessageWords;
  readonly method: MethodWords;
  readonly metrics: MetricWords;
  readonly vendors: VendorWords;
  readonly live: LiveWords;
  readonly widget: WidgetWords;
  readonly missing: MissingWords;
}

/** A calendar day as numbers. */
export interface Day {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
}

export interface TimeWords {
  /** "21 Nov 2026" */
  date(day: Day): string;
  /** "Sat 21 Nov 2026"; weekday 0 is Sunday. */
  weekdayDate(day: Day, weekday: number): string;
  /** "15 – 21 Nov 2026" */
  dates(from: Day, until: Day): string;
  /** "November 2026" */
  month(year: number, month: number): string;
  /** "Nov", 1 to 12 */
  monthShort(month: number): string;
  /** "21 Nov 2026, 14:03 UTC" of a date and a time. */
  dateTime(date: string, time: string): string;
  /** Between two facts on a line. */
  readonly comma: string;
  /** "12 min": one unit of a duration. */
  unit(count: number, unit: "second" | "minute" | "hour" | "day"): string;
  /** "99.98%" of 9998 hundredths. */
  percent(hundredths: number): string;
  /** "Times in Berlin" of a zone's name. */
  zone(name: string): string;
  /** Before a time at which something began that goes on. */
  readonly since: string;
}

/** Around every page. */
export interface FrameWords {
  /** Names of landmarks for those who do not see them. */
  readonly pages: string;
  readonly follow: string;
  readonly languages: string;
  readonly status: string;
  readonly history: string;
  readonly atom: string;
  readonly rss: string;
  readonly api: string;
  /** A link back to the front page. */
  readonly current: string;
  readonly uptime: string;
  readonly calendar: string;
  readonly subscribe: string;
  readonly method: string;
  /** A link to the operator's support. */
  readonly help: string;
}

export interface FrontWords {
  description(page: string): string;
  /** Before the time of the page's own last change. */
  readonly updated: string;
  affected(affected: number, components: number): string;
  openIncidents(count: number): string;
  maintenances(count: number): string;
  noneAffected(components: number): string;
  readonly noneOpen: string;
  /** Where nothing is wrong here, before the link to the operator's support. */
  readonly notHere: string;
  readonly componentsHeading: string;
  barsNote(days: number): string;
  parts(count: number): string;
  openHeading(count: number): string;
  readonly maintenanceHeading: string;
  /** Behind a status: a maintenance that takes longer, and one that has not begun though it was to. */
  readonly lateEnd: string;
  readonly lateStart: string;
  /** Of the steps from investigating to resolved. */
  readonly progressLabel: string;
  /** Before the time of an update. */
  readonly latest: string;
  readonly readOn: string;
  earlier(count: number, isCut: boolean): string;
  readonly affectedLabel: string;
  moreNames(count: number): string;
  pastHeading(days: number): string;
  readonly fullHistory: string;
  readonly quiet: string;
}

/** Bars of days and their figures. */
export interface BarWords {
  days(count: number): string;
  readonly unknown: string;
  well(known: number): string;
  bad(known: number, bad: number, worst: string): string;
  /** "9 Nov 2026: partial outage, 42 min" */
  day(date: string, status: ComponentStatus, duration: string): string;
  /** "9 Nov 2026: partial outage, 42 min, 99.12% uptime" */
  withUptime(day: string, percent: string): string;
}

/** The page of a component, or of a group of them. */
export interface ComponentWords {
  readonly component: string;
  readonly group: string;
  /** "99.98% in the last 90 days"; `days` of them are known. */
  uptime(percent: string, days: number): string;
  daysHeading(days: number): string;
  /** Heads of the table of days. */
  readonly day: string;
  readonly state: string;
  readonly lasted: string;
  readonly uptimeHead: string;
  /** How uptime is counted; `partial` is what a partial outage counts, in percent. */
  counted(partial: string): string;
  readonly membersHeading: string;
  readonly incidentsHeading: string;
  /** A link from the front page to all of a group. */
  readonly allOfGroup: string;
}

export interface IncidentWords {
  title(status: string, incident: string): string;
  readonly affectedHeading: string;
  readonly updatesHeading: string;
  /** Over what each component went through. */
  readonly courseHeading: string;
  readonly postmortemHeading: string;
  /** Before the time at which it was published. */
  readonly published: string;
  readonly readPostmortem: string;
  /** A link to this very update. */
  readonly permalink: string;
  /** What stood before and after, for those who listen. */
  readonly neighbours: string;
  readonly history: string;
}

export interface HistoryWords {
  readonly name: string;
  title(month: string): string;
  description(page: string, month: string): string;
  readonly listLabel: string;
  readonly nothing: string;
  /** Of months without anything; both the same where it is one. */
  quiet(from: string, to: string): string;
  readonly monthsLabel: string;
  readonly monthsHeading: string;
}

export interface UptimeWords {
  readonly name: string;
  lead(page: string): string;
  readonly note: string;
  readonly nothing: string;
  moreDays(count: number): string;
}

export interface CalendarWords {
  readonly name: string;
  lead(page: string): string;
  readonly subscribe: string;
  readonly past: string;
  readonly nothing: string;
  /** "2 maintenances" */
  events(count: number): string;
  /** From Monday, as short as a column of a phone. */
  readonly weekdays: readonly [string, string, string, string, string, string, string];
}

export type SubscribeWay = "atom" | "rss" | "json" | "calendar" | "open" | "widget" | "api";

export interface SubscribeWords {
  readonly name: string;
  lead(page: string): string;
  readonly ways: Readonly<Record<SubscribeWay, { readonly name: string; readonly says: string }>>;
}

/** What subscribers are sent. */
export interface MessageWords {
  /** "[Northwind] Investigating: Slow answers" of the page, and of what it tells. */
  subject(page: string, told: string): string;
  /** The state of a maintenance that begins within the hour. */
  readonly soon: string;
  /** A link to the page of the incident. */
  readonly details: string;
  /** Why it was sent. */
  because(page: string): string;
  readonly manage: string;
  readonly unsubscribe: string;
  /** Over what a subscriber hears of, and the same where it is all. */
  readonly chosen: string;
  readonly everything: string;
  readonly confirm: OwnWords;
  readonly changed: OwnWords;
  readonly unsubscribed: OwnWords;
  /** Under a request to confirm. */
  readonly notYou: string;
  readonly expires: string;
}

/** What is said of a subscription itself. */
export interface OwnWords {
  title(page: string): string;
  lead(page: string): string;
  /** On the button. */
  readonly act: string;
}

/** A setting that the methodology page names. */
export type MethodRow =
  | "heartbeat"
  | "stale"
  | "recover"
  | "source"
  | "pollSource"
  | "midnight"
  | "emergency"
  | "browserPage"
  | "browserFeed"
  | "sharedFresh"
  | "sharedRenew"
  | "sharedSum"
  | "sharedError"
  | "immutable"
  | "beat"
  | "pollPage"
  | "hidden"
  | "spread"
  | "lost"
  | "feeds"
  | "lists"
  | "bars"
  | "months"
  | "lazyAge"
  | "lazyWait";

export interface MethodWords {
  readonly name: string;
  readonly lead: string;
  readonly headings: Readonly<Record<"fresh" | "caches" | "open" | "kept", string>>;
  readonly what: string;
  readonly value: string;
  readonly rows: Readonly<Record<MethodRow, string>>;
  readonly meaningHeading: string;
  readonly status: string;
  readonly impact: string;
  readonly weight: string;
  readonly uncounted: string;
  readonly rulesHeading: string;
  readonly rules: readonly string[];
  readonly indicator: Readonly<Record<IndicatorRule, string>>;
}

/** Charts of metrics. */
export interface MetricWords {
  readonly heading: string;
  title(page: string): string;
  description(page: string): string;
  readonly span: Readonly<Record<"day" | "week" | "month", string>>;
  /** A link to the page with weeks and months. */
  readonly longer: string;
  /** Values with their units. */
  summary(lowest: string, average: string, highest: string): string;
  /** Before the time of the last value. */
  readonly asOf: string;
  /** "34.5 ms" of "34.5" and "ms", which may be none. */
  value(number: string, suffix: string): string;
}

/** What others say of their systems. */
export interface VendorWords {
  readonly heading: string;
  title(page: string): string;
  lead(page: string): string;
  /** A link to the page of all of them. */
  all(count: number): string;
  /** "118 of 120 operational" */
  well(count: number, all: number): string;
  readonly state: Readonly<Record<UpstreamState, string>>;
  /** Why nothing is known. */
  readonly why: Readonly<Record<NonNullable<ShownUpstream["why"]>, string>>;
  /** Before the time at which we looked. */
  readonly checked: string;
  /** Before the vendor's own time. */
  readonly updated: string;
  /** "last known: operational" before the time of it. */
  lastKnown(state: string): string;
  /** "answered in 120 ms" */
  answered(ms: number): string;
  /** How old it may be. */
  note(minutes: number): string;
}

/** The widget on other sites, and the page that says how to put it there. */
export interface WidgetWords {
  /** A link to the status page. */
  readonly details: string;
  /** The name of a button without words. */
  readonly close: string;
  /** How old a state is; `{time}` is put in by the script. */
  readonly asOf: string;
  readonly title: string;
  description(page: string): string;
  readonly intro: string;
  readonly scriptHeading: string;
  readonly script: string;
  /** What each mode shows. */
  readonly auto: string;
  readonly bar: string;
  readonly inline: string;
  readonly policy: string;
  readonly language: string;
  readonly frameHeading: string;
  readonly frame: string;
  readonly badgesHeading: string;
  readonly badges: string;
}

/** The page of what is not there. */
export interface MissingWords {
  readonly name: string;
  readonly lead: string;
}

/** What the script says: beside the time of the last update, in a line of its own, aloud. `{time}`, `{age}`, `{zone}` are its own to put in. */
export interface LiveWords {
  /** For the browser's formats of times (BCP 47, with the digits of this language's own texts). */
  readonly locale: string;
  readonly live: string;
  readonly waiting: string;
  readonly behind: string;
  readonly checked: string;
  /** While nobody answers, and when somebody does again. */
  readonly lost: string;
  readonly back: string;
  /** Before what has changed. */
  readonly update: string;
  /** Which zone times are in, and the button that changes it. */
  readonly ownZone: string;
  readonly toOwn: string;
  readonly toPage: string;
  /** A day of a bar on which all was well, and one of which nothing is known. */
  readonly wellDay: string;
  readonly blankDay: string;
}
