// Which POPs still lack a generation: what purges of CDNs wait for.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryLine } from "../support/memory-line.ts";
import { createPop, createPublisher, createWorld, origin, settled, until } from "./world.ts";

test("feed/a POP lacks a generation until it acked it, and one that is gone lacks nothing", async () => {
  const { publisher, pop } = await createWorld();
  const { feed } = publisher;
  const first = await publisher.publish("acme", { "/": "one" }, { announce: false });
  expect(feed.lacking("acme", first.manifest)).toBe(1);
  feed.announce();
  await until(() => feed.lacking("acme", first.manifest) === 0, "the first generation was acked");
  const second = await publisher.publish("acme", { "/": "two" });
  expect(feed.lacking("acme", second.manifest)).toBe(1);
  await until(() => feed.lacking("acme", second.manifest) === 0, "the second one too");
  expect(feed.lacking("acme", first.manifest)).toBe(1);
  await pop.follower.stop();
  publisher.beat();
  const never = digestOf(new Uint8Array());
  await until(() => feed.lacking("acme", never) === 0, "a POP that is gone is not waited for");
});

test("feed/a POP that polls lacks a generation from one poll to the next", async () => {
  const clock = manualClock();
  const line = memoryLine();
  const publisher = await createPublisher(clock);
  line.feeds.set(origin, (request) => publisher.feed.fetch(request));
  const pop = createPop(clock, line, { mode: "poll", key: "polling" });
  pop.follower.start();
  await settled();
  publisher.beat();
  const head = await publisher.publish("acme", { "/": "one" });
  expect(publisher.feed.sessions()).toEqual([]);
  expect(publisher.feed.lacking("acme", head.manifest)).toBe(1);
  await clock.advance(limits.pollMs * 2);
  await until(() => publisher.feed.lacking("acme", head.manifest) === 0, "the next poll brought it");
  await pop.follower.stop();
});
