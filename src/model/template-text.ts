// Templates filled in. In: a template's texts, what is known of the incident. Out: the texts with what stands for `{{component}}` and the like.
// One pass: what is filled in is not read again, whatever it says.
import type { Sentences } from "./checks.ts";
import type { IncidentFields } from "./command.ts";
import type { PageView, Template } from "./view.ts";
import { dayOf, isoIn } from "./zone.ts";

/** What may stand in a template, and what is needed to fill it in. */
export const placeholders = {
  page: "the page's name",
  url: "the page's address",
  component: "the names of the affected components",
  date: "today, on the page's clock",
  time: "now, on the page's clock",
  start: "when the maintenance begins, on the page's clock",
  end: "when the maintenance ends, on the page's clock",
} as const;
export type Placeholder = keyof typeof placeholders;

/** What is known of the incident that is to be filled in. */
export interface FillIn {
  readonly now: number;
  /** Instead of the template's own. */
  readonly componentIds?: readonly string[];
  readonly window?: IncidentFields["window"];
}

export interface Filled {
  readonly title: string;
  readonly body: string;
  /** Placeholders that nothing is known for: they stand as they were. */
  readonly missing: readonly Placeholder[];
}

const mark = /\{\{\s*([^{}]*?)\s*\}\}/g;
const isKnown = (name: string): name is Placeholder => Object.hasOwn(placeholders, name);
const written = (names: readonly string[]): string => names.map((name) => `{{${name}}}`).join(", ");

export function fillTemplate(view: PageView, template: Template, given: FillIn): Filled {
  const values = valuesOf(view, { componentIds: template.componentIds, ...given });
  const missing = new Set<Placeholder>();
  const fill = (text: string): string =>
    text.replace(mark, (whole, name: string) => {
      if (!isKnown(name)) return whole;
      const value = values[name];
      if (value === null) missing.add(name);
      return value ?? whole;
    });
  return { title: fill(template.title), body: fill(template.body), missing: [...missing] };
}

/** Sentences that refuse a text of a template. */
export function checkPlaceholders(text: string | undefined): Sentences {
  const unknown = [...(text ?? "").matchAll(mark)].map(([, name = ""]) => name).filter((it) => !isKnown(it));
  if (unknown.length === 0) return [];
  return [
    `${written([...new Set(unknown)].slice(0, 5))} cannot be filled in; known are ${written(Object.keys(placeholders))}.`,
  ];
}

/** Why a template cannot be filled in yet. */
export function missingSentences({ missing }: Filled): Sentences {
  return missing.map((name) => `Nothing is known for {{${name}}}: ${placeholders[name]}.`);
}

function valuesOf(
  { page, componentById }: PageView,
  { now, componentIds = [], window }: FillIn,
): Readonly<Record<Placeholder, string | null>> {
  const names = componentIds.flatMap((id) => componentById.get(id)?.name ?? []);
  const minute = (ms: number): string => isoIn(ms, page.timeZone).slice(11, 16);
  const moment = (ms: number): string => `${dayOf(ms, page.timeZone)} ${minute(ms)} (${page.timeZone})`;
  return {
    page: page.name,
    url: page.url,
    component: names.length === 0 ? null : names.join(", "),
    date: dayOf(now, page.timeZone),
    time: minute(now),
    start: window === undefined ? null : moment(window.from),
    end: window === undefined ? null : moment(window.until),
  };
}
