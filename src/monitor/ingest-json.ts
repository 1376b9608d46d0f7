// Alerts as JSON of any shape. In: a body, and where in it things stand (`model/json-path.ts`). Out: alerts.
import { ok, type Result, refuse } from "../base/result.ts";
import type { Alert, AlertSource, JsonPlaces } from "../model/alert-source.ts";
import { jsonAt, jsonPathOf } from "../model/json-path.ts";
import type { IngestFormat } from "./ingest.ts";
import { keyOf, nameOf, saidOf, severityOf, textOf } from "./ingest-fields.ts";

export const jsonFormat: IngestFormat = {
  title: "JSON",
  setUp: "POST it to this address",
  takes: "json",
  read: (body, { places, name }) =>
    places === null
      ? refuse("The source does not say where in the body the state stands.")
      : alertsAt(body, places, name),
};

const at = (value: unknown, path: string | null): unknown =>
  path === null ? undefined : jsonAt(value, jsonPathOf(path) ?? []);

function alertsAt(
  body: unknown,
  places: JsonPlaces,
  name: AlertSource["name"],
): Result<readonly Alert[], string> {
  const list = places.list === null ? [body] : at(body, places.list);
  if (!Array.isArray(list)) return refuse(`There is no list at ${places.list}.`);
  const alerts: Alert[] = [];
  for (const one of list) {
    const state = textOf(at(one, places.state));
    if (state === null) return refuse(`There is nothing at ${places.state}.`);
    const key = places.key === null ? "the-one" : at(one, places.key);
    if (key === undefined) return refuse(`There is nothing at ${places.key}.`);
    alerts.push({
      key: keyOf(key),
      name: nameOf(at(one, places.name)) ?? name,
      stands: places.standing.some((word) => word.toLowerCase() === state.toLowerCase()),
      severity: severityOf(at(one, places.severity)),
      component: nameOf(at(one, places.component)),
      said: saidOf(`${places.state} is ${state}`),
    });
  }
  return ok(alerts);
}
