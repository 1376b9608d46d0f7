// Small pieces that every page is put together from. In: a name, a moment, an incident. Out: HTML.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Component, Incident, PageView } from "../model/view.ts";
import { Icon } from "./icon.tsx";
import type { Voice } from "./languages.ts";
import { durationText, minuteIso, minuteText, windowText } from "./moment.ts";
import { beganAt, endedAt } from "./selection.ts";
import { componentMarks, incidentMark } from "./severity.ts";
import type { Words } from "./words.ts";

/** A name as its editor wrote it; its direction ends with it. */
export function Name({ of }: { readonly of: string }): JSX.Element {
  return <bdi safe>{of}</bdi>;
}

/** "21 Nov 2026, 14:03 UTC" */
export function When({ ms, voice }: { readonly ms: number; readonly voice: Voice }): JSX.Element {
  return (
    <time datetime={minuteIso(ms)} safe>
      {minuteText(ms, voice)}
    </time>
  );
}

/** An arrow to where reading begins, and one to where it goes. */
export const towardsStart = ({ dir }: Voice): string => (dir === "rtl" ? "→" : "←");
export const towardsEnd = ({ dir }: Voice): string => (dir === "rtl" ? "←" : "→");

/** Names of the affected components, as they are called now. */
export function affectedNames(view: PageView, incident: Incident): readonly string[] {
  return incident.componentIds.flatMap((id) => view.componentById.get(id)?.name ?? []);
}

/** Where an incident has its page, in the first language. */
export function incidentPath(incident: Incident): string {
  return `/incidents/${encodeURIComponent(incident.id)}`;
}

/** Where a component or group has its page, in the first language. */
export function componentPath({ id }: Pick<Component, "id">): string {
  return `/components/${encodeURIComponent(id)}`;
}

/** Shape and words of a component's status. */
export function State({
  component: { status },
  words,
}: {
  readonly component: Pick<Component, "status">;
  readonly words: Words;
}): JSX.Element {
  const mark = componentMarks[status];
  return (
    <span class={`st ${mark}`}>
      <Icon mark={mark} />
      {Html.escapeHtml(words.component[status])}
    </span>
  );
}

/** An incident, and how it is told of. */
export interface Told {
  readonly incident: Incident;
  readonly voice: Voice;
}

/** Shape and words of an incident's impact. */
function ImpactTag({ incident, voice }: Told): JSX.Element {
  const mark = incidentMark(incident);
  const { impact } = voice.words;
  return (
    <span class={`st ${mark}`}>
      <Icon mark={mark} />
      {Html.escapeHtml(incident.window === null ? impact[incident.impact] : impact.maintenance)}
    </span>
  );
}

/** Impact, status and time on one line. `late` is what the clock adds to the status, such as "longer than planned". */
export function Facts({ incident, voice, late = "" }: Told & { readonly late?: string }): JSX.Element {
  const status = voice.words.status[incident.status];
  return (
    <p class="tag">
      <ImpactTag incident={incident} voice={voice} />
      <b safe>{late === "" ? status : `${status}${voice.words.times.comma}${late}`}</b>
      <Span incident={incident} voice={voice} />
    </p>
  );
}

/** What an update is called: its status, or "Update" where it repeats the status of the one before it. */
export function updateWord(incident: Incident, at: number, { update, status }: Words): string {
  const told = incident.updates[at];
  if (told === undefined || incident.updates[at + 1]?.status === told.status) return update;
  return status[told.status];
}

/** When it began, and for how long it went on; a maintenance says its window. */
function Span({ incident, voice }: Told): JSX.Element {
  if (incident.window !== null) {
    const { from, until } = incident.window;
    return (
      <time datetime={minuteIso(from)} data-until={minuteIso(until)} safe>
        {windowText(from, until, voice)}
      </time>
    );
  }
  const began = beganAt(incident);
  const ended = endedAt(incident);
  if (ended === null)
    return (
      <span>
        {Html.escapeHtml(voice.words.times.since)} <When ms={began} voice={voice} />
      </span>
    );
  if (ended <= began) return <When ms={began} voice={voice} />;
  return (
    <span>
      <When ms={began} voice={voice} />
      <span safe>{`${voice.words.times.comma}${durationText(ended - began, voice.words)}`}</span>
    </span>
  );
}

/** What a browser tab or a feed reader shows on one line: no direction marks, no line breaks, an end. */
export function oneLine(text: string): string {
  const line = text.replace(/[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  return line.length <= 120 ? line : `${line.slice(0, 119).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
