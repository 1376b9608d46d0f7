// What holds of every HTML page: readable without its script, nothing from elsewhere, one policy, headings in order.
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { uptime } from "../../src/model/uptime.ts";
import { startOfDate } from "../../src/model/zone.ts";
import { bannerTexts } from "../../src/render/languages.ts";
import { percentText } from "../../src/render/moment.ts";
import { scriptOf } from "../../src/render/page-script.ts";
import { slotClose, slotOpen } from "../../src/render/types.ts";
import { english } from "../../src/render/words-en.ts";
import * as snapshot from "../../src/snapshot/types.ts";
import { hourMs, incident, inventedParts, now, page, update, viewFrom } from "./invented.ts";
import { bodyOf, countIn, documentsByPath, isHtml, tagsOf } from "./pages.ts";

const view = viewFrom(inventedParts());
const pages = [...documentsByPath(view).values()]
  // What other sites frame has no header and no heading of its own: test/e2e/page-widget.test.ts.
  .filter((document) => isHtml(document) && !document.framed)
  .map(({ path, slot, body }) => ({ path, slot, body: body() }));

test("there are pages of every kind", () => {
  const paths = pages.map(({ path }) => path);
  expect(paths).toContain("/");
  expect(paths).toContain("/history");
  expect(paths).toContain("/history/2026-10");
  expect(paths.filter((path) => path.startsWith("/incidents/")).length).toBe(view.incidentById.size);
});

/** The widget is shown on the page that tells of it. */
const shows = "/widget/examples";
/** Open, it has nothing to ask for. */
const missing = "/404.html";

describe.each(pages)("$path", ({ path, body, slot }) => {
  const tags = tagsOf(body);

  test("one script by its name, no style attribute, nothing fetched from elsewhere", () => {
    const own = tags.filter(({ name }) => name === "script");
    if (path === missing) expect(own).toEqual([]);
    else
      expect(own).toEqual([
        { name: "script", attributes: { src: scriptOf({ code: "en", words: english }).path, defer: "" } },
        ...(path === shows ? [{ name: "script", attributes: { src: "/widget.js", defer: "" } }] : []),
      ]);
    if (path !== missing) expect(body).toContain("></script>");
    const names = new Set(tags.map(({ name }) => name));
    for (const name of ["iframe", "object", "embed", "img", "base", "form"])
      expect({ name, there: names.has(name) }).toEqual({ name, there: name === "img" && path === shows });
    for (const { name, attributes } of tags) {
      expect(Object.keys(attributes).filter((key) => key === "style" || key.startsWith("on"))).toEqual([]);
      for (const value of [attributes.href, attributes.src])
        if (value !== undefined && name !== "a") expect(value).toMatch(/^(\/(?!\/)|#|data:image\/svg\+xml,)/);
    }
    expect(body).not.toMatch(/@import|url\(/);
  });

  test("the policy stands first and names the hash of the very style", () => {
    const [head, meta] = tags.filter(({ name }) => name !== "html");
    expect([head?.name, meta?.name, meta?.attributes["http-equiv"]]).toEqual([
      "head",
      "meta",
      "Content-Security-Policy",
    ]);
    const styles = [...body.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text = ""]) => text);
    expect(styles.length).toBe(1);
    const hash = createHash("sha256")
      .update(styles[0] ?? "")
      .digest("base64");
    expect(meta?.attributes.content).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'`,
    );
  });

  test("one empty slot, between header and main", () => {
    expect(slot).toBe(true);
    expect(countIn(body, slotOpen) + countIn(body, slotClose)).toBe(2);
    expect(body).toContain(`</header>${slotOpen}${slotClose}<main>`);
  });

  test("a language, a title, one h1, and no heading that skips a level", () => {
    expect(tags[0]).toEqual({ name: "html", attributes: { lang: "en" } });
    expect(body).toMatch(/<title>[^<]+ · Northwind Cloud<\/title>/);
    const levels = tags.flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name[1])] : []));
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1).length).toBe(1);
    for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0)).toBeLessThan(2);
  });

  test("ids are there once, and whatever names one finds it", () => {
    const ids = tags.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const named = tags.flatMap(({ name, attributes }) => [
      attributes["aria-labelledby"],
      name === "use" ? attributes.href?.slice(1) : undefined,
    ]);
    expect(named.filter((id) => id !== undefined && !ids.includes(id))).toEqual([]);
  });
});

test("the slot's markers are those that a POP looks for, and the banner has a place for the time", () => {
  expect([slotOpen, slotClose]).toEqual([snapshot.slotOpen, snapshot.slotClose]);
  expect(bannerTexts().en).toContain("{time}");
});

test("the answer stands first: title and h1 say the state, then what is open", () => {
  const front = bodyOf(view, "/");
  expect(front).toContain("<title>Partial System Outage · Northwind Cloud</title>");
  const places = [
    "<h1>Partial System Outage</h1>",
    "2 of 24 components affected · 1 open incident",
    "Updated <time",
    'id="open"',
    'id="maintenance"',
    'id="components"',
    'id="past"',
  ].map((text) => front.indexOf(text));
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test("uptime on the page is the model's, up to the data's own time", () => {
  const front = bodyOf(view, "/");
  const shown = [...front.matchAll(/<span class="up n"><span>([^<]*)<\/span>/g)].map(([, text]) => text);
  const from = startOfDate("2026-08-24", page.timeZone);
  const wanted = view.components
    .filter(({ group }) => !group)
    .map(({ id }) => percentText(uptime(view, id, from, page.updatedAt).ratio, english));
  expect(shown).toEqual(wanted);
  expect(new Set(shown).size).toBeGreaterThan(5);
});

test("a component that is known for less than the bars says for how long", () => {
  expect(bodyOf(view, "/")).toContain("<small>41 days</small>");
});

describe("the last days", () => {
  const daysOf = (incidents: Parameters<typeof viewFrom>[0]["incidents"]): string => {
    const front = bodyOf(viewFrom({ incidents: incidents ?? [] }), "/");
    return front
      .slice(front.indexOf('id="past"'))
      .replace(/<[^>]+>/g, " ")
      .replace(/\s+/g, " ");
  };

  test("an incident that is still open stands on the day on which it began", () => {
    const open = incident("i", "Still open", {
      updates: [update("i", now - 26 * hourMs, "identified", "Found.")],
    });
    expect(daysOf([open])).toMatch(
      /Sat 21 Nov 2026 Nothing new was reported\. Fri 20 Nov 2026 Still open Identified 7 – 19 Nov 2026 Nothing new was reported\./,
    );
  });

  test("a maintenance that is yet to come stands on none", () => {
    const window = { from: now + hourMs, until: now + 2 * hourMs };
    const planned = incident("m", "Planned", {
      window,
      updates: [update("m", now - hourMs, "scheduled", "Soon.")],
    });
    expect(daysOf([planned])).not.toContain("Planned");
  });
});
