// The world of the tests of open pages: POPs that a test plays, and Chromium on them. In: views. Out: generations, POPs, tabs, what they show.
// The page's clock, and the hub's, runs forty times as fast as ours.
import { afterAll, beforeAll, expect } from "bun:test";
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

export const test = skipUnless(chromium !== null, "there is no chromium");
const speed = 40;
/** From `begun` on; where times are told as the page does, what is shown is what was published. */
export const fastFrom = (
  begun: string,
  ofPage: boolean,
): string => `${ofPage ? 'try { localStorage.setItem("pharos-zone", "1"); } catch {}' : ""}
  { const now = Date.now.bind(Date), first = now(), begun = ${begun}, wait = setTimeout, again = setInterval;
  Date.now = () => begun + ${speed} * (now() - first);
  window.setTimeout = (run, ms) => wait(run, ms / ${speed}); window.setInterval = (run, ms) => again(run, ms / ${speed}); }`;
const fast = fastFrom("first", true);

const fastClock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / speed, run) };

export interface Generation {
  readonly number: number;
  readonly view: PageView;
  readonly bodies: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<string, string>;
}

export function generationOf(number: number, view: PageView, before: Generation | null): Generation {
  const documents = [...documentsByPath(view).values()];
  const bodies = new Map(documents.map(({ path, body }) => [path, body()]));
  const front = bodies.get("/") ?? "";
  const told = { generation: number, epoch: 1, view, before: before?.bodies.get("/") ?? null, now: front };
  bodies.set("/_event", eventOf(told));
  const types = new Map(documents.map(({ path, contentType }) => [path, contentType]));
  return { number, view, bodies, types };
}

/** A POP: what it shows, at which level, and whether it streams. */
export class Pop {
  shows: Generation;
  level: "0" | "1" = "0";
  /** It answers nothing any more, and its streams are cut. */
  dead = false;
  streams = true;
  readonly asked: string[] = [];
  hub: Hub;
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

  die(): void {
    this.dead = true;
    this.hub.stop();
    this.hub = createHub({ clock: fastClock, random: systemRandom, metrics: createMetrics() });
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
    if (this.dead) return new Response("nothing", { status: 503 });
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

export const parts = inventedParts();
export const at = (seconds: number): Page => ({ ...parts.page, updatedAt: now + seconds * 1_000 });
export const fire = (words: string) =>
  incident("f1f1f1f1f1f1", "Requests fail", {
    updates: [update("f1f1f1f1f1f1", now, "investigating", words)],
    impact: "critical",
  });
export const first = generationOf(1, viewFrom(parts), null);
export const second = generationOf(
  2,
  viewFrom({ ...parts, page: at(1), incidents: [fire("We look."), ...parts.incidents] }),
  first,
);
export const third = generationOf(
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

/** Chromium, for as long as the tests of this file run. */
export function withChromium(): void {
  beforeAll(async () => {
    if (chromium !== null) browser = await startChromium();
  }, 60_000);
  afterAll(async () => {
    for (const end of ends) await end();
    await browser?.end();
  });
}

export async function visit(pop: Pop, path = "/", first = fast, zone = "Etc/UTC"): Promise<Tab> {
  const tab = await browser.tab(first);
  ends.push(() => tab.close());
  await tab.zone(zone);
  await tab.open(`${pop.address}${path}`);
  await tab.ask("window.mark = 'as it was loaded'");
  return tab;
}

export function play(shows: Generation): Pop {
  const pop = new Pop(shows);
  ends.push(() => pop.end());
  return pop;
}

/** A page that was opened at `shows` and is told of what follows. */
export async function openLive(shows: Generation): Promise<{ readonly pop: Pop; readonly tab: Tab }> {
  const pop = play(shows);
  const tab = await visit(pop);
  await until("it is live", async () => /· live$/.test(await line(tab)));
  return { pop, tab };
}

export const says = (tab: Tab, words: string) => () =>
  tab.ask<boolean>(`document.body.innerText.includes(${JSON.stringify(words)})`);
export const line = (tab: Tab) => tab.ask<string>("document.querySelector('.lamp .n').innerText");
/** The page as it is, without what the script wrote beside the time. */
export const asItIs = (tab: Tab) =>
  tab.ask<string>(`{ const page = document.documentElement.cloneNode(true);
    for (const own of page.querySelectorAll(".lamp .n span, .vh, .turn")) own.remove();
    for (const zone of page.querySelectorAll(".zone")) zone.textContent = zone.textContent.trim();
    page.removeAttribute("style"); page.outerHTML }`);
/** The same of a body that was never changed. */
export const parsed = (tab: Tab, body: string) =>
  tab.ask<string>(
    `new DOMParser().parseFromString(${JSON.stringify(body)}, "text/html").documentElement.outerHTML`,
  );

export async function untouched(tab: Tab): Promise<void> {
  expect(await tab.ask("window.mark")).toBe("as it was loaded");
  expect(tab.complaints.filter((it) => !/404/.test(it))).toEqual([]);
}
