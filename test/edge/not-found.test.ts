// What is not there, of a page that says so itself: status, headers, language and form, at each level; and that a flood of it leaves nothing behind.
import { describe, expect, test } from "bun:test";
import { brotliDecompressSync } from "node:zlib";
import { createMetrics } from "../../src/base/metrics.ts";
import { createServing } from "../../src/edge/serve.ts";
import { type Asked, fieldOf } from "../../src/host/asked.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { manualClock } from "../support/manual-clock.ts";
import { frontRoutes, memoryStore, type RouteInput, servingOptions, signedPage } from "./fixture.ts";

const html = "text/html; charset=utf-8";
const missing = (lang: string): RouteInput => ({
  body: `<!doctype html><html lang="${lang}"><p>${slotOpen}${slotClose}nothing in ${lang}${" and nothing else".repeat(20)}</p></html>`,
  contentType: html,
  slot: true,
});
const page = await signedPage({
  page: "p1",
  hosts: ["status.example"],
  generation: 7,
  routes: {
    ...frontRoutes("calm"),
    "/404.html": missing("en"),
    "/de/404.html": missing("de"),
    // Enough that the page has several parts.
    ...Object.fromEntries(
      Array.from({ length: 200 }, (_none, at) => [`/incidents/${at}`, { body: `${at}` }]),
    ),
  },
});
const browser = "text/html,application/xhtml+xml,*/*;q=0.8";

async function setUp() {
  const clock = manualClock();
  const store = memoryStore({ numbered: true });
  await store.apply(page);
  const beat = async (level: 0 | 1, sequence: number): Promise<void> => {
    const atMs = clock.wallMs();
    await store.putFreshness({ sequence, confirmedMs: atMs, acceptedMs: atMs, level, behind: {} });
  };
  await beat(0, 1);
  const metrics = createMetrics();
  const serving = createServing(servingOptions({ store, clock, metrics }));
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetchOf(serving)(
      new Request(`http://x${path}`, {
        method,
        headers: { host: "status.example", accept: browser, ...headers },
      }),
    );
  const asked = (target: string, secure = false): Asked => ({
    method: "GET",
    target,
    host: "status.example",
    secure,
    hasBody: false,
    field: (name) => (name === "accept" ? browser : null),
  });
  return { ask, asked, serving, store, beat, clock, metrics };
}

describe("edge/not-found", () => {
  test.each([
    ["/nothing", "en"],
    ["/incidents/none", "en"],
    ["/de/nothing", "de"],
    ["/de", "de"],
    ["/de/incidents/0/x", "de"],
    ["/ar/nothing", "en"],
    ["/designs/nothing", "en"],
    ["/404.html", "en"],
    ["/de/404.html", "de"],
    ["/%E2%80%AE", "en"],
  ])("%s is 404 with the page's own page, in %s", async (path, lang) => {
    const { ask } = await setUp();
    const response = ask(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(`nothing in ${lang}`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": html,
      vary: "accept-encoding, accept",
      "pharos-generation": "7",
      "pharos-level": "0",
      "surrogate-key": "p1",
      "cache-control": "public, max-age=0, must-revalidate",
      "cdn-cache-control": "max-age=5",
      "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    });
    expect(response.headers.get("etag")).toBeNull();
  });

  test("encodings as for any page; no tag makes it a 304", async () => {
    const { ask } = await setUp();
    const packed = ask("/nothing", { "accept-encoding": "br" });
    expect(packed.headers.get("content-encoding")).toBe("br");
    const text = brotliDecompressSync(await packed.arrayBuffer()).toString();
    expect(text).toContain("nothing in en");
    expect(ask("/nothing", {}, "HEAD").status).toBe(404);
    for (const tag of ["*", '"x"']) expect(ask("/nothing", { "if-none-match": tag }).status).toBe(404);
  });

  test.each([
    ["a program that takes anything", "/nothing", "*/*", html, "accept"],
    ["a picture", "/nothing.png", "image/avif", "text/plain; charset=utf-8", "accept"],
    [
      "a program that asks for JSON",
      "/nothing",
      "application/json",
      "application/json; charset=utf-8",
      "accept",
    ],
    ["below /api/", "/api/v2/none", browser, "application/json; charset=utf-8", null],
    ["the page itself, by a program", "/404.html", "*/*", html, "accept"],
    ["who refuses each encoding", "/nothing", browser, html, "accept"],
  ])("%s gets a few words of the same generation", async (what, path, accept, type, vary) => {
    const { ask } = await setUp();
    const more = what.startsWith("who refuses") ? { "accept-encoding": "*;q=0" } : {};
    const response = ask(path, { accept, ...more });
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("vary")).toBe(vary);
    expect(response.headers.get("pharos-generation")).toBe("7");
    expect(response.headers.get("cdn-cache-control")).toBe("max-age=5");
    expect(await response.text()).not.toContain("nothing in");
  });

  test("at level 1 it says so too, and is as it was when the source is back", async () => {
    const { ask, beat } = await setUp();
    await beat(1, 2);
    const stale = ask("/de/nothing");
    expect([stale.status, stale.headers.get("pharos-level")]).toEqual([404, "1"]);
    expect(await stale.text()).toContain("No contact since");
    await beat(0, 3);
    expect(await ask("/de/nothing").text()).not.toContain("No contact since");
  });

  test("a body that is damaged, and a store that fails: a few words", async () => {
    const other = await setUp();
    for (const digest of [...other.store.objects.keys()])
      other.store.objects.set(digest, Buffer.from("not what it was"));
    const response = other.ask("/nothing");
    expect([response.status, response.headers.get("vary")]).toEqual([404, "accept"]);
    expect(await response.text()).toContain("<h1>Not found</h1>");
    const { ask, store } = await setUp();
    ask("/");
    const before = await ask("/nothing").text();
    store.failWith(new Error("EIO"));
    const remembered = ask("/nothing");
    expect([remembered.status, await remembered.text()]).toEqual([404, before]);
  });

  test("a flood of paths is answered by one object, at once, and nothing is remembered of it; a page that is there is not pushed out", async () => {
    const { ask, asked, serving, metrics } = await setUp();
    ask("/");
    const held = (): string => /^pharos_edge_answers_bytes (\d+)$/m.exec(metrics.text())?.[1] ?? "";
    const before = held();
    for (const secure of [false, true]) {
      const first = serving(asked("/nothing", secure));
      expect(first).not.toBeInstanceOf(Promise);
      for (let at = 0; at < 5_000; at++) {
        const answer = serving(asked(`/no/${at}`, secure));
        if (answer !== first) throw new Error(`The answer to path ${at} is another object.`);
      }
      const given = await first;
      expect(fieldOf(given.fields, "strict-transport-security") !== null).toBe(secure);
    }
    expect([held(), Number(before) > 0]).toEqual([before, true]);
    expect(metrics.text()).toContain('pharos_edge_requests_total{status="404",kind="other"} 10002');
  });

  test("what comes into being there is there with its generation", async () => {
    const { ask, store } = await setUp();
    expect(ask("/new").status).toBe(404);
    const routes = { ...frontRoutes("calm"), "/new": { body: "it is here" }, "/404.html": missing("en") };
    await store.apply(await signedPage({ page: "p1", hosts: ["status.example"], generation: 8, routes }));
    const response = ask("/new");
    expect([response.status, await response.text()]).toEqual([200, "it is here"]);
    expect(ask("/nothing").headers.get("pharos-generation")).toBe("8");
  });
});
