// How often a maintenance recurs, by choices instead of a rule. In: a form, or a rule (RFC 5545). Out: the rule, the choices, or words for it.
// A rule that no choices can say stands as it is, as a rule of its own: a program may have made it.
import type { Choice } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";

export const units: readonly Choice[] = [
  { value: "DAILY", label: "days" },
  { value: "WEEKLY", label: "weeks" },
  { value: "MONTHLY", label: "months" },
  { value: "YEARLY", label: "years" },
  { value: "", label: "by a rule (RFC 5545)" },
];

export const weekdays: readonly Choice[] = [
  { value: "MO", label: "Monday" },
  { value: "TU", label: "Tuesday" },
  { value: "WE", label: "Wednesday" },
  { value: "TH", label: "Thursday" },
  { value: "FR", label: "Friday" },
  { value: "SA", label: "Saturday" },
  { value: "SU", label: "Sunday" },
];

/** Which day of a month. */
export const places: readonly Choice[] = [
  { value: "", label: "the day of its first time" },
  { value: "last", label: "the last day" },
  { value: "1", label: "the first" },
  { value: "2", label: "the second" },
  { value: "3", label: "the third" },
  { value: "4", label: "the fourth" },
  { value: "-1", label: "the last" },
];

const has = (choices: readonly Choice[], value: string): boolean => choices.some((it) => it.value === value);
const wordOf = (choices: readonly Choice[], value: string): string =>
  choices.find((it) => it.value === value)?.label ?? value;

/** The rule that a form's choices make. What is wrong with it is the model's to say. */
export function ruleIn(form: Form): string {
  const unit = form.text("unit");
  if (unit === "" || !has(units, unit)) return form.text("rule");
  const every = form.text("every");
  const [until, count] = [form.text("until"), form.text("count")];
  return [
    `FREQ=${unit}`,
    ...(every === "" || every === "1" ? [] : [`INTERVAL=${every}`]),
    ...dayIn(form, unit),
    ...(until === "" ? [] : [`UNTIL=${until.replaceAll("-", "")}`]),
    ...(count === "" ? [] : [`COUNT=${count}`]),
  ].join(";");
}

function dayIn(form: Form, unit: string): readonly string[] {
  if (unit === "WEEKLY") {
    const days = weekdays.filter(({ value }) => form.list("day").includes(value));
    return days.length === 0 ? [] : [`BYDAY=${days.map(({ value }) => value).join(",")}`];
  }
  const place = form.text("place");
  if (unit !== "MONTHLY" || place === "") return [];
  return place === "last" ? ["BYMONTHDAY=-1"] : [`BYDAY=${place}${form.text("weekday")}`];
}

/** The choices that make this rule, as fields of the form. */
export function choicesOf(rule: string): URLSearchParams {
  const parts = new Map(
    partsOf(rule).map((part): [string, string] => {
      const at = part.indexOf("=");
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
  const unit = parts.get("FREQ") ?? "";
  const day = parts.get("BYDAY") ?? "";
  const [, place = "", weekday = ""] = /^(-?\d)([A-Z]{2})$/.exec(day) ?? [];
  const until = parts.get("UNTIL") ?? "";
  const fields = new URLSearchParams({
    ...{ unit, every: parts.get("INTERVAL") ?? "1", count: parts.get("COUNT") ?? "" },
    until: until.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3"),
    ...{ place: parts.has("BYMONTHDAY") ? "last" : place, weekday: weekday || "MO" },
  });
  if (unit === "WEEKLY") for (const one of day.split(",")) if (one !== "") fields.append("day", one);
  const said = partsOf(ruleIn(formFrom(fields)));
  // A moment of a day is more than a field for a day can say.
  const isDay = /^(\d{8})?$/.test(until);
  const isSame = isDay && has(units, unit) && said.toSorted().join() === partsOf(rule).toSorted().join();
  return isSame ? fields : new URLSearchParams({ unit: "", rule, every: "1", weekday: "MO" });
}

/** Its parts, written one way: the days of a week in their order, no INTERVAL of one. */
function partsOf(rule: string): readonly string[] {
  return rule
    .replace(/^RRULE:/i, "")
    .toUpperCase()
    .split(";")
    .filter((part) => part !== "INTERVAL=1")
    .map((part) =>
      /^BYDAY=[A-Z]{2}(,[A-Z]{2})+$/.test(part) ? `BYDAY=${inOrder(part.slice(6).split(","))}` : part,
    );
}

const inOrder = (days: readonly string[]): string =>
  days.toSorted((a, b) => orderOf(a) - orderOf(b)).join(",");
const orderOf = (day: string): number => weekdays.findIndex(({ value }) => value === day);

/** "Every 2 weeks on Monday and Thursday, until 2027-03-01"; a rule of its own stands as it is. */
export function wordsOf(rule: string): string {
  const form = formFrom(choicesOf(rule));
  const unit = form.text("unit");
  if (unit === "") return rule;
  const every = form.text("every");
  const plural = wordOf(units, unit);
  const often = every === "1" ? `Every ${plural.slice(0, -1)}` : `Every ${every} ${plural}`;
  const [until, count] = [form.text("until"), form.text("count")];
  const end = until !== "" ? `, until ${until}` : count !== "" ? `, ${count} times` : "";
  return `${often}${onWhich(form, unit)}${end}`;
}

function onWhich(form: Form, unit: string): string {
  if (unit === "WEEKLY") {
    const days = form.list("day").map((day) => wordOf(weekdays, day));
    return days.length === 0 ? "" : ` on ${new Intl.ListFormat("en").format(days)}`;
  }
  const place = form.text("place");
  if (unit !== "MONTHLY" || place === "") return "";
  const day = place === "last" ? "" : ` ${wordOf(weekdays, form.text("weekday"))}`;
  return ` on ${wordOf(places, place)}${day}`;
}
