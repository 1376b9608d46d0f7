// A page without a store, for tests of the model. In: commands, a moment that the test moves. Out: decisions, ops, views.
import { createHlc, type Hlc } from "../../src/crdt/hlc.ts";
import type { Command, Decision } from "../../src/model/command.ts";
import { decide } from "../../src/model/decide.ts";
import { applyOp, emptyPageState, type PageState } from "../../src/model/fold.ts";
import type { Op, OpDraft } from "../../src/model/op.ts";
import type { PageView } from "../../src/model/view.ts";
import { viewOf } from "../../src/model/view-of.ts";

export interface World {
  now: number;
  readonly state: PageState;
  readonly ops: Op[];
  /** The view; fails where there is none. */
  view(): PageView;
  decide(command: Command): Decision;
  /** Decides and folds; fails with the refusal's sentences. Returns the ops and the id. */
  run(command: Command): { readonly id: string; readonly ops: readonly Op[] };
  /** The sentences of a refusal, with its status; fails when the command is carried out. */
  refusal(command: Command): { readonly status: number; readonly sentences: readonly string[] };
}

export function stamper(node = "00000001"): { stamp(draft: OpDraft, now: number): Op } {
  let wall = 0;
  const clock = { wallMs: () => wall, monotonicMs: () => wall, after: () => ({ cancel() {} }) };
  const hlc: Hlc = createHlc({ clock, node });
  return {
    stamp(draft, now) {
      wall = now;
      return { ...draft, hlc: hlc.next(), at: now, region: "here", actor: "test" };
    },
  };
}

export function emptyWorld(page = "page", start = Date.UTC(2026, 0, 5, 12)): World {
  const stamps = stamper();
  const state = emptyPageState(page);
  let named = 0;
  const world: World = {
    now: start,
    state,
    ops: [],
    view() {
      const view = viewOf(state);
      if (view === null) throw new Error("The page does not exist.");
      return view;
    },
    decide: (command) =>
      decide(viewOf(state), command, {
        now: world.now,
        newId: () => `id${String(++named).padStart(10, "0")}`,
      }),
    run(command) {
      const decision = world.decide(command);
      if (!decision.ok) throw new Error(decision.refusal.sentences.join(" "));
      const ops = decision.ops.map((draft) => stamps.stamp(draft, world.now));
      for (const op of ops) applyOp(state, op);
      world.ops.push(...ops);
      return { id: decision.id, ops };
    },
    refusal(command) {
      const decision = world.decide(command);
      if (decision.ok) throw new Error("The command was carried out.");
      return decision.refusal;
    },
  };
  return world;
}

/** A page with the group "edge" of "cdn" and "dns", and "api" and "web" outside of it. Its zone is Berlin's. */
export function world(): World {
  const made = emptyWorld();
  const component = (id: string, name: string, more = {}) =>
    made.run({ kind: "component.create", id, fields: { name, ...more } });
  made.run({
    kind: "page.create",
    id: "page",
    fields: { name: "Example", url: "https://status.example.com", timeZone: "Europe/Berlin" },
  });
  component("api", "API");
  component("web", "Web");
  component("edge", "Edge", { group: true });
  component("cdn", "CDN", { groupId: "edge" });
  component("dns", "DNS", { groupId: "edge" });
  return made;
}
