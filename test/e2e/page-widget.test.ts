// The widget on pages of others: one that does all it can against it, one whose policy allows next to nothing, one that frames it.
import { afterAll, beforeAll, expect } from "bun:test";
import { gzipSync } from "node:zlib";
import type { PageView } from "../../src/model/view.ts";
import { languages } from "../../src/render/languages.ts";
import { sea } from "../../src/render/palette.ts";
import { widgetText } from "../../src/render/widget-script-text.ts";
import { inventedParts, now, page as plainPage, viewFrom } from "../render/invented.ts";
import { axeFindings, type Browser, chromium, type Page, startBrowser, visitor } from "../support/browser.ts";
import { until } from "../support/installation.ts";
import { type RenderedSite, serveRendered } from "../support/rendered-site.ts";
import { skipUnless } from "../support/skip.ts";

const test = skipUnless(chromium !== null, "there is no chromium");
const page = { ...plainPage, languages: ["en", "de", "ar"] as const };
const bad = viewFrom({ ...inventedParts(), page });
const well = viewFrom({ page });
const words = "Partial System Outage";

interface HostPage {
  readonly body: string;
  readonly policy?: string;
}

let site: RenderedSite;
let browser: Browser;
let hosts: ReturnType<typeof Bun.serve>;
const hostPages = new Map<string, HostPage>();
beforeAll(async () => {
  if (chromium === null) return;
  site = serveRendered(bad, now);
  hosts = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { body, policy = "" } = hostPages.get(new URL(request.url).pathname) ?? { body: "" };
      const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": policy };
      return new Response(`<!doctype html><html lang="en"><title>Shop</title>${body}`, { headers });
    },
  });
  browser = await startBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await hosts?.stop(true);
});

/** Opens a page of another host with this body. */
async function shop(host: HostPage, view: PageView = bad, options: Parameters<typeof visitor>[1] = {}) {
  site.show(view, now);
  hostPages.set("/", host);
  const visit = await visitor(browser, options, ["127.0.0.1", "localhost"]);
  await visit.page.goto(`http://localhost:${hosts.port}/`);
  return visit;
}

const script = (): string => `<script src="${site.url}/widget.js" async></script>`;
const shown = (of: Page): Promise<string> =>
  of.evaluate(`document.querySelector("pharos-status")?.shadowRoot?.textContent ?? ""`);
const says = (of: Page, text: string) =>
  until(`the widget says "${text}"`, async () => (await shown(of)).includes(text));

/** All that decides how the widget looks, of every element in it. Written without a method of arrays: the page may have taken them away. */
const looks = (of: Page): Promise<string> =>
  of.evaluate(`(() => {
    const all = document.querySelector("pharos-status").shadowRoot.querySelectorAll("*");
    let text = "";
    for (let at = 0; at < all.length; at++) {
      const { color, fontSize, fontFamily, display, backgroundColor, lineHeight, letterSpacing, textTransform, visibility, opacity } = getComputedStyle(all[at]);
      text += all[at].localName + " " + color + fontSize + fontFamily + display + backgroundColor + lineHeight + letterSpacing + textTransform + visibility + opacity + "\\n";
    }
    return text;
  })()`);

test("under 4 kB as gzip, and nothing of it names another host or makes text into code", () => {
  const bytes = gzipSync(widgetText, { level: 9 }).length;
  console.log(`the widget's script: ${widgetText.length} bytes, ${bytes} as gzip`);
  expect(bytes).toBeLessThan(4_000);
  expect(widgetText).not.toMatch(/https:|innerHTML|insertAdjacent|eval\(|Function\(|document\.write/);
  for (const colour of [sea.bg, sea.mu, sea.lk]) expect(widgetText).toContain(colour);
});

test("a page that does all it can against it: no style reaches it, and no junk in prototypes stops it", async () => {
  const element = `<main><h1>Shop</h1><pharos-status mode="bar"></pharos-status></main>`;
  const calm = await shop({ body: element + script() });
  await says(calm.page, words);
  const wanted = await looks(calm.page);
  expect(calm.complaints).toEqual([]);
  await calm.end();
  const hostile = `<style>
      *{color:red!important;font:italic 3px/9 cursive!important;display:inline!important;background:lime!important;letter-spacing:9px!important;text-transform:uppercase!important;opacity:.1!important;visibility:hidden!important}
      pharos-status{display:none!important;all:unset!important;direction:rtl!important}
      pharos-status *{display:none!important}
    </style><script>
      for (const at of ["map", "forEach", "join", "flatMap", "filter", "junk"]) Array.prototype[at] = () => { throw new Error("junk"); };
      Object.prototype.junk = () => "junk";
      Array.prototype.toJSON = () => "junk";
      String.prototype.junk = "junk";
    </script>`;
  const other = await shop({ body: hostile + element + script() });
  await says(other.page, words);
  expect(await looks(other.page)).toBe(wanted);
  expect(await other.page.evaluate(`getComputedStyle(document.querySelector("pharos-status")).display`)).toBe(
    "block",
  );
  expect(other.complaints).toEqual([]);
  await other.end();
});

test("a policy of the shop that allows this host for scripts and requests, and nothing else, is enough", async () => {
  const policy = `default-src 'none'; script-src ${site.url}; connect-src ${site.url}; require-trusted-types-for 'script'`;
  const visit = await shop({ body: `<pharos-status mode="inline"></pharos-status>${script()}`, policy });
  await says(visit.page, words);
  expect(await looks(visit.page)).not.toBe("");
  const ground = `getComputedStyle(document.querySelector("pharos-status").shadowRoot.querySelector(".box")).backgroundColor`;
  expect(await visit.page.evaluate(ground)).toBe("rgb(15, 32, 49)");
  expect(visit.complaints).toEqual([]);
  await visit.end();
});

test("an emergency: its text stands in every mode, also while all else is well and under the strictest policy, and once in the frame", async () => {
  const text = `Do not log in: <b>someone</b> & "another" reads along. It's serious.`;
  site.alarm(text);
  const policy = `default-src 'none'; script-src ${site.url}; connect-src ${site.url}; require-trusted-types-for 'script'`;
  const body = ["auto", "bar", "inline"]
    .map((mode) => `<pharos-status mode="${mode}"></pharos-status>`)
    .join("");
  const visit = await shop({ body: body + script(), policy }, well);
  const texts = (): Promise<readonly string[]> =>
    visit.page.evaluate(
      `[...document.querySelectorAll("pharos-status")].map((it) => it.shadowRoot.querySelector(".alarm")?.textContent ?? "")`,
    );
  await until("the widgets say it", async () => (await texts()).every((it) => it === text));
  expect(visit.complaints).toEqual([]);
  await visit.page.locator("pharos-status button").click();
  expect((await texts()).filter((it) => it === text).length).toBe(2);
  await visit.page.goto(`${site.url}/widget`);
  await until("the frame shows the state", async () => (await shown(visit.page)).includes("All Systems"));
  const whole = `document.body.innerText + document.querySelector("pharos-status").shadowRoot.textContent`;
  expect(String(await visit.page.evaluate(whole)).split(text).length).toBe(2);
  site.alarm(null);
  await visit.end();
  const after = await shop({ body: body + script() }, well);
  await until("the bar is there", async () =>
    String(
      await after.page.evaluate(`document.querySelector("[mode=bar]").shadowRoot?.textContent ?? ""`),
    ).includes("All Systems"),
  );
  expect(await after.page.evaluate(`document.querySelector("[mode=auto]").shadowRoot.textContent`)).toBe("");
  await after.end();
});

test("by mode: nothing while all is well, a bar, a line; what a visitor closed stays closed until something else is wrong", async () => {
  const body = `<pharos-status></pharos-status>${script()}`;
  const calm = await shop(
    {
      body: `<pharos-status id="a"></pharos-status><pharos-status id="b" mode="bar"></pharos-status>${script()}`,
    },
    well,
  );
  const textOf = (id: string) =>
    calm.page.evaluate(`document.getElementById("${id}").shadowRoot.textContent`);
  await until("the bar is there", async () => String(await textOf("b")).includes("All Systems Operational"));
  expect(await textOf("a")).toBe("");
  expect(await calm.page.evaluate(`document.getElementById("a").getBoundingClientRect().height`)).toBe(0);
  await calm.end();
  const { page: shopPage, end } = await shop({ body });
  await says(shopPage, words);
  expect(await shown(shopPage)).toContain("Identified: Elevated errors");
  await shopPage.locator("pharos-status button").click();
  expect(await shown(shopPage)).toBe("");
  await shopPage.reload();
  await until("it was asked again", () =>
    shopPage.evaluate(`performance.getEntriesByName("${site.url}/widget.json").length > 0`),
  );
  expect(await shown(shopPage)).toBe("");
  const worse = bad.components.map((it) => ({ ...it, status: "major_outage" as const }));
  site.show(viewFrom({ ...inventedParts(), page, components: worse }), now);
  await shopPage.reload();
  await says(shopPage, "Major Service Outage");
  await end();
});

test("it speaks the language of the attribute, else of the shop, else of the page, and turns with it", async () => {
  const { page: shopPage, end } = await shop({
    body: `<pharos-status mode="bar" lang="ar"></pharos-status>${script()}`,
  });
  await says(shopPage, languages.ar.words.overall[words]);
  expect(
    await shopPage.evaluate(
      `getComputedStyle(document.querySelector("pharos-status").shadowRoot.querySelector(".box")).direction`,
    ),
  ).toBe("rtl");
  await shopPage.evaluate(`document.querySelector("pharos-status").lang = "de-CH"`);
  await says(shopPage, languages.de.words.overall[words]);
  await shopPage.evaluate(`document.querySelector("pharos-status").lang = "fr"`);
  await says(shopPage, words);
  expect(await axeFindings(shopPage)).toEqual([]);
  await end();
});

test("a status page that cannot be asked breaks nothing, and says nothing that it does not know", async () => {
  const body = `<pharos-status mode="bar"><a href="https://status.example">Status</a></pharos-status>${script()}`;
  const visit = await visitor(browser, {}, ["127.0.0.1", "localhost"]);
  await visit.page.route("**/widget.json", (route) => route.abort());
  hostPages.set("/", { body });
  await visit.page.goto(`http://localhost:${hosts.port}/`);
  await until("it was tried", () => visit.complaints.some((it) => it.includes("ERR_FAILED")));
  expect(await visit.page.getByText("Status", { exact: true }).isVisible()).toBe(true);
  expect(visit.complaints.filter((it) => !it.includes("ERR_FAILED"))).toEqual([]);
  await visit.end();
});

test("framed by any site it says the same, with a script and without; the pages of the status page are not to be framed", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const frame = (path: string): string => `<iframe src="${site.url}${path}" title="Status"></iframe>`;
    const { page: shopPage, end } = await shop({ body: frame("/widget") + frame("/") }, bad, {
      javaScriptEnabled,
    });
    const [widget, front] = shopPage.frames().slice(1);
    await until("the frame says it", () => widget?.getByText(words).filter({ visible: true }).count());
    expect(front?.url()).toBe("chrome-error://chromewebdata/");
    await end();
  }
});
