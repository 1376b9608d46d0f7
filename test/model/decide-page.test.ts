// Decisions about the page itself, and what every decision has in common.
import { describe, expect, test } from "bun:test";
import type { Command, PageFields } from "../../src/model/command.ts";
import { expectRefusal, minute, open, setStatus } from "./decisions.ts";
import { emptyWorld, world } from "./world.ts";

describe("page", () => {
  const create = (fields: Partial<PageFields> = {}): Command => ({
    kind: "page.create",
    id: "page",
    fields: { name: "P", url: "https://Status.Example.com/", ...fields },
  });

  test("its hosts are that of its address first, lower case, each once", () => {
    const made = emptyWorld();
    made.run(create({ hosts: ["Other.example", "status.example.com"] }));
    expect(made.view().page).toMatchObject({
      url: "https://Status.Example.com/",
      hosts: ["status.example.com", "other.example"],
      timeZone: "Etc/UTC",
      indicatorRule: "components",
    });
  });

  test("a new address leads; the old host goes on leading to the page until the hosts are set", () => {
    const made = world();
    made.now += minute;
    made.run({ kind: "page.update", fields: { url: "https://new.example" } });
    expect(made.view().page.hosts).toEqual(["new.example", "status.example.com"]);
    made.run({ kind: "page.update", fields: { hosts: [] } });
    expect(made.view().page).toMatchObject({ hosts: ["new.example"], updatedAt: made.now });
  });

  test("its languages are as they were set, English where nobody did", () => {
    const made = world();
    expect(made.view().page.languages).toEqual(["en"]);
    made.run({ kind: "page.update", fields: { languages: ["de", "en"] } });
    expect(made.view().page.languages).toEqual(["de", "en"]);
    expect(made.run({ kind: "page.update", fields: { languages: ["de", "en"] } }).ops).toEqual([]);
  });

  test("nothing new: no op", () => {
    const made = world();
    expect(
      made.run({ kind: "page.update", fields: { name: "Example", timeZone: "Europe/Berlin" } }).ops,
    ).toEqual([]);
  });

  test("the same view, command and context give the same decision", () => {
    const made = world();
    const command = open({ id: "i", components: { api: "major_outage" } } as never);
    const [one, two] = [made.decide(command), made.decide(command)];
    expect(JSON.stringify(one).replaceAll(/id\d+/g, "")).toBe(JSON.stringify(two).replaceAll(/id\d+/g, ""));
  });

  const refusals: readonly (readonly [string, Command, number, string])[] = [
    ["no address", create({ url: "status.example.com" }), 422, "is not an http or https address"],
    ["another scheme", create({ url: "ftp://status.example.com" }), 422, "is not an http or https address"],
    ["a host with a port", create({ hosts: ["a.example:80"] }), 422, '"a.example:80" is not a host name'],
    [
      "too many hosts",
      create({ hosts: Array.from({ length: 70 }, (_, at) => `h${at}.example`) }),
      422,
      "at most 64 hosts; 71 were given",
    ],
    ["an unknown time zone", create({ timeZone: "Mars/Olympus" }), 422, '"Mars/Olympus" is unknown'],
    ["an unknown rule", create({ indicatorRule: "mood" as never }), 422, 'indicator rule "mood"'],
    [
      "an unknown language",
      create({ languages: ["en", "tlh" as never] }),
      422,
      'The language "tlh" is unknown',
    ],
    ["a language named twice", create({ languages: ["en", "en"] }), 422, 'The language "en" is named twice.'],
    [
      "no language",
      create({ languages: [] }),
      422,
      "A page has at least one language; known are en, de, ar.",
    ],
    ["an empty name", create({ name: "" }), 422, "The name of the page is empty."],
    ["anything on a page that is not there", setStatus("api", "operational"), 404, "There is no such page."],
  ];
  for (const [name, command, status, sentence] of refusals)
    test(`${name} is refused`, () => expectRefusal(emptyWorld(), command, status, sentence));

  test("a page that exists is refused", () => expectRefusal(world(), create(), 409, '"page" exists already'));
});
