// What a form says of an incident. In: a form, the page, the incident as it is (null for a new one). Out: a command's fields.
import { limits } from "../base/limits.ts";
import type { IncidentFields } from "../model/command.ts";
import { type ComponentStatus, componentStatuses, type Incident, impacts } from "../model/view.ts";
import type { Form } from "./form.ts";

/** What of a text becomes the name: its first line, or its first sentence, as far as a heading goes. */
const titleCharsMax = 100;

export interface Told {
  readonly name: string;
  readonly body: string;
}

/** One text is enough: where no name is given its first line is one, and what stands below it the message. */
export function toldIn(form: Form): Told {
  const text = form.body("text").trim();
  const given = form.text("name");
  if (given !== "") return { name: given, body: text };
  const [first = "", ...others] = text.split("\n");
  const below = others.join("\n").trim();
  return { name: titleOf(first), body: below === "" || first.length > titleCharsMax ? text : below };
}

function titleOf(line: string): string {
  const sentence = /^.{8,}?[.!?](?=\s)/u.exec(line)?.[0].replace(/\.$/, "") ?? line.replace(/\.$/, "");
  if (sentence.length <= titleCharsMax) return sentence;
  const cut = sentence.slice(0, titleCharsMax).toWellFormed();
  return `${cut.slice(0, cut.lastIndexOf(" ") > 40 ? cut.lastIndexOf(" ") : titleCharsMax - 1)}…`;
}

/** Which components take which status: `to` for all that are ticked, `component:<id>` for each by itself. "" leaves one as it is. */
export function statusesIn(form: Form): Readonly<Record<string, ComponentStatus>> {
  const all = componentStatuses.find((it) => it === form.text("to"));
  const ticked = all === undefined ? [] : form.list("component").map((id) => [id, all] as const);
  const each = form.under("component:").flatMap(([id, word]) => {
    const status = componentStatuses.find((it) => it === word);
    return status === undefined ? [] : [[id, status] as const];
  });
  return Object.fromEntries([...ticked, ...each].slice(0, limits.componentsPerCommandMax));
}

/** The fields of both a new incident and an update to one. */
export function fieldsIn(form: Form, incident: Incident | null): IncidentFields {
  const components = statusesIn(form);
  const ids = [...new Set([...(incident?.componentIds ?? []), ...form.list("component")])];
  const status = form.text("status") as NonNullable<IncidentFields["status"]> | "";
  const impact = form.text("impact");
  return {
    ...(status === "" ? {} : { status }),
    ...(form.has("impact") ? { impactOverride: impacts.find((it) => it === impact) ?? null } : {}),
    ...(ids.length === (incident?.componentIds.length ?? 0) ? {} : { componentIds: ids }),
    ...(Object.keys(components).length === 0 ? {} : { components }),
    deliverNotifications: form.has("notify"),
  };
}
