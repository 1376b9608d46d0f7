// /calendar and /calendar/<YYYY-MM>. In: a scene. Out: maintenance by month: /calendar has this month and all that are coming, and the list of
// those before; each month in which a maintenance begins has a page of its own.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, Page, PageView } from "../model/view.ts";
import { dayOf } from "../model/zone.ts";
import { calendarPath } from "./calendar-ics.ts";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { incidentPrint, keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { dateText, monthText } from "./moment.ts";
import { MonthList, MonthPager } from "./month-links.tsx";
import { dayIn, daysOf, firstWeekday, incidentsByMonth } from "./months.ts";
import { DayEntries } from "./past.tsx";
import { attribute } from "./prose.tsx";
import { beganAt, settledSince } from "./selection.ts";
import type { Mark } from "./severity.ts";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Scene } from "./types.ts";

interface Month {
  /** YYYY-MM */
  readonly name: string;
  /** By start. */
  readonly events: readonly Incident[];
}

const marks: readonly Mark[] = ["mnt"];

/** The calendar pages. */
export function* calendarPages(scene: Scene): Iterable<Document> {
  const { view, day, since } = scene;
  const voice = voiceOf(scene);
  const months = monthsOf(view);
  yield overviewDocument(view.page, day.slice(0, 7), months, voice);
  for (const [at, month] of months.entries())
    if (since === null || since.months.has(month.name)) {
      const [older, newer] = [months[at - 1], months[at + 1]];
      yield monthDocument(view.page, month, older?.name ?? null, newer?.name ?? null, voice);
    }
}

/** Months in which a maintenance begins, oldest first. */
function monthsOf(view: PageView): readonly Month[] {
  const months: Month[] = [];
  for (const [name, incidents] of incidentsByMonth(view)) {
    const events = incidents.filter(({ window }) => window !== null);
    if (events.length > 0) months.push({ name, events: events.sort(byStart) });
  }
  return months.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const byStart = (a: Incident, b: Incident): number => beganAt(a) - beganAt(b) || (a.id < b.id ? -1 : 1);

function overviewDocument(page: Page, today: string, months: readonly Month[], voice: Voice): Document {
  const coming = months.filter(({ name }) => name >= today);
  const shown = coming[0]?.name === today ? coming : [{ name: today, events: [] }, ...coming];
  const past = months.filter(({ name }) => name < today).reverse();
  return {
    path: voice.path("/calendar"),
    ...htmlDocument,
    key: keyOf("calendar", [
      ...frameInputs(page, voice),
      ...shown.flatMap(({ name, events }) => [name, ...events.map(incidentPrint)]),
      ...past.flatMap(({ name, events }) => [name, events.length]),
    ]),
    body: () => overviewBody(page, shown, past, voice),
  };
}

function overviewBody(page: Page, shown: readonly Month[], past: readonly Month[], voice: Voice): string {
  const { calendar } = voice.words;
  return subjectPage({
    page,
    voice,
    path: "/calendar",
    title: calendar.name,
    lead: calendar.lead(page.name),
    marks,
    style: ["months", "calendar"],
    children: (
      <>
        <p class="pg">
          <a href={calendarPath} safe>
            {calendar.subscribe}
          </a>
          <a href={voice.path("/history")} safe>
            {voice.words.frame.history}
          </a>
        </p>
        {shown.map((month) => (
          <section aria-labelledby={`m-${month.name}`}>
            <h2 id={`m-${month.name}`} safe>
              {monthText(month.name, voice.words)}
            </h2>
            <MonthOf month={month} voice={voice} />
          </section>
        ))}
        <MonthList
          id="past"
          heading={voice.words.calendar.past}
          base="/calendar/"
          months={past.map(({ name, events }) => ({ name, count: events.length }))}
          voice={voice}
        />
      </>
    ),
  });
}

function monthDocument(
  page: Page,
  month: Month,
  older: string | null,
  newer: string | null,
  voice: Voice,
): Document {
  const path = `/calendar/${month.name}`;
  return {
    path: voice.path(path),
    ...htmlDocument,
    ...settledSince(month.events),
    key: keyOf("calendar-month", [
      ...frameInputs(page, voice),
      month.name,
      older,
      newer,
      ...month.events.map(incidentPrint),
    ]),
    body: () => monthBody(page, path, month, [older, newer], voice),
  };
}

function monthBody(
  page: Page,
  path: string,
  month: Month,
  [older, newer]: readonly [string | null, string | null],
  voice: Voice,
): string {
  const { calendar } = voice.words;
  return subjectPage({
    page,
    voice,
    path,
    over: calendar.name,
    title: monthText(month.name, voice.words),
    lead: calendar.lead(page.name),
    marks,
    style: ["months", "calendar"],
    children: (
      <>
        <section aria-label={attribute(calendar.name)}>
          <h2 class="vh" safe>
            {calendar.name}
          </h2>
          <MonthOf month={month} voice={voice} />
        </section>
        <MonthPager base="/calendar/" older={older} newer={newer} voice={voice} />
      </>
    ),
  });
}

/** The days as a table, and what begins on them as a list: the table leads into it. */
function MonthOf({ month, voice }: { readonly month: Month; readonly voice: Voice }): JSX.Element {
  if (month.events.length === 0)
    return (
      <p class="mu" safe>
        {voice.words.calendar.nothing}
      </p>
    );
  const counts = new Map<string, number>();
  for (const event of month.events) {
    const day = dayOf(beganAt(event), voice.zone);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return (
    <div class="cal">
      <Grid month={month.name} counts={counts} voice={voice} />
      <DayEntries incidents={month.events} voice={voice} />
    </div>
  );
}

function Grid({
  month,
  counts,
  voice,
}: {
  readonly month: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly voice: Voice;
}): JSX.Element {
  const first = firstWeekday(month);
  const weeks = Math.ceil((first + daysOf(month)) / 7);
  return (
    <table>
      <caption class="vh" safe>
        {monthText(month, voice.words)}
      </caption>
      <thead>
        <tr>
          {voice.words.calendar.weekdays.map((name) => (
            <th scope="col" safe>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: weeks }, (_, week) => (
          <tr>
            {Array.from({ length: 7 }, (_, weekday) => (
              <Cell month={month} at={week * 7 + weekday - first} counts={counts} voice={voice} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({
  month,
  at,
  counts,
  voice,
}: {
  readonly month: string;
  readonly at: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly voice: Voice;
}): JSX.Element {
  if (at < 0 || at >= daysOf(month)) return <td />;
  const day = dayIn(month, at);
  const count = counts.get(day);
  if (count === undefined) return <td>{at + 1}</td>;
  const says = `${dateText(day, voice.words)}: ${voice.words.calendar.events(count)}`;
  return (
    <td class="mnt">
      <a href={`#d-${day}`} aria-label={attribute(says)}>
        {at + 1}
        <Icon mark="mnt" />
      </a>
    </td>
  );
}
