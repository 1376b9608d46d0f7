// Whatever row of the table: a dry run leaves each byte of the store as it was.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { ControlWorld } from "./control-world.ts";
import { exampleRequest, openPublishedWorld, storeDigest, writingRows } from "./writing-rows.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openPublishedWorld();
});
afterAll(() => world.close());

test.each(writingRows)("%s?dry_run=true writes nothing", async (_name, row) => {
  const request = await exampleRequest(world, row, "?dry_run=true");
  const [before, tokens] = [storeDigest(world), world.tokens.list().length];
  const response = await world.api(request);
  const told = (await response.json()) as { readonly dry_run?: boolean };
  expect([storeDigest(world), world.tokens.list().length]).toEqual([before, tokens]);
  // A release is refused where nothing is pinned, which is known only by trying: the dry run ends before.
  expect([response.status, told.dry_run]).toEqual([200, true]);
});
