// Commands on metrics. In: view, command, moment. Out: metric ops, or a refusal. What is decided here is how a metric is shown; its points are
// no ops and come by another door.
import { limits } from "../base/limits.ts";
import { checkName, checkNewId, checkWord, type Sentences } from "./checks.ts";
import type { Command, DecideContext, Decision, MetricFields } from "./command.ts";
import { touchPage } from "./decide-component.ts";
import { decided, differing, type Fields, given, opOf, refused } from "./drafts.ts";
import type { OpDraft } from "./op.ts";
import { type Metric, metricTransforms, type PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

const metricOf = (view: PageView, id: string): Metric | undefined =>
  view.metrics.find((metric) => metric.id === id);

const noMetric = (id: string): Decision => refused(404, `There is no metric "${id}" on this page.`);

export function createMetric(view: PageView, command: Of<"metric.create">, context: DecideContext): Decision {
  const id = command.id ?? context.newId();
  if (metricOf(view, id) !== undefined) return refused(409, `The metric "${id}" exists already.`);
  if (view.metrics.length >= limits.seriesPerPageMax)
    return refused(422, `A page has at most ${limits.seriesPerPageMax} metrics.`);
  const wrong = [...checkNewId(view, "metric", id), ...checkMetric(command.fields, null)];
  if (wrong.length > 0) return refused(422, ...wrong);
  const last = (of: "position" | "rank"): number => Math.max(0, ...view.metrics.map((metric) => metric[of]));
  const made = {
    position: 1 + last("position"),
    ...settable(command.fields),
    rank: 1 + last("rank"),
    createdAt: context.now,
    updatedAt: context.now,
  };
  return decided(id, [...opOf(view.page.id, "metric", id, made), ...touchPage(view, context.now)]);
}

export function updateMetric(view: PageView, command: Of<"metric.update">, context: DecideContext): Decision {
  const { id, fields } = command;
  const held = metricOf(view, id);
  if (held === undefined) return noMetric(id);
  const wrong = checkMetric(fields, held);
  if (wrong.length > 0) return refused(422, ...wrong);
  return changed(view, id, changesOf(view, held, settable(fields), context), context);
}

export function deleteMetric(view: PageView, { id }: Of<"metric.delete">, context: DecideContext): Decision {
  if (metricOf(view, id) === undefined) return noMetric(id);
  return decided(id, [
    ...opOf(view.page.id, "metric", id, { deleted: true }),
    ...touchPage(view, context.now),
  ]);
}

export function reorderMetrics(
  view: PageView,
  { ids }: Of<"metric.reorder">,
  context: DecideContext,
): Decision {
  const unknown = ids.find((id) => metricOf(view, id) === undefined);
  if (unknown !== undefined) return noMetric(unknown);
  if (new Set(ids).size < ids.length) return refused(422, "A metric is named twice.");
  const others = view.metrics.filter(({ id }) => !ids.includes(id));
  const ordered = [...ids.flatMap((id) => metricOf(view, id) ?? []), ...others];
  const ops = ordered.flatMap((metric, at) => changesOf(view, metric, { position: at + 1 }, context));
  return changed(view, ids[0] ?? view.page.id, ops, context);
}

function changesOf(
  { page }: PageView,
  held: Metric,
  wanted: Fields,
  { now }: DecideContext,
): readonly OpDraft[] {
  const changes = differing(held, wanted);
  if (Object.keys(changes).length === 0) return [];
  return opOf(page.id, "metric", held.id, { ...changes, updatedAt: now });
}

/** The page's own time changes where anything does. */
function changed(view: PageView, id: string, ops: readonly OpDraft[], { now }: DecideContext): Decision {
  return decided(id, ops.length === 0 ? [] : [...ops, ...touchPage(view, now)]);
}

function settable(fields: MetricFields): Fields {
  const { name, identifier, suffix, decimalPlaces, display, tooltipDescription, position } = fields;
  const { yAxisMin, yAxisMax, yAxisHidden, transform, providerId } = fields;
  return given({
    ...{ name, identifier, suffix, decimalPlaces, display, tooltipDescription, position },
    ...{ yAxisMin, yAxisMax, yAxisHidden, transform, providerId },
  });
}

/** `held` is the metric that is changed, null for a new one. */
export function checkMetric(fields: MetricFields, held: Metric | null): Sentences {
  const { decimalPlaces, suffix, position, yAxisMin, yAxisMax } = fields;
  const from = yAxisMin === undefined ? (held?.yAxisMin ?? null) : yAxisMin;
  const to = yAxisMax === undefined ? (held?.yAxisMax ?? null) : yAxisMax;
  const bounds = [yAxisMin, yAxisMax].filter((bound) => typeof bound === "number");
  return [
    ...checkName(fields.name, "the metric"),
    ...checkWord(fields.transform, metricTransforms, "transform"),
    ...(decimalPlaces !== undefined &&
    !(Number.isInteger(decimalPlaces) && decimalPlaces >= 0 && decimalPlaces <= 5)
      ? [`Decimal places are a whole number from 0 to 5, not ${decimalPlaces}.`]
      : []),
    ...(suffix !== undefined && suffix.length > limits.seriesSuffixCharsMax
      ? [`The suffix has ${suffix.length} characters; ${limits.seriesSuffixCharsMax} are allowed.`]
      : []),
    ...(position !== undefined && !Number.isSafeInteger(position)
      ? [`The position ${position} is not a whole number.`]
      : []),
    ...bounds
      .filter((bound) => !(Math.abs(bound) <= limits.seriesValueMax))
      .map((bound) => `The bound ${bound} of the y axis is beyond ${limits.seriesValueMax}.`),
    ...(from !== null && to !== null && from >= to
      ? ["The y axis ends where it begins, or below: its minimum must be under its maximum."]
      : []),
  ];
}
