// A visitor's request against one page in memory: every answer of the table, level 1, damage, a store that fails.
import { describe, expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { limits } from "../../src/base/limits.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { decodePart, findRoute } from "../../src/snapshot/part.ts";
import { type Route, slotClose, slotOpen, type Variant } from "../../src/snapshot/types.ts";
import { manualClock } from "../support/manual-clock.ts";
import { calmThenStorm, frontRoutes, memoryStore, servingOptions, signedPage } from "./fixture.ts";

const confirmedMs = Date.UTC(2026, 0, 5, 12, 0, 30);
const [page, next] = await calmThenStorm();

interface Setup {
  readonly defaultPage?: string | null;
  readonly numbered?: boolean;
}

/** A store whose commits can be told apart lets a worker give an answer again; the same is asked of both. */
const kinds = [
  ["", false],
  [", answers given again", true],
] as const;

async function setUpWith({ defaultPage = null, numbered = false }: Setup = {}) {
  const clock = manualClock();
  const store = memoryStore({ numbered });
  const metrics = createMetrics();
  const damaged: string[] = [];
  await store.apply(page);
  let sequence = 1;
  const beat = async (level: 0 | 1 = 0, at = confirmedMs, behind = {}) => {
    await store.putFreshness({
      sequence: sequence++,
      confirmedMs: at,
      acceptedMs: clock.wallMs(),
      level,
      behind,
    });
    await clock.advance(limits.refsPollMs + 1);
  };
  await beat();
  const serving = fetchOf(
    createServing(
      servingOptions({
        store,
        clock,
        defaultPage,
        onDamaged: (digest) => {
          damaged.push(digest);
          store.objects.delete(digest);
        },
        metrics,
      }),
    ),
  );
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    serving(new Request(`http://x${path}`, { method, headers: { host: "status.example", ...headers } }));
  return { ask, store, clock, metrics, damaged, beat };
}

function routeOf(path: string): Route {
  for (const [, bytes] of page.tree) {
    const part = decodePart(bytes);
    const route = part.ok ? findRoute(part.value, path) : null;
    if (route !== null) return route;
  }
  throw new Error(`no route ${path}`);
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const header = (response: Response, name: string) => response.headers.get(name);

for (const [kind, numbered] of kinds) describe(`edge/serve${kind}`, () => answersOf(numbered));
for (const [kind, numbered] of kinds) describe(`edge/serve, level 1${kind}`, () => levelsOf(numbered));

function answersOf(numbered: boolean): void {
  const setUp = (setup: Setup = {}) => setUpWith({ ...setup, numbered });
  test("a page is answered with its bytes, its digest as tag, its generation and its age", async () => {
    const { ask } = await setUp();
    const response = ask("/api/v2/summary.json");
    expect(response.status).toBe(200);
    expect(header(response, "pharos-generation")).toBe("7");
    expect(header(response, "pharos-confirmed-at")).toBe("2026-01-05T12:00:30.000Z");
    expect(header(response, "pharos-level")).toBe("0");
    expect(header(response, "surrogate-key")).toBe("p1");
    expect(header(response, "cache-tag")).toBe("p1");
    expect(header(response, "content-type")).toBe("application/json; charset=utf-8");
    expect(header(response, "cache-control")).toBe("public, max-age=0, must-revalidate");
    expect(header(response, "cdn-cache-control")).toContain("max-age=5");
    expect(header(response, "vary")).toBe("accept-encoding");
    expect(header(response, "access-control-allow-origin")).toBe("*");
    expect(header(response, "x-content-type-options")).toBe("nosniff");
    expect(header(response, "age")).toBeNull();
    expect(header(response, "content-encoding")).toBeNull();
    expect(header(response, "etag")).toBe(`"${digestOf(await bytesOf(response))}"`);
  });

  test("each encoding has its own strong tag, and its tag asked again is a 304 without a body", async () => {
    const { ask } = await setUp();
    const tags = new Set<string>();
    for (const encoding of ["identity", "gzip", "br"]) {
      const accept = { "accept-encoding": encoding };
      const full = ask("/", accept);
      expect(header(full, "content-encoding") ?? "identity").toBe(encoding);
      const tag = header(full, "etag") ?? "";
      expect(tag).toBe(`"${digestOf(await bytesOf(full))}"`);
      tags.add(tag);
      for (const given of [tag, `W/${tag}`, `"a", ${tag}`, "*"]) {
        const held = ask("/", { ...accept, "if-none-match": given });
        expect(held.status).toBe(304);
        expect(header(held, "etag")).toBe(tag);
        expect(header(held, "pharos-generation")).toBe("7");
        expect(header(held, "content-type")).toBeNull();
        expect((await bytesOf(held)).length).toBe(0);
      }
      expect(ask("/", { ...accept, "if-none-match": '"other"' }).status).toBe(200);
    }
    expect(tags.size).toBe(3);
  });

  test("a tag of another encoding is not held", async () => {
    const { ask } = await setUp();
    const gzip = header(ask("/", { "accept-encoding": "gzip" }), "etag") ?? "";
    expect(ask("/", { "accept-encoding": "br", "if-none-match": gzip }).status).toBe(200);
  });

  test("paths that are written differently are the same page; ranges and queries are not looked at", async () => {
    const { ask } = await setUp();
    for (const path of ["/api/v2/summary.json?x=1", "//api/v2//summary.json", "/%61pi/v2/summary%2Ejson"])
      expect(ask(path).status).toBe(200);
    const ranged = ask("/", { range: "bytes=0-10" });
    expect(ranged.status).toBe(200);
    expect(header(ranged, "content-range")).toBeNull();
  });

  test("what is not there is a small 404 of the same generation, in JSON below /api/", async () => {
    const { ask } = await setUp();
    for (const [path, type] of [
      ["/nothing", "text/html"],
      ["/api/v2/nothing.json", "application/json"],
      ["/API/v2/summary", "text/html"],
    ] as const) {
      const response = ask(path);
      expect(response.status).toBe(404);
      expect(header(response, "content-type")).toStartWith(type);
      expect(header(response, "pharos-generation")).toBe("7");
      expect((await bytesOf(response)).length).toBeLessThan(1_800);
    }
  });

  const refusals: readonly (readonly [
    says: string,
    path: string,
    headers: Record<string, string>,
    method: string,
    status: number,
  ])[] = [
    ["POST", "/", {}, "POST", 405],
    ["PUT", "/", {}, "PUT", 405],
    ["DELETE", "/", {}, "DELETE", 405],
    ["a broken escape", "/%zz", {}, "GET", 400],
    ["an unknown host", "/", { host: "other.example" }, "GET", 421],
    ["the listener's address without a default page", "/", { host: "127.0.0.1:80" }, "GET", 421],
    ["two hosts", "/", { host: "status.example, status.example" }, "GET", 400],
    ["a host that is a path", "/", { host: "status.example/x" }, "GET", 400],
    ["every encoding refused", "/", { "accept-encoding": "*;q=0" }, "GET", 406],
  ];
  for (const [says, path, headers, method, status] of refusals) {
    test(`${says} is ${status}`, async () => {
      const { ask, metrics } = await setUp();
      const response = ask(path, headers, method);
      expect(response.status).toBe(status);
      if (status === 405) expect(header(response, "allow")).toBe("GET, HEAD, OPTIONS");
      expect(metrics.text()).toContain(`pharos_edge_requests_total{status="${status}",kind="other"} 1`);
    });
  }

  test("a preflight is answered once for a day", async () => {
    const { ask } = await setUp();
    const response = ask("/api/v2/summary.json", { origin: "https://app.example" }, "OPTIONS");
    expect(response.status).toBe(204);
    expect(header(response, "access-control-max-age")).toBe("86400");
    expect(header(response, "access-control-allow-methods")).toBe("GET, HEAD, OPTIONS, POST");
  });

  test("a default page answers to names and addresses that no page claims", async () => {
    const { ask } = await setUp({ defaultPage: "p1" });
    for (const host of ["other.example", "127.0.0.11:8080", "[::1]:8080"])
      expect(ask("/", { host }).status).toBe(200);
  });

  test("a default page that has not arrived is a 503 that says so", async () => {
    const { ask } = await setUp({ defaultPage: "p2" });
    const response = ask("/", { host: "other.example" });
    expect(response.status).toBe(503);
    expect(header(response, "retry-after")).toBe("5");
  });

  test("a removed page is gone under its host and as the default page", async () => {
    const { ask, store } = await setUp({ defaultPage: "p1" });
    const removal = { kind: "removal", subject: "p1", bytes: new Uint8Array() };
    await store.putDocument(removal, { page: "p1", hosts: ["status.example"] });
    expect(ask("/").status).toBe(410);
    expect(ask("/", { host: "other.example" }).status).toBe(410);
  });

  test("the request after a publish sees the new generation", async () => {
    const { ask, store } = await setUp();
    expect(header(ask("/"), "pharos-generation")).toBe("7");
    await store.apply(next);
    const response = ask("/");
    expect(header(response, "pharos-generation")).toBe("8");
    expect(Buffer.from(await bytesOf(response)).toString()).toContain("storm");
  });

  test("a host that moves to another page is answered by that page from the next request on", async () => {
    const { ask, store } = await setUp();
    const other = { page: "p2", generation: 1, routes: frontRoutes("other") };
    await store.apply(await signedPage({ ...other, hosts: ["status.example", "p2.example"] }));
    expect(header(ask("/"), "surrogate-key")).toBe("p1");
    expect(header(ask("/", { host: "p2.example" }), "surrogate-key")).toBe("p2");
    await store.apply(
      await signedPage({ page: "p1", hosts: ["p1.example"], generation: 8, routes: frontRoutes("calm") }),
    );
    expect(ask("/").status).toBe(421);
    await store.apply(await signedPage({ ...other, generation: 2, hosts: ["status.example", "p2.example"] }));
    expect(header(ask("/"), "surrogate-key")).toBe("p2");
    expect(header(ask("/", { host: "p1.example" }), "surrogate-key")).toBe("p1");
  });

  test("a manifest that nobody may sign is not served", async () => {
    const { ask, store } = await setUp();
    const altered = Uint8Array.from(store.trees.get(page.head.manifest) ?? []);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    const manifest = digestOf(altered);
    await store.apply({ ...page, head: { ...page.head, manifest }, tree: [[manifest, altered]] });
    expect(ask("/").status).toBe(503);
  });
}

describe("edge/serve, damaged bodies", () => {
  const variants: Record<string, Variant | undefined> = { ...routeOf("/").variants };

  async function damagedSetUp(encodings: readonly string[]) {
    const all = await setUpWith();
    for (const encoding of encodings)
      all.store.objects.set(variants[encoding]?.digest ?? "", Buffer.from("not what it was"));
    return all;
  }

  test("one damaged encoding is dropped, counted, and another served", async () => {
    const { ask, damaged, metrics } = await damagedSetUp(["br"]);
    const response = ask("/", { "accept-encoding": "br, gzip" });
    expect(response.status).toBe(200);
    expect(header(response, "content-encoding")).toBe("gzip");
    expect(damaged).toEqual([variants.br?.digest ?? ""]);
    expect(metrics.text()).toContain("pharos_edge_bodies_damaged_total 1");
  });

  test("only brotli is whole: who takes plain text gets it inflated, who takes only gzip gets it packed again", async () => {
    const { ask } = await damagedSetUp(["gzip", "identity"]);
    const plain = ask("/");
    expect(plain.status).toBe(200);
    expect(digestOf(await bytesOf(plain))).toBe(variants.identity?.digest ?? "");
    const packed = ask("/", { "accept-encoding": "gzip, identity;q=0" });
    expect(header(packed, "content-encoding")).toBe("gzip");
    expect(digestOf(gunzipSync(await bytesOf(packed)))).toBe(variants.identity?.digest ?? "");
    expect(header(packed, "etag")).not.toBe(`"${variants.gzip?.digest}"`);
  });

  test("all are damaged: a sentence, and no altered byte", async () => {
    const { ask } = await damagedSetUp(
      ["br", "gzip", "zstd", "identity"].filter((name) => variants[name] !== undefined),
    );
    const response = ask("/", { "accept-encoding": "br, gzip" });
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("not what it was");
  });
});

function levelsOf(numbered: boolean): void {
  const setUp = () => setUpWith({ numbered });
  const cut = (html: string) => {
    const from = html.indexOf(slotOpen) + slotOpen.length;
    return html.slice(0, from) + html.slice(html.indexOf(slotClose));
  };

  test("HTML says since when, in the slot alone; cut out, the signed body is left", async () => {
    const { ask, beat } = await setUp();
    const before = await ask("/").text();
    await beat(1);
    for (const encoding of ["identity", "gzip"]) {
      const response = ask("/", { "accept-encoding": encoding });
      expect(header(response, "content-encoding") ?? "identity").toBe(encoding);
      const body = await bytesOf(response);
      const html = Buffer.from(encoding === "gzip" ? gunzipSync(body) : body).toString();
      expect(html).toContain("No contact since 2026-01-05 12:00 UTC.");
      expect(cut(html)).toBe(before);
      expect(header(response, "pharos-level")).toBe("1");
      expect(
        ask("/", { "accept-encoding": encoding, "if-none-match": header(response, "etag") ?? "" }).status,
      ).toBe(304);
    }
  });

  test("JSON and feeds keep body and tag; their headers say the level", async () => {
    const { ask, beat } = await setUp();
    const before = ask("/api/v2/summary.json");
    await beat(1);
    const after = ask("/api/v2/summary.json");
    expect(header(after, "etag")).toBe(header(before, "etag"));
    expect(await after.text()).toBe(await before.text());
    expect([header(before, "pharos-level"), header(after, "pharos-level")]).toEqual(["0", "1"]);
  });

  test("a client of brotli alone gets what the POP can make", async () => {
    const { ask, beat } = await setUp();
    await beat(1);
    expect(header(ask("/", { "accept-encoding": "br" }), "content-encoding")).toBeNull();
    expect(ask("/", { "accept-encoding": "br, identity;q=0" }).status).toBe(406);
  });

  test("the tag changes with the confirmed minute, and with the level back", async () => {
    const { ask, beat } = await setUp();
    const tags = [header(ask("/"), "etag")];
    await beat(1);
    tags.push(header(ask("/"), "etag"));
    await beat(1, confirmedMs + 60_000);
    tags.push(header(ask("/"), "etag"));
    expect(new Set(tags).size).toBe(3);
    await beat(0);
    expect(header(ask("/"), "etag")).toBe(tags[0] ?? "");
  });

  test("the banner is text: a signed `<` is not markup", async () => {
    const { ask, store, beat } = await setUp();
    await store.apply(
      await signedPage({
        page: "p1",
        hosts: ["status.example"],
        generation: 9,
        routes: frontRoutes("x"),
        banner: "<b>{time}&",
      }),
    );
    await beat(1);
    expect(await ask("/").text()).toContain("&lt;b&gt;2026-01-05 12:00 UTC&amp;");
  });

  test("a second page of the same site within a second goes out uncompressed rather than unsaid", async () => {
    const { ask, store, beat, clock } = await setUp();
    const routes = {
      ...frontRoutes("x"),
      "/history": { ...frontRoutes("y")["/"], body: `${slotOpen}${slotClose}y` },
    };
    await store.apply(
      await signedPage({ page: "p1", hosts: ["status.example"], generation: 9, routes: routes as never }),
    );
    await beat(1);
    const accept = { "accept-encoding": "gzip" };
    expect(header(ask("/", accept), "content-encoding")).toBe("gzip");
    const second = ask("/history", accept);
    expect(header(second, "content-encoding")).toBeNull();
    expect(await second.text()).toContain("No contact since");
    await clock.advance(limits.bannerMsMin + 1);
    expect(header(ask("/history", accept), "content-encoding")).toBe("gzip");
  });

  test("a syncer that stopped writing is noticed by the worker's own clock, and its return too", async () => {
    const { ask, clock, beat } = await setUp();
    expect(header(ask("/"), "pharos-level")).toBe("0");
    await clock.advance(limits.staleAfterMs - limits.refsPollMs);
    expect(header(ask("/"), "pharos-level")).toBe("0");
    await clock.advance(2 * limits.refsPollMs);
    expect(header(ask("/"), "pharos-level")).toBe("1");
    await beat();
    expect(header(ask("/"), "pharos-level")).toBe("0");
  });

  test("an hour on the wall clock changes no level of a running POP", async () => {
    const { ask, clock, beat } = await setUp();
    ask("/");
    for (const jump of [3_600_000, -7_200_000]) {
      clock.jumpWall(jump);
      await beat();
      expect(header(ask("/"), "pharos-level")).toBe("0");
    }
  });

  test("a page that is behind for longer than the bound says when it was last confirmed", async () => {
    const { ask, beat } = await setUp();
    const behindMs = confirmedMs - limits.staleAfterMs - 1;
    await beat(0, confirmedMs, { p1: behindMs });
    const response = ask("/");
    expect(header(response, "pharos-level")).toBe("1");
    expect(header(response, "pharos-confirmed-at")).toBe(new Date(behindMs).toISOString());
    await beat(0, confirmedMs, { p1: confirmedMs - 1000 });
    expect(header(ask("/"), "pharos-level")).toBe("0");
  });
}

test("edge/serve, a drawing that a browser may open by itself can style itself and do nothing else; a photograph needs no such policy", async () => {
  const { ask, store } = await setUpWith();
  const routes = {
    "/_logo.a.svg": { body: "<svg/>", contentType: "image/svg+xml", cache: "immutable" },
    "/_logo.b.png": { body: "PNG", contentType: "image/png", cache: "immutable" },
  } as const;
  const pictured = await signedPage({
    page: "p1",
    hosts: ["status.example"],
    generation: 9,
    routes: { ...frontRoutes("calm"), ...routes },
  });
  await store.apply(pictured);
  const policyOf = (path: string) => {
    const { status, headers } = ask(path);
    return [status, headers.get("content-type"), headers.get("content-security-policy")];
  };
  expect(policyOf("/_logo.a.svg")).toEqual([
    200,
    "image/svg+xml",
    "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  ]);
  expect(policyOf("/_logo.b.png")).toEqual([200, "image/png", null]);
});

describe("edge/serve, the store fails", () => {
  test("what is in memory is still served, the rest is a sentence", async () => {
    const { ask, store, metrics } = await setUpWith();
    const before = await ask("/").text();
    store.failWith(new Error("EIO"));
    expect(await ask("/").text()).toBe(before);
    expect(ask("/icon.svg").status).toBe(503);
    expect(ask("/", { host: "never-asked.example" }).status).toBe(503);
    expect(metrics.text()).toContain("pharos_edge_store_failures_total 3");
    store.failWith(null);
    expect(ask("/icon.svg").status).toBe(200);
  });

  test("it fails in the middle of a new generation: the last one that was served goes on", async () => {
    const { ask, store } = await setUpWith();
    expect(header(ask("/"), "pharos-generation")).toBe("7");
    await store.apply(next);
    const reads = store.tree;
    (store as { tree: unknown }).tree = () => {
      throw new Error("EIO");
    };
    expect(header(ask("/"), "pharos-generation")).toBe("7");
    (store as { tree: unknown }).tree = reads;
    expect(header(ask("/"), "pharos-generation")).toBe("8");
  });

  test("for longer than the bound: the page says its age", async () => {
    const { ask, store, clock } = await setUpWith();
    ask("/", { "accept-encoding": "identity" });
    store.failWith(new Error("EIO"));
    await clock.advance(limits.staleAfterMs + limits.refsPollMs + 1);
    const response = ask("/");
    expect(header(response, "pharos-level")).toBe("1");
    expect(await response.text()).toContain("No contact since");
  });
});

test("edge/serve: brotli bodies decode to the identity digest", async () => {
  const { ask } = await setUpWith();
  const plain = digestOf(await bytesOf(ask("/")));
  expect(digestOf(brotliDecompressSync(await bytesOf(ask("/", { "accept-encoding": "br" }))))).toBe(plain);
});
