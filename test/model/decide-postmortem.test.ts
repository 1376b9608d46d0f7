// Post-mortems: written as a draft, published, edited, taken back, deleted, and their refusals.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import type { Command } from "../../src/model/command.ts";
import { change, expectRefusal, kinds, minute, open } from "./decisions.ts";
import { type World, world } from "./world.ts";

const draft = (body: string): Command => ({ kind: "postmortem.draft", id: "i", body });
const publish: Command = { kind: "postmortem.publish", id: "i" };

function resolvedWorld(): World {
  const made = world();
  made.run(open());
  made.now += minute;
  made.run(change({ status: "resolved" }));
  made.now += minute;
  return made;
}
const incidentIn = (made: World) => made.view().incidentById.get("i");

test("a draft is no reader's business: the page's time stays", () => {
  const made = resolvedWorld();
  const before = made.view().page.updatedAt;
  expect(kinds(made.run(draft("# Why")).ops)).toEqual(["incident i"]);
  expect(made.view().page.updatedAt).toBe(before);
  expect(incidentIn(made)).toMatchObject({
    status: "resolved",
    postmortem: null,
    postmortemDraft: { body: "# Why", updatedAt: made.now },
  });
  expect(made.run(draft("# Why")).ops).toEqual([]);
});

test("published it is an update too; an edit tells nobody anew and is read in both places", () => {
  const made = resolvedWorld();
  made.run(draft("# Why"));
  made.now += minute;
  const published = made.now;
  expect(kinds(made.run(publish).ops)).toEqual(["incident i", "update new", "page page"]);
  expect(incidentIn(made)).toMatchObject({
    status: "postmortem",
    postmortem: { body: "# Why", publishedAt: published },
    postmortemDraft: null,
    updates: [
      { status: "postmortem", body: "# Why", displayAt: published, deliverNotifications: false },
      {},
      {},
    ],
  });
  made.now += minute;
  made.run(draft("# Why and how"));
  made.run(publish);
  expect(incidentIn(made)).toMatchObject({
    postmortem: { body: "# Why and how", publishedAt: published },
    updates: [{ status: "postmortem", body: "# Why and how", displayAt: published }, {}, {}],
  });
  expect(incidentIn(made)?.updates.length).toBe(3);
  expect(made.run(publish).ops).toEqual([]);
});

test("taken back it is a draft again, and its update is gone", () => {
  const made = resolvedWorld();
  made.run(draft("# Why"));
  made.run(publish);
  made.run({ kind: "postmortem.revert", id: "i" });
  expect(incidentIn(made)).toMatchObject({
    status: "resolved",
    postmortem: null,
    postmortemDraft: { body: "# Why" },
    updates: [{ status: "resolved" }, { status: "investigating" }],
  });
  made.run(publish);
  expect(incidentIn(made)?.updates.map(({ status }) => status)).toEqual([
    "postmortem",
    "resolved",
    "investigating",
  ]);
  made.run({ kind: "postmortem.delete", id: "i" });
  expect(incidentIn(made)).toMatchObject({ status: "resolved", postmortem: null, postmortemDraft: null });
});

test("refusals", () => {
  const made = world();
  made.run(open());
  made.run(draft("Early"));
  expectRefusal(made, publish, 422, "once its incident is resolved");
  expectRefusal(made, draft(" "), 422, "empty");
  expectRefusal(made, draft("x".repeat(limits.updateCharsMax + 1)), 422, "characters");
  expectRefusal(made, { ...publish, id: "none" }, 404, 'no incident "none"');
  made.run({ kind: "postmortem.delete", id: "i" });
  expectRefusal(made, { kind: "postmortem.delete", id: "i" }, 404, "no post-mortem");
  made.run(change({ status: "resolved" }));
  expectRefusal(made, publish, 422, "no draft");
  made.run(open({ window: { from: made.now, until: made.now + minute } }, "m"));
  expectRefusal(made, { kind: "postmortem.draft", id: "m", body: "x" }, 422, "maintenance");
});
