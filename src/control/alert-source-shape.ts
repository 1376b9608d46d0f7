// Where alerts of other systems come from, as the API and the page's file have it. In: bodies, rows. Out: schemas, rows, shapes.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { type AlertSource, type JsonPlaces, sourceFormats } from "../model/alert-source.ts";
import { checkActs, outageStatuses } from "../model/check.ts";
import { jsonPathOf } from "../model/json-path.ts";
import type { PageView } from "../model/view.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { orNull } from "./answers.ts";
import { maybe, name, oneOf, said, text } from "./fields.ts";

const path = () => text(200, 1);
const placesInFile = t.Object({
  ...{ list: orNull(path()), key: orNull(path()), name: orNull(path()), state: path() },
  standing: t.Array(text(100, 1), { minItems: 1, maxItems: 50 }),
  ...{ component: orNull(path()), severity: orNull(path()) },
});

/** As a row; its address is no part of it. */
export const sourceInFile = {
  name: name(),
  format: oneOf(sourceFormats),
  componentId: orNull(text(limits.idCharsMax)),
  componentLabel: text(100, 1),
  act: oneOf(checkActs),
  outageStatus: oneOf(outageStatuses),
  templateId: orNull(text(limits.idCharsMax)),
  places: orNull(placesInFile),
};

const fields = {
  component_id: maybe(text(limits.idCharsMax)),
  component_label: maybe(text(100, 1)),
  act: maybe(oneOf(checkActs)),
  outage_status: maybe(oneOf(outageStatuses)),
  template_id: maybe(text(limits.idCharsMax)),
  /** Of the format json. */
  places: t.Optional(
    t.Object({
      ...{ list: maybe(path()), key: maybe(path()), name: maybe(path()), state: path() },
      standing: t.Array(text(100, 1), { minItems: 1, maxItems: 50 }),
      ...{ component: maybe(path()), severity: maybe(path()) },
    }),
  ),
};

export const newSourceBody = t.Object({
  alert_source: t.Object({ name: name(), format: oneOf(sourceFormats), ...fields }),
});
export const sourceBody = t.Object({ alert_source: t.Object({ name: t.Optional(name()), ...fields }) });

type Asked = (typeof sourceBody)["static"]["alert_source"];

/** Null and "" take a value away; what is not said stays. */
const or = <Value>(asked: Value | null | "" | undefined, held: Value | null): Value | null =>
  asked === undefined ? held : (said(asked) ?? null);

/** The row that a body makes of it. Throws ApiRefusal. */
export function sourceFrom(view: PageView, asked: Asked, held: AlertSource): AlertSource {
  const source: AlertSource = {
    ...held,
    name: asked.name ?? held.name,
    componentId: or(asked.component_id, held.componentId),
    componentLabel: said(asked.component_label) ?? held.componentLabel,
    act: said(asked.act) ?? held.act,
    outageStatus: said(asked.outage_status) ?? held.outageStatus,
    templateId: or(asked.template_id, held.templateId),
    places: asked.places === undefined ? held.places : placesOf(asked.places),
  };
  const wrong = wrongWith(view, source);
  if (wrong.length > 0) throw new ApiRefusal(unprocessable(...wrong));
  return source;
}

function placesOf({ state, standing, ...asked }: NonNullable<Asked["places"]>): JsonPlaces {
  const { list, key, name: named, component, severity } = asked;
  return {
    ...{ state, standing, list: or(list, null), key: or(key, null), name: or(named, null) },
    ...{ component: or(component, null), severity: or(severity, null) },
  };
}

function wrongWith(
  view: PageView,
  { componentId, format, places, templateId }: AlertSource,
): readonly string[] {
  const component = componentId === null ? undefined : view.componentById.get(componentId);
  const paths =
    places === null
      ? []
      : [places.list, places.key, places.name, places.state, places.component, places.severity];
  return [
    ...(componentId !== null && (component === undefined || component.group)
      ? ["Component does not exist or is a group"]
      : []),
    ...(templateId !== null && !view.templates.some(({ id }) => id === templateId)
      ? ["Template does not exist"]
      : []),
    ...(format === "json" && places === null ? ["Places must say where the state stands"] : []),
    ...paths.flatMap((one) =>
      one !== null && jsonPathOf(one) === null
        ? [`Places: "${one}" is no path such as status.indicator`]
        : [],
    ),
  ];
}

export const unsetSource: Omit<AlertSource, "id" | "name" | "format" | "createdAt" | "updatedAt"> = {
  componentId: null,
  componentLabel: "component",
  act: "component",
  outageStatus: "major_outage",
  templateId: null,
  places: null,
};
