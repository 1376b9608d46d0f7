// Whatever row of the table: a dry run leaves each byte of the store as it was.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { withSamples } from "../../src/control/openapi.ts";
import { exampleOf } from "../../src/control/openapi-example.ts";
import { tables } from "../../src/control/table.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";
import { namesFor } from "./example-names.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
  await world.publish();
  await world.run(world.page, { kind: "page.update", fields: { description: "Two generations" } });
  await world.publish();
});
afterAll(() => world.close());

/** All rows of all tables but when a key was last used, which a dry run is a use of. */
function storeDigest(): string {
  world.store.refresh();
  const hash = createHash("sha256");
  for (const [name, table] of Object.entries(world.store.tables)) {
    if (name === "tokens") continue;
    for (const { key, value } of table.getRange()) hash.update(JSON.stringify([name, key])).update(value);
  }
  return hash.digest("hex");
}

const writes = tables.flatMap(({ prefix, endpoints }) =>
  endpoints.flatMap((endpoint) =>
    endpoint.methods.filter((method) => method !== "GET").map((method) => ({ prefix, endpoint, method })),
  ),
);

test.each(writes.map((row) => [`${row.method} ${row.prefix}${row.endpoint.path}`, row] as const))(
  "%s?dry_run=true writes nothing",
  async (_name, { prefix, endpoint, method }) => {
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
      lines === "in"
        ? (said as object[]).map((line) => JSON.stringify(line)).join("\n")
        : JSON.stringify(said);
    const url = `${place.replaceAll(/:(\w+)/g, (_, name) => names[name] ?? "")}?dry_run=true`;
    const [before, tokens] = [storeDigest(), world.tokens.list().length];
    const response = await world.api(
      new Request(`http://api.example${url}`, {
        method,
        headers: { authorization: `OAuth ${world.ownerToken}` },
        ...(body === undefined && lines !== "in" ? {} : { body: text }),
      }),
    );
    const told = (await response.json()) as { readonly dry_run?: boolean };
    expect([storeDigest(), world.tokens.list().length]).toEqual([before, tokens]);
    // A release is refused where nothing is pinned, which is known only by trying: the dry run ends before.
    expect([response.status, told.dry_run]).toEqual([200, true]);
  },
);
