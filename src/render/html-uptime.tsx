// /uptime and /uptime/<YYYY-MM>. In: a scene. Out: each component's days of a month, with its uptime; /uptime has the latest month and leads to
// the others. Numbers come from model/uptime.ts, as everywhere.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { membersByGroup } from "../model/group.ts";
import type { LanguageCode } from "../model/language.ts";
import { daysTo, uptime } from "../model/uptime.ts";
import type { Component, PageView } from "../model/view.ts";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { keyOf } from "./key.ts";
import { perLanguage, type Voice, voiceOf } from "./languages.ts";
import { monthText, percentText } from "./moment.ts";
import { MonthDays } from "./month-days.tsx";
import { MonthList, MonthPager } from "./month-links.tsx";
import { dayIn, daysOf } from "./months.ts";
import { componentPath, Name } from "./piece.tsx";
import type { Mark } from "./severity.ts";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Scene } from "./types.ts";
import { pastPrint, type UptimeMonth, uptimeMonths } from "./uptime-months.ts";

const marks: readonly Mark[] = ["deg", "par", "maj", "mnt"];

interface Remembered {
  readonly key: string;
  readonly documents: readonly Document[];
}

/** Pages of a control plane whose uptime documents are remembered: another one's are named again. */
const pagesMax = 200;
const memoryOf = perLanguage<Map<string, Remembered>>(() => new Map());

/** The uptime pages. While nothing of the past changes they are those of last time. */
export function* uptimePages(scene: Scene): Iterable<Document> {
  const { view, day, code } = scene;
  const key = keyOf("uptime", [...frameInputs(view.page, scene), pastPrint(view, day)]);
  const memory = memoryOf(code satisfies LanguageCode);
  const known = memory.get(view.page.id);
  if (known?.key === key) return yield* known.documents;
  const documents = documentsIn(pastOnly(view), day, voiceOf(scene));
  if (memory.size >= pagesMax) memory.clear();
  memory.set(view.page.id, { key, documents });
  yield* documents;
}

/** What is remembered holds on to nothing that these pages do not show. */
function pastOnly(view: PageView): PageView {
  return { ...view, incidents: [], maintenances: [], incidentById: new Map() };
}

function documentsIn(view: PageView, day: string, voice: Voice): readonly Document[] {
  const months = uptimeMonths(view, day);
  const own = months.map((month, at) => {
    const neighbours = { newer: months[at - 1]?.name ?? null, older: months[at + 1]?.name ?? null };
    return monthDocument(view, `/uptime/${month.name}`, { month, ...neighbours, index: [] }, voice);
  });
  const [latest] = months;
  const older = months[1]?.name ?? null;
  const index = months.map(({ name }) => name);
  return [
    latest === undefined
      ? emptyDocument(view, voice)
      : monthDocument(view, "/uptime", { month: latest, newer: null, older, index }, voice),
    ...own,
  ];
}

interface Shown {
  readonly month: UptimeMonth;
  readonly newer: string | null;
  readonly older: string | null;
  /** Names of all months, where the page lists them. */
  readonly index: readonly string[];
}

function emptyDocument(view: PageView, voice: Voice): Document {
  const { uptime } = voice.words;
  const { page } = view;
  return {
    path: voice.path("/uptime"),
    ...htmlDocument,
    key: keyOf("uptime-none", frameInputs(page, voice)),
    body: () =>
      subjectPage({
        page,
        voice,
        path: "/uptime",
        title: uptime.name,
        lead: uptime.lead(page.name),
        marks: [],
        style: [],
        children: (
          <section>
            <p safe>{uptime.nothing}</p>
          </section>
        ),
      }),
  };
}

function monthDocument(view: PageView, path: string, shown: Shown, voice: Voice): Document {
  const { month, newer, older, index } = shown;
  return {
    path: voice.path(path),
    ...htmlDocument,
    // A month that is over is what few come for; the latest stands under /uptime as well.
    ...(newer === null ? {} : { settledAt: month.until }),
    key: keyOf("uptime", [path, ...frameInputs(view.page, voice), month.print, newer, older, ...index]),
    body: () => monthBody(view, path, shown, voice),
  };
}

function monthBody(
  view: PageView,
  path: string,
  { month, newer, older, index }: Shown,
  voice: Voice,
): string {
  const { words } = voice;
  return subjectPage({
    page: view.page,
    voice,
    path,
    over: words.uptime.name,
    title: monthText(month.name, words),
    lead: words.uptime.lead(view.page.name),
    marks,
    style: ["months", "days"],
    children: (
      <>
        <section>
          <p class="mu">
            <span safe>{words.uptime.note}</span>{" "}
            <a href={voice.path("/methodology")} safe>
              {words.method.name}
            </a>
          </p>
        </section>
        <Sections view={view} month={month} voice={voice} />
        <MonthPager base="/uptime/" older={older} newer={newer} voice={voice} />
        <MonthList
          id="months"
          heading={words.history.monthsHeading}
          base="/uptime/"
          months={index.length < 2 ? [] : index.map((name) => ({ name }))}
          voice={voice}
        />
      </>
    ),
  });
}

/** Components that stand for themselves in a row, each group below its name; in the page's order. */
function Sections({
  view,
  month,
  voice,
}: {
  readonly view: PageView;
  readonly month: UptimeMonth;
  readonly voice: Voice;
}): JSX.Element {
  const members = membersByGroup(view.components);
  const sections: { readonly group: Component | null; readonly components: Component[] }[] = [];
  for (const component of view.components) {
    if (component.group) {
      sections.push({ group: component, components: [...(members.get(component.id) ?? [])] });
    } else if (component.groupId === null || !view.componentById.has(component.groupId)) {
      const last = sections.at(-1);
      if (last?.group === null) last.components.push(component);
      else sections.push({ group: null, components: [component] });
    }
  }
  return (
    <>
      {sections.map(({ group, components }) => (
        <section>
          {group === null ? (
            <h2 class="vh" safe>
              {voice.words.front.componentsHeading}
            </h2>
          ) : (
            <h2>
              <a href={voice.path(componentPath(group))}>
                <Name of={group.name} />
              </a>
            </h2>
          )}
          <ul class="ut">
            {components.map((component) => (
              <Card view={view} component={component} month={month} voice={voice} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Card({
  view,
  component,
  month,
  voice,
}: {
  readonly view: PageView;
  readonly component: Component;
  readonly month: UptimeMonth;
  readonly voice: Voice;
}): JSX.Element {
  const { words } = voice;
  const length = daysOf(month.name);
  const days = daysTo(view, component.id, dayIn(month.name, length - 1), length, month.until);
  const { ratio } = uptime(view, component.id, month.from, month.until);
  return (
    <li>
      <h3>
        <a href={voice.path(componentPath(component))}>
          <Name of={component.name} />
        </a>
      </h3>
      <p class="n" safe>
        {percentText(ratio, words)}
      </p>
      <MonthDays month={month.name} days={days} words={words} />
    </li>
  );
}
