// What goes on and what is coming. In: open incidents, maintenances, the moment. Out: cards with the latest update first.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, PageView } from "../model/view.ts";
import type { Voice } from "./languages.ts";
import { affectedNames, Facts, incidentPath, Name, type Told, When } from "./piece.tsx";
import { attribute, isCut, Prose } from "./prose.tsx";
import { isActive } from "./selection.ts";
import { incidentMark } from "./severity.ts";
import type { Words } from "./words.ts";

/** Characters of the latest update on the front page; the incident's own page has all. */
const latestChars = 700;
/** From the first word to the last; what comes after the end is no step. */
const incidentSteps = ["investigating", "identified", "monitoring", "resolved"] as const;
const maintenanceSteps = ["scheduled", "in_progress", "verifying", "completed"] as const;
/** Names of affected components on a card. */
const namesMax = 8;

/** Where a maintenance stands against its window; the clock moves it, and it is an input of the page's key. */
export type Phase = "before" | "within" | "after";

/** The phase of a maintenance at a moment. */
export function phaseAt({ window }: Incident, asOf: number): Phase {
  if (window === null || asOf < window.from) return "before";
  return asOf < window.until ? "within" : "after";
}

/** What the clock adds to a status: a plan that is due, a work that takes longer. */
function lateWords(incident: Incident, phase: Phase, { front }: Words): string {
  if (isActive(incident)) return phase === "after" ? front.lateEnd : "";
  return phase === "before" ? "" : front.lateStart;
}

/** Open incidents. */
export function OpenIncidents({
  incidents,
  view,
  voice,
}: {
  readonly incidents: readonly Incident[];
  readonly view: PageView;
  readonly voice: Voice;
}): JSX.Element {
  if (incidents.length === 0) return <section id="p-open" />;
  return (
    <section id="p-open" aria-labelledby="open">
      <h2 id="open" safe>
        {voice.words.front.openHeading(incidents.length)}
      </h2>
      {incidents.map((incident) => (
        <Card incident={incident} view={view} voice={voice} late="" />
      ))}
    </section>
  );
}

/** Maintenance that goes on, then what is coming, soonest first. */
export function Maintenances({
  incidents,
  view,
  voice,
  asOf,
}: {
  readonly incidents: readonly Incident[];
  readonly view: PageView;
  readonly voice: Voice;
  readonly asOf: number;
}): JSX.Element {
  if (incidents.length === 0) return <section id="p-work" />;
  return (
    <section id="p-work" aria-labelledby="maintenance">
      <h2 id="maintenance" safe>
        {voice.words.front.maintenanceHeading}
      </h2>
      {incidents.map((incident) => (
        <Card
          incident={incident}
          view={view}
          voice={voice}
          late={lateWords(incident, phaseAt(incident, asOf), voice.words)}
        />
      ))}
    </section>
  );
}

function Card({
  incident,
  view,
  voice,
  late,
}: Told & {
  readonly view: PageView;
  readonly late: string;
}): JSX.Element {
  const names = affectedNames(view, incident);
  return (
    <article class={`card ${incidentMark(incident)}`}>
      <header>
        <h3>
          <a href={voice.path(incidentPath(incident))}>
            <Name of={incident.name} />
          </a>
        </h3>
        <Facts incident={incident} voice={voice} late={late} />
      </header>
      <div>
        <Way incident={incident} words={voice.words} />
        <Latest incident={incident} voice={voice} />
        <Touches names={names} voice={voice} />
      </div>
    </article>
  );
}

/** How far it has come: what is behind, where it stands, what is still to come. */
function Way({ incident, words }: { readonly incident: Incident; readonly words: Words }): JSX.Element {
  const steps: readonly Incident["status"][] = incident.window === null ? incidentSteps : maintenanceSteps;
  const at = steps.indexOf(incident.status);
  if (at === -1) return "";
  return (
    <ol class="way" aria-label={attribute(words.front.progressLabel)}>
      {steps.map((step, place) => (
        <li class={place <= at ? "d" : undefined} aria-current={place === at ? "step" : undefined} safe>
          {words.status[step]}
        </li>
      ))}
    </ol>
  );
}

function Latest({ incident, voice }: Told): JSX.Element {
  const { front } = voice.words;
  const [update] = incident.updates;
  if (update === undefined) return "";
  const cut = isCut(update, latestChars);
  const others = incident.updates.length - 1;
  const more = others === 0 ? front.readOn : front.earlier(others, cut);
  return (
    <>
      <div class="said">
        <p class="told">
          {Html.escapeHtml(front.latest)} <When ms={update.displayAt} voice={voice} />
        </p>
        <Prose told={update} chars={latestChars} />
      </div>
      {others > 0 || cut ? (
        <p class="more">
          <a href={voice.path(incidentPath(incident))} safe>
            {more}
          </a>
        </p>
      ) : (
        ""
      )}
    </>
  );
}

function Touches({
  names,
  voice,
}: {
  readonly names: readonly string[];
  readonly voice: Voice;
}): JSX.Element {
  const { front } = voice.words;
  if (names.length === 0) return "";
  const rest = names.length - namesMax;
  return (
    <ul class="cmp" aria-label={attribute(front.affectedLabel)}>
      {names.slice(0, namesMax).map((name) => (
        <li>
          <Name of={name} />
        </li>
      ))}
      {rest > 0 ? (
        <li class="mu" safe>
          {front.moreNames(rest)}
        </li>
      ) : (
        ""
      )}
    </ul>
  );
}
