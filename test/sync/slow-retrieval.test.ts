import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { bodyAt, createWorld, origin } from "./world.ts";

test("a source that answers a fetch byte by byte holds its page up for a minute, not for ever", async () => {
  const world = await createWorld();
  await world.live(4_000);
  const drip = async function* (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks)
      for (const byte of chunk) {
        await new Promise<void>((resume) => void world.clock.after(limits.sourceSilentMs - 1_000, resume));
        yield Uint8Array.of(byte);
      }
  };
  world.line.mangle.set(origin, (chunks, path) => (path === "/sync/fetch" ? drip(chunks) : chunks));
  await world.publisher.publish("p1", { "/": "news" });
  await world.live(limits.answerMsMax / 2);
  const asked = (): number => world.line.asked.filter((address) => address.endsWith("/sync/fetch")).length;
  expect(asked()).toBe(1);
  expect(bodyAt(world.pop.store, "p1", "/")).toBeNull();

  world.line.mangle.clear();
  await world.live(limits.answerMsMax / 2 + 2 * limits.sourceSilentMs);
  expect(world.pop.refused("fetch-cut")).toBe(1);
  expect(bodyAt(world.pop.store, "p1", "/")).toBe("news");
  await world.pop.follower.stop();
});
