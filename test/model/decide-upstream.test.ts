// Commands on systems of others: made, changed, put into an order, deleted; refused with a sentence.
import { expect, test } from "bun:test";
import type { UpstreamFields } from "../../src/model/command.ts";
import { sourceOf, upstreamPage } from "../../src/model/upstream.ts";
import { world } from "./world.ts";

type Made = ReturnType<typeof world>;
const own = { format: "statuspage", address: "https://status.own.example/", options: {} } as const;
const add = (made: Made, fields: UpstreamFields = {}, id = "u"): void => {
  made.run({ kind: "upstream.create", id, fields: { vendor: "github", ...fields } });
};
const upstreams = (made: Made) => made.view().upstreams;

test("decide-upstream/one of the list has its name, page and address; what it narrows goes before them", () => {
  const made = world();
  add(made);
  const [github] = upstreams(made);
  expect(github).toMatchObject({ id: "u", name: "GitHub", vendor: "github", source: null, position: 1 });
  if (github === undefined) return;
  expect(upstreamPage(github)).toBe("https://www.githubstatus.com/");
  expect(sourceOf(github)).toEqual({
    format: "statuspage",
    address: "https://www.githubstatus.com/",
    options: {},
  });
  made.run({
    kind: "upstream.update",
    id: "u",
    fields: { source: { ...own, options: { component: "Actions" } } },
  });
  expect(sourceOf(upstreams(made)[0] ?? github)).toMatchObject({
    address: "https://www.githubstatus.com/",
    options: { component: "Actions" },
  });
});

test("decide-upstream/one of its own, changed field by field; the page's own time stays", () => {
  const made = world();
  const told = made.view().page.updatedAt;
  add(made, { vendor: null, name: "Own", source: own, componentId: "api" });
  made.now += 1_000;
  const { ops } = made.run({ kind: "upstream.update", id: "u", fields: { name: "Ours", vendor: null } });
  expect(ops.map(({ kind, fields }) => [kind, fields])).toEqual([
    ["upstream", { name: "Ours", updatedAt: made.now }],
  ]);
  expect(made.run({ kind: "upstream.update", id: "u", fields: { name: "Ours" } }).ops).toEqual([]);
  expect(made.view().page.updatedAt).toBe(told);
  made.run({ kind: "component.delete", id: "api" });
  expect(upstreams(made)[0]?.componentId).toBeNull();
});

test("decide-upstream/one that was deleted does not come back; the named stand first", () => {
  const made = world();
  for (const id of ["a", "b", "c"]) add(made, { name: id }, id);
  made.run({ kind: "upstream.reorder", ids: ["c"] });
  expect(upstreams(made).map(({ id }) => id)).toEqual(["c", "a", "b"]);
  made.run({ kind: "upstream.delete", id: "a" });
  const again = { kind: "upstream.create", id: "a", fields: { vendor: "github" } } as const;
  expect(made.refusal(again).sentences.join()).toContain("was deleted; take another id");
  expect(made.refusal({ kind: "upstream.delete", id: "a" }).status).toBe(404);
  expect(made.refusal({ kind: "upstream.reorder", ids: ["b", "b"] }).status).toBe(422);
});

test.each<[UpstreamFields, string]>([
  [{ vendor: "nobody" }, "not on the list"],
  [{ vendor: null, name: "X" }, "a vendor of the list, or a format and an address"],
  [{ name: " " }, "is empty"],
  [{ vendor: null, source: { ...own, address: "ftp://x.example" } }, "https:// or http://"],
  [{ vendor: null, source: { ...own, address: "https://u:p@x.example" } }, "name or password"],
  [{ vendor: null, source: { ...own, format: "json" } }, "path of a word"],
  [{ vendor: null, source: { ...own, format: "html" } }, "CSS selector"],
  [{ vendor: null, source: { ...own, format: "odd" as "json" } }, "known are statuspage"],
  [{ vendor: null, source: { ...own, options: { component: "x".repeat(201) } } }, "200 are allowed"],
  [
    { vendor: null, source: { ...own, options: { words: { odd: ["a"] } as object } } },
    "operational, degraded",
  ],
  [{ url: "javascript:alert(1)" }, "https:// or http://"],
  [{ componentId: "none" }, 'no component "none"'],
  [{ position: 0.5 }, "not a whole number"],
])("decide-upstream/refused: %j", (fields, says) => {
  const made = world();
  add(made);
  expect(made.refusal({ kind: "upstream.update", id: "u", fields }).sentences.join()).toContain(says);
});

test("decide-upstream/a component is set by one upstream", () => {
  const made = world();
  add(made, { componentId: "api" });
  const second = { kind: "upstream.create", fields: { vendor: "gitlab", componentId: "api" } } as const;
  expect(made.refusal(second).sentences.join()).toContain('"GitHub" sets');
});
