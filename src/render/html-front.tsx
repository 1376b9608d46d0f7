// The front page. In: a scene. Out: one document: overall state, what is open, maintenance, components, the last days.
// Uptime counts up to the data's own time or the start of the day, never to the render's: the same view and day give the same bytes.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { type OverallStatus, overallStatus } from "../model/status.ts";
import type { Incident, Transition } from "../model/view.ts";
import { addDays, startOfDate } from "../model/zone.ts";
import { Components } from "./front-component.tsx";
import { Maintenances, OpenIncidents, phaseAt } from "./front-open.tsx";
import { FootLinks, htmlPage, htmlType, ZoneNote } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { componentPrint, incidentPrint, keyOf, pagePrint, transitionsPrint } from "./key.ts";
import { Metrics, metricInputs } from "./metrics.tsx";
import { secondIso, secondText } from "./moment.ts";
import { scriptDigest, scriptOf } from "./page-script.ts";
import { RecentDays } from "./past.tsx";
import { beganAt, endedAt, isActive, isUnresolved, isUpcoming } from "./selection.ts";
import { indicatorMark, type Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";

/** Days of past incidents on the front page. */
const recentDays = 15;
/** Cards of one sort on the front page; the rest is in the history and the API. */
const cardsMax = 50;

interface Front extends Scene {
  readonly overall: OverallStatus;
  readonly open: readonly Incident[];
  readonly maintenances: readonly Incident[];
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
  ]);
  const key = keyOf("front", [version, scene.code, scriptOf(scene).path]);
  yield {
    path: scene.path("/"),
    contentType: htmlType,
    cache: "page",
    slot: true,
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
      .sort((a, b) => beganAt(b) - beganAt(a) || (a.id < b.id ? -1 : 1)),
  };
}

/** The page carries its version, so that its script knows what it has. */
function frontBody(front: Front, version: string): string {
  const { view, overall, day, asOf, words } = front;
  const { page } = view;
  const mark = indicatorMark(overall.indicator);
  const until = Math.max(page.updatedAt, startOfDate(day, page.timeZone));
  return htmlPage({
    page,
    voice: front,
    title: `${words.overall[overall.description]} · ${page.name}`,
    description: page.description ?? words.front.description(page.name),
    mark,
    marks,
    style: ["card", "rows", ...(metricInputs(front).length > 0 ? (["chart"] as const) : [])],
    path: "/",
    band: <State front={front} mark={mark} version={version} />,
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
        <Components view={view} voice={front} until={until} />
        <Metrics scene={front} />
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
      </>
    ),
  });
}

/** The answer to the one question: shape, words, and how old they are. */
function State({
  front,
  mark,
  version,
}: {
  readonly front: Front;
  readonly mark: Mark;
  readonly version: string;
}): JSX.Element {
  const { words } = front;
  const { updatedAt } = front.view.page;
  return (
    <div class={`lamp ${mark}`} id="p-now" data-v={version}>
      <Icon mark={mark} />
      <div>
        <h1 safe>{words.overall[front.overall.description]}</h1>
        <p safe>{countText(front)}</p>
        <p class="n">
          {Html.escapeHtml(words.front.updated)}{" "}
          <time datetime={secondIso(updatedAt)} safe>
            {secondText(updatedAt, front)}
          </time>
        </p>
      </div>
    </div>
  );
}

/** "2 of 24 components affected · 1 open incident": nothing is said of what there is none of. */
function countText({ view, open, maintenances, words }: Front): string {
  const parts = view.components.filter((component) => !component.group);
  const affected = parts.filter((component) => component.status !== "operational").length;
  const active = maintenances.filter(isActive).length;
  const counts = [
    affected > 0 ? words.front.affected(affected, parts.length) : "",
    open.length > 0 ? words.front.openIncidents(open.length) : "",
    active > 0 ? words.front.maintenances(active) : "",
  ].filter((count) => count !== "");
  if (counts.length > 0) return counts.join(" · ");
  return parts.length > 0 ? words.front.noneAffected(parts.length) : words.front.noneOpen;
}
