// What goes on and what is coming. In: open incidents, maintenances, the moment. Out: cards with the latest update first.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, PageView } from "../model/view.ts";
import { affectedNames, Facts, incidentPath, Name, When } from "./piece.tsx";
import { isCut, Prose } from "./prose.tsx";
import { isActive } from "./selection.ts";
import { incidentMark } from "./severity.ts";
import { statusWords } from "./words.ts";

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
function lateWords(incident: Incident, phase: Phase): string {
  if (isActive(incident)) return phase === "after" ? "longer than planned" : "";
  return phase === "before" ? "" : "was to begin";
}

/** Open incidents. */
export function OpenIncidents({
  incidents,
  view,
}: {
  readonly incidents: readonly Incident[];
  readonly view: PageView;
}): JSX.Element {
  if (incidents.length === 0) return <section id="p-open" />;
  return (
    <section id="p-open" aria-labelledby="open">
      <h2 id="open">{incidents.length === 1 ? "Open incident" : "Open incidents"}</h2>
      {incidents.map((incident) => (
        <Card incident={incident} view={view} late="" />
      ))}
    </section>
  );
}

/** Maintenance that goes on, then what is coming, soonest first. */
export function Maintenances({
  incidents,
  view,
  asOf,
}: {
  readonly incidents: readonly Incident[];
  readonly view: PageView;
  readonly asOf: number;
}): JSX.Element {
  if (incidents.length === 0) return <section id="p-work" />;
  return (
    <section id="p-work" aria-labelledby="maintenance">
      <h2 id="maintenance">Maintenance</h2>
      {incidents.map((incident) => (
        <Card incident={incident} view={view} late={lateWords(incident, phaseAt(incident, asOf))} />
      ))}
    </section>
  );
}

function Card({
  incident,
  view,
  late,
}: {
  readonly incident: Incident;
  readonly view: PageView;
  readonly late: string;
}): JSX.Element {
  const zone = view.page.timeZone;
  const names = affectedNames(view, incident);
  return (
    <article class={`card ${incidentMark(incident)}`}>
      <header>
        <h3>
          <a href={incidentPath(incident)}>
            <Name of={incident.name} />
          </a>
        </h3>
        <Facts incident={incident} zone={zone} late={late} />
      </header>
      <div>
        <Way incident={incident} />
        <Latest incident={incident} zone={zone} />
        <Touches names={names} />
      </div>
    </article>
  );
}

/** How far it has come: what is behind, where it stands, what is still to come. */
function Way({ incident }: { readonly incident: Incident }): JSX.Element {
  const steps: readonly Incident["status"][] = incident.window === null ? incidentSteps : maintenanceSteps;
  const at = steps.indexOf(incident.status);
  if (at === -1) return "";
  return (
    <ol class="way" aria-label="Progress">
      {steps.map((step, place) => (
        <li class={place <= at ? "d" : undefined} aria-current={place === at ? "step" : undefined}>
          {statusWords[step]}
        </li>
      ))}
    </ol>
  );
}

function Latest({ incident, zone }: { readonly incident: Incident; readonly zone: string }): JSX.Element {
  const [update] = incident.updates;
  if (update === undefined) return "";
  const cut = isCut(update, latestChars);
  const others = incident.updates.length - 1;
  const more =
    others === 0
      ? "Read on"
      : `${cut ? "Read on, and " : ""}${others === 1 ? "1 earlier update" : `${others} earlier updates`}`;
  return (
    <>
      <div class="said">
        <p class="told">
          {"Latest update "}
          <When ms={update.displayAt} zone={zone} />
        </p>
        <Prose told={update} chars={latestChars} />
      </div>
      {others > 0 || cut ? (
        <p class="more">
          <a href={incidentPath(incident)} safe>
            {more}
          </a>
        </p>
      ) : (
        ""
      )}
    </>
  );
}

function Touches({ names }: { readonly names: readonly string[] }): JSX.Element {
  if (names.length === 0) return "";
  const rest = names.length - namesMax;
  return (
    <ul class="cmp" aria-label="Affected components">
      {names.slice(0, namesMax).map((name) => (
        <li>
          <Name of={name} />
        </li>
      ))}
      {rest > 0 ? <li class="mu" safe>{`and ${rest} more`}</li> : ""}
    </ul>
  );
}
