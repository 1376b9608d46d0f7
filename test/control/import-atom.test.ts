// Histories as feeds: what is read for certain, and what is left when it is not.
import { describe, expect, test } from "bun:test";
import { bundleOf } from "../../src/control/import-statuspage.ts";
import type { ImportBundle } from "../../src/model/command.ts";
import { emptyWorld } from "../model/world.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const told = (when: string, word: string, body: string): string => {
  const [month, day, time, zone] = when.split(" ");
  return `<p> <small>${month} <var data-var='date'>${day}</var>, <var data-var='time'>${time}</var> ${zone}</small><br> <strong>${word}</strong> - ${body} </p>`;
};

interface EntryInput {
  readonly id?: string;
  readonly published: string;
  readonly content: string;
}

const feed = (...entries: readonly EntryInput[]): string => `<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">
  <id>tag:status.acme.example,2005:/history</id>
  <link rel="alternate" type="text/html" href="https://status.acme.example"/>
  <link rel="self" type="application/atom+xml" href="https://status.acme.example/history.atom"/>
  <title>Acme Status - Incident History</title>
  <updated>2026-03-01T10:00:00Z</updated>
${entries
  .map(
    ({ id = "abcdefghijkl", published, content }, at) => `  <entry>
    <id>tag:status.acme.example,2005:Incident/${31_000 + at}</id>
    <published>${published}</published>
    <updated>${published}</updated>
    <link rel="alternate" type="text/html" href="https://status.acme.example/incidents/${id}"/>
    <title>Trouble &amp; more</title>
    <content type="html">${escaped(content)}</content>
  </entry>`,
  )
  .join("\n")}
</feed>`;

const bundle = (text: string): ImportBundle => bundleOf([{ name: "history.atom", text }], { known: [] });
const only = (entry: EntryInput) => {
  const [incident] = bundle(feed(entry)).incidents;
  if (incident === undefined) throw new Error("The feed gave no incident.");
  return incident;
};

describe("an entry", () => {
  test("gives number, title, times, and its updates with what each said", () => {
    const made = bundle(
      feed({
        published: "2026-01-01T00:10:30Z",
        content: [
          told("Jan 1 00:10 UTC", "Resolved", "Over.<br>Thanks."),
          told("Dec 31 23:50 UTC", "Update", "a &amp;&lt;b&gt; <a href='x'>link</a>"),
          told("Dec 31 23:20 UTC", "Investigating", "Looking."),
        ].join(" "),
      }),
    );
    expect(made.page).toEqual({
      id: "status-acme-example",
      name: "Acme",
      url: "https://status.acme.example",
      updatedAt: Date.UTC(2026, 2, 1, 10),
    });
    const [incident] = made.incidents;
    expect(incident).toMatchObject({
      id: "abcdefghijkl",
      name: "Trouble & more",
      feedNumber: "31000",
      status: "resolved",
      createdAt: Date.UTC(2025, 11, 31, 23, 20),
      resolvedAt: Date.UTC(2026, 0, 1, 0, 10, 30),
    });
    expect(incident?.updates.map(({ id, status, body, displayAt }) => [id, status, body, displayAt])).toEqual(
      [
        ["feed-abcdefghijkl-3", "resolved", "Over.\nThanks.", Date.UTC(2026, 0, 1, 0, 10, 30)],
        [
          "feed-abcdefghijkl-2",
          "investigating",
          "a &<b> <a href='x'>link</a>",
          Date.UTC(2025, 11, 31, 23, 50),
        ],
        ["feed-abcdefghijkl-1", "investigating", "Looking.", Date.UTC(2025, 11, 31, 23, 20)],
      ],
    );
  });

  test("in a page's own zone is set right by the moment of its newest update", () => {
    const { updates } = only({
      published: "2026-06-16T07:00:29Z",
      content: told("Jun 16 00:00 PDT", "Monitoring", "x") + told("Jun 15 22:30 PDT", "Identified", "y"),
    });
    expect(updates.map(({ displayAt }) => displayAt)).toEqual([
      Date.UTC(2026, 5, 16, 7, 0, 29),
      Date.UTC(2026, 5, 16, 5, 30),
    ]);
  });

  test("of a maintenance has its window", () => {
    for (const heading of [
      "Sep 30, 07:00 - 10:00 UTC",
      "Sep <var data-var='date'>30</var>, <var data-var='time'>07:00</var> - <var data-var='time'>10:00</var> UTC",
    ]) {
      const made = only({
        published: "2026-09-14T09:33:28Z",
        content: `<p><strong>THIS IS A SCHEDULED EVENT ${heading}</strong></p> ${told("Sep 14 09:33 UTC", "Scheduled", "Upgrade.")}`,
      });
      expect(made).toMatchObject({
        status: "scheduled",
        window: { from: Date.UTC(2026, 8, 30, 7), until: Date.UTC(2026, 8, 30, 10) },
      });
    }
  });

  for (const [what, content] of [
    ["a paragraph of another make", "<p>Something else</p>"],
    ["a first word without a meaning", told("Feb 1 10:00 UTC", "Update", "x")],
    ["two zones", told("Feb 1 10:00 UTC", "Resolved", "x") + told("Feb 1 09:00 CET", "Investigating", "x")],
    ["a month that is none", told("Foo 1 10:00 UTC", "Resolved", "x")],
    ["a newest time that is not the entry's", told("Feb 1 10:07 UTC", "Resolved", "x")],
    ["a maintenance's word without a window", told("Feb 1 10:00 UTC", "Scheduled", "x")],
    ["nothing", ""],
  ] as const) {
    test(`with ${what} keeps its id, title and times alone`, () => {
      const made = only({ published: "2026-02-01T10:00:20Z", content });
      expect(made).toMatchObject({ createdAt: Date.UTC(2026, 1, 1, 10, 0, 20), updates: [] });
      expect("status" in made).toBe(false);
    });
  }
});

describe("a wrong feed is refused with file and place", () => {
  const good = feed({ published: "2026-02-01T10:00:20Z", content: "" });
  for (const [what, text, sentence] of [
    [
      "truncated",
      good.slice(0, good.indexOf("<title>Trouble")),
      /^history\.atom, line \d+ column \d+: .*not \(all of\) a feed/,
    ],
    [
      "of another kind",
      good.replace("2005:/history", "2005:/blog"),
      /^history\.atom, feed\.id: .*not the id of a Statuspage history/,
    ],
    [
      "an entry without a time",
      good.replace(/<published>.*<\/published>/, ""),
      /^history\.atom, feed\.entry\[0\]\.published: this field is missing/,
    ],
    [
      "an entry that leads nowhere",
      good.replace("/incidents/", "/posts/"),
      /^history\.atom, feed\.entry\[0\]\.link: /,
    ],
  ] as const)
    test(what, () => expect(() => bundle(text)).toThrow(sentence));
});

describe("beside a better source", () => {
  const entry = {
    published: "2026-02-01T11:00:20Z",
    content:
      told("Feb 1 11:00 UTC", "Resolved", "Over.") + told("Feb 1 10:00 UTC", "Investigating", "Looking."),
  };
  const pageId = "status-acme-example";
  const told2 = {
    ...entry,
    published: "2026-02-01T12:30:40Z",
    content: told("Feb 1 12:30 UTC", "Postmortem", "Why.") + entry.content,
  };
  const known = [{ id: pageId, name: "Acme", hosts: ["status.acme.example"] }];
  const json = bundleOf(
    [
      {
        name: "summary.json",
        text: JSON.stringify({
          page: { id: pageId, name: "Acme", url: "https://status.acme.example" },
          components: [],
          incidents: [
            {
              id: "abcdefghijkl",
              name: "Trouble, edited",
              status: "resolved",
              created_at: "2026-02-01T10:00:05.123Z",
              updated_at: "2026-02-01T11:00:20.500Z",
              components: [],
              incident_updates: [
                { id: "u2", status: "resolved", body: "Over.", created_at: "2026-02-01T11:00:20.456Z" },
                {
                  id: "u1",
                  status: "investigating",
                  body: "Looking.",
                  created_at: "2026-02-01T10:00:05.123Z",
                },
              ],
            },
          ],
        }),
      },
    ],
    { known },
  );
  const updatesAfter = (...bundles: readonly ImportBundle[]) => {
    const world = emptyWorld(pageId);
    for (const it of bundles) world.run({ kind: "import", bundle: it });
    const incident = world.view().incidentById.get("abcdefghijkl");
    return { world, incident, updates: incident?.updates.map(({ id }) => id) };
  };

  test("feed first: its texts go when the real updates come, and do not come back", () => {
    const { incident, updates, world } = updatesAfter(bundle(feed(entry)), json, bundle(feed(entry)));
    expect(updates).toEqual(["u2", "u1"]);
    expect(incident).toMatchObject({
      name: "Trouble, edited",
      feedNumber: "31000",
      createdAt: Date.UTC(2026, 1, 1, 10, 0, 5, 123),
    });
    expect(world.run({ kind: "import", bundle: bundle(feed(entry)) }).ops).toEqual([]);
  });

  test("feed second: it adds its number and nothing else", () => {
    const { incident, updates } = updatesAfter(json, bundle(feed(entry)));
    expect(updates).toEqual(["u2", "u1"]);
    expect(incident).toMatchObject({ name: "Trouble, edited", feedNumber: "31000" });
  });

  test("both in one run are one incident", () => {
    const both = bundleOf(
      [
        { name: "history.atom", text: feed(entry) },
        {
          name: "incidents.json",
          text: JSON.stringify({
            page: { id: pageId, name: "Acme", url: "https://status.acme.example" },
            incidents: [],
          }),
        },
      ],
      { known },
    );
    expect(both.incidents.map(({ id }) => id)).toEqual(["abcdefghijkl"]);
  });

  test("a feed that went on keeps the full times that it told before", () => {
    const { updates, incident } = updatesAfter(bundle(feed(entry)), bundle(feed(told2)));
    expect(updates).toEqual(["feed-abcdefghijkl-3", "feed-abcdefghijkl-2", "feed-abcdefghijkl-1"]);
    expect(incident?.updates[1]?.displayAt).toBe(Date.UTC(2026, 1, 1, 11, 0, 20));
  });
});
