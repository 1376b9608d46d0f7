// /history and /history/<YYYY-MM>. In: a scene. Out: a page for each month in which something began, and the latest under /history,
// which also lists the months. A month knows its neighbours only, so a new incident leaves old months alone.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, Page, PageView } from "../model/view.ts";
import { FootLinks, frameInputs, htmlDocument, htmlPage, ZoneNote } from "./html-page.tsx";
import { incidentPrint, keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { monthText } from "./moment.ts";
import { MonthList, MonthPager } from "./month-links.tsx";
import { addMonths, incidentsByMonth } from "./months.ts";
import { PastDays } from "./past.tsx";
import { attribute } from "./prose.tsx";
import { beganAt, settledSince } from "./selection.ts";
import type { Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";

interface Month {
  /** YYYY-MM */
  readonly name: string;
  /** In no order. */
  readonly incidents: readonly Incident[];
  readonly newer: string | null;
  readonly older: string | null;
}

const marks: readonly Mark[] = ["deg", "par", "maj", "mnt", "inf"];

/** The history pages. */
export function* historyPages(scene: Scene): Iterable<Document> {
  const { view, day, since } = scene;
  const months = monthsOf(view);
  const latest = months[0] ?? { name: day.slice(0, 7), incidents: [], newer: null, older: null };
  yield historyDocument("/history", view, latest, months, voiceOf(scene));
  for (const month of months)
    if (since === null || since.months.has(month.name))
      yield historyDocument(`/history/${month.name}`, view, month, [], voiceOf(scene));
}

/** Months with incidents or maintenance, newest first. */
function monthsOf(view: PageView): readonly Month[] {
  const byMonth = incidentsByMonth(view);
  const names = [...byMonth.keys()].sort().reverse();
  return names.map((name, at) => ({
    name,
    incidents: byMonth.get(name) ?? [],
    newer: names[at - 1] ?? null,
    older: names[at + 1] ?? null,
  }));
}

const latestFirst = (incidents: readonly Incident[]): readonly Incident[] =>
  incidents.toSorted((a, b) => beganAt(b) - beganAt(a) || (a.id < b.id ? -1 : 1));

function historyDocument(
  path: string,
  view: PageView,
  month: Month,
  index: readonly Month[],
  voice: Voice,
): Document {
  const { page } = view;
  const incidents = latestFirst(month.incidents);
  return {
    path: voice.path(path),
    ...htmlDocument,
    // The list of months is what visitors come by.
    ...(index.length > 0 ? {} : settledSince(incidents)),
    key: keyOf("history", [
      path,
      ...frameInputs(page, voice),
      month.name,
      month.newer,
      month.older,
      ...incidents.map(incidentPrint),
      ...index.flatMap(({ name, incidents }) => [name, incidents.length]),
    ]),
    body: () => historyBody(path, page, { ...month, incidents }, index, voice),
  };
}

function historyBody(path: string, page: Page, month: Month, index: readonly Month[], voice: Voice): string {
  const { history } = voice.words;
  const name = monthText(month.name, voice.words);
  return htmlPage({
    page,
    voice,
    title: `${history.title(name)} · ${page.name}`,
    description: history.description(page.name, name),
    mark: "inf",
    marks,
    style: ["months"],
    path,
    band: (
      <>
        <p safe>{history.name}</p>
        <h1 safe>{name}</h1>
      </>
    ),
    footer: (
      <>
        <ZoneNote voice={voice} />
        <FootLinks voice={voice} />
      </>
    ),
    children: (
      <>
        <section aria-label={attribute(history.listLabel)}>
          <PastDays incidents={month.incidents} voice={voice} />
        </section>
        <QuietMonths month={month} voice={voice} />
        <MonthPager base="/history/" older={month.older} newer={month.newer} voice={voice} />
        <MonthList
          id="months"
          heading={history.monthsHeading}
          base="/history/"
          months={index.length < 2 ? [] : index.map((it) => ({ name: it.name, count: it.incidents.length }))}
          voice={voice}
        />
      </>
    ),
  });
}

/** Months between this one and the one before it that is told of: one line, however many. */
function QuietMonths({
  month,
  voice: { words },
}: {
  readonly month: Month;
  readonly voice: Voice;
}): JSX.Element {
  if (month.older === null) return "";
  const [from, to] = [addMonths(month.older, 1), addMonths(month.name, -1)];
  if (from > to) return "";
  return (
    <p class="mu" safe>
      {words.history.quiet(monthText(from, words), monthText(to, words))}
    </p>
  );
}
