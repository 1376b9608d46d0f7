// A POP follows a publisher over a line in memory.
import { expect, test } from "bun:test";
import { bodyAt, createWorld, until } from "./world.ts";

test("sync/a POP that starts empty takes over everything and is confirmed", async () => {
  const world = await createWorld();
  const head = await world.publisher.publish("acme", { "/": "hello", "/history": "none" });
  await until(() => world.pop.store.head("acme")?.manifest === head.manifest, "the page at the POP");
  expect(bodyAt(world.pop.store, "acme", "/")).toBe("hello");
  await world.live(4_000);
  expect(world.pop.store.freshness()).toMatchObject({
    level: 0,
    behind: {},
    sequence: world.publisher.sequence,
  });
  await world.pop.follower.stop();
});
