// Routes whose bodies are not here yet: what is answered without them, who waits, what comes of waiting.
import { expect, test } from "bun:test";
import type { Brought } from "../../src/edge/link.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Digest, Route } from "../../src/snapshot/types.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryStore, servingOptions, signedPage } from "./fixture.ts";

const text = (words: string): string =>
  `<!doctype html><body>${slotOpen}${slotClose}${`<p>${words}`.repeat(200)}`;
const pageOf = (generation: number, words: string) =>
  signedPage({
    page: "p1",
    hosts: ["status.example"],
    generation,
    routes: {
      "/": { body: text("front"), contentType: "text/html; charset=utf-8", slot: true },
      "/old": { body: text(words), contentType: "text/html; charset=utf-8", slot: true, lazy: true },
    },
  });
const page = await pageOf(7, "old");
const oldRoute = page.tree
  .flatMap(([, bytes]) => {
    const part = decodePart(bytes);
    return part.ok ? part.value.routes : [];
  })
  .find(({ path }) => path === "/old") as Route;
const all = new Map(page.objects);

/** A serving whose store lacks what the lazy route names; what is asked for waits until `land`. */
async function setUp({ level = 0 as 0 | 1 } = {}) {
  const clock = manualClock();
  const store = memoryStore();
  await store.apply(page);
  const needed = new Set(Object.values(oldRoute.variants).map(({ digest }) => digest));
  for (const digest of needed) store.objects.delete(digest);
  const atMs = clock.wallMs();
  await store.putFreshness({ sequence: 1, confirmedMs: atMs, acceptedMs: atMs, level, behind: {} });
  const asked: Digest[] = [];
  const waiting: ((outcome: Brought) => void)[] = [];
  const options = servingOptions({ store, clock });
  const bring = (digest: Digest): Promise<Brought> => {
    asked.push(digest);
    const { promise, resolve } = Promise.withResolvers<Brought>();
    waiting.push(resolve);
    return promise;
  };
  const serving = fetchOf(createServing(options, { bring }));
  const requestOf = (headers: Record<string, string> = {}, method = "GET", path = "/old") =>
    new Request(`http://x${path}`, { method, headers: { host: "status.example", ...headers } });
  return {
    store,
    asked,
    options,
    requestOf,
    ask: (...given: Parameters<typeof requestOf>) => serving(requestOf(...given)),
    /** The body comes, or does not. */
    async land(outcome: Brought, digests: readonly Digest[] = asked) {
      if (outcome === "here")
        await store.stage(digests.map((digest) => [digest, all.get(digest) ?? new Uint8Array()]));
      for (const resolve of waiting.splice(0)) resolve(outcome);
    },
  };
}

const { identity, gzip, br } = oldRoute.variants;
const bodyOf = async (response: Response): Promise<string> =>
  digestOf(new Uint8Array(await response.arrayBuffer()));

test.each([
  ["br", br?.digest, br?.digest],
  ["gzip", gzip.digest, gzip.digest],
  ["identity", gzip.digest, identity.digest],
  ["", gzip.digest, identity.digest],
])(
  "missing/who accepts %p waits for the encoding that travels, and gets the one that it likes",
  async (accepted, travels, gets) => {
    const { ask, asked, land } = await setUp();
    const answer = ask({ "accept-encoding": accepted });
    expect(answer).toBeInstanceOf(Promise);
    expect(asked).toEqual([travels as string]);
    await land("here");
    const response = await answer;
    expect([response.status, response.headers.get("etag"), await bodyOf(response)]).toEqual([
      200,
      `"${gets}"`,
      gets as string,
    ]);
    expect(response.headers.get("pharos-generation")).toBe("7");
    // From now on nobody waits.
    const next = ask({ "accept-encoding": accepted });
    expect(next).toBeInstanceOf(Response);
    expect(asked.length).toBe(1);
  },
);

test("missing/what is held is never waited for", async () => {
  const { ask } = await setUp();
  expect(ask({}, "GET", "/")).toBeInstanceOf(Response);
  expect(ask({}, "GET", "/nowhere")).toBeInstanceOf(Response);
});

test("missing/another encoding that is held and accepted is sent at once", async () => {
  const { ask, store, asked } = await setUp();
  await store.stage([[gzip.digest, all.get(gzip.digest) ?? new Uint8Array()]]);
  const response = await ask({ "accept-encoding": "br, gzip" });
  expect([response.headers.get("etag"), asked.length]).toEqual([`"${gzip.digest}"`, 0]);
});

test("missing/304 and HEAD need no body", async () => {
  const { ask, asked } = await setUp();
  const held = await ask({ "accept-encoding": "gzip", "if-none-match": `"x", "${gzip.digest}"` });
  expect([held.status, await held.text(), held.headers.get("etag")]).toEqual([304, "", `"${gzip.digest}"`]);
  const head = await ask({ "accept-encoding": "gzip" }, "HEAD");
  expect([head.status, head.headers.get("content-length"), head.headers.get("content-encoding")]).toEqual([
    200,
    String(gzip.length),
    "gzip",
  ]);
  const plain = await ask({ "if-none-match": `"${gzip.digest}"` }, "HEAD");
  expect([plain.status, plain.headers.get("content-length")]).toEqual([200, String(identity.length)]);
  expect(asked).toEqual([]);
});

test.each(["absent", "late", "busy"] as const)(
  "missing/%s is 503 with a time to come back, kept by nobody",
  async (outcome) => {
    const { ask, land, asked } = await setUp();
    const answer = ask();
    await land(outcome);
    const response = await answer;
    expect([
      response.status,
      response.headers.get("retry-after"),
      response.headers.get("cache-control"),
    ]).toEqual([503, "5", "no-store"]);
    void ask();
    expect(asked.length).toBe(2);
  },
);

test("missing/what is said to be here and is not is 503, and not waited for again by the same request", async () => {
  const { ask, land, asked } = await setUp();
  const answer = ask();
  await land("here", []);
  expect([(await answer).status, asked.length]).toEqual([503, 1]);
});

test("missing/altered bytes in the store are no body", async () => {
  const { ask, land, store } = await setUp();
  const answer = ask({ "accept-encoding": "gzip" });
  store.objects.set(gzip.digest, Buffer.from("altered"));
  await land("here", []);
  expect((await answer).status).toBe(503);
});

test("missing/who waited gets the generation of now", async () => {
  const { ask, land, store } = await setUp();
  const answer = ask({ "accept-encoding": "gzip" });
  const next = await pageOf(8, "corrected");
  await store.apply(next);
  await land("here");
  const response = await answer;
  expect(response.headers.get("pharos-generation")).toBe("8");
  expect(next.objects.some(([digest]) => response.headers.get("etag") === `"${digest}"`)).toBe(true);
});

test("missing/at level 1 the body is brought too, and says when it was confirmed", async () => {
  const { ask, land, asked } = await setUp({ level: 1 });
  const answer = ask({ "accept-encoding": "br, gzip", "if-none-match": `"${br?.digest}"` });
  expect(asked).toEqual([gzip.digest]);
  await land("here");
  const response = await answer;
  expect([response.status, response.headers.get("pharos-level")]).toEqual([200, "1"]);
});

test("missing/with nobody to ask, or a store that fails, it is 503 at once", async () => {
  const { ask, options, requestOf, store, asked } = await setUp();
  expect(fetchOf(createServing(options))(requestOf()).status).toBe(503);
  void ask({}, "GET", "/");
  store.failWith(new Error("EIO"));
  expect([(await ask()).status, asked.length]).toEqual([503, 0]);
});
