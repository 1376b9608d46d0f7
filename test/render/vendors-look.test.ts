// Alone: a browser needs the machine.
// The page of all vendors as people see it: without a script, in each language, light and dark, on a phone and a desk. With SHOTS=<folder> it leaves pictures there.
import { afterAll, beforeAll, expect } from "bun:test";
import { join } from "node:path";
import { sourceKey, sourceOf, type UpstreamResult } from "../../src/model/upstream.ts";
import type { UpstreamResults } from "../../src/model/upstream-shown.ts";
import { vendors } from "../../src/model/vendors.ts";
import { componentStatuses, type PageView } from "../../src/model/view.ts";
import { documentsOf } from "../../src/render/documents.ts";
import { world } from "../model/world.ts";
import {
  axeFindings,
  type Browser,
  chromium,
  looksWrong,
  startBrowser,
  visitor,
} from "../support/browser.ts";
import { skipUnless } from "../support/skip.ts";

const test = skipUnless(chromium !== null, "there is no chromium");
const shots = process.env.SHOTS;

const made = world();
made.run({ kind: "page.update", fields: { languages: ["en", "de", "ar"] } });
for (const { id } of vendors) made.run({ kind: "upstream.create", id, fields: { vendor: id } });
const said = ["Elevated errors", "<script>alert(1)</script>", "طلبات بطيئة", "Lange Wörter ".repeat(14)];

/** Most are well; each state, each reason, and words of each kind are there. */
function resultsOf({ upstreams }: PageView, at: number): UpstreamResults {
  return new Map(
    upstreams.flatMap((upstream, place) => {
      const source = sourceOf(upstream);
      if (source === null || place === 9) return [];
      const status =
        place % 12 === 0 ? (componentStatuses[(place / 12) % 5] ?? "operational") : "operational";
      const last = { status, said: status === "operational" ? null : (said[place % 4] ?? null) };
      const times = { updatedAt: at - place * 60_000, confirmedAt: at - (place % 7 === 3 ? 7_200_000 : 0) };
      const failed = place % 7 === 3 ? ({ why: "timeout", sentence: "" } as const) : null;
      const result: UpstreamResult = { last: { ...last, ...times }, failed, triedAt: at, ms: 80 + place };
      return [[sourceKey(source), result] as const];
    }),
  );
}

const view = made.view();
const bodies = new Map(
  Array.from(documentsOf(view, made.now, undefined, null, resultsOf(view, made.now)), (one) => [
    one.path,
    one,
  ]),
);
let browser: Browser;
let server: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  if (chromium === null) return;
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const found = bodies.get(new URL(request.url).pathname);
      if (found === undefined || found.encoding !== undefined) return new Response("", { status: 404 });
      return new Response(found.body(), { headers: { "content-type": found.contentType } });
    },
  });
  browser = await startBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  server?.stop(true);
});

test("vendors/without a script, in each language, light and dark, on phone and desk", async () => {
  for (const [path, colorScheme, width] of [
    ["/vendors", "light", 390],
    ["/de/vendors", "dark", 1280],
    ["/ar/vendors", "light", 1280],
    ["/ar/vendors", "dark", 390],
    ["/", "light", 390],
  ] as const) {
    const { page, complaints, end } = await visitor(browser, {
      ...{ javaScriptEnabled: false, colorScheme, viewport: { width, height: 900 } },
    });
    await page.goto(`http://127.0.0.1:${server.port}${path}`);
    if (shots !== undefined)
      await page.screenshot({
        path: join(shots, `vendors${path.replaceAll("/", "-")}-${colorScheme}-${width}.png`),
      });
    const rows = await page.locator("main .rows > li").count();
    if (path !== "/") expect(rows).toBe(vendors.length);
    expect([path, complaints]).toEqual([path, []]);
    await end();
    const seeing = await visitor(browser, { colorScheme, viewport: { width, height: 900 } });
    await seeing.page.goto(`http://127.0.0.1:${server.port}${path}`);
    expect([path, await looksWrong(seeing.page), await axeFindings(seeing.page)]).toEqual([path, [], []]);
    await seeing.end();
  }
}, 120_000);
