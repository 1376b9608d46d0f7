// What an open page is told: its fragments make the page before into the page now, byte for byte, or there are none.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { PageView } from "../../src/model/view.ts";
import { type Cut, cut, eventOf, eventPath, plainEventOf } from "../../src/render/event.ts";
import * as names from "../../src/snapshot/names.ts";
import { count, testSeed } from "../support/seed.ts";
import { component, hourMs, incident, inventedParts, now, type Parts, update, viewFrom } from "./invented.ts";
import { bodyOf } from "./pages.ts";

function cutOf(html: string): Cut {
  const found = cut(html);
  if (found === null) throw new Error("The page cannot be taken apart.");
  return found;
}

const parts = inventedParts();
const before = viewFrom(parts);
const frontOf = (view: PageView): string => bodyOf(view, "/");
const told = (view: PageView, since: string | null) => {
  const event = eventOf({ generation: 8, epoch: 1, view, before: since, now: frontOf(view) });
  expect(Buffer.byteLength(event)).toBeLessThanOrEqual(limits.eventBytesMax);
  expect(event).not.toContain("\n");
  return JSON.parse(event) as {
    readonly title: string;
    readonly state: string;
    readonly since: string;
    readonly front: string;
    readonly fragments: Readonly<Record<string, string>>;
  };
};

/** What the page's script does with an event, in text. */
function patched(html: string, { fragments, title }: ReturnType<typeof told>): string {
  let page = html;
  for (const [id, old] of cutOf(html).elements) page = page.replace(old, () => fragments[id] ?? old);
  const escaped = title.replace(/[&<>"']/g, (it) => Bun.escapeHTML(it));
  page = page.replace(/<title>[^<]*<\/title>/, () => `<title>${escaped}</title>`);
  return page.replace(
    /<details class="g"(?: open)?>(<summary.*?<\/summary>)/gs,
    (_, row: string) => `<details class="g"${row.includes('class="st ok"') ? "" : " open"}>${row}`,
  );
}

const withComponent = (id: string, fields: object): Parts => ({
  ...parts,
  page: { ...parts.page, updatedAt: now + 1_000 },
  components: parts.components.map((it) => (it.id === id ? { ...it, ...fields } : it)),
});
const withIncident = (...more: readonly ReturnType<typeof incident>[]): Parts => ({
  ...parts,
  page: { ...parts.page, updatedAt: now + 1_000 },
  incidents: [...more, ...parts.incidents],
});
const outage = incident("n3w1nc1d3nt0", "Requests fail", {
  updates: [update("n3w1nc1d3nt0", now, "investigating", "We are looking into it.")],
  componentIds: ["c05"],
  impact: "critical",
});

describe("a small change fits, and makes the page", () => {
  const table: readonly (readonly [string, Parts, readonly string[]])[] = [
    ["the page's time alone", { ...parts, page: { ...parts.page, updatedAt: now + 1_000 } }, ["p-now"]],
    ["a component turns bad, and its group with it", withComponent("c01", { status: "major_outage" }), []],
    ["an incident opens", withIncident(outage), ["p-now", "p-open", "p-new"]],
    ["a title that needs escaping", { ...parts, page: { ...parts.page, name: `A & B <"'>` } }, []],
  ];
  test.each(table)("%s", (_, after, wanted) => {
    const view = viewFrom(after);
    const old = frontOf(before);
    const event = told(view, old);
    if (view.page.name === before.page.name) {
      expect(Object.keys(event.fragments)).toEqual(expect.arrayContaining(["p-now", ...wanted]));
      expect(patched(old, event)).toBe(frontOf(view));
    } else expect(event.fragments).toEqual({});
    expect(event.since).toBe(cutOf(old).version);
    expect(event.front).toBe(cutOf(frontOf(view)).version);
    expect(event.title).toBe(cutOf(frontOf(view)).title);
  });
});

describe("where fragments would not do, there are none", () => {
  test("another component: the rows are others", () => {
    const view = viewFrom({ ...parts, components: [...parts.components, component("zz", "Another")] });
    expect(told(view, frontOf(before)).fragments).toEqual({});
  });

  test("more than fits: the page is asked for instead", () => {
    const long = "word ".repeat(130);
    const incidents = Array.from({ length: 8 }, (_, at) =>
      incident(`long${at}`, `Incident ${at}`, { updates: [update(`long${at}`, now, "investigating", long)] }),
    );
    const event = told(viewFrom(withIncident(...incidents)), frontOf(before));
    expect(event.fragments).toEqual({});
    expect(event.since).not.toBe("");
  });

  test("a page of another release, which cannot be taken apart: nothing is known of what changed, and the event is there", () => {
    const foreign = frontOf(before).replace("<head>", '<head><input id="p-later">');
    expect(foreign).toContain("p-later");
    expect(told(before, foreign)).toMatchObject({
      since: "",
      fragments: {},
      front: cutOf(frontOf(before)).version,
    });
  });

  test("no page before: it says what there is now", () => {
    expect(told(before, null)).toMatchObject({
      since: "",
      fragments: {},
      front: cutOf(frontOf(before)).version,
    });
  });

  test("a name of the greatest length in each place that has one leaves the event within its bound", () => {
    const name = "\u0001".repeat(limits.nameCharsMax);
    const view = viewFrom({ ...parts, page: { ...parts.page, name } });
    told(view, frontOf(view));
  });
});

test("drawn changes: the fragments make the page, or there are none", () => {
  const random = seededRandom(testSeed);
  const draw = (below: number): number => random.below(below);
  const statuses = ["operational", "degraded_performance", "partial_outage", "major_outage"] as const;
  let view = before;
  let state = parts;
  let whole = 0;
  // Two thirds of them change few fragments; of 60 that was once half of them.
  const rounds = count(240, 1_000);
  for (let round = 0; round < rounds; round++) {
    const at = now + (round + 1) * 1_000;
    const id = state.components[draw(state.components.length)]?.id;
    const page = { ...state.page, updatedAt: at };
    const status = statuses[draw(statuses.length)] ?? "operational";
    const components = state.components.map((it) => (it.id === id ? { ...it, status } : it));
    const said = incident(`drawn${draw(3)}`, "Drawn", {
      updates: [update("drawn", at - hourMs, "investigating", `Round ${round} <b>&amp;</b>`)],
    });
    const incidents = [...parts.incidents, ...(draw(2) === 0 ? [said] : [])];
    state = { ...state, page, components, incidents };
    const next = viewFrom(state);
    const old = frontOf(view);
    const event = told(next, old);
    if (Object.keys(event.fragments).length > 0) {
      expect({ round, page: patched(old, event) === frontOf(next) }).toEqual({ round, page: true });
      whole++;
    }
    view = next;
  }
  expect(whole).toBeGreaterThan(rounds / 2);
}, 60_000);

test("a page that Pharos did not render says its generation alone; its place is the one that POPs know", () => {
  expect(JSON.parse(plainEventOf(7))).toEqual({ generation: 7 });
  expect(eventPath).toBe(names.eventPath);
});
