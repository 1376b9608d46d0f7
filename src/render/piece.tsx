// Small pieces that every page is put together from. In: a name, a moment, an incident. Out: HTML.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, PageView } from "../model/view.ts";
import { Icon } from "./icon.tsx";
import { durationText, minuteIso, minuteText, momentIn, windowText } from "./moment.ts";
import { beganAt, endedAt } from "./selection.ts";
import { incidentMark } from "./severity.ts";
import { impactWords, statusWords } from "./words.ts";

/** A name as its editor wrote it; its direction ends with it. */
export function Name({ of }: { readonly of: string }): JSX.Element {
  return <bdi safe>{of}</bdi>;
}

/** "21 Nov 2026, 14:03 UTC" */
export function When({ ms, zone }: { readonly ms: number; readonly zone: string }): JSX.Element {
  return (
    <time datetime={minuteIso(ms)} safe>
      {minuteText(momentIn(ms, zone))}
    </time>
  );
}

/** Names of the affected components, as they are called now. */
export function affectedNames(view: PageView, incident: Incident): readonly string[] {
  return incident.componentIds.flatMap((id) => view.componentById.get(id)?.name ?? []);
}

/** Where an incident has its page. */
export function incidentPath(incident: Incident): string {
  return `/incidents/${encodeURIComponent(incident.id)}`;
}

/** Shape and words of an incident's impact. */
function ImpactTag({ incident }: { readonly incident: Incident }): JSX.Element {
  const mark = incidentMark(incident);
  return (
    <span class={`st ${mark}`}>
      <Icon mark={mark} />
      {incident.window === null ? impactWords[incident.impact] : impactWords.maintenance}
    </span>
  );
}

/** Impact, status and time on one line. `late` is what the clock adds to the status, such as "longer than planned". */
export function Facts({
  incident,
  zone,
  late = "",
}: {
  readonly incident: Incident;
  readonly zone: string;
  readonly late?: string;
}): JSX.Element {
  const status = statusWords[incident.status];
  return (
    <p class="tag">
      <ImpactTag incident={incident} />
      <b safe>{late === "" ? status : `${status}, ${late}`}</b>
      <Span incident={incident} zone={zone} />
    </p>
  );
}

/** When it began, and for how long it went on; a maintenance says its window. */
function Span({ incident, zone }: { readonly incident: Incident; readonly zone: string }): JSX.Element {
  if (incident.window !== null) {
    const { from, until } = incident.window;
    return (
      <time datetime={minuteIso(from)} safe>
        {windowText(momentIn(from, zone), momentIn(until, zone))}
      </time>
    );
  }
  const began = beganAt(incident);
  const ended = endedAt(incident);
  if (ended === null)
    return (
      <span>
        Since <When ms={began} zone={zone} />
      </span>
    );
  if (ended <= began) return <When ms={began} zone={zone} />;
  return (
    <span>
      <When ms={began} zone={zone} />, <span safe>{durationText(ended - began)}</span>
    </span>
  );
}

/** What a browser tab or a feed reader shows on one line: no direction marks, no line breaks, an end. */
export function oneLine(text: string): string {
  const line = text.replace(/[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  return line.length <= 120 ? line : `${line.slice(0, 119).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
