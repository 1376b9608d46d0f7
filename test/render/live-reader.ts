// What the pages' script leaves to its reader, and says to them: their place, words, a lost connection, times, languages. Cases of
// live-page.test.ts, in the browser that it has.
import { describe, expect } from "bun:test";
import type { Tab } from "../support/chromium.ts";
import { until } from "../support/installation.ts";
import { component, now, viewFrom } from "./invented.ts";
import {
  asItIs,
  at,
  fastFrom,
  fire,
  first,
  type Generation,
  generationOf,
  line,
  openLive,
  parsed,
  parts,
  play,
  says,
  second,
  test,
  third,
  untouched,
  visit,
} from "./live-pop.ts";

/** The front page as a reader has it: a fold turned, focus on a link, a line that is being read. */
const settle = `{ const folds = [...document.querySelectorAll("details")];
  for (const fold of folds) fold.open = !fold.open;
  document.querySelector("#past").scrollIntoView();
  document.querySelector("#p-old a").focus({ preventScroll: true }); }`;
/** Browsers scroll by whole pixels, and what is above may be any fraction of one high. */
const place = (tab: Tab) =>
  tab.ask(`({ folds: [...document.querySelectorAll("details")].map((it) => [it.querySelector("h3").innerText, it.open]),
    top: [document.querySelector("#past").getBoundingClientRect().top].map((it) => Math.abs(it) <= 1 ? 0 : Math.round(it))[0],
    focus: document.activeElement.getAttribute("href") })`);

const aloud = (tab: Tab) => tab.ask<string>("document.querySelector('.vh[role=status]').textContent");
const icon = (tab: Tab) => tab.ask<string>("document.querySelector('#p-icon').getAttribute('href')");

export function readerCases(): void {
  describe("a reader's place stays theirs", () => {
    test("through fragments, and through a whole page", async () => {
      const { pop, tab } = await openLive(first);
      await tab.ask(settle);
      const before = (await place(tab)) as { readonly folds: readonly unknown[]; readonly focus: string };
      expect(before.folds.length).toBeGreaterThan(1);
      expect(before.focus).toStartWith("/incidents/");
      const height = await tab.ask<number>("document.body.scrollHeight");
      pop.put(second);
      await until("it shows the incident", says(tab, "Requests fail"));
      expect(await tab.ask<number>("document.body.scrollHeight")).toBeGreaterThan(height + 50);
      expect(await place(tab)).toEqual(before);
      pop.put(third);
      await until("it shows another part", says(tab, "Another part"));
      expect(await place(tab)).toEqual(before);
      await untouched(tab);
    }, 60_000);

    test("a fold that was left alone opens when its group turns bad, and folds when it is well", async () => {
      const [group] = first.view.components.filter((it) => it.group && it.status === "operational");
      const member = first.view.components.find((it) => it.groupId === group?.id);
      const components = parts.components.map((it) =>
        it.id === member?.id || it.id === group?.id ? { ...it, status: "major_outage" as const } : it,
      );
      const bad = generationOf(2, viewFrom({ ...parts, page: at(1), components }), first);
      const well = generationOf(3, viewFrom({ ...parts, page: at(2) }), bad);
      const { pop, tab } = await openLive(first);
      const isOpen = () =>
        tab.ask(
          `[...document.querySelectorAll("details")].find((it) => it.querySelector("h3").innerText === ${JSON.stringify(group?.name)}).open`,
        );
      expect(await isOpen()).toBe(false);
      pop.put(bad);
      await until("it opens", async () => (await isOpen()) === true);
      expect(await aloud(tab)).toContain(`${member?.name}: Major outage`);
      pop.put(well);
      await until("it folds", async () => (await isOpen()) === false);
      await untouched(tab);
    }, 60_000);
  });

  test("what changed is said in words, once, politely; title and icon show the state", async () => {
    const { pop, tab } = await openLive(first);
    expect(await aloud(tab)).toBe("");
    const before = await icon(tab);
    pop.put(second);
    await until("it shows the incident", says(tab, "Requests fail"));
    expect(await aloud(tab)).toMatch(/2 open incidents\. Update: Requests fail: We look\.$/);
    expect(await tab.ask("document.querySelector('.vh').role")).toBe("status");
    const worse = generationOf(
      3,
      viewFrom({ ...parts, page: at(3), components: [component("n1", "All", { status: "major_outage" })] }),
      second,
    );
    pop.put(worse);
    await until("it is worse", async () =>
      (await tab.ask<string>("document.title")).startsWith("Major Service Outage"),
    );
    expect(await icon(tab)).not.toBe(before);
    expect(await aloud(tab)).toMatch(/^Major Service Outage\. 1 of 1 component affected/);
    await untouched(tab);
  }, 60_000);

  test("a bar is one tab stop; arrows go through its ninety days, Home and End to the first and the last, and what has focus next ends that", async () => {
    const { tab } = await openLive(first);
    // Places of the bad days of one bar, and what their strokes say.
    const bad = await tab.ask<
      [number, string][]
    >(`{ for (const fold of document.querySelectorAll("details")) fold.open = true;
      const bar = [...document.querySelectorAll("a.bar")].find((it) => it.querySelectorAll("title").length > 1);
      bar.focus();
      [...bar.querySelectorAll("title")].map((it) =>
        [Math.floor(parseFloat(it.parentNode.getAttribute("d").slice(1))), it.textContent]) }`);
    const press = (key: string, more = "") =>
      tab.ask<
        string | null
      >(`{ const event = new KeyboardEvent("keydown", { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true, ${more} });
        document.activeElement.dispatchEvent(event);
        document.querySelector(".day")?.textContent ?? null }`);
    expect(await press("ArrowUp")).toBe(null);
    // The browser's own way back.
    expect(await press("ArrowLeft", "altKey: true")).toBe(null);
    const said = [await press("Home")];
    expect(await press("ArrowLeft")).toBe(said[0] ?? "");
    for (let day = 1; day < 90; day++) said.push(await press("ArrowRight"));
    expect(await aloud(tab)).toBe(said[89] ?? "");
    expect(await press("ArrowRight")).toBe(said[89] ?? "");
    expect(said[89]).toMatch(/^Sat,? 21 Nov 2026: /);
    expect(said[0]).toMatch(/^Mon,? 24 Aug 2026: /);
    expect(new Set(said).size).toBe(90);
    expect(bad.length).toBeGreaterThan(1);
    for (const [day, words] of bad) expect(said[day]).toBe(words);
    for (const words of said) expect(words).toMatch(/: [a-z ]+, (?:.*, )?[\d.]+% uptime$/);
    expect(said.filter((words) => words?.endsWith(": operational, 100% uptime")).length).toBe(
      90 - bad.length,
    );
    // Right to left the oldest day is at the right.
    await tab.ask("document.documentElement.dir = 'rtl'");
    expect(await press("Home")).toBe(said[0] ?? "");
    expect(await press("ArrowLeft")).toBe(said[1] ?? "");
    expect(await press("ArrowRight")).toBe(said[0] ?? "");
    expect(await press("End")).toBe(said[89] ?? "");
    await tab.ask("document.querySelector('footer a').focus()");
    expect(await tab.ask("document.querySelector('.day')")).toBe(null);
    await untouched(tab);
  }, 60_000);

  describe("when nobody answers", () => {
    test("a line says so after half a minute, with the age of what is shown, and goes when somebody does", async () => {
      const { pop, tab } = await openLive(first);
      const lost = () => tab.ask<string | null>("document.querySelector('body>.lost')?.innerText ?? null");
      pop.die();
      const goneAt = await tab.ask<number>("Date.now()");
      await until("it says so", async () => (await lost()) !== null);
      // Ten seconds may lie between what was heard last and the end, and a few pass until what was asked then fails.
      const afterMs = (await tab.ask<number>("Date.now()")) - goneAt;
      expect(afterMs).toBeGreaterThan(15_000);
      expect(afterMs).toBeLessThan(60_000);
      expect(await lost()).toMatch(
        /^No connection\. What you see was last confirmed \d+ (sec|min)s? ago, at \d\d:\d\d UTC\.$/,
      );
      expect(await aloud(tab)).toStartWith("No connection.");
      expect(await line(tab)).toMatch(/· checked at/);
      await until("its age grows", async () => /[2-9] min/.test((await lost()) ?? ""));
      pop.dead = false;
      pop.put(second);
      await until("the line is gone", async () => (await lost()) === null);
      await until("it shows what came meanwhile", says(tab, "Requests fail"));
      await until("it is live again", async () => /· live$/.test(await line(tab)));
      expect(await tab.ask("window.mark")).toBe("as it was loaded");
    }, 60_000);

    test("a page that nobody looks at says nothing, and asks at once when it is seen", async () => {
      const { pop, tab } = await openLive(first);
      await tab.hide(true);
      const hiddenAt = await tab.ask<number>("Date.now()");
      pop.die();
      await until("two minutes pass", async () => (await tab.ask<number>("Date.now()")) > hiddenAt + 120_000);
      expect(await tab.ask("document.querySelector('body>.lost')")).toBe(null);
      pop.dead = false;
      await tab.hide(false);
      await until("it is live again", async () => /· live$/.test(await line(tab)));
      expect(await tab.ask("document.querySelector('body>.lost')")).toBe(null);
    }, 60_000);
  });

  describe("times", () => {
    const own = fastFrom(String(now + 12 * 60_000), false);
    const time = (tab: Tab, selector: string) =>
      tab.ask<[string, string]>(
        `{ const time = document.querySelector(${JSON.stringify(selector)}); [time.innerText, time.title] }`,
      );

    test("are the reader's own with their age, the page's beside them; one button changes that, and it lasts", async () => {
      const pop = play(first);
      const tab = await visit(pop, "/", own, "Asia/Kolkata");
      await until("it is live", async () => /· live$/.test(await line(tab)));
      const [text, title] = await time(tab, ".lamp time");
      expect(text).toMatch(/^19:33:22 \(\d+ min ago\)$/);
      expect(title).toMatch(/^21 Nov 2026, 19:33 GMT\+5:30 · 21 Nov 2026, 14:03:22 UTC$/);
      expect((await time(tab, "#p-work time"))[0]).toMatch(
        /^\d+ \w+ 2026, \d\d:\d\d\s?–\s?\d\d:\d\d GMT\+5:30$/,
      );
      expect(await tab.ask("document.querySelector('.zone').innerText")).toMatch(/Asia\/(Kolkata|Calcutta)/);
      expect(await tab.ask("document.querySelector('.past h3 time').innerText")).toMatch(/^Sat 21 Nov 2026$/);
      await tab.ask("document.querySelector('.turn').click()");
      expect(await time(tab, ".lamp time")).toEqual(["21 Nov 2026, 14:03:22 UTC", ""]);
      expect(await tab.ask("document.activeElement.className")).toBe("turn");
      await tab.open(`${pop.address}/`);
      expect((await time(tab, ".lamp time"))[0]).toBe("21 Nov 2026, 14:03:22 UTC");
      await untouchedOnceLoaded(tab);
    }, 60_000);

    const untouchedOnceLoaded = async (tab: Tab): Promise<void> =>
      expect(tab.complaints.filter((it) => !/404/.test(it))).toEqual([]);
  });

  describe("in another language than the page's first", () => {
    const inAll = (
      number: number,
      parts: Parameters<typeof viewFrom>[0],
      before: Generation | null,
    ): Generation => {
      const of = { ...(parts.page ?? at(0)), languages: ["en", "de", "ar"] as const };
      return generationOf(number, viewFrom({ ...parts, page: of }), before);
    };
    const one = inAll(1, parts, null);
    const two = inAll(2, { ...parts, page: at(1), incidents: [fire("We look."), ...parts.incidents] }, one);

    const table = [
      ["/de", "de", /2 offene Störungen/, /^21\. Nov\. 2026, 14:03:23 UTC · live$/],
      ["/ar", "ar", /عطلان مفتوحان/, /مباشر$/],
    ] as const;
    for (const [path, lang, count, told] of table)
      test(`${path} asks for itself: an event's fragments are in the first`, async () => {
        const pop = play(one);
        const tab = await visit(pop, path);
        await until("it listens", () => pop.hub.streams() === 1);
        await until("it is live", async () => !/UTC$/.test(await line(tab)));
        // What is shown is what the event leads to: nothing is asked for.
        expect(pop.asked.filter((it) => it === path).length).toBe(1);
        pop.put(two);
        await until("it shows the incident", says(tab, "Requests fail"));
        expect(pop.asked.filter((it) => it === path).length).toBe(2);
        expect(await tab.ask("document.documentElement.lang")).toBe(lang);
        expect(await tab.ask("document.querySelector('h1+p').innerText")).toMatch(count);
        await until("it is live again", async () =>
          told.test((await line(tab)).replace(/^[^\d\u0600-]*: /, "")),
        );
        expect(await asItIs(tab)).toBe(await parsed(tab, two.bodies.get(path) ?? ""));
        await untouched(tab);
      }, 60_000);
  });
}
