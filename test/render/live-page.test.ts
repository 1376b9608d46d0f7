// Alone: a browser needs the machine.
// The pages' script in Chromium, against POPs that this test plays: events, polling where there are none, older answers, levels, hidden pages;
// then what its reader has of it (live-reader.ts). test/e2e/live-page.test.ts has it at its own pace.
import { describe, expect } from "bun:test";
import { until } from "../support/installation.ts";
import {
  asItIs,
  first,
  line,
  openLive,
  parsed,
  play,
  says,
  second,
  test,
  third,
  untouched,
  visit,
  withChromium,
} from "./live-pop.ts";
import { readerCases } from "./live-reader.ts";

withChromium();

describe("with events", () => {
  test("fragments change the page into what was published, aloud, and nothing is asked for", async () => {
    const { pop, tab } = await openLive(first);
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
    const { pop, tab } = await openLive(first);
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
    const { pop, tab } = await openLive(second);
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
    const { pop, tab } = await openLive(first);
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

readerCases();
