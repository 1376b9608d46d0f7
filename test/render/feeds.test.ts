// The feeds as a reader's program takes them: read by a library that is not ours.
import { describe, expect, test } from "bun:test";
import { XMLParser } from "fast-xml-parser";
import type { Incident, PageView } from "../../src/model/view.ts";
import { hourMs, incident, inventedParts, now, page, update, viewFrom } from "./invented.ts";
import { bodyOf } from "./pages.ts";

const parser = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false,
  isArray: (name) => name === "entry" || name === "item",
});

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly published: string;
  readonly updated: string;
  readonly link: Readonly<Record<string, string>>;
  readonly content: Readonly<Record<string, string>>;
}
interface Item {
  readonly title: string;
  readonly link: string;
  readonly guid: string;
  readonly pubDate: string;
  readonly description: string;
}

const atomOf = (view: PageView) => parser.parse(bodyOf(view, "/history.atom")).feed;
const entriesOf = (view: PageView): readonly Entry[] => atomOf(view).entry ?? [];
const itemsOf = (view: PageView): readonly Item[] =>
  parser.parse(bodyOf(view, "/history.rss")).rss.channel.item ?? [];
const withIncidents = (...incidents: readonly Incident[]): PageView => viewFrom({ incidents });

const resolved = (id: string, name: string, at: number, fields: Partial<Incident> = {}): Incident =>
  incident(id, name, {
    updates: [update(id, at, "resolved", "Done."), update(id, at - hourMs, "investigating", "Looking.")],
    ...fields,
  });

describe("Atom", () => {
  test("says whose feed it is, where it lives, and when the page last changed", () => {
    const feed = atomOf(viewFrom(inventedParts()));
    expect(feed.id).toBe("tag:status.northwind.example,2005:/history");
    expect(feed.title).toBe("Northwind Cloud Status - Incident History");
    expect(feed.updated).toBe("2026-11-21T14:03:22Z");
    expect(feed.author).toEqual({ name: "Northwind Cloud" });
    expect(
      feed.link.map((link: Record<string, string>) => [link["@_rel"], link["@_type"], link["@_href"]]),
    ).toEqual([
      ["alternate", "text/html", "https://status.northwind.example"],
      ["self", "application/atom+xml", "https://status.northwind.example/history.atom"],
    ]);
  });

  test("an entry: number as id, its page as link, told first and changed last", () => {
    const edited = update("i", now - 5 * hourMs, "investigating", "Looking.", { updatedAt: now - 60_000 });
    const one = incident("i0000000000a", "Errors", {
      feedNumber: "24567890",
      updatedAt: now - 2 * hourMs,
      updates: [update("i", now - 3 * hourMs, "identified", "Found."), edited],
    });
    const [entry] = entriesOf(withIncidents(one));
    expect(entry).toMatchObject({
      id: "tag:status.northwind.example,2005:Incident/24567890",
      title: "Errors",
      published: "2026-11-21T11:03:22Z",
      updated: "2026-11-21T14:02:22Z",
    });
    expect(entry?.link["@_href"]).toBe("https://status.northwind.example/incidents/i0000000000a");
    expect(entry?.content["@_type"]).toBe("html");
    expect(entry?.content["#text"]).toBe(
      "<p> <small>Nov <var data-var='date'>21</var>, <var data-var='time'>11:03</var> UTC</small><br> <strong>Identified</strong> - Found. </p> " +
        "<p> <small>Nov <var data-var='date'>21</var>, <var data-var='time'>09:03</var> UTC</small><br> <strong>Investigating</strong> - Looking. </p>",
    );
  });

  test("times are in the page's zone, to the second", () => {
    const view = viewFrom({
      page: { ...page, timeZone: "America/New_York" },
      incidents: [resolved("i", "I", now)],
    });
    expect(entriesOf(view)[0]?.published).toBe("2026-11-21T09:03:22-05:00");
  });

  test("ids that were made here give numbers of their own", () => {
    const ids = Array.from({ length: 25 }, (_, at) => `n4rhx8fa7${at.toString(36).padStart(3, "0")}`);
    const numbers = entriesOf(withIncidents(...ids.map((id) => resolved(id, id, now)))).map(({ id }) => id);
    expect(new Set(numbers).size).toBe(25);
    for (const number of numbers) expect(number).toMatch(/Incident\/\d{1,19}$/);
  });

  test("a maintenance says its window", () => {
    const window = { from: now + hourMs, until: now + 2 * hourMs };
    const planned = incident("m", "Move", {
      window,
      impact: "maintenance",
      updates: [update("m", now, "scheduled", "Soon.")],
    });
    expect(entriesOf(withIncidents(planned))[0]?.content["#text"]).toStartWith(
      "<p><strong>THIS IS A SCHEDULED EVENT Nov 21, 15:03 - 16:03 UTC</strong></p> ",
    );
  });
});

test("both feeds have the same latest 25, the latest told first, incidents and maintenances together", () => {
  const window = { from: now - 9 * hourMs, until: now - 8 * hourMs };
  const many = Array.from({ length: 30 }, (_, at) =>
    resolved(`i${at}`, `Number ${at}`, now - at * hourMs, at === 7 ? { window } : {}),
  );
  const view = withIncidents(...many.toReversed());
  const wanted = Array.from({ length: 25 }, (_, at) => `Number ${at}`);
  expect(entriesOf(view).map(({ title }) => title)).toEqual(wanted);
  expect(itemsOf(view).map(({ title }) => title)).toEqual(wanted);
});

test("RSS: guid and link are the incident's address, dates are RFC 822", () => {
  const [item] = itemsOf(withIncidents(resolved("i0000000000a", "Errors", now)));
  expect(item).toMatchObject({
    title: "Errors",
    link: "https://status.northwind.example/incidents/i0000000000a",
    guid: "https://status.northwind.example/incidents/i0000000000a",
    pubDate: "Sat, 21 Nov 2026 14:03:22 +0000",
  });
  expect(item?.description).toContain("<strong>Resolved</strong> - Done.");
});

test("texts come through as they were written, and stay text in the reader's HTML", () => {
  const name = `<b>"A" & 'B'</b> ]]>`;
  const view = withIncidents(
    resolved("i", name, now, { updates: [update("i", now, "resolved", "1 < 2 <script>x</script>\nnext")] }),
  );
  const says = "1 &lt; 2 &lt;script>x&lt;/script><br/>next";
  for (const [title, html] of [
    [entriesOf(view)[0]?.title, entriesOf(view)[0]?.content["#text"]],
    [itemsOf(view)[0]?.title, itemsOf(view)[0]?.description],
  ]) {
    expect(title).toBe(name);
    expect(html?.replaceAll("&gt;", ">")).toContain(says);
    expect(html).not.toContain("<script");
  }
});

test("a page with nothing to tell has feeds without entries", () => {
  expect(entriesOf(viewFrom({}))).toEqual([]);
  expect(itemsOf(viewFrom({}))).toEqual([]);
});
