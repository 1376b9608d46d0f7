// /admin/p/<page>/uptime: uptime of all components in a window, what is left of the promised one, and reports by month; each as a CSV too.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import {
  type Budget,
  type UptimeRow,
  uptimeMonthReports,
  uptimeRows,
  uptimeWindows,
  windowSpan,
} from "../model/uptime-report.ts";
import type { PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { ratioWords } from "./check-said.ts";
import { Head } from "./field.tsx";
import { Listing, partOf } from "./listing.tsx";
import { type Reply, screen, shown, type Visit } from "./screen.ts";
import { fullName, says } from "./speech.ts";
import { uptimeCsv } from "./uptime-csv.ts";

const monthsShown = 12;

export const uptimeScreen = screen({
  path: "/admin/p/:page/uptime",
  title: "Uptime",
  needs: "read",
  menu: "page",
  show(visit) {
    const asked = visit.query.get("csv");
    if (asked !== null) return csvReply(visit, asked);
    const { nowMs, path, query, view } = visit;
    const window = uptimeWindows.find(({ name }) => name === query.get("window"))?.name ?? "90d";
    const rows = uptimeRows(view, windowSpan(view, window, nowMs));
    const part = partOf(rows, query, ({ component }, question) => says(question, fullName(view, component)));
    return shown(
      <>
        <Head title="Uptime" />
        <p class="hint" safe>
          {promiseWords(view)}
        </p>
        <nav class="acts" aria-label="Window">
          {uptimeWindows.map(({ name }) => (
            <a
              class="btn quiet"
              href={attribute(`${path}?window=${name}`)}
              aria-current={name === window ? "true" : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
        <Listing part={part} path={path} noun="component" also={{ window }} empty="No component yet.">
          <Table view={view} caption={`Last ${window}`} rows={part.items} />
        </Listing>
        <p class="acts">
          <a
            class="btn quiet"
            href={attribute(`${path}?csv=${window}`)}
            download={attribute(`uptime-${window}.csv`)}
          >
            This as CSV
          </a>
          <a class="btn quiet" href={attribute(`${path}?csv=months`)} download="uptime-months.csv">
            The last 12 months as CSV
          </a>
        </p>
      </>,
    );
  },
});

function csvReply({ nowMs, view }: Visit<PageView>, asked: string): Reply {
  const window = uptimeWindows.find(({ name }) => name === asked)?.name;
  const text =
    window === undefined
      ? uptimeCsv(
          view,
          uptimeMonthReports(view, monthsShown, nowMs).map(({ month, rows }) => [month, rows] as const),
        )
      : uptimeCsv(view, [[window, uptimeRows(view, windowSpan(view, window, nowMs))]]);
  return {
    kind: "document",
    response: new Response(text, { headers: { "content-type": "text/csv; charset=utf-8" } }),
  };
}

function promiseWords({ page: { partialWeight, slaTarget } }: PageView): string {
  const weight = `A partial outage counts ${Math.round(partialWeight * 100)} % of an outage, maintenance counts for nothing.`;
  return slaTarget === null
    ? `No uptime is promised; Settings say one. ${weight}`
    : `Promised: ${slaTarget} %. ${weight}`;
}

function Table({
  view,
  caption,
  rows,
}: {
  readonly view: PageView;
  readonly caption: string;
  readonly rows: readonly UptimeRow[];
}): JSX.Element {
  const isPromised = view.page.slaTarget !== null;
  return (
    <section class="tb" aria-label="Uptime" tabindex="0">
      <table>
        <caption safe>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Component</th>
            <th scope="col">Uptime</th>
            <th scope="col">Down</th>
            {isPromised ? <th scope="col">Left of the budget</th> : ""}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ component, uptime, budget }) => (
            <tr>
              <th scope="row" dir="auto" safe>
                {fullName(view, component)}
              </th>
              <td class="n" safe>
                {ratioWords(uptime.ratio)}
              </td>
              <td class="n" safe>
                {lasting(uptime.downMs)}
              </td>
              {isPromised ? (
                <td class="n" safe>
                  {budgetWords(budget)}
                </td>
              ) : (
                ""
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function budgetWords(budget: Budget | null): string {
  if (budget === null) return "–";
  const { allowedMs, isKept, leftMs } = budget;
  return isKept
    ? `${lasting(leftMs)} of ${lasting(allowedMs)}`
    : `Broken by ${lasting(-leftMs)}; ${lasting(allowedMs)} were allowed`;
}

/** "1 h 12 min", "45 s" */
function lasting(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}
