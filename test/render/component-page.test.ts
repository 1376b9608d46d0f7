// The page of a component or group: its state and since when, its bar and the table of its days, members, incidents; what makes it a new page.
import { describe, expect, test } from "bun:test";
import { component, dayMs, hourMs, incident, now, type Parts, page, update, viewFrom } from "./invented.ts";
import { bodyOf, countIn, documentsByPath } from "./pages.ts";

const outage = [
  { at: Date.UTC(2026, 10, 5, 10), status: "major_outage" },
  { at: Date.UTC(2026, 10, 5, 12), status: "operational" },
  { at: now - 2 * hourMs, status: "partial_outage" },
] as const;
const parts: Parts = {
  components: [
    component("g", "Storage", { group: true, status: "partial_outage" }),
    component("a", "Buckets", {
      groupId: "g",
      status: "partial_outage",
      description: "S3-compatible",
      createdAt: now - 30 * dayMs,
    }),
    component("b", "Volumes", { groupId: "g", rank: 1 }),
    component("o", "Mail", { rank: 2 }),
  ],
  transitions: { a: outage },
};
const over = (id: string, back: number, ids: readonly string[]) =>
  incident(id, `Trouble ${id}`, {
    componentIds: ids,
    updates: [
      update(id, now - back * hourMs + hourMs, "resolved", "Over."),
      update(id, now - back * hourMs, "investigating", "We look."),
    ],
  });

/** Cells of the table of days, a row a line. */
const rowsOf = (body: string): readonly string[] =>
  [...body.slice(body.indexOf("<tbody>"), body.indexOf("</tbody>")).matchAll(/<tr>(.*?)<\/tr>/gs)].map(
    ([, row = ""]) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)]
        .map(([, cell = ""]) => cell.replaceAll(/<[^>]*>/g, "").trim())
        .join(" | "),
  );

describe("a component", () => {
  const body = bodyOf(viewFrom(parts), "/components/a");

  test("its name, group, description, state and since when", () => {
    expect(body).toContain("<title>Partial outage: Buckets · Northwind Cloud</title>");
    expect(body).toContain('<a href="/components/g">');
    expect(body).toContain("S3-compatible");
    expect(body).toMatch(/<b>Partial outage<\/b> · Since <time datetime="2026-11-21T12:03Z"/);
    expect(bodyOf(viewFrom(parts), "/components/o")).not.toContain(" · Since ");
  });

  test("its bar is one link, to the table that has every day; equal days without trouble are one row", () => {
    expect(countIn(body, '<a class="bar big" href="#table"')).toBe(1);
    expect(countIn(body, 'id="table"')).toBe(1);
    expect(body).toContain('data-day="2026-11-21"');
    const rows = rowsOf(body);
    expect(rows.map((row) => row.replace(/[\d.]+%$/, "%"))).toEqual([
      "Sat 21 Nov 2026 | Partial outage | 2 h | %",
      "6 – 20 Nov 2026 | Operational |  | %",
      "Thu 5 Nov 2026 | Major outage | 2 h | %",
      "22 Oct – 4 Nov 2026 | Operational |  | %",
      "24 Aug – 21 Oct 2026 | No history yet |  | ",
    ]);
    expect(rows[2]).toEndWith(" 91.66%");
    expect(body).toContain("<title>Thu 5 Nov 2026: major outage, 2 h, 91.66% uptime</title>");
  });

  test("a group has its members, each with its state, and no time of its own", () => {
    const group = bodyOf(viewFrom(parts), "/components/g");
    expect(group.match(/href="\/components\/[abo]"/g)).toEqual([
      'href="/components/a"',
      'href="/components/b"',
    ]);
    expect(group).not.toContain(" · Since ");
    expect(body).not.toContain('id="members"');
  });
});

test("of sixty incidents it lists the fifty that began last, a group those of its members, another none", () => {
  const incidents = Array.from({ length: 60 }, (_, at) =>
    over(`i${at}`, 3 + at, at % 2 ? ["a"] : ["a", "b"]),
  );
  const view = viewFrom({ ...parts, incidents });
  for (const path of ["/components/a", "/components/g"]) {
    const named = [...bodyOf(view, path).matchAll(/href="\/incidents\/(i\d+)"/g)].map(([, id]) => id);
    expect(named).toEqual(Array.from({ length: 50 }, (_, at) => `i${at}`));
  }
  expect(countIn(bodyOf(view, "/components/b"), "/incidents/i")).toBe(30);
  expect(bodyOf(view, "/components/o")).toContain("Nothing was reported.");
});

describe("its key", () => {
  const keysOf = (of: Parts, asOf = now): readonly string[] => {
    const documents = documentsByPath(viewFrom(of), asOf);
    return ["a", "b", "g", "o"].map((id) => documents.get(`/components/${id}`)?.key ?? "");
  };
  const before = keysOf(parts);
  const components = parts.components ?? [];
  const changed = (of: Parts, asOf?: number): string =>
    ["a", "b", "g", "o"].filter((_, at) => keysOf(of, asOf)[at] !== before[at]).join("");
  const withChange = (id: string, fields: Parameters<typeof component>[2]): Parts => ({
    ...parts,
    components: components.map((it) => (it.id === id ? { ...it, ...fields, version: "2" } : it)),
  });

  test.each<[what: string, parts: Parts, who: string]>([
    ["nothing", parts, ""],
    ["an incident of nobody", { ...parts, incidents: [over("x", 5, [])] }, ""],
    ["an incident of b", { ...parts, incidents: [over("x", 5, ["b"])] }, "bg"],
    ["a name of a member", withChange("b", { name: "Disks" }), "bg"],
    ["the name of the group", withChange("g", { name: "Data" }), "abg"],
    ["a state", withChange("o", { status: "major_outage" }), "o"],
    ["another history of a", { ...parts, transitions: { a: outage.slice(0, 2) } }, "ag"],
    ["the page's name", { ...parts, page: { ...page, name: "Other" } }, "abgo"],
  ])("%s", (_, of, who) => {
    expect(changed(of)).toBe(who);
  });

  test("the data's own time moves the figures of what is bad alone; another day moves all", () => {
    const later = { ...parts, page: { ...page, updatedAt: now + hourMs } };
    expect(changed(later, now + hourMs)).toBe("ag");
    expect(changed(parts, now + dayMs)).toBe("abgo");
  });
});
