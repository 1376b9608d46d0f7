// Alone: a browser needs the machine.
// The pages' script in Chromium, against POPs that this test plays: events, polling where there are none, older answers, levels, hidden pages.
// The page's clock, and the hub's, runs forty times as fast as ours; test/e2e/live-page.test.ts has it as it is.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { createHash } from "node:crypto";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { bannerOf } from "../../src/edge/banner.ts";
import { createHub, type Hub } from "../../src/edge/hub.ts";
import { type Listener, listenHttp } from "../../src/host/http.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import type { Page, PageView } from "../../src/model/view.ts";
import { eventOf } from "../../src/render/event.ts";
import { bannerTexts } from "../../src/render/languages.ts";
import { slotOpen } from "../../src/render/types.ts";
import { type Browser, chromium, startChromium, type Tab } from "../support/chromium.ts";
import { until } from "../support/installation.ts";
import { skipUnless } from "../support/skip.ts";
import { component, incident, inventedParts, now, update, viewFrom } from "./invented.ts";
import { documentsByPath } from "./pages.ts";

const test = skipUnless(chromium !== null, "there is no chromium");
const speed = 40;
const fast = `try { localStorage.setItem("pharos-zone", "1"); } catch {}
  { const now = Date.now.bind(Date), begun = now(), wait = setTimeout, again = setInterval;
  Date.now = () => begun + ${speed} * (now() - begun);
  window.setTimeout = (run, ms) => wait(run, ms / ${speed}); window.setInterval = (run, ms) => again(run, ms / ${speed}); }`;

const fastClock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / speed, run) };

interface Generation {
  readonly number: number;
  readonly bodies: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<string, string>;
}

function generationOf(number: number, view: PageView, before: Generation | null): Generation {
  const documents = [...documentsByPath(view).values()];
  const bodies = new Map(documents.map(({ path, body }) => [path, body()]));
  const front = bodies.get("/") ?? "";
  const told = { generation: number, epoch: 1, view, before: before?.bodies.get("/") ?? null, now: front };
  bodies.set("/_event", eventOf(told));
  const types = new Map(documents.map(({ path, contentType }) => [path, contentType]));
  return { number, bodies, types };
}

/** A POP: what it shows, at which level, and whether it streams. */
class Pop {
  shows: Generation;
  level: "0" | "1" = "0";
  streams = true;
  readonly asked: string[] = [];
  readonly hub: Hub;
  readonly listener: Listener;

  constructor(shows: Generation) {
    this.shows = shows;
    this.hub = createHub({ clock: fastClock, random: systemRandom, metrics: createMetrics() });
    this.listener = listenHttp({ bodyBytesMax: 1_000, fetch: (request) => this.answer(request) });
  }

  get address(): string {
    return `http://127.0.0.1:${this.listener.port}`;
  }

  put(shows: Generation): void {
    this.shows = shows;
    this.hub.wake("p");
  }

  count(path: string): number {
    return this.asked.filter((it) => it.startsWith(path)).length;
  }

  private look = () => ({
    generation: this.shows.number,
    level: this.level,
    event: () => new TextEncoder().encode(this.shows.bodies.get("/_event")),
  });

  private readonly events = fetchOf((asked) => this.hub.open({ asked, page: "p", look: this.look }));

  private answer(request: Request): Response {
    const { pathname, search } = new URL(request.url);
    this.asked.push(`${pathname}${search}`);
    if (pathname === "/_events" && this.streams) return this.events(request);
    const signed = this.shows.bodies.get(pathname);
    if (signed === undefined) return new Response("nothing", { status: 404 });
    const manifest = { banners: bannerTexts() } as unknown as Parameters<typeof bannerOf>[0];
    const body = this.level === "0" ? signed : signed.replace(slotOpen, slotOpen + bannerOf(manifest, now));
    const etag = `"${createHash("sha256").update(body).digest("hex")}"`;
    const headers = {
      "pharos-generation": String(this.shows.number),
      "pharos-level": this.level,
      etag,
      "cache-control": "max-age=0, must-revalidate",
      "content-type": this.shows.types.get(pathname) ?? "application/json",
    };
    if (request.headers.get("if-none-match") !== etag) return new Response(body, { headers });
    this.asked.push(`304 ${pathname}`);
    return new Response(null, { status: 304, headers });
  }

  async end(): Promise<void> {
    this.hub.stop();
    await this.listener.stop(true);
  }
}

const parts = inventedParts();
const at = (seconds: number): Page => ({ ...parts.page, updatedAt: now + seconds * 1_000 });
const fire = (words: string) =>
  incident("f1f1f1f1f1f1", "Requests fail", {
    updates: [update("f1f1f1f1f1f1", now, "investigating", words)],
    impact: "critical",
  });
const first = generationOf(1, viewFrom(parts), null);
const second = generationOf(
  2,
  viewFrom({ ...parts, page: at(1), incidents: [fire("We look."), ...parts.incidents] }),
  first,
);
const third = generationOf(
  3,
  viewFrom({
    ...parts,
    page: at(2),
    components: [...parts.components, component("n3", "Another part")],
    incidents: [fire("We found it."), ...parts.incidents],
  }),
  second,
);

let browser: Browser;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  if (chromium !== null) browser = await startChromium();
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
  await browser?.end();
});

async function visit(pop: Pop, path = "/"): Promise<Tab> {
  const tab = await browser.tab(fast);
  ends.push(() => tab.close());
  await tab.open(`${pop.address}${path}`);
  await tab.ask("window.mark = 'as it was loaded'");
  return tab;
}

function play(shows: Generation): Pop {
  const pop = new Pop(shows);
  ends.push(() => pop.end());
  return pop;
}

const says = (tab: Tab, words: string) => () =>
  tab.ask<boolean>(`document.body.innerText.includes(${JSON.stringify(words)})`);
const line = (tab: Tab) => tab.ask<string>("document.querySelector('.lamp .n').innerText");
/** The page as it is, without what the script wrote beside the time. */
const asItIs = (tab: Tab) =>
  tab.ask<string>(`{ const page = document.documentElement.cloneNode(true);
    for (const own of page.querySelectorAll(".lamp .n span, .vh, .turn")) own.remove();
    for (const zone of page.querySelectorAll(".zone")) zone.textContent = zone.textContent.trim();
    page.removeAttribute("style"); page.outerHTML }`);
/** The same of a body that was never changed. */
const parsed = (tab: Tab, body: string) =>
  tab.ask<string>(
    `new DOMParser().parseFromString(${JSON.stringify(body)}, "text/html").documentElement.outerHTML`,
  );

async function untouched(tab: Tab): Promise<void> {
  expect(await tab.ask("window.mark")).toBe("as it was loaded");
  expect(tab.complaints.filter((it) => !/404/.test(it))).toEqual([]);
}

describe("with events", () => {
  test("fragments change the page into what was published, aloud, and nothing is asked for", async () => {
    const pop = play(first);
    const tab = await visit(pop);
    await until("it is live", async () => /· live$/.test(await line(tab)));
    pop.put(second);
    await until("it shows the incident", says(tab, "Requests fail"));
    expect(await asItIs(tab)).toBe(await parsed(tab, second.bodies.get("/") ?? ""));
    expect(await tab.ask("document.title")).toContain("·");
    expect(await tab.ask("document.querySelector('[role=status]').textContent")).toMatch(
      /Major Service Outage|components affected|Update: Requests fail: We look/,
    );
    expect([
      pop.count("/_events"),
      pop.count("/_event") - pop.count("/_events"),
      pop.asked.filter((it) => it === "/").length,
    ]).toEqual([1, 0, 1]);
    await untouched(tab);
  }, 60_000);

  test("where fragments do not suffice the page is asked for, and no link loses its focus", async () => {
    const pop = play(first);
    const tab = await visit(pop);
    await until("it is live", async () => /· live$/.test(await line(tab)));
    await tab.ask("document.querySelector('footer a').focus()");
    pop.put(third);
    await until("it shows another part", says(tab, "Another part"));
    expect(await asItIs(tab)).toBe(await parsed(tab, third.bodies.get("/") ?? ""));
    expect(await tab.ask("document.activeElement.tagName")).toBe("A");
    expect(pop.count("/_events")).toBe(1);
    await untouched(tab);
  }, 60_000);

  test("a level shows and hides the banner, which comes with the page", async () => {
    const pop = play(first);
    const tab = await visit(pop);
    pop.level = "1";
    await until("the banner is there", says(tab, "may be out of date"));
    expect(await line(tab)).toMatch(/waiting for its source$/);
    pop.level = "0";
    await until("it is gone again", async () => !(await says(tab, "may be out of date")()));
    await untouched(tab);
  }, 60_000);

  test("an incident's page is brought up to date too", async () => {
    const pop = play(second);
    const tab = await visit(pop, "/incidents/f1f1f1f1f1f1");
    await until("it listens", () => pop.hub.streams() === 1);
    pop.put(third);
    await until("it shows the update", says(tab, "We found it."));
    await untouched(tab);
  }, 60_000);

  test("a hidden page gives its stream back, and has it again when it is seen", async () => {
    const pop = play(first);
    const tab = await visit(pop);
    await until("it listens", () => pop.hub.streams() === 1);
    await tab.hide(true);
    await until("it gives the stream back", () => pop.hub.streams() === 0);
    pop.put(second);
    await tab.hide(false);
    await until("it shows what came meanwhile", says(tab, "Requests fail"));
    await until("it listens again", () => pop.hub.streams() === 1);
    await untouched(tab);
  }, 60_000);
});

describe("where POPs differ", () => {
  test("an older one's answers and events replace nothing, nor does a page that was loaded from it", async () => {
    const pop = play(second);
    const tab = await visit(pop);
    await until("it is live", async () => /· live$/.test(await line(tab)));
    pop.put(first);
    await until("it sees that this POP is behind", async () => /· catching up$/.test(await line(tab)));
    expect(await says(tab, "Requests fail")()).toBe(true);
    pop.put(third);
    await until("it goes on with the next", says(tab, "Another part"));
    pop.put(first);
    await tab.open(`${pop.address}/`);
    await until("it remembers over a load", async () => /· catching up$/.test(await line(tab)));
    pop.put(third);
    await until("it goes on with what it had seen", says(tab, "Another part"));
  }, 60_000);

  test("a page that is fetched and older than the event is not put in; it is fetched again", async () => {
    const pop = play(first);
    const tab = await visit(pop);
    await until("it is live", async () => /· live$/.test(await line(tab)));
    // What a cache between them may do: the event is new, the page is not yet.
    const event = new Map([...first.bodies, ["/_event", third.bodies.get("/_event") ?? ""]]);
    const stale = { ...first, bodies: event };
    pop.shows = { ...stale, number: 3 };
    pop.hub.wake("p");
    pop.shows = stale;
    await until("it asked for the page", () => pop.asked.filter((it) => it === "/").length >= 2);
    expect(await says(tab, "Another part")()).toBe(false);
    pop.shows = third;
    await until("it has the new one", says(tab, "Another part"));
    await untouched(tab);
  }, 60_000);
});

describe("without events", () => {
  test("it polls with its tag, shows what came, and says when it last knew", async () => {
    const pop = play(first);
    pop.streams = false;
    const tab = await visit(pop);
    await until("it was told that nothing is new", () => pop.asked.includes("304 /_event"));
    expect(await line(tab)).toMatch(/· checked at \d\d:\d\d UTC$/);
    pop.put(second);
    await until("it shows the incident", says(tab, "Requests fail"));
    expect(await asItIs(tab)).toBe(await parsed(tab, second.bodies.get("/") ?? ""));
    await untouched(tab);
  }, 60_000);

  test("hidden it asks seldom; a POP that is gone is said", async () => {
    const pop = play(first);
    pop.streams = false;
    const tab = await visit(pop);
    await until("it polls", () => pop.count("/_event") > 2);
    await tab.hide(true);
    const before = pop.asked.filter((it) => it === "/_event").length;
    const began = await tab.ask<number>("Date.now()");
    await until("two minutes pass", async () => (await tab.ask<number>("Date.now()")) > began + 120_000);
    expect(pop.asked.filter((it) => it === "/_event").length - before).toBeLessThan(2);
    await tab.hide(false);
    await pop.end();
    await until("it says since when", says(tab, "No connection. What you see was last confirmed"), 30_000);
  }, 60_000);
});
