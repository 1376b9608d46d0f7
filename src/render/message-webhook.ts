// What programs are told (webhooks). In: an occasion, the view. Out: the body in Statuspage's form, with the type and timestamp of Standard Webhooks beside.
// The same for all subscribers but for one link, which stands where `filled` puts it.
import type { PageOccasion } from "../model/occasion.ts";
import { overallStatus } from "../model/status.ts";
import type { Incident, PageView } from "../model/view.ts";
import { isoIn } from "../model/zone.ts";
import { affectedComponents, incidentShape } from "./json-shape.ts";

/** In Statuspage's words, as far as they have them. */
export type WebhookType =
  | "incident.updated"
  | "maintenance.updated"
  | "maintenance.reminder"
  | "incident.postmortem"
  | "component.updated";

/** A JSON text in two halves: the link to unsubscribe stands between them, as a JSON string. */
export interface WebhookBody {
  readonly before: string;
  readonly after: string;
}

/** Null where what happened is no more to be told: the incident or component is gone. */
export function webhookBodyOf(
  occasion: PageOccasion,
  view: PageView,
  occurredMs: number,
): WebhookBody | null {
  const { page } = view;
  const said = saidOf(occasion, view, occurredMs);
  if (said === null) return null;
  const at = isoIn(occurredMs, page.timeZone);
  const { indicator, description } = overallStatus(view);
  const rest = JSON.stringify({
    type: said.type,
    timestamp: isoIn(occurredMs, "Etc/UTC"),
    page: { id: page.id, status_indicator: indicator, status_description: description },
    ...said.body,
  });
  return {
    before: `{"meta":{"documentation":${JSON.stringify(`${page.url}/subscribe`)},"generated_at":${JSON.stringify(at)},"unsubscribe":`,
    after: `},${rest.slice(1)}`,
  };
}

export function filledBody({ before, after }: WebhookBody, unsubscribe: string): string {
  return before + JSON.stringify(unsubscribe) + after;
}

interface Said {
  readonly type: WebhookType;
  readonly body: Readonly<Record<string, unknown>>;
}

function saidOf(occasion: PageOccasion, view: PageView, occurredMs: number): Said | null {
  if (occasion.kind === "component") return componentSaid(occasion, view, occurredMs);
  const incident = view.incidentById.get(occasion.incident);
  if (incident === undefined) return null;
  return {
    type: typeOf(occasion.kind, incident),
    body: {
      incident: {
        ...incidentShape(incident, view.page, affectedComponents(view, incident)),
        ...more(incident, view),
      },
    },
  };
}

function typeOf(kind: "update" | "reminder" | "postmortem", { window }: Incident): WebhookType {
  if (kind === "reminder") return "maintenance.reminder";
  if (kind === "postmortem") return "incident.postmortem";
  return window === null ? "incident.updated" : "maintenance.updated";
}

/** What Statuspage's webhooks say beside the public API. */
function more({ postmortem, impactOverride, automation }: Incident, { page }: PageView) {
  return {
    impact_override: impactOverride,
    postmortem_body: postmortem?.body ?? null,
    postmortem_published_at: postmortem === null ? null : isoIn(postmortem.publishedAt, page.timeZone),
    scheduled_remind_prior: automation.remindsPrior,
  };
}

function componentSaid(
  { component: id, stamp, was, is }: Extract<PageOccasion, { kind: "component" }>,
  view: PageView,
  occurredMs: number,
): Said | null {
  const component = view.componentById.get(id);
  if (component === undefined) return null;
  const { timeZone } = view.page;
  return {
    type: "component.updated",
    body: {
      component_update: {
        created_at: isoIn(occurredMs, timeZone),
        old_status: was,
        new_status: is,
        id: stamp,
        component_id: id,
      },
      component: {
        created_at: component.createdAt === null ? null : isoIn(component.createdAt, timeZone),
        id,
        name: component.name,
        status: component.status,
      },
    },
  };
}

/** What a webhook is asked before it is sent anything: to say `challenge` again. Its secret is told here, and nowhere else to its owner. */
export function challengeBody(
  page: Pick<PageView["page"], "id" | "name" | "url">,
  said: { readonly challenge: string; readonly secret: string },
): string {
  const { id, name, url } = page;
  return JSON.stringify({ type: "subscription.challenge", page: { id, name, url }, ...said });
}
