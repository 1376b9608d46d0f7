// Bodies that are more than memory keeps of them, on their way ahead of their generation.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { renderRoutes } from "../../src/publish/render-routes.ts";
import type { Document } from "../../src/render/types.ts";
import type { Digest } from "../../src/snapshot/types.ts";

/** A body of 300 kB that does not compress well, so that a few are a piece. */
function documentAt(at: number): Document {
  const random = seededRandom(at);
  return {
    path: `/${at}`,
    ...{ contentType: "text/plain", cache: "page", slot: false, key: `k${at}` },
    body: () => Buffer.from(random.bytes(150_000)).toString("hex"),
  };
}

test("one piece is on its way at a time, however slow it is, and none is lost", async () => {
  const documents = Array.from({ length: 16 }, (_, at) => documentAt(at));
  const staged: Digest[] = [];
  let [underWay, most, pieces] = [0, 0, 0];
  const stage = async (objects: readonly (readonly [Digest, Uint8Array])[]): Promise<void> => {
    pieces++;
    most = Math.max(most, ++underWay);
    // Long enough for the others to gather as much again.
    for (let turn = 0; turn < 200; turn++) await new Promise((done) => setImmediate(done));
    underWay--;
    staged.push(...objects.map(([digest]) => digest));
  };
  const page = await renderRoutes({ whole: true, documents }, new Map(), { stage }, 0);
  const left = page.objects.reduce((sum, [, body]) => sum + body.length, 0);
  expect(pieces).toBeGreaterThan(2);
  expect(most).toBe(1);
  expect(left).toBeLessThanOrEqual(limits.madeBytesMax);
  const held = new Set([...staged, ...page.objects.map(([digest]) => digest)]);
  const named = [...page.changed.values()].flatMap(({ route }) => Object.values(route.variants));
  expect(named.filter(({ digest }) => !held.has(digest))).toEqual([]);
});
