// Every kind of page as people see it: at three widths, in light and dark, right to left, in forced colours; with axe, without a script, by keyboard alone.
// `npm run test:long` looks at every combination and writes pictures of them to test/e2e/shots; `npm test` at those that differ most.
// Long: a browser opens every page.
import { afterAll, beforeAll, expect } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { demoBundle, demoSeed } from "../../src/cli/demo-data.ts";
import type { PageView } from "../../src/model/view.ts";
import { emptyWorld } from "../model/world.ts";
import { component, incident, page as invented, now, viewFrom } from "../render/invented.ts";
import {
  axeFindings,
  type Browser,
  chromium,
  looksWrong,
  type Page,
  startBrowser,
  type Visit,
  visitor,
} from "../support/browser.ts";
import { type RenderedSite, serveRendered } from "../support/rendered-site.ts";
import { testLong } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";

const test = skipUnless(chromium !== null, "there is no chromium");
const shots = join(import.meta.dirname, "shots");
const widths = [320, 768, 1440] as const;
/** All combinations are a thousand pictures of whole pages. */
const lookMsMax = testLong ? 1_200_000 : 120_000;

interface Look {
  readonly name: string;
  readonly media: Parameters<Page["emulateMedia"]>[0];
}
const light: Look = { name: "light", media: { colorScheme: "light", forcedColors: "none" } };
const dark: Look = { name: "dark", media: { colorScheme: "dark", forcedColors: "none" } };
const forced: Look = { name: "forced", media: { colorScheme: "dark", forcedColors: "active" } };

const demo = demoView();
let site: RenderedSite;
let browser: Browser;
let visit: Visit;
beforeAll(async () => {
  if (chromium === null) return;
  mkdirSync(shots, { recursive: true });
  site = serveRendered(demo, now);
  browser = await startBrowser();
  visit = await visitor(browser, { reducedMotion: "reduce" });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

function demoView(): PageView {
  const bundle = demoBundle(demoSeed, now);
  const made = emptyWorld(bundle.page.id, now);
  made.run({ kind: "import", bundle });
  return made.view();
}

/** 500 components, half of them in groups. */
function manyComponents(): PageView {
  const groups = Array.from({ length: 10 }, (_, at) => component(`g${at}`, `Region ${at}`, { group: true }));
  const parts = Array.from({ length: 490 }, (_, at) =>
    component(`c${at}`, `Service ${at}`, {
      groupId: at % 2 === 0 ? `g${at % 10}` : null,
      status: at % 50 === 0 ? "partial_outage" : "operational",
      rank: at,
    }),
  );
  return viewFrom({ components: [...groups, ...parts] });
}

/** The page is turned by hand where there is none in a language that is written so. */
const turned: Look = { ...light, name: "right-to-left" };

async function look(page: Page, width: number, { media }: Look): Promise<readonly string[]> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia(media);
  return looksWrong(page);
}

/** In another language than the first: words differ, and what they do to a page shows where it is narrow. */
const isTranslated = (path: string): boolean => /^\/(?:de|ar)(?:\/|$)/.test(path);

/** `/incidents/x` as a file's name. */
const nameOf = (path: string): string => path.replaceAll("/", "-").replace(/^-/, "") || "front";

async function shoot(page: Page, path: string, width: number, { name }: Look): Promise<void> {
  await page.screenshot({ path: join(shots, `${nameOf(path)}-${width}-${name}.png`), fullPage: true });
}

test(
  "every page at 320, 768 and 1440 px, in light, dark and forced colours, turned right to left: nothing leaves it, nothing stands on another",
  async () => {
    const { page } = visit;
    const wrong: string[] = [];
    for (const path of site.pages) {
      await page.goto(site.url + path);
      const brief = isTranslated(path) && !testLong;
      for (const one of brief ? [light] : [light, dark, forced, turned]) {
        if (one === turned) await page.evaluate("document.documentElement.dir = 'rtl'");
        for (const width of brief ? [320, 768] : widths) {
          const found = await look(page, width, one);
          wrong.push(...found.map((fault) => `${path} at ${width} px, ${one.name}: ${fault}`));
          if (testLong) await shoot(page, path, width, one);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(visit.complaints).toEqual([]);
  },
  lookMsMax,
);

const faults: readonly (readonly [what: string, html: string, said: RegExp])[] = [
  [
    "a page that scrolls sideways",
    `<main><div style="width:500px">wide</div></main>`,
    /wide in a window of 320/,
  ],
  [
    "two texts in one place",
    `<main><p>one</p><p style="margin-top:-2.1em">two</p></main>`,
    /stand on each other/,
  ],
  [
    "a text that is cut off",
    `<main><p style="overflow:hidden;white-space:nowrap">${"long ".repeat(99)}</p></main>`,
    /cut off/,
  ],
];
for (const [what, html, said] of faults)
  test(`caught: ${what}`, async () => {
    const { page, end } = await visitor(browser, { viewport: { width: 320, height: 600 } });
    await page.setContent(html);
    expect((await looksWrong(page)).join()).toMatch(said);
    await end();
  });

test(
  "axe finds nothing against any page, in light and in dark; one of 500 components is as good",
  async () => {
    const { page } = visit;
    await page.setViewportSize({ width: 768, height: 900 });
    const fronts = ["/de", "/ar"];
    for (const path of site.pages.filter((one) => testLong || !isTranslated(one) || fronts.includes(one))) {
      await page.goto(site.url + path);
      for (const { name, media } of testLong ? [light, dark, forced] : [path === "/" ? dark : light]) {
        await page.emulateMedia(media);
        expect({ path, name, found: await axeFindings(page) }).toEqual({ path, name, found: [] });
      }
    }
    site.show(manyComponents(), now);
    await page.goto(site.url);
    await page.emulateMedia(light.media);
    // Ten seconds for a page that is longer and no different.
    if (testLong) expect(await axeFindings(page)).toEqual([]);
    expect(await look(page, 320, light)).toEqual([]);
    site.show(demo, now);
  },
  lookMsMax,
);

test("names of 10,000 characters, of emoji, with directions and closing tags: no page leaves a window of 320 px", async () => {
  const { page, complaints, end } = await visitor(browser, { viewport: { width: 320, height: 900 } });
  const wrong: string[] = [];
  for (const text of ["x".repeat(10_000), `\u202eevil ${"🚒".repeat(100)}</script></style>-->`]) {
    const of = viewFrom({
      page: { ...invented, name: text, looks: { ...invented.looks, footerText: text } },
      components: [component("c", text, { description: text })],
      incidents: [incident("i", text, { componentIds: ["c"] })],
    });
    site.show(of, now);
    for (const path of site.pages) {
      await page.goto(site.url + path);
      wrong.push(...(await looksWrong(page)).map((fault) => `${path}: ${fault.slice(0, 200)}`));
    }
  }
  site.show(demo, now);
  expect({ wrong, complaints }).toEqual({ wrong: [], complaints: [] });
  await end();
}, 60_000);

test("right to left: how long it lasted follows the time at which it began, and does not stand within it", async () => {
  const { page } = visit;
  await page.setViewportSize({ width: 768, height: 900 });
  await page.emulateMedia(light.media);
  await page.goto(site.url + (site.pages.find((path) => path.startsWith("/ar/history/")) ?? ""));
  const gaps = await page.evaluate(
    `[...document.querySelectorAll(".tag time + span")].map((span) => {
      const range = document.createRange();
      range.selectNodeContents(span);
      return Math.round(span.previousElementSibling.getBoundingClientRect().left - range.getBoundingClientRect().right);
    })`,
  );
  expect((gaps as number[]).length).toBeGreaterThan(1);
  expect((gaps as number[]).filter((gap) => gap < -1)).toEqual([]);
});

test("without JavaScript: the answer, what is open and every component are there, and a fold opens", async () => {
  const { page, end } = await visitor(browser, { javaScriptEnabled: false });
  await page.goto(site.url);
  expect(await page.locator("h1").isVisible()).toBe(true);
  const open = demo.incidents.filter(({ resolvedAt }) => resolvedAt === null);
  expect(open.length).toBeGreaterThan(0);
  for (const { name } of open) expect(await page.getByText(name).first().isVisible()).toBe(true);
  const fold = page.locator("details:not([open])").first();
  const member = fold.locator("li").first();
  expect(await member.isVisible()).toBe(false);
  await fold.locator("summary").click();
  expect(await page.locator("details[open] li").first().isVisible()).toBe(true);
  await end();
}, 60_000);

test("by keyboard alone: each stop can be seen, none holds the visitor, a fold opens, and the last link is reached", async () => {
  const { page, end } = await visitor(browser);
  await page.goto(site.url);
  const stops: Stop[] = [];
  for (let at = 0; at < 400; at++) {
    await page.keyboard.press("Tab");
    const stop: Stop = await page.evaluate(stopNow);
    if (stop.tag === "body") break;
    stops.push(stop);
  }
  expect(stops.filter(({ seen }) => !seen)).toEqual([]);
  expect(new Set(stops.map(({ place }) => place)).size).toBe(stops.length);
  expect(stops.map(({ place }) => place)).toEqual(stops.map(({ place }) => place).toSorted((a, b) => a - b));
  expect(stops.at(-1)?.place).toBe(await page.evaluate(lastLink));
  await page.locator("details:not([open]) > summary").first().focus();
  const before = await page.locator("details[open]").count();
  await page.keyboard.press("Enter");
  expect(await page.locator("details[open]").count()).toBe(before + 1);
  await end();
}, 60_000);

interface Stop {
  readonly tag: string;
  /** Its number among all elements, in the order of the document. */
  readonly place: number;
  /** It stands in the window, and something shows that it has the focus. */
  readonly seen: boolean;
}

/** Where the focus is. */
const stopNow = `(() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    tag: at.localName,
    place: [...document.querySelectorAll("*")].indexOf(at),
    seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight,
  };
})()`;

const lastLink = `[...document.querySelectorAll("*")].indexOf([...document.querySelectorAll("footer a")].at(-1))`;
