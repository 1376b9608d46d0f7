// /components/<id>. In: a scene. Out: one page for each component and group: its state, its ninety days, what was told of it.
// It shows no update time of the page, so that a publish makes new those alone whose state, figures or incidents moved.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { membersByGroup } from "../model/group.ts";
import type { DayBar } from "../model/uptime.ts";
import type { Component, Incident, Page, Transition } from "../model/view.ts";
import { addDays, dayOf } from "../model/zone.ts";
import { Bar, barText, CalmWater, spentIn } from "./bar.tsx";
import { countedUntil, type Ninety, ninetyDays, uptimeDays } from "./days.ts";
import { FootLinks, frameInputs, htmlDocument, htmlPage, ZoneNote } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { componentPrint, incidentPrint, keyOf, transitionsPrint } from "./key.ts";
import { perLanguage, type Voice, voiceOf } from "./languages.ts";
import { dateText, daysText, durationText, percentText, shareText } from "./moment.ts";
import { DayName } from "./past.tsx";
import { createMemory, rememberedDocument } from "./per-incident.ts";
import { componentPath, Facts, incidentPath, Name, State, towardsStart, When } from "./piece.tsx";
import { attribute } from "./prose.tsx";
import { beganAt, latestFirst, touchingSince } from "./selection.ts";
import { componentMarks, type Mark } from "./severity.ts";
import type { Document, Scene, Shown } from "./types.ts";

const memoryOf = perLanguage(() => createMemory<Component>());
const marks: readonly Mark[] = ["ok", "deg", "par", "maj", "mnt", "inf"];
const noTransitions: readonly Transition[] = [];
/** Incidents that one page lists, the latest to begin first; the rest is in the history. */
const incidentsMax = 50;
/** A second: the least that durations name. */
const toldFromMs = 1_000;

/** What a page is made of, beside its frame. */
interface Told {
  readonly component: Component;
  readonly page: Page;
  readonly voice: Voice;
  readonly day: string;
  readonly group: Component | null;
  readonly members: readonly Component[];
  /** Its own status history, or those of its members. */
  readonly histories: readonly (readonly Transition[])[];
  readonly ninety: Ninety;
  readonly incidents: readonly Incident[];
}

/** One page a component. Left out are those that are as they were. */
export function* componentPages(scene: Scene): Iterable<Document> {
  const { view, since } = scene;
  const memory = memoryOf(scene.code);
  const frame = frameInputs(view.page, scene);
  const members = membersByGroup(view.components);
  const touched = new Set(since?.incidents.flatMap((incident) => incident.componentIds));
  for (const component of view.components) {
    const parts = [component, ...(members.get(component.id) ?? [])];
    if (since !== null && !parts.some(({ id }) => touched.has(id) || since.components.has(id)))
      if (sameFigures(scene, since.before, component)) continue;
    const told = toldOf(scene, component, parts.slice(1));
    yield rememberedDocument(memory, component, [...frame, ...inputsOf(told)], () => documentOf(told, frame));
  }
}

/** Figures move with the data's time alone. Those of a component that was never bad are the same for a day, once there are any. */
function sameFigures(scene: Scene, before: Shown, component: Component): boolean {
  const { id, group, status, createdAt } = component;
  const counts = createdAt === null || createdAt < countedUntil(before);
  if (counts && !group && status === "operational" && !scene.view.transitions.has(id)) return true;
  const [was, is] = [ninetyDays(before, id), ninetyDays(scene, id)];
  return figuresOf(was, scene).join() === figuresOf(is, scene).join();
}

function toldOf(scene: Scene, component: Component, members: readonly Component[]): Told {
  const { view, day } = scene;
  const parts = component.group ? members : [component];
  const touching = touchingSince(view, addDays(day, 1 - uptimeDays));
  const incidents = new Set(parts.flatMap(({ id }) => touching.get(id) ?? []));
  return {
    component,
    page: view.page,
    voice: voiceOf(scene),
    day,
    group: component.groupId === null ? null : (view.componentById.get(component.groupId) ?? null),
    members,
    histories: parts.map(({ id }) => view.transitions.get(id) ?? noTransitions),
    ninety: ninetyDays(scene, component.id),
    incidents: [...incidents].sort(latestFirst).slice(0, incidentsMax),
  };
}

/** What is compared by identity or as it is printed: figures move without a change of the component. */
function inputsOf(told: Told): readonly unknown[] {
  const { page, day, group, members, histories, incidents, ninety, voice } = told;
  return [
    page.partialWeight,
    day,
    group?.name,
    ...figuresOf(ninety, voice),
    histories.length,
    ...histories,
    ...members,
    ...incidents,
  ];
}

/** What the data's own time moves within a day: the ratio, and the day that is not over. */
function figuresOf(ninety: Ninety, voice: Voice): readonly string[] {
  const today = ninety.days.at(-1);
  return [percentText(ninety.ratio, voice.words), today === undefined ? "" : cellsOf(today, voice).join()];
}

function documentOf(told: Told, frame: readonly string[]): Document {
  const { component, voice, day, group, members, histories, incidents, ninety } = told;
  return {
    path: voice.path(componentPath(component)),
    ...htmlDocument,
    key: keyOf("component", [
      ...frame,
      told.page.partialWeight,
      voice.code,
      day,
      componentPrint(component),
      group?.name ?? null,
      ...figuresOf(ninety, voice),
      histories.length,
      ...histories.map(transitionsPrint),
      ...members.map(componentPrint),
      ...incidents.map(incidentPrint),
    ]),
    body: () => bodyOf(told),
  };
}

function bodyOf(told: Told): string {
  const { component, page, voice, ninety, members, incidents } = told;
  const { words } = voice;
  return htmlPage({
    page,
    voice,
    title: `${words.incident.title(words.component[component.status], component.name)} · ${page.name}`,
    description:
      component.description ?? words.incident.title(words.component[component.status], component.name),
    mark: componentMarks[component.status],
    marks,
    style: ["rows", "table"],
    path: componentPath(component),
    band: <Band told={told} />,
    footer: (
      <>
        <ZoneNote voice={voice} />
        <FootLinks voice={voice} />
      </>
    ),
    children: (
      <>
        <section aria-labelledby="days">
          <h2 id="days" safe>
            {words.part.daysHeading(uptimeDays)}
          </h2>
          <CalmWater day={told.day} />
          <div class="over">
            <a class="bar big" href="#table" aria-label={attribute(barText(ninety.days, words))}>
              <Bar days={ninety.days} spoken={true} words={words} />
            </a>
          </div>
          <Days days={ninety.days} voice={voice} />
          <p class="more" safe>
            {words.part.counted(shareText(told.page.partialWeight, words))}
          </p>
        </section>
        <Members members={members} voice={voice} />
        <Reported incidents={incidents} voice={voice} />
        <p class="pg">
          <a href={voice.path("/")} safe>{`${towardsStart(voice)} ${words.frame.current}`}</a>
        </p>
      </>
    ),
  });
}

function Band({ told }: { readonly told: Told }): JSX.Element {
  const { component, voice, group, ninety, histories } = told;
  const { words } = voice;
  const mark = componentMarks[component.status];
  const since = component.group ? undefined : histories[0]?.at(-1)?.at;
  return (
    <div class={`lamp ${mark}`}>
      <Icon mark={mark} />
      <div>
        <p>
          {group === null ? (
            Html.escapeHtml(component.group ? words.part.group : words.part.component)
          ) : (
            <a href={voice.path(componentPath(group))}>
              <Name of={group.name} />
            </a>
          )}
        </p>
        <h1>
          <Name of={component.name} />
        </h1>
        {component.description === null ? (
          ""
        ) : (
          <p dir="auto" safe>
            {component.description}
          </p>
        )}
        <p>
          <b safe>{words.component[component.status]}</b>
          {since === undefined ? (
            ""
          ) : (
            <>
              {" · "}
              {Html.escapeHtml(words.times.since)} <When ms={since} voice={voice} />
            </>
          )}
        </p>
        <p class="n" safe>
          {words.part.uptime(percentText(ninety.ratio, words), ninety.known)}
        </p>
      </div>
    </div>
  );
}

/** Newest first; days of which there is nothing to tell stand together. */
function Days({ days, voice }: { readonly days: readonly DayBar[]; readonly voice: Voice }): JSX.Element {
  const { part } = voice.words;
  return (
    <div class="tb" id="table">
      <table>
        <thead>
          <tr>
            {[part.day, part.state, part.lasted, part.uptimeHead].map((head) => (
              <th scope="col" safe>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runsOf(days).map((run) => (
            <Run run={run} voice={voice} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Days next to each other that read the same. */
function runsOf(days: readonly DayBar[]): readonly (readonly [DayBar, DayBar])[] {
  const runs: [DayBar, DayBar][] = [];
  for (const day of days.toReversed()) {
    const run = runs.at(-1);
    const isPlain = day.status === null || day.status === "operational";
    if (run !== undefined && isPlain && run[0].status === day.status) run[0] = day;
    else runs.push([day, day]);
  }
  return runs;
}

function Run({
  run: [from, to],
  voice,
}: {
  readonly run: readonly [DayBar, DayBar];
  readonly voice: Voice;
}): JSX.Element {
  const { words } = voice;
  const [state, lasted, ratio] = cellsOf(to, voice);
  return (
    <tr>
      <th scope="row" safe>
        {from === to ? dateText(to.day, words) : daysText(from.day, to.day, words)}
      </th>
      <td>
        {to.status === null ? (
          Html.escapeHtml(state)
        ) : (
          <span class={`st ${componentMarks[to.status]}`}>
            <Icon mark={componentMarks[to.status]} />
            {Html.escapeHtml(state)}
          </span>
        )}
      </td>
      <td class="n" safe>
        {lasted}
      </td>
      <td class="n" safe>
        {ratio}
      </td>
    </tr>
  );
}

/** State, time in it, uptime of a day, as they are written. */
function cellsOf(day: DayBar, { words }: Voice): readonly [string, string, string] {
  if (day.status === null) return [words.bars.unknown, "", ""];
  const state = words.component[day.status];
  if (day.status === "operational") return [state, "", percentText(day.ratio, words)];
  // A day that has just begun so has no time yet of which to tell anything.
  if (day.countedMs + day.maintenanceMs < toldFromMs) return [state, "", ""];
  return [state, durationText(spentIn(day, day.status), words), percentText(day.ratio, words)];
}

function Members({
  members,
  voice,
}: {
  readonly members: readonly Component[];
  readonly voice: Voice;
}): JSX.Element {
  if (members.length === 0) return "";
  return (
    <section aria-labelledby="members">
      <h2 id="members" safe>
        {voice.words.part.membersHeading}
      </h2>
      <ul class="rows">
        {members.map((member) => (
          <li class="row two">
            <div class="nm">
              <h3>
                <a href={voice.path(componentPath(member))}>
                  <Name of={member.name} />
                </a>
              </h3>
            </div>
            <State component={member} words={voice.words} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Reported({
  incidents,
  voice,
}: {
  readonly incidents: readonly Incident[];
  readonly voice: Voice;
}): JSX.Element {
  const { part, history } = voice.words;
  return (
    <section aria-labelledby="reported">
      <h2 id="reported" safe>
        {part.incidentsHeading}
      </h2>
      {incidents.length === 0 ? (
        <p class="mu" safe>
          {history.nothing}
        </p>
      ) : (
        <ul class="past">
          {incidents.map((incident) => (
            <li>
              <h3>
                <DayName day={dayOf(beganAt(incident), voice.zone)} voice={voice} />
              </h3>
              <div>
                <a href={voice.path(incidentPath(incident))}>
                  <b>
                    <Name of={incident.name} />
                  </b>
                </a>
                <Facts incident={incident} voice={voice} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
