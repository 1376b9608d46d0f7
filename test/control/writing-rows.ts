// Every row of the table that writes, with its example as a request. In: a world. Out: names, requests that can be sent as they stand, and what the store holds.
import { createHash } from "node:crypto";
import type { Endpoint } from "../../src/control/endpoint.ts";
import { withSamples } from "../../src/control/openapi.ts";
import { exampleOf } from "../../src/control/openapi-example.ts";
import { tables } from "../../src/control/table.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";
import { namesFor } from "./example-names.ts";

export interface WritingRow {
  readonly prefix: string;
  readonly endpoint: Endpoint;
  readonly method: Endpoint["methods"][number];
}

/** By name, as `test.each` takes them. */
export const writingRows: readonly (readonly [string, WritingRow])[] = tables.flatMap(
  ({ prefix, endpoints }) =>
    endpoints.flatMap((endpoint) =>
      endpoint.methods
        .filter((method) => method !== "GET")
        .map((method) => [`${method} ${prefix}${endpoint.path}`, { prefix, endpoint, method }] as const),
    ),
);

/** A world whose page has two generations, so that there is something to go back to. */
export async function openPublishedWorld(): Promise<ControlWorld> {
  const world = await openControlWorld();
  await world.publish();
  await world.run(world.page, { kind: "page.update", fields: { description: "Two generations" } });
  await world.publish();
  return world;
}

/** The example of a row, by an owner's key, with what it names made for it. */
export async function exampleRequest(
  world: ControlWorld,
  { prefix, endpoint, method }: WritingRow,
  query = "",
): Promise<Request> {
  const { path, body, example, lines } = endpoint;
  const shown = JSON.stringify(
    example?.lines ?? example?.body ?? (body === undefined ? null : exampleOf(body)),
  );
  const place = prefix + path;
  const command = `${place.replaceAll(":", "$")} ${shown.replaceAll(/\{(\w+_id)\}/g, "$$$1")}`;
  const names = await namesFor(world, command);
  const sampleOf = (name: string) =>
    name === "now" ? Math.floor(world.clock.wallMs() / 1_000) : names[name];
  const said = withSamples(JSON.parse(shown), sampleOf);
  const text =
    example?.text !== undefined
      ? example.text
      : lines === "in"
        ? (said as object[]).map((line) => JSON.stringify(line)).join("\n")
        : JSON.stringify(said);
  const url = `${place.replaceAll(/:(\w+)/g, (_, name) => names[name] ?? "")}${query}`;
  return new Request(`http://api.example${url}`, {
    method,
    headers: { authorization: `OAuth ${world.ownerToken}` },
    ...(body === undefined && lines !== "in" ? {} : { body: text }),
  });
}

/** All rows of all tables but when a key was last used, which each request is a use of. */
export function storeDigest({ store }: ControlWorld): string {
  store.refresh();
  const hash = createHash("sha256");
  for (const [name, table] of Object.entries(store.tables)) {
    if (name === "tokens") continue;
    for (const { key, value } of table.getRange()) hash.update(JSON.stringify([name, key])).update(value);
  }
  return hash.digest("hex");
}
