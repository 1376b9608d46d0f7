// From what is not well to what the page says of it. In: a view, the claims on one subject (a component, or a check without one), what the monitor did
// before, what people did since. Out: commands, the row that says what was done, and why in words; or null where there is nothing to do. Pure: asked
// again it gives nothing, so a restart neither opens twice nor forgets. A person's change wins: what a person touched is left until the next outage.
import type { Check } from "../model/check.ts";
import type { Command, IncidentFields } from "../model/command.ts";
import { severityOf } from "../model/group.ts";
import { isClosed } from "../model/order.ts";
import type { VersionedKind } from "../model/versions.ts";
import type { Component, ComponentStatus, Impact, Incident, PageView } from "../model/view.ts";
import { changeText, endText, type Fallen, openingOf } from "./words.ts";

/** Something says that a subject is not well: a verdict, an alert from elsewhere. */
export interface Claim {
  /** `check/<id>`, `alert/<source>/<key>`. */
  readonly id: string;
  /** Of the check, or of what the alert speaks of. */
  readonly name: string;
  /** Null: it stands for itself. */
  readonly componentId: string | null;
  /** What its component is to say. */
  readonly status: Exclude<ComponentStatus, "operational" | "under_maintenance">;
  readonly act: Check["act"];
  readonly templateId: string | null;
  readonly sinceMs: number;
  /** For readers: `Automatic checks from 2 of 3 places find`. */
  readonly by: string;
  /** For operators. */
  readonly why: string;
}

/** What the monitor did for a subject that is not well; kept with it in one transaction. */
export interface Held {
  /** Of the op-log, before the first act: what others did since comes after it. */
  readonly position: number;
  readonly sinceMs: number;
  readonly name: string;
  readonly component: { readonly id: string; readonly set: ComponentStatus } | null;
  readonly incident: { readonly id: string; readonly draft: string | null } | null;
  /** What a person has taken over. */
  readonly left: readonly Part[];
  readonly claims: readonly string[];
}

export type Part = "component" | "incident";

/** Who changed it since `position`, other than the monitor; null: nobody. */
export type Hands = Readonly<Record<Part, string | null>>;

export interface Situation {
  readonly view: PageView;
  readonly held: Held | null;
  /** Of this subject, those that stand now. */
  readonly claims: readonly Claim[];
  readonly hands: Hands;
  readonly nowMs: number;
  readonly position: number;
  newId(): string;
}

export type Deed = "open" | "change" | "close" | "leave";

export interface Act {
  readonly deed: Deed;
  readonly commands: readonly Command[];
  /** Null: all is as it was before. */
  readonly held: Held | null;
  /** Decided on these: where one of them is another by then, it is decided anew. */
  readonly unchanged: readonly {
    readonly kind: VersionedKind;
    readonly id: string;
    readonly version: string;
  }[];
  /** For operators, in words. */
  readonly why: string;
}

/** Where an incident says, in its metadata, what the monitor did. */
export const monitorKey = "pharos_monitor";

export function act(situation: Situation): Act | null {
  const { held, claims } = situation;
  const acting = claims.filter(({ act }) => act !== "watch");
  if (held === null) return acting.length === 0 ? null : begin(situation, acting);
  const taken = handsOn(situation, held);
  if (taken !== null) return taken;
  if (acting.length === 0) return end(situation, held);
  return goOn(situation, held, acting);
}

const componentOf = ({ view }: Situation, id: string | null): Component | null =>
  (id === null ? null : view.componentById.get(id)) ?? null;

/** What is done to a component under maintenance was announced. */
function isInMaintenance({ view }: Situation, component: Component | null): boolean {
  if (component === null) return false;
  const names = [component.id, ...(component.groupId === null ? [] : [component.groupId])];
  return (
    component.status === "under_maintenance" ||
    view.maintenances.some(
      (one) =>
        (one.status === "in_progress" || one.status === "verifying") &&
        one.componentIds.some((id) => names.includes(id)),
    )
  );
}

function openIncidentOn({ view }: Situation, component: Component, own: string | null): Incident | undefined {
  return view.incidents.find(
    (one) => !isClosed(one) && one.id !== own && one.componentIds.includes(component.id),
  );
}

const whyOf = (claims: readonly Claim[]): string =>
  claims.map(({ name, why }) => `${name}: ${why}`).join(" ");

function fallenOf(claims: readonly Claim[], component: Component | null, sinceMs: number): Fallen {
  const worst = worstClaim(claims);
  return {
    name: component?.name ?? worst.name,
    componentId: component?.id ?? null,
    status: worst.status,
    sinceMs,
    by: worst.by,
  };
}

function worstClaim(claims: readonly Claim[]): Claim {
  return claims.reduce((worst, one) => (severityOf[one.status] > severityOf[worst.status] ? one : worst));
}

/** The strongest of what the claims may do. Slowness alone is no incident: it shows at its component. */
function strongest(claims: readonly Claim[]): Exclude<Check["act"], "watch"> {
  for (const one of ["incident", "draft"] as const) if (claims.some(({ act }) => act === one)) return one;
  return "component";
}

function begin(situation: Situation, claims: readonly Claim[]): Act | null {
  const { nowMs, position } = situation;
  const component = componentOf(situation, claims[0]?.componentId ?? null);
  if (isInMaintenance(situation, component)) return null;
  const sinceMs = Math.min(nowMs, ...claims.map((claim) => claim.sinceMs));
  const fallen = fallenOf(claims, component, sinceMs);
  const started: Held = {
    ...{ position, sinceMs, name: fallen.name, component: null, incident: null, left: [] },
    claims: claims.map(({ id }) => id),
  };
  const theirs = component && openIncidentOn(situation, component, null);
  if (theirs)
    return leave(
      { ...started, left: ["component", "incident"] },
      `The incident "${theirs.name}" tells of it already, so nothing was changed. ${whyOf(claims)}`,
    );
  if (strongest(claims) !== "component") return opened(situation, started, claims, component);
  if (component === null) return null;
  if (component.status !== "operational")
    return leave(
      { ...started, left: ["component"] },
      `It was ${wordOf(component.status)} already, so its status stays what somebody made it. ${whyOf(claims)}`,
    );
  return {
    deed: "open",
    commands: [setTo(component, fallen.status)],
    held: { ...started, component: { id: component.id, set: fallen.status } },
    unchanged: [versionOf("component", component)],
    why: `Its status was set to ${wordOf(fallen.status)}. ${whyOf(claims)}`,
  };
}

const wordOf = (status: ComponentStatus): string => status.replaceAll("_", " ");
const setTo = ({ id }: Component, status: ComponentStatus): Command => ({
  kind: "component.update",
  id,
  fields: { status },
});
const versionOf = <One extends { readonly id: string; readonly version: string }>(
  kind: VersionedKind,
  { id, version }: One,
): Act["unchanged"][number] => ({ kind, id, version });
const leave = (held: Held, why: string): Act => ({ deed: "leave", commands: [], held, unchanged: [], why });

/** An incident, or the draft of one. A component that somebody gave a status keeps it; one that has the monitor's is named with it. */
function opened(
  situation: Situation,
  held: Held,
  claims: readonly Claim[],
  component: Component | null,
): Act {
  const { view, nowMs, newId } = situation;
  const isDraft = strongest(claims) === "draft";
  const fallen = fallenOf(claims, component, held.sinceMs);
  const isOurs =
    component !== null && (component.status === "operational" || component.status === held.component?.set);
  const template = view.templates.find(({ id }) => id === templateOf(claims)) ?? null;
  const opening = openingOf(view, fallen, template, nowMs);
  const why = `${isDraft ? "A draft of an incident waits for a person" : "An incident was opened"}. ${whyOf(claims)}`;
  const fields: IncidentFields & { readonly name: string } = {
    ...opening,
    ...(component === null ? {} : { componentIds: opening.componentIds ?? [component.id] }),
    ...(isOurs ? { components: { [component.id]: fallen.status } } : {}),
    ...(component === null ? { impactOverride: impactOf[worstClaim(claims).status] } : {}),
    automation: { setsOperational: true },
    metadata: { [monitorKey]: { explanation: why } },
  };
  const id = newId();
  const draft = isDraft ? newId() : null;
  const create = { kind: "incident.create", id, fields } as const;
  return {
    deed: "open",
    commands: [
      draft === null ? create : { kind: "draft.create", id: draft, publishAt: null, command: create },
    ],
    held: {
      ...held,
      incident: { id, draft },
      ...(isOurs && !isDraft ? { component: { id: component.id, set: fallen.status } } : {}),
      claims: claims.map((claim) => claim.id),
    },
    unchanged: component === null ? [] : [versionOf("component", component)],
    why,
  };
}

const templateOf = (claims: readonly Claim[]): string | null =>
  claims.find(({ templateId }) => templateId !== null)?.templateId ?? null;

const impactOf: Readonly<Record<Claim["status"], Impact>> = {
  degraded_performance: "minor",
  partial_outage: "major",
  major_outage: "critical",
};

/** Somebody took it over since: said once, and kept with what was done. */
function handsOn({ view, hands }: Situation, held: Held): Act | null {
  const { component, incident } = held;
  const isGone =
    incident !== null &&
    !view.incidentById.has(incident.id) &&
    !view.drafts.some(({ id }) => id === incident.draft);
  const who: Partial<Record<Part, string>> = {
    ...(component !== null && hands.component !== null ? { component: hands.component } : {}),
    ...(incident !== null && (hands.incident !== null || isGone)
      ? { incident: hands.incident ?? "somebody" }
      : {}),
  };
  const fresh = (["component", "incident"] as const).filter(
    (part) => who[part] !== undefined && !held.left.includes(part),
  );
  if (fresh.length === 0) return null;
  const told = fresh.map((part) => `the ${part} was changed by ${who[part]}`).join(", and ");
  return leave(
    { ...held, left: [...held.left, ...fresh] },
    `${told[0]?.toUpperCase()}${told.slice(1)}: from now on it is theirs, and the monitor leaves it alone until the next outage.`,
  );
}

/** An outage that was acted on goes on: what changed is told, or what was held back is done. */
function goOn(situation: Situation, held: Held, claims: readonly Claim[]): Act | null {
  const component = componentOf(situation, claims[0]?.componentId ?? null);
  if (isInMaintenance(situation, component)) return null;
  const incident = ownIncident(situation, held);
  const wantsIncident = strongest(claims) !== "component";
  if (wantsIncident && held.incident === null && held.left.length === 0)
    return opened(situation, held, claims, component);
  if (component === null || held.component === null || held.left.includes("component")) return null;
  const { status } = worstClaim(claims);
  if (component.status !== held.component.set || status === held.component.set) return null;
  // What lies with people is theirs as a whole: the component belongs to the incident that tells of it.
  if (held.incident !== null && incident === null) return null;
  const changed: Held = {
    ...held,
    component: { id: component.id, set: status },
    claims: claims.map(({ id }) => id),
  };
  const why = `Its status was changed from ${wordOf(held.component.set)} to ${wordOf(status)}. ${whyOf(claims)}`;
  const command: Command =
    incident === null
      ? setTo(component, status)
      : toldIn(incident, why, {
          body: changeText(situation.view, fallenOf(claims, component, held.sinceMs), situation.nowMs),
          components: { [component.id]: status },
        });
  return {
    deed: "change",
    commands: [command],
    held: changed,
    unchanged: [
      versionOf("component", component),
      ...(incident === null ? [] : [versionOf("incident", incident)]),
    ],
    why,
  };
}

/** The incident that the monitor opened, where it is open and nobody else's. */
function ownIncident({ view }: Situation, { incident, left }: Held): Incident | null {
  if (incident === null || left.includes("incident")) return null;
  const found = view.incidentById.get(incident.id);
  return found === undefined || isClosed(found) ? null : found;
}

const toldIn = (incident: Incident, why: string, fields: IncidentFields): Command => ({
  kind: "incident.update",
  id: incident.id,
  fields: { ...fields, metadata: { ...incident.metadata, [monitorKey]: { explanation: why } } as never },
});

/** All is well again: what was done and is still as the monitor left it is taken back. */
function end(situation: Situation, held: Held): Act | null {
  const component = componentOf(situation, held.component?.id ?? null);
  // Its status is the maintenance's until that is over; then it is what the monitor made it, and is put back.
  if (component !== null && isInMaintenance(situation, component) && held.incident === null) return null;
  const incident = ownIncident(situation, held);
  if (incident !== null) return resolved(situation, held, incident, component);
  const draft = draftOf(situation, held);
  const published = held.incident?.draft == null ? undefined : publishedOf(situation, held.incident.id);
  const commands = [
    ...(draft === undefined ? [] : [{ kind: "draft.delete", id: draft.id } as const]),
    ...(published === undefined ? [] : [resolvingDraft(situation, held, published)]),
    ...(component !== null && isAsSet(held, component) && !openIncidentOn(situation, component, null)
      ? [setTo(component, "operational")]
      : []),
  ];
  return {
    deed: "close",
    commands,
    held: null,
    unchanged: [
      ...(draft === undefined ? [] : [versionOf("draft", draft)]),
      ...(component === null ? [] : [versionOf("component", component)]),
    ],
    why: endWhy(held, commands),
  };
}

const endWords: Partial<Record<Command["kind"], string>> = {
  "component.update": "The component is operational again.",
  "draft.delete": "The draft that nobody published was thrown away.",
  "draft.create": "A draft of its end waits for a person.",
};

function endWhy({ left }: Held, commands: readonly Command[]): string {
  const said = commands.map(({ kind }) => endWords[kind] ?? "").join(" ");
  const theirs = left.length === 0 ? "" : " What a person changed is left as it is.";
  return `It works again. ${said}${theirs}`.replaceAll(/ +/g, " ").trim();
}

const isAsSet = ({ component, left }: Held, { status }: Component): boolean =>
  component?.set === status && !left.includes("component");

/** One that nobody has touched. */
function draftOf({ view }: Situation, { incident, left }: Held) {
  if (incident === null || incident.draft === null || left.includes("incident")) return undefined;
  return view.drafts.find(({ id }) => id === incident.draft);
}

/** An incident that a person made of the draft, and that is still open. */
function publishedOf({ view }: Situation, id: string): Incident | undefined {
  const found = view.incidentById.get(id);
  return found === undefined || isClosed(found) ? undefined : found;
}

function resolvingDraft({ view, nowMs, newId }: Situation, held: Held, { id }: Incident): Command {
  const fields: IncidentFields = { status: "resolved", body: endText(view, held, nowMs) };
  return {
    kind: "draft.create",
    id: newId(),
    publishAt: null,
    command: { kind: "incident.update", id, fields },
  };
}

/** What it set is put back by its own rule; what was set before it was opened has to be named. */
function resolved(situation: Situation, held: Held, incident: Incident, component: Component | null): Act {
  const why = `It works again, so the incident was resolved.${held.left.includes("component") ? " The component's status is a person's and stays." : ""}`;
  const isNamed =
    component !== null && isAsSet(held, component) && !openIncidentOn(situation, component, incident.id);
  return {
    deed: "close",
    commands: [
      toldIn(incident, why, {
        status: "resolved",
        body: endText(situation.view, held, situation.nowMs),
        ...(isNamed ? { components: { [component.id]: "operational" } } : {}),
      }),
    ],
    held: null,
    unchanged: [
      versionOf("incident", incident),
      ...(component === null ? [] : [versionOf("component", component)]),
    ],
    why,
  };
}
