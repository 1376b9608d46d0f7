// A draft as a form, and back. In: a draft, or a form of it. Out: fields; what they change of the draft. A draft keeps what it says nothing of, so
// a form says everything that it shows.
import type { IncidentFields } from "../model/command.ts";
import { defaultBody } from "../model/default-bodies.ts";
import {
  componentStatuses,
  type Incident,
  impacts,
  type PageView,
  type TellingDraft,
} from "../model/view.ts";
import { type Form, formFrom } from "./form.ts";
import { localOf, momentOf } from "./local-time.ts";
import { automationIn, boxesOf } from "./maintenance-boxes.tsx";
import { statusWord } from "./speech.ts";

/** Of `to`: each component takes the state that the draft has for it, as not all have the same. */
export const asEachWas = "each";

/** The incident that it goes on telling of; null of a new one, or where that is gone. */
export function incidentOf(view: PageView, { command }: TellingDraft): Incident | null {
  return command.kind === "incident.update" ? (view.incidentById.get(command.id) ?? null) : null;
}

export function titleOf(view: PageView, draft: TellingDraft): string {
  const { command } = draft;
  if (command.kind === "incident.create") return command.fields.name;
  const incident = incidentOf(view, draft);
  const state = command.fields.status === undefined ? "Update" : statusWord(command.fields.status);
  return `${state}: ${incident?.name ?? "an incident that is gone"}`;
}

/** Components that it names, or whose state it changes. */
function namedBy(view: PageView, draft: TellingDraft): readonly string[] {
  const { componentIds, components } = draft.command.fields;
  const ids = componentIds ?? incidentOf(view, draft)?.componentIds ?? [];
  return [...new Set([...ids, ...Object.keys(components ?? {})])].filter((id) => view.componentById.has(id));
}

export function formOf(view: PageView, draft: TellingDraft): Form {
  const { automation, body, components, deliverNotifications, impactOverride, name, status, window } =
    draft.command.fields;
  const zone = view.page.timeZone;
  const states = [...new Set(Object.values(components ?? {}))];
  const fields = new URLSearchParams({
    ...{ name: name ?? "", text: body ?? "", status: status ?? "", impact: impactOverride ?? "" },
    to: states.length > 1 ? asEachWas : (states[0] ?? ""),
    publishAt: draft.publishAt === null ? "" : localOf(draft.publishAt, zone),
    ...(window === undefined ? {} : { from: localOf(window.from, zone), until: localOf(window.until, zone) }),
    ...boxesOf(automation ?? {}, deliverNotifications === true),
  });
  for (const id of namedBy(view, draft)) fields.append("component", id);
  return formFrom(fields);
}

/** The fields of its command that the form says; a string where one cannot be read. */
export function fieldsOf(view: PageView, draft: TellingDraft, form: Form): IncidentFields | string {
  const { command } = draft;
  const isNew = command.kind === "incident.create";
  const status = form.text("status") as NonNullable<IncidentFields["status"]> | "";
  const zone = view.page.timeZone;
  const said = {
    deliverNotifications: form.has("notify"),
    ...bodyOf(view, draft, form),
    ...(isNew ? { name: form.text("name") } : {}),
    ...(status === "" ? {} : { status }),
    ...componentsOf(view, draft, form),
  };
  if (!isNew) return said;
  if (command.fields.window === undefined) return { ...said, impactOverride: impactIn(form) };
  const [from, until] = [form.text("from"), form.text("until")].map((it) => momentOf(it, zone));
  if (typeof from !== "number" || typeof until !== "number")
    return "The maintenance needs a time at which it begins and one at which it ends.";
  const automation = { ...command.fields.automation, ...automationIn(form) };
  return { ...said, window: { from, until }, automation };
}

const impactIn = (form: Form) => impacts.find((it) => it === form.text("impact")) ?? null;

/** Where the text was taken out, the state is told in its usual words, as where there was none. */
function bodyOf(view: PageView, draft: TellingDraft, form: Form): Pick<IncidentFields, "body"> {
  const body = form.body("text").trim();
  const { fields, kind } = draft.command;
  if (body !== "" || fields.body === undefined) return body === "" ? {} : { body };
  const usual = fields.window === undefined ? "investigating" : "scheduled";
  const status = fields.status ?? incidentOf(view, draft)?.status ?? usual;
  return { body: defaultBody(status, kind === "incident.create") };
}

/** An update whose components nobody touched names none: what the incident has by then stays. */
function componentsOf(
  view: PageView,
  draft: TellingDraft,
  form: Form,
): Pick<IncidentFields, "componentIds" | "components"> {
  const held = draft.command.fields;
  const ticked = form.list("component");
  const shown = namedBy(view, draft);
  const isSame = ticked.length === shown.length && ticked.every((id) => shown.includes(id));
  const to = componentStatuses.find((it) => it === form.text("to"));
  const each = form.text("to") === asEachWas;
  const states = ticked.flatMap((id) => {
    const state = each ? held.components?.[id] : to;
    return state === undefined ? [] : [[id, state] as const];
  });
  return {
    ...(isSame && held.componentIds === undefined ? {} : { componentIds: ticked }),
    components: Object.fromEntries(states),
  };
}
