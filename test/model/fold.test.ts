// Folding: any order and doubling of ops gives the same records and the same view; unchanged objects are shared.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalJson } from "../../src/crdt/lww.ts";
import { addTag } from "../../src/crdt/or-set.ts";
import {
  applyOp,
  type EntityRecord,
  emptyPageState,
  loadPageState,
  type PageState,
  type Records,
  recordsOf,
} from "../../src/model/fold.ts";
import type { Op } from "../../src/model/op.ts";
import { goneOf, type Shelf, shelfRows, straysOf } from "../../src/model/shelf.ts";
import { componentStatuses, incidentStatuses } from "../../src/model/view.ts";
import { openPageState } from "../../src/model/view-load.ts";
import { viewOf } from "../../src/model/view-of.ts";
import { plainView } from "../support/plain-view.ts";
import { check } from "../support/property.ts";
import { emptyWorld, stamper, type World, world } from "./world.ts";

const stamp = fc
  .tuple(fc.nat({ max: 6 }), fc.constantFrom("0000000a", "0000000b"))
  .map(([ms, node]) => `${ms.toString(16).padStart(16, "0")}-${node}`);
const id = fc.constantFrom("a", "b", "c");
const at = fc.nat({ max: 5 });
const deleted = fc.option(fc.boolean(), { nil: undefined });
const fields = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Op["fields"]>;

/** Ops whose fields collide often: few ids, stamps and moments. */
const op: fc.Arbitrary<Op> = fc
  .oneof(
    fc.record({
      kind: fc.constant("page" as const),
      id: fc.constant("p"),
      fields: fields({
        name: fc.constantFrom("P", "Q"),
        createdAt: at,
        updatedAt: at,
        hosts: fc.constant(["h"]),
      }),
    }),
    fc.record({
      kind: fc.constant("component" as const),
      id,
      fields: fields({
        name: fc.constantFrom("x", "y"),
        status: fc.constantFrom(...componentStatuses, "later_release"),
        position: at,
        rank: at,
        group: fc.boolean(),
        groupId: fc.option(id),
        deleted,
      }),
    }),
    fc.record({
      kind: fc.constant("incident" as const),
      id,
      fields: fields({
        name: fc.constantFrom("x", "y"),
        status: fc.constantFrom(...incidentStatuses),
        createdAt: at,
        resolvedAt: fc.option(at),
        window: fc.option(fc.constant({ from: 1, until: 2 })),
        deleted,
      }),
      sets: fc.record({
        components: fc.record({
          add: fc.uniqueArray(id),
          remove: fc.array(
            fc.tuple(stamp, fc.nat({ max: 2 })).map(([from, place]) => addTag(from, place)),
            {
              maxLength: 2,
            },
          ),
        }),
      }),
    }),
    fc.record({
      kind: fc.constant("update" as const),
      id,
      fields: fields({
        incidentId: id,
        status: fc.constantFrom(...incidentStatuses),
        createdAt: at,
        displayAt: at,
        deleted,
      }),
    }),
    fc.record({
      kind: fc.constant("transition" as const),
      id,
      fields: fields({ componentId: id, at, status: fc.constantFrom(...componentStatuses), deleted }),
    }),
  )
  .chain((draft) =>
    stamp.map((hlc) => ({ page: "p", at: 0, region: "r", actor: "a", hlc, ...draft }) as unknown as Op),
  )
  .map((made) => ({ ...made, fields: JSON.parse(JSON.stringify(made.fields)) }));

/** The page exists in any case: without it there would be no view to compare. */
const page: Op = {
  page: "p",
  kind: "page",
  id: "p",
  fields: { name: "P", createdAt: 0 },
  hlc: `${"0".repeat(16)}-00000000`,
  at: 0,
  region: "r",
  actor: "a",
};
const ops = fc.array(op, { minLength: 10, maxLength: 60 }).map((list) => [page, ...list]);
const orders = fc.infiniteStream(fc.nat());

function shuffled(list: readonly Op[], chance: fc.Stream<number>): readonly Op[] {
  const some = list.filter(() => (chance.next().value ?? 0) % 3 === 0);
  return [...list, ...some]
    .map((it) => ({ it, key: chance.next().value ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ it }) => it);
}

const canonical = (records: readonly EntityRecord[]) => records.map((it) => canonicalJson(it)).sort();

function folded(list: readonly Op[]) {
  const state = emptyPageState("p");
  for (const it of list) applyOp(state, it);
  return state;
}

/** Records that are copied with each reading, as those of a store are. */
function elsewhere({ records }: PageState): Records {
  const copy = <Value>(value: Value): Value =>
    value === undefined ? value : JSON.parse(JSON.stringify(value));
  return {
    get: (key) => copy(records.get(key)),
    has: (key) => records.has(key),
    set: (key, record) => records.set(key, record),
    delete: (key) => records.delete(key),
    keys: () => [...records.keys()],
    values: () => copy([...records.values()]),
  };
}

const ofKind = (state: PageState, kind: Op["kind"]): readonly EntityRecord[] =>
  recordsOf(state).filter((it) => it.kind === kind);

describe("fold", () => {
  check("any order and doubling of ops gives the same records", [ops, orders], (list, chance) => {
    expect(canonical(recordsOf(folded(shuffled(list, chance))))).toEqual(canonical(recordsOf(folded(list))));
  });

  check("any order and doubling of ops gives the same view", [ops, orders], (list, chance) => {
    expect(plainView(viewOf(folded(shuffled(list, chance))))).toEqual(plainView(viewOf(folded(list))));
  });

  check("a view made step by step is the view made at once, and from stored records", [ops], (list) => {
    const state = emptyPageState("p");
    for (const it of list) {
      applyOp(state, it);
      viewOf(state);
    }
    expect(plainView(viewOf(state))).toEqual(plainView(viewOf(folded(list))));
    const stored = JSON.parse(JSON.stringify(recordsOf(state))) as EntityRecord[];
    expect(plainView(viewOf(loadPageState("p", stored)))).toEqual(plainView(viewOf(state)));
  });

  check(
    "a view opened from records that lie elsewhere goes on as one from memory",
    [ops, fc.nat()],
    (list, cut) => {
      const before = folded(list.slice(0, 1 + (cut % list.length)));
      const state = openPageState("p", elsewhere(before), (kind) =>
        JSON.parse(JSON.stringify(recordsOf(before).filter((it) => it.kind === kind))),
      );
      expect(plainView(state.view)).toEqual(plainView(viewOf(before)));
      for (const it of list.slice(1 + (cut % list.length))) {
        const seen = viewOf(state);
        applyOp(state, it);
        const looked = new Set([...state.changed, ...state.touched]);
        const next = viewOf(state);
        for (const [id, incident] of next?.incidentById ?? [])
          if (!looked.has(`incident/${id}`))
            expect(incident).toBe(seen?.incidentById.get(id) as typeof incident);
        for (const [id, component] of next?.componentById ?? [])
          if (!looked.has(`component/${id}`) && !component.group)
            expect(component).toBe(seen?.componentById.get(id) as typeof component);
      }
      expect(plainView(viewOf(state))).toEqual(plainView(viewOf(folded(list))));
    },
  );

  check(
    "a view opened from a shelf and what changed since is the view of all, and goes on as it does",
    [ops, fc.nat(), fc.nat()],
    (list, first, second) => {
      const cut = 1 + (first % list.length);
      const before = folded(list.slice(0, cut));
      const opened = openPageState("p", before.records, (kind) => ofKind(before, kind));
      const { view, lies } = opened;
      if (view === null) throw new Error("There is no view.");
      const parts = {
        version: view.version,
        gone: goneOf(view),
        strays: straysOf(view, lies),
        rows: [...shelfRows(view, lies)],
      };
      const was = JSON.parse(JSON.stringify(parts)) as Shelf;
      const again = cut + (second % (list.length + 1 - cut));
      const later = folded(list.slice(0, again));
      const idsOf = (kind: Op["kind"]) =>
        new Set(list.slice(cut, again).flatMap((it) => (it.kind === kind ? [it.id] : [])));
      const since = { incidents: idsOf("incident"), updates: idsOf("update") };
      const state = openPageState("p", later.records, (kind) => ofKind(later, kind), {
        shelf: { was, since },
      });
      expect(plainView(state.view)).toEqual(plainView(viewOf(later)));
      for (const it of list.slice(again)) applyOp(state, it);
      expect(plainView(viewOf(state))).toEqual(plainView(viewOf(folded(list))));
    },
  );

  check("folding an op again changes no record", [ops], (list) => {
    const state = folded(list);
    const before = recordsOf(state);
    viewOf(state);
    for (const it of list) applyOp(state, it);
    expect(recordsOf(state).every((record, place) => record === before[place])).toBe(true);
    expect(state.changed.size === 0 || state.view === null).toBe(true);
  });

  test("two regions edit one incident: each field keeps its later writer, both updates stay", () => {
    const [here, there] = [stamper("0000000a"), stamper("0000000b")];
    const both = (fields: Op["fields"], kind: Op["kind"] = "incident", id = "i") => ({
      page: "p",
      kind,
      id,
      fields,
    });
    const list = [
      here.stamp(both({ name: "P", createdAt: 1 }, "page", "p"), 1),
      here.stamp(both({ name: "Slow", createdAt: 1, status: "investigating" }), 1),
      here.stamp(both({ name: "Slow logins" }), 10),
      there.stamp(both({ status: "resolved", resolvedAt: 11 }), 11),
      here.stamp(both({ incidentId: "i", status: "identified", createdAt: 9 }, "update", "u1"), 9),
      there.stamp(both({ incidentId: "i", status: "resolved", createdAt: 11 }, "update", "u2"), 11),
    ];
    const incident = viewOf(folded(list.toReversed()))?.incidentById.get("i");
    expect(incident).toMatchObject({ name: "Slow logins", status: "resolved", resolvedAt: 11 });
    expect(incident?.updates.map((it) => it.id)).toEqual(["u2", "u1"]);
  });

  test("an op or a record of another page is a defect and said so", () => {
    const alien = stamper().stamp({ page: "q", kind: "page", id: "q", fields: {} }, 1);
    expect(() => folded([alien])).toThrow("an op of page q");
    const record = applyOp(emptyPageState("q"), alien);
    expect(() => loadPageState("p", [record])).toThrow("a record of page q");
  });
});

function large(): World {
  const made = emptyWorld();
  const incidents = Array.from({ length: 5000 }, (_, i) => ({
    id: `i${i}`,
    name: `Incident ${i}`,
    status: i < 4990 ? ("resolved" as const) : ("investigating" as const),
    createdAt: i * 1000,
    updatedAt: i * 1000,
    resolvedAt: i < 4990 ? i * 1000 + 500 : null,
    window: i % 10 === 0 ? { from: i, until: i + 1 } : null,
    componentIds: [`c${i % 500}`],
    updates: [0, 1, 2].map((u) => ({
      id: `u${i}-${u}`,
      status: "investigating" as const,
      body: "text",
      createdAt: i * 1000 + u,
      updatedAt: i * 1000 + u,
      displayAt: i * 1000 + u,
    })),
  }));
  const components = Array.from({ length: 500 }, (_, i) => ({ id: `c${i}`, name: `C${i}`, position: i }));
  made.run({
    kind: "import",
    bundle: { page: { id: "page", name: "P", url: "https://p.example" }, components, incidents },
  });
  return made;
}

describe("view sharing", () => {
  test("an update of one of 5,000 incidents: all others are the same objects, in well under 5 ms", () => {
    const made = large();
    let before = made.view();
    const times: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      made.now += 1000;
      made.run({ kind: "incident.update", id: "i4995", fields: { body: `turn ${turn}` } });
      const start = performance.now();
      const after = made.view();
      times.push(performance.now() - start);
      const others = after.incidents.filter((it) => it.id !== "i4995");
      expect(others.every((it) => before.incidentById.get(it.id) === it)).toBe(true);
      expect(after.incidentById.get("i4995")).not.toBe(before.incidentById.get("i4995"));
      expect([after.components, after.componentById, after.maintenances, after.transitions]).toEqual([
        before.components,
        before.componentById,
        before.maintenances,
        before.transitions,
      ]);
      expect(after.components).toBe(before.components);
      expect(after.maintenances).toBe(before.maintenances);
      expect(after.transitions).toBe(before.transitions);
      before = after;
    }
    // The best of twenty: the machine does other things meanwhile.
    expect(Math.min(...times)).toBeLessThan(5);
  });

  test("an incident's earlier updates keep their objects", () => {
    const made = large();
    const before = made.view().incidentById.get("i4995")?.updates ?? [];
    made.run({ kind: "incident.update", id: "i4995", fields: { body: "more" } });
    const after = made.view().incidentById.get("i4995")?.updates ?? [];
    expect(after.length).toBe(before.length + 1);
    expect(before.every((it) => after.includes(it))).toBe(true);
  });

  test("a component's status changes: incidents that name it stay as they are, its group is made anew", () => {
    const made = world();
    made.run({ kind: "incident.create", id: "i", fields: { name: "I", componentIds: ["cdn"] } });
    const before = made.view();
    made.now += 1;
    made.run({ kind: "component.update", id: "cdn", fields: { status: "major_outage" } });
    const after = made.view();
    expect(after.incidents).toBe(before.incidents);
    expect(after.incidentById).toBe(before.incidentById);
    expect(after.componentById.get("edge")?.status).toBe("major_outage");
    expect(after.componentById.get("api")).toBe(before.componentById.get("api") as never);
  });

  test("a group keeps its object while nothing of it changes", () => {
    const made = world();
    const before = made.view().componentById.get("edge");
    made.now += 1;
    made.run({ kind: "component.update", id: "api", fields: { status: "major_outage" } });
    expect(made.view().componentById.get("edge")).toBe(before as never);
  });

  test("a group's version is at least that of each member, in a view made step by step as in one made at once", () => {
    const made = world();
    const before = made.view().componentById.get("edge");
    made.now += 1;
    const { ops } = made.run({ kind: "component.update", id: "cdn", fields: { name: "Delivery" } });
    const after = made.view().componentById.get("edge");
    expect(before?.status).toBe(after?.status as "operational");
    expect(after?.version).toBe(ops[0]?.hlc as string);
  });

  test("nothing was folded: the view is the same object", () => {
    const made = world();
    expect(made.view()).toBe(made.view());
  });

  test("a view that was handed out does not change afterwards", () => {
    const made = world();
    const before = made.view();
    const copy = structuredClone(before);
    made.run({
      kind: "incident.create",
      id: "i",
      fields: { name: "I", components: { api: "major_outage" } },
    });
    made.view();
    expect(before).toEqual(copy);
  });

  test("a deleted entity is in no list, and a late op does not bring it back", () => {
    const made = world();
    const write = stamper("0000000f");
    made.run({ kind: "incident.create", id: "i", fields: { name: "I" } });
    const late = write.stamp(
      { page: "page", kind: "incident", id: "i", fields: { name: "J" } },
      made.now + 1,
    );
    applyOp(
      made.state,
      write.stamp({ page: "page", kind: "incident", id: "i", fields: { deleted: true } }, made.now + 2),
    );
    applyOp(made.state, late);
    expect(made.view().incidents).toEqual([]);
    expect(made.view().incidentById.size).toBe(0);
  });
});
