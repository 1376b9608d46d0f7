// /admin/p/<page>/metrics and one of them: numbers that the page shows as charts. In: its fields, or that it goes. Out: the metric.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { MetricFields } from "../model/command.ts";
import { type Metric, metricTransforms, type PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { Button, Check, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { Listing, partOf } from "./listing.tsx";
import { go, missing, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { says, voiceFor } from "./speech.ts";
import { Stale } from "./stale.tsx";

export const metricsScreen = screen({
  path: "/admin/p/:page/metrics",
  title: "Metrics",
  needs: "read",
  menu: "page",
  done: { saved: "The metric is saved.", deleted: "The metric is deleted." },
  show(visit) {
    const { path, query, view } = visit;
    const part = partOf(view.metrics, query, (it, question) => says(question, it.name, it.identifier));
    return shown(
      <>
        <Head title="Metrics">
          {visit.may("edit") ? (
            <a class="btn" href={attribute(pageAt(view.page.id, "/metrics/new"))}>
              New metric
            </a>
          ) : (
            ""
          )}
        </Head>
        <p class="hint">Points come by the API: POST /v1/pages/…/metrics/…/data.</p>
        <Listing
          part={part}
          path={path}
          noun="metric"
          empty="None. A metric is a chart on the page; its points come from your programs."
        >
          <ul class="list">
            {part.items.map((metric) => (
              <Row visit={visit} metric={metric} />
            ))}
          </ul>
        </Listing>
      </>,
    );
  },
});

function Row({
  visit: { places, view },
  metric,
}: {
  readonly visit: Visit<PageView>;
  readonly metric: Metric;
}): JSX.Element {
  const last = places.series.spans(view.page.id, metric.id)?.last ?? null;
  return (
    <li>
      <div>
        <a
          class="whole"
          href={attribute(pageAt(view.page.id, `/metrics/${encodeURIComponent(metric.id)}`))}
          dir="auto"
          safe
        >
          {metric.name}
        </a>
        <small class="sub">
          {last === null ? "Nothing was measured yet" : <When ms={last.at} voice={voiceFor(view)} />}
        </small>
      </div>
      <span class="hint">{metric.display ? "Shown" : "Not shown"}</span>
    </li>
  );
}

export const newMetricScreen = screen({
  path: "/admin/p/:page/metrics/new",
  title: "New metric",
  needs: "edit",
  show: (visit) =>
    formFor(
      visit,
      null,
      formFrom(new URLSearchParams({ display: "on", transform: "average", places: "0" })),
      [],
    ),
  async take(sent) {
    const fields = { ...fieldsIn(sent.form), name: sent.form.text("name") };
    const done = await sent.submit({ kind: "metric.create", fields });
    return done.ok
      ? go(pageAt(sent.view.page.id, "/metrics"), "saved")
      : formFor(sent, null, sent.form, done.sentences);
  },
});

export const metricScreen = screen({
  path: "/admin/p/:page/metrics/:metric",
  title: "Metric",
  needs: "read",
  changes: "edit",
  show(visit) {
    const metric = metricIn(visit);
    return metric === null ? missing("Metric") : formFor(visit, metric, asItIs(metric), []);
  },
  async take(sent) {
    const metric = metricIn(sent);
    if (metric === null) return missing("Metric");
    const { id } = metric;
    const { form } = sent;
    const { version } = metric;
    const isDeleted = form.text("do") === "delete";
    if (!isDeleted && form.text("version") !== version) return formFor(sent, metric, form, [], true);
    const done = await (isDeleted
      ? sent.submit({ kind: "metric.delete", id })
      : sent.submit(
          { kind: "metric.update", id, fields: fieldsIn(form) },
          { unchanged: { kind: "metric", id, version } },
        ));
    if (!done.ok) return formFor(sent, metric, form, done.sentences, done.stale);
    return go(pageAt(sent.view.page.id, "/metrics"), isDeleted ? "deleted" : "saved");
  },
});

function metricIn({ params, view }: Visit<PageView>): Metric | null {
  return view.metrics.find(({ id }) => id === params.metric) ?? null;
}

function asItIs(metric: Metric): Form {
  const {
    decimalPlaces,
    display,
    identifier,
    name,
    suffix,
    tooltipDescription,
    transform,
    yAxisHidden,
    yAxisMax,
    yAxisMin,
  } = metric;
  return formFrom(
    new URLSearchParams({
      ...{ name, suffix, transform, identifier: identifier ?? "", tooltip: tooltipDescription ?? "" },
      ...{ places: String(decimalPlaces), min: yAxisMin?.toString() ?? "", max: yAxisMax?.toString() ?? "" },
      ...(display ? { display: "on" } : {}),
      ...(yAxisHidden ? { hidden: "on" } : {}),
    }),
  );
}

function fieldsIn(form: Form): MetricFields {
  const transform = metricTransforms.find((it) => it === form.text("transform"));
  const number = (name: string): number | null => (form.text(name) === "" ? null : Number(form.text(name)));
  return {
    name: form.text("name"),
    suffix: form.text("suffix"),
    identifier: form.text("identifier") || null,
    tooltipDescription: form.text("tooltip") || null,
    decimalPlaces: number("places") ?? 0,
    yAxisMin: number("min"),
    yAxisMax: number("max"),
    yAxisHidden: form.has("hidden"),
    display: form.has("display"),
    ...(transform === undefined ? {} : { transform }),
  };
}

/** What stands in its fields, by the words of the form. */
const valuesOf = (form: Form): readonly (readonly [string, string])[] => [
  ["Name", form.text("name")],
  ["Unit", form.text("suffix")],
  ["Decimal places", form.text("places")],
  ["Several values of one stretch become their", form.text("transform")],
  ["Axis from", form.text("min")],
  ["Axis to", form.text("max")],
  ["Description", form.text("tooltip")],
  ["Identifier", form.text("identifier")],
  ["The page shows it", form.has("display") ? "yes" : "no"],
  ["Without its axis", form.has("hidden") ? "yes" : "no"],
];

function formFor(
  visit: Visit<PageView>,
  metric: Metric | null,
  form: Form,
  sentences: readonly string[],
  stale = false,
): Reply {
  const { path, who } = visit;
  const title = metric?.name ?? "New metric";
  return shown(
    <>
      <Head title={title} />
      <Refused sentences={sentences} />
      {stale && metric !== null ? (
        <Stale what="metric" now={valuesOf(asItIs(metric))} yours={valuesOf(form)} />
      ) : (
        ""
      )}
      {visit.may("edit") ? (
        <>
          <Post who={who} to={path}>
            <Hidden name="version" value={metric?.version ?? ""} />
            <Line
              name="name"
              label="Name"
              value={form.text("name")}
              max={limits.nameCharsMax}
              required={true}
            />
            <div class="two">
              <Line name="suffix" label="Unit" hint="Such as ms." value={form.text("suffix")} />
              <Line name="places" label="Decimal places" type="number" value={form.text("places")} />
            </div>
            <Select
              name="transform"
              label="Several values of one stretch become their"
              value={form.text("transform")}
              from={metricTransforms.map((value) => ({ value, label: value }))}
            />
            <div class="two">
              <Line name="min" label="Axis from" type="number" value={form.text("min")} />
              <Line name="max" label="Axis to" type="number" value={form.text("max")} />
            </div>
            <Line name="tooltip" label="Description" value={form.text("tooltip")} />
            <Line
              name="identifier"
              label="Identifier"
              hint="What clients call it."
              value={form.text("identifier")}
            />
            <Check name="display" label="The page shows it" checked={form.has("display")} />
            <Check name="hidden" label="Without its axis" checked={form.has("hidden")} />
            <div class="acts">
              <Button does="save" label="Save" />
            </div>
          </Post>
          {metric === null ? (
            ""
          ) : (
            <Dangerous label="Delete…" says="Its chart disappears from the page.">
              <Post who={who} to={path}>
                <Hidden name="metric" value={metric.id} />
                <Button does="delete" label="Delete for good" kind="no" />
              </Post>
            </Dangerous>
          )}
        </>
      ) : (
        ""
      )}
    </>,
    { title, status: statusOf(sentences, stale) },
  );
}
