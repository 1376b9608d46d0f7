// A page of several parts, one of them gone from the store: what stands in the others is answered, and nothing is said not to exist that may.
import { describe, expect, test } from "bun:test";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { frontPart } from "../../src/snapshot/front.ts";
import { partIndex } from "../../src/snapshot/part.ts";
import { memoryStore, servingOptions, signedPage } from "./fixture.ts";

const crowd = Array.from({ length: 60 }, (_none, at) => `/incidents/${at}`);
const page = await signedPage({
  page: "p1",
  hosts: ["status.example"],
  generation: 7,
  routes: Object.fromEntries(["/", "/history", ...crowd].map((path) => [path, { body: `body of ${path}` }])),
});
const { parts } = page.manifest;
const own = (path: string): number => partIndex(path, parts.length);

async function asking(gone: number | null): Promise<(path: string) => number> {
  const store = memoryStore();
  await store.apply(page);
  if (gone !== null) store.trees.delete(parts[gone] ?? "");
  const serving = fetchOf(createServing(servingOptions({ store })));
  return (path) => serving(new Request(`http://x${path}`, { headers: { host: "status.example" } })).status;
}

/** An incident that stands neither in part 0 nor in `part`. */
const elsewhere = (part: number): string =>
  crowd.find((path) => own(path) !== frontPart && own(path) !== part) ?? "";

describe("edge/a page of several parts", () => {
  test("every route is found, in the front or in its own part", async () => {
    expect(parts.length).toBeGreaterThan(2);
    const ask = await asking(null);
    for (const path of ["/", "/history", ...crowd]) expect([path, ask(path)]).toEqual([path, 200]);
    expect(ask("/incidents/none")).toBe(404);
  });

  test("without the front: what is not in its own part is unavailable, not unknown", async () => {
    const ask = await asking(frontPart);
    expect([ask("/"), ask("/history"), ask("/incidents/none")]).toEqual([503, 503, 503]);
    expect(ask(elsewhere(frontPart))).toBe(200);
  });

  test("without another part: its routes are unavailable, the front and the rest are answered", async () => {
    const path = elsewhere(frontPart);
    const ask = await asking(own(path));
    expect([ask(path), ask("/"), ask(elsewhere(own(path)))]).toEqual([503, 200, 200]);
  });
});
