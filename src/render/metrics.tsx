// Charts of metrics, drawn on the server. In: a page's metrics and what was measured. Out: the block of the front page, and /metrics with weeks and
// months. Points come from elsewhere and at their own pace, so that each chart says of when its last one is; it moves only when one comes.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Spans } from "../model/series.ts";
import type { Metric, PageView } from "../model/view.ts";
import { dayOf } from "../model/zone.ts";
import { type Chart, chartHeight, chartOf } from "./chart.ts";
import { FootLinks, frameInputs, htmlDocument, htmlPage, ZoneNote } from "./html-page.tsx";
import { keyOf, metricPrint, spansPrint } from "./key.ts";
import { numberText } from "./metric-text.ts";
import { minuteIso, minuteText, momentIn } from "./moment.ts";
import { Name } from "./piece.tsx";
import { attribute } from "./prose.tsx";
import type { Charts, Document, Scene } from "./types.ts";

type Span = "day" | "week" | "month";

/** A metric that is shown, with what was measured of it. */
type Measured = readonly [metric: Metric, spans: Spans];

/** What the page shows, in its order; a metric without a single point is not there yet. */
export function measuredOf(view: PageView, charts: Charts): readonly Measured[] {
  return view.metrics.flatMap((metric) => {
    const spans = metric.display ? charts.get(metric.id) : undefined;
    return spans === undefined ? [] : [[metric, spans] as const];
  });
}

/** All that charts are drawn from, for keys. */
export function metricInputs({ view, charts }: Pick<Scene, "view" | "charts">): readonly string[] {
  return measuredOf(view, charts).flatMap(([metric, spans]) => [metricPrint(metric), spansPrint(spans)]);
}

/** The block of the front page; nothing where nothing was measured. */
export function Metrics({ scene }: { readonly scene: Scene }): JSX.Element {
  const { words, path } = scene;
  const measured = measuredOf(scene.view, scene.charts);
  if (measured.length === 0) return "";
  return (
    <section id="p-metrics" aria-labelledby="metrics">
      <div class="hd">
        <h2 id="metrics" safe>
          {words.metrics.heading}
        </h2>
        <a href={path("/metrics")} safe>
          {words.metrics.longer}
        </a>
      </div>
      <div class="mts">
        {measured.map((one) => (
          <Figure measured={one} span="day" scene={scene} />
        ))}
      </div>
    </section>
  );
}

/** /metrics: the same over a day, a week and a month. */
export function* metricPage(scene: Scene): Iterable<Document> {
  const { view, day, charts } = scene;
  if (measuredOf(view, charts).length === 0) return;
  yield {
    path: scene.path("/metrics"),
    ...htmlDocument,
    key: keyOf("metrics", [...frameInputs(view.page, scene), day, ...metricInputs(scene)]),
    body: () => metricBody(scene),
  };
}

function metricBody(scene: Scene): string {
  const { view, words } = scene;
  const { page } = view;
  return htmlPage({
    page,
    voice: scene,
    title: words.metrics.title(page.name),
    description: words.metrics.description(page.name),
    mark: "inf",
    marks: ["inf"],
    style: ["chart"],
    path: "/metrics",
    band: <h1 safe>{words.metrics.heading}</h1>,
    footer: (
      <>
        <ZoneNote voice={scene} />
        <FootLinks voice={scene} />
      </>
    ),
    children: (
      <>
        {measuredOf(view, scene.charts).map((one) => (
          <section aria-labelledby={`m-${one[0].id}`}>
            <h2 id={`m-${one[0].id}`}>
              <Name of={one[0].name} />
            </h2>
            <div class="mts">
              {(["day", "week", "month"] as const).map((span) => (
                <Figure measured={one} span={span} scene={scene} named={false} />
              ))}
            </div>
          </section>
        ))}
      </>
    ),
  });
}

interface FigureProps {
  readonly measured: Measured;
  readonly span: Span;
  readonly scene: Scene;
  /** Whether its name stands above it. */
  readonly named?: boolean;
}

function Figure({ measured: [metric, spans], span, scene, named = true }: FigureProps): JSX.Element {
  const { words } = scene;
  const chart = chartOf(spans[span], metric);
  if (chart === null) return "";
  const value = (number: number): string =>
    words.metrics.value(numberText(number, metric.decimalPlaces), metric.suffix);
  const summary = words.metrics.summary(value(chart.lowest), value(chart.average), value(chart.highest));
  const id = `c-${metric.id}-${span}`;
  return (
    <figure class="mt">
      <div class="hd">
        <h3>{named ? <Name of={metric.name} /> : Html.escapeHtml(words.metrics.span[span])}</h3>
        {named ? (
          <b class="n" safe>
            {value(spans.last.value)}
          </b>
        ) : (
          ""
        )}
      </div>
      {named && metric.tooltipDescription !== null ? (
        <p class="mu" dir="auto" safe>
          {metric.tooltipDescription}
        </p>
      ) : (
        ""
      )}
      <div class="ct">
        <Line chart={chart} id={id} title={`${metric.name}, ${words.metrics.span[span]}`} desc={summary} />
        {metric.yAxisHidden ? "" : <Axis top={value(chart.top)} bottom={value(chart.bottom)} />}
      </div>
      <figcaption class="mu n">
        {Html.escapeHtml(
          `${named ? `${words.metrics.span[span]}: ` : ""}${summary} · ${words.metrics.asOf} `,
        )}
        <LastTime scene={scene} ms={spans.last.at} />
      </figcaption>
    </figure>
  );
}

function Line(given: {
  readonly chart: Chart;
  readonly id: string;
  readonly title: string;
  readonly desc: string;
}): JSX.Element {
  const { chart, id } = given;
  return (
    <svg
      viewBox={`0 0 ${chart.width} ${chartHeight}`}
      preserveAspectRatio="none"
      role="img"
      aria-labelledby={id}
      aria-describedby={`${id}-d`}
    >
      <title id={id} safe>
        {given.title}
      </title>
      <desc id={`${id}-d`} safe>
        {given.desc}
      </desc>
      <path d={chart.path} />
    </svg>
  );
}

/** Ends of the axis beside the picture, whose text would be stretched with it. Read aloud they say nothing that the summary does not. */
function Axis({ top, bottom }: { readonly top: string; readonly bottom: string }): JSX.Element {
  return (
    <p class="mu n" aria-hidden="true">
      <span safe>{top}</span>
      <span safe>{bottom}</span>
    </p>
  );
}

/** "14:03 UTC" on the page's day, the day too on another. */
function LastTime({ scene, ms }: { readonly scene: Scene; readonly ms: number }): JSX.Element {
  const { time, zone } = momentIn(ms, scene.zone);
  const isToday = dayOf(ms, scene.zone) === scene.day;
  return (
    <time datetime={attribute(minuteIso(ms))} safe>
      {isToday ? `${time} ${zone}` : minuteText(ms, scene)}
    </time>
  );
}
