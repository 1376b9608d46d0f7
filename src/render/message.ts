// What a message to subscribers is made of, whatever way it goes. In: an occasion, the view, a language. Out: facts and texts, the same for all who are told
// of it in that language. What is one subscriber's own, its links, is no text but a place between pieces of text: nothing that a person wrote can become one.
import type { LanguageCode } from "../model/language.ts";
import type { OwnOccasion, PageOccasion } from "../model/occasion.ts";
import type { Subscriber } from "../model/subscriber.ts";
import type { ComponentStatus, Incident, IncidentUpdate, Page, PageView } from "../model/view.ts";
import { baseOf, tagHost } from "./feed-entry.ts";
import { type Voice, voicesOf } from "./languages.ts";
import { minuteText, windowText } from "./moment.ts";
import { incidentPath, oneLine } from "./piece.tsx";
import type { Told } from "./prose.tsx";
import { incidentMark, type Mark } from "./severity.ts";

/** Links that are one subscriber's own. */
export type Place = "confirm" | "manage" | "unsubscribe";

/** Texts and, between them, places. */
export type Pieces = readonly (string | { readonly place: Place })[];

/** The pieces with a subscriber's links in their places, written as the text around them needs it. */
export function filled(
  pieces: Pieces,
  links: Readonly<Record<Place, string>>,
  written: (address: string) => string = (address) => address,
): string {
  let text = "";
  for (const piece of pieces) text += typeof piece === "string" ? piece : written(links[piece.place]);
  return text;
}

/** Of which page, in which words. */
export interface Sender {
  readonly voice: Voice;
  readonly page: Page;
  /** The page's name on one line. */
  readonly name: string;
  /** Its host name, which is part of names of messages. */
  readonly host: string;
  /** Its front page in this language. */
  readonly home: string;
}

export interface AffectedPart {
  readonly name: string;
  /** What the update says of it; null where it says nothing. */
  readonly status: ComponentStatus | null;
}

/** What happened. */
export interface Message extends Sender {
  readonly kind: "update" | "reminder" | "postmortem";
  readonly incident: Incident;
  readonly mark: Mark;
  /** "Investigating", "Starts soon", "Post-mortem" */
  readonly state: string;
  /** The incident's name on one line. */
  readonly title: string;
  /** When it was told (ms), by the data's own time. */
  readonly toldMs: number;
  /** The same as its readers write it: "21 Nov 2026, 14:03 UTC" */
  readonly when: string;
  /** Of a maintenance: "Sat 21 Nov 2026, 02:00 – 04:00 UTC" */
  readonly window: string | null;
  readonly parts: readonly AffectedPart[];
  /** Its text, in Markdown. */
  readonly told: Told;
  /** The incident's page in this language. */
  readonly address: string;
}

/** What is said to one subscriber of the subscription itself. */
export interface OwnMessage extends Sender {
  readonly kind: Exclude<OwnOccasion["kind"], "challenge">;
  /** What it hears of: names of components, or of one incident; none of both means all of the page. */
  readonly parts: readonly string[];
  readonly title: string | null;
}

/** Null where there is nothing to tell any more: it was deleted, taken back, or moved to another time. */
export function messageOf(
  occasion: Exclude<PageOccasion, { kind: "component" }>,
  view: PageView,
  language: LanguageCode,
): Message | null {
  const incident = view.incidentById.get(occasion.incident);
  if (incident === undefined) return null;
  const sender = senderOf(view.page, language);
  const told = toldOf(occasion, incident, sender.voice);
  if (told === null) return null;
  const { update, ...says } = told;
  return {
    ...sender,
    ...says,
    kind: occasion.kind,
    incident,
    title: line(incident.name),
    when: minuteText(says.toldMs, sender.voice),
    window:
      incident.window === null ? null : windowText(incident.window.from, incident.window.until, sender.voice),
    parts: partsOf(update, incident, view),
    address: `${baseOf(view.page)}${sender.voice.path(incidentPath(incident))}`,
  };
}

export function ownMessageOf(
  kind: OwnMessage["kind"],
  view: PageView,
  language: LanguageCode,
  { components, incident }: Pick<Subscriber, "components" | "incident">,
): OwnMessage {
  const one = incident === null ? undefined : view.incidentById.get(incident);
  return {
    ...senderOf(view.page, language),
    kind,
    parts: (components ?? []).flatMap((id) => {
      const component = view.componentById.get(id);
      return component === undefined ? [] : [line(component.name)];
    }),
    title: one === undefined ? null : line(one.name),
  };
}

/** A name on one line, without what a terminal or a header could take for a command. */
export function line(text: string): string {
  return oneLine(text.replace(/\p{Cc}/gu, " "));
}

function senderOf(page: Page, language: LanguageCode): Sender {
  const voices = voicesOf(page);
  const voice = voices.find(({ code }) => code === language) ?? voices[0];
  if (voice === undefined) throw new TypeError("Render: a page has no language.");
  const home = voice.path("/");
  return {
    voice,
    page,
    name: line(page.name),
    host: tagHost(page),
    home: `${baseOf(page)}${home === "/" ? "/" : home}`,
  };
}

interface Says extends Pick<Message, "mark" | "state" | "toldMs" | "told"> {
  readonly update: IncidentUpdate | undefined;
}

function toldOf(
  occasion: Exclude<PageOccasion, { kind: "component" }>,
  incident: Incident,
  { words }: Voice,
): Says | null {
  switch (occasion.kind) {
    case "update": {
      const update = incident.updates.find(({ id }) => id === occasion.update);
      if (update === undefined) return null;
      const { status, displayAt: toldMs } = update;
      return { update, told: update, toldMs, state: words.status[status], mark: markOf(status, incident) };
    }
    case "reminder": {
      const [update] = incident.updates;
      if (incident.window?.from !== occasion.from) return null;
      const told = update ?? { body: "" };
      return { update, told, toldMs: incident.updatedAt, state: words.message.soon, mark: "mnt" };
    }
    case "postmortem": {
      const update = incident.updates.find(({ status }) => status === "postmortem");
      const told = incident.postmortem ?? update;
      if (told === undefined) return null;
      return {
        update: undefined,
        told,
        toldMs: incident.postmortem?.publishedAt ?? update?.displayAt ?? incident.updatedAt,
        state: words.incident.postmortemHeading,
        mark: "inf",
      };
    }
  }
}

const ended: ReadonlySet<string> = new Set(["resolved", "completed", "postmortem"]);

function markOf(status: IncidentUpdate["status"], incident: Incident): Mark {
  return ended.has(status) ? "ok" : incidentMark(incident);
}

function partsOf(
  update: IncidentUpdate | undefined,
  incident: Incident,
  view: PageView,
): readonly AffectedPart[] {
  const said = update?.affectedComponents ?? [];
  if (said.length > 0) return said.map(({ name, newStatus }) => ({ name: line(name), status: newStatus }));
  return incident.componentIds.flatMap((id) => {
    const component = view.componentById.get(id);
    return component === undefined ? [] : [{ name: line(component.name), status: null }];
  });
}
