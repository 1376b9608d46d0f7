// What readers are told by the monitor. In: the view, what is not well and since when. Out: title and text, of a template where there is one.
// Nothing in it names a POP, a host or what was met there: that is for operators and stands in the incident's metadata and in the audit.
import type { IncidentFields } from "../model/command.ts";
import { fillTemplate } from "../model/template-text.ts";
import type { ComponentStatus, IncidentStatus, PageView, Template } from "../model/view.ts";
import { dayOf, isoIn } from "../model/zone.ts";

/** A moment on the page's clock, in words. */
export function momentIn({ page }: PageView, ms: number): string {
  return `${dayOf(ms, page.timeZone)} ${isoIn(ms, page.timeZone).slice(11, 16)} (${page.timeZone})`;
}

/** A length of time in words: `40 seconds`, `12 minutes`, `3 hours 5 minutes`. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return plural(seconds, "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return plural(minutes, "minute");
  const rest = minutes % 60;
  return `${plural(Math.floor(minutes / 60), "hour")}${rest === 0 ? "" : ` ${plural(rest, "minute")}`}`;
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

const titles: Readonly<Record<ComponentStatus, (name: string) => string>> = {
  operational: (name) => `${name} works`,
  under_maintenance: (name) => `${name} is under maintenance`,
  degraded_performance: (name) => `${name} works with limitations`,
  partial_outage: (name) => `${name} fails in part`,
  major_outage: (name) => `${name} is down`,
};

export interface Fallen {
  /** Of the component, else of the check. */
  readonly name: string;
  readonly componentId: string | null;
  readonly status: ComponentStatus;
  readonly sinceMs: number;
  /** `Automatic checks from 2 of 3 places find`, `An alert of Prometheus says`. */
  readonly by: string;
}

/** Title, text and what else a template says of a new incident. */
export function openingOf(
  view: PageView,
  fallen: Fallen,
  template: Template | null,
  nowMs: number,
): IncidentFields & { readonly name: string } {
  const { name, status, componentId } = fallen;
  const own = {
    name: titles[status](name),
    body: `${told(fallen)} since ${momentIn(view, fallen.sinceMs)}. It is looked into.`,
  };
  if (template === null) return { ...own, status: "investigating" };
  const componentIds = [
    ...new Set([...(componentId === null ? [] : [componentId]), ...template.componentIds]),
  ].filter((id) => view.componentById.has(id));
  const { title, body } = fillTemplate(view, template, { now: nowMs, componentIds });
  return {
    name: title === "" ? own.name : title,
    body: `${body === "" ? "" : `${body}\n\n`}${own.body}`,
    status: openStatusOf(template),
    componentIds,
    deliverNotifications: template.shouldSendNotifications,
  };
}

/** Words of maintenances and of an end say nothing of what has just begun. */
function openStatusOf({ updateStatus }: Template): IncidentStatus {
  return updateStatus === "identified" || updateStatus === "monitoring" ? updateStatus : "investigating";
}

export function changeText(view: PageView, fallen: Fallen, nowMs: number): string {
  return `${told(fallen)} now. It began ${momentIn(view, fallen.sinceMs)}, ${lengthOf(nowMs - fallen.sinceMs)} ago.`;
}

export function endText(
  view: PageView,
  { name, sinceMs }: Pick<Fallen, "name" | "sinceMs">,
  nowMs: number,
): string {
  return `${name} works again since ${momentIn(view, nowMs)}, as automatic checks find. It lasted ${lengthOf(nowMs - sinceMs)}.`;
}

const says: Readonly<Record<ComponentStatus, string>> = {
  operational: "works",
  under_maintenance: "is under maintenance",
  degraded_performance: "works with limitations",
  partial_outage: "fails in part",
  major_outage: "fails",
};

const told = ({ name, status, by }: Fallen): string => `${by} that ${name} ${says[status]}`;
