// /history and /history/<YYYY-MM>. In: a scene. Out: a page for each month in which something began, and the latest under /history,
// which also lists the months. A month knows its neighbours only, so a new incident leaves old months alone.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident, Page, PageView } from "../model/view.ts";
import { FootLinks, frameInputs, htmlPage, htmlType, ZoneNote } from "./html-page.tsx";
import { incidentPrint, keyOf } from "./key.ts";
import { monthText } from "./moment.ts";
import { PastDays } from "./past.tsx";
import { beganAt, monthIn, settledSince } from "./selection.ts";
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
export function* historyPages({ view, day, since }: Scene): Iterable<Document> {
  const months = monthsOf(view);
  const latest = months[0] ?? { name: day.slice(0, 7), incidents: [], newer: null, older: null };
  yield historyDocument("/history", view, latest, months);
  for (const month of months)
    if (since === null || since.months.has(month.name))
      yield historyDocument(`/history/${month.name}`, view, month, []);
}

/** Months with incidents or maintenance, newest first. */
function monthsOf(view: PageView): readonly Month[] {
  const byMonth = new Map<string, Incident[]>();
  for (const incident of view.incidentById.values()) {
    const name = monthIn(incident, view.page.timeZone);
    const known = byMonth.get(name);
    if (known === undefined) byMonth.set(name, [incident]);
    else known.push(incident);
  }
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

function historyDocument(path: string, view: PageView, month: Month, index: readonly Month[]): Document {
  const { page } = view;
  const incidents = latestFirst(month.incidents);
  return {
    path,
    contentType: htmlType,
    cache: "page",
    slot: true,
    // The list of months is what visitors come by.
    ...(index.length > 0 ? {} : settledSince(incidents)),
    key: keyOf("history", [
      path,
      ...frameInputs(page),
      month.name,
      month.newer,
      month.older,
      ...incidents.map(incidentPrint),
      ...index.flatMap(({ name, incidents }) => [name, incidents.length]),
    ]),
    body: () => historyBody(path, page, { ...month, incidents }, index),
  };
}

function historyBody(path: string, page: Page, month: Month, index: readonly Month[]): string {
  const title = `History, ${monthText(month.name)}`;
  return htmlPage({
    page,
    title: `${title} · ${page.name}`,
    description: `Incidents and maintenance of ${page.name} in ${monthText(month.name)}`,
    mark: "inf",
    marks,
    style: ["months"],
    path,
    band: (
      <>
        <p>History</p>
        <h1 safe>{monthText(month.name)}</h1>
      </>
    ),
    footer: (
      <>
        <ZoneNote zone={page.timeZone} />
        <FootLinks />
      </>
    ),
    children: (
      <>
        <section aria-label="Incidents and maintenance">
          <PastDays incidents={month.incidents} zone={page.timeZone} />
        </section>
        <Pager month={month} />
        <MonthIndex months={index} />
      </>
    ),
  });
}

function Pager({ month }: { readonly month: Month }): JSX.Element {
  return (
    <nav class="pg" aria-label="Months">
      <span>{month.older === null ? "" : <MonthLink month={month.older} before="← " />}</span>
      <a href="/">Current status</a>
      <span>{month.newer === null ? "" : <MonthLink month={month.newer} after=" →" />}</span>
    </nav>
  );
}

function MonthLink({
  month,
  before = "",
  after = "",
}: {
  readonly month: string;
  readonly before?: string;
  readonly after?: string;
}): JSX.Element {
  return <a href={`/history/${month}`} safe>{`${before}${monthText(month)}${after}`}</a>;
}

/** All months with how many things began in each. */
function MonthIndex({ months }: { readonly months: readonly Month[] }): JSX.Element {
  if (months.length < 2) return "";
  return (
    <section aria-labelledby="months">
      <h2 id="months">All months</h2>
      <ul class="mo">
        {months.map(({ name, incidents }) => (
          <li>
            <MonthLink month={name} /> <span class="mu n">{incidents.length}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
