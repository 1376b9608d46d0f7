// The front page. In: a scene. Out: one document: overall state, what is open, maintenance, components, the last days.
// Uptime counts up to the data's own time or the start of the day, never to the render's: the same view and day give the same bytes.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { overallStatus } from "../model/status.ts";
import type { Incident, Page, Transition } from "../model/view.ts";
import { addDays, startOfDate } from "../model/zone.ts";
import { Answer, type Answered } from "./front-answer.tsx";
import { Components } from "./front-component.tsx";
import { Maintenances, OpenIncidents, phaseAt } from "./front-open.tsx";
import { FootLinks, htmlDocument, htmlPage, ZoneNote } from "./html-page.tsx";
import { componentPrint, incidentPrint, keyOf, pagePrint, transitionsPrint } from "./key.ts";
import { Metrics, metricInputs } from "./metrics.tsx";
import { scriptDigest, scriptOf } from "./page-script.ts";
import { RecentDays } from "./past.tsx";
import { endedAt, isActive, isUnresolved, isUpcoming, latestFirst } from "./selection.ts";
import { indicatorMark, type Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";
import { Vendors, vendorInputs } from "./vendors.tsx";

/** Days of past incidents on the front page. */
const recentDays = 15;
/** Cards of one sort on the front page; the rest is in the history and the API. */
const cardsMax = 50;

interface Front extends Answered {
  /** What began or went on in the last days, the latest to begin first; what is open stands here too. */
  readonly recent: readonly Incident[];
}

const noTransitions: readonly Transition[] = [];
const marks: readonly Mark[] = ["ok", "deg", "par", "maj", "mnt", "inf"];

/** The front page. */
export function* frontPage(scene: Scene): Iterable<Document> {
  const front = frontOf(scene);
  const { view, day, asOf } = front;
  // The same in each language: an event that makes this version into the next says so to readers of all of them.
  const version = keyOf("shown", [
    scriptDigest,
    pagePrint(view.page),
    day,
    front.overall.indicator,
    front.overall.description,
    ...view.components.map(componentPrint),
    ...view.components.map(({ id }) => transitionsPrint(view.transitions.get(id) ?? noTransitions)),
    ...[...front.open, ...front.maintenances, ...front.recent].map(incidentPrint),
    ...front.maintenances.map((incident) => phaseAt(incident, asOf)),
    ...metricInputs(front),
    ...vendorInputs(front),
  ]);
  const key = keyOf("front", [version, scene.code, scriptOf(scene).path]);
  yield {
    path: scene.path("/"),
    ...htmlDocument,
    key,
    body: () => frontBody(front, version),
  };
}

function frontOf(scene: Scene): Front {
  const { view, day } = scene;
  const since = startOfDate(addDays(day, 1 - recentDays), view.page.timeZone);
  const active = view.maintenances.filter(isActive);
  const upcoming = view.maintenances.filter(isUpcoming);
  return {
    ...scene,
    overall: overallStatus(view),
    open: view.incidents.filter(isUnresolved).slice(0, cardsMax),
    maintenances: [...active, ...upcoming].slice(0, cardsMax),
    recent: [...view.incidents, ...view.maintenances]
      .filter((incident) => !isUpcoming(incident) && (endedAt(incident) ?? since) >= since)
      .sort(latestFirst),
  };
}

/** The page carries its version, so that its script knows what it has. */
function frontBody(front: Front, version: string): string {
  const { view, overall, day, asOf, words } = front;
  const { page } = view;
  const mark = indicatorMark(overall.indicator);
  return htmlPage({
    page,
    voice: front,
    title: `${words.overall[overall.description]} · ${page.name}`,
    description: page.description ?? words.front.description(page.name),
    mark,
    marks,
    style: ["card", "rows", ...(metricInputs(front).length > 0 ? (["chart"] as const) : [])],
    path: "/",
    band: <Answer front={front} mark={mark} version={version} />,
    footer: (
      <>
        <ZoneNote voice={front} />
        <FootLinks voice={front} />
      </>
    ),
    children: (
      <>
        <OpenIncidents incidents={front.open} view={view} voice={front} />
        <Maintenances incidents={front.maintenances} view={view} voice={front} asOf={asOf} />
        <Components scene={front} />
        <Metrics scene={front} />
        <Vendors scene={front} />
        <section aria-labelledby="past">
          <div class="hd">
            <h2 id="past" safe>
              {words.front.pastHeading(recentDays)}
            </h2>
            <a href={front.path("/history")} safe>
              {words.front.fullHistory}
            </a>
          </div>
          <RecentDays incidents={front.recent} voice={front} today={day} days={recentDays} />
        </section>
        <About page={page} />
      </>
    ),
  });
}

/** What the operator says of the page, below what visitors came for. */
function About({ page: { looks, description } }: { readonly page: Page }): JSX.Element {
  const { headline } = looks;
  if (headline === null && description === null) return "";
  return (
    <section class="about">
      {headline === null ? (
        ""
      ) : (
        <h2 dir="auto" safe>
          {headline}
        </h2>
      )}
      {description === null ? (
        ""
      ) : (
        <p class="mu" dir="auto" safe>
          {description}
        </p>
      )}
    </section>
  );
}
