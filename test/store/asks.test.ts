import { describe, expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { asksAfter, asksOf } from "../../src/store/asks.ts";
import { openStore } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

function world(folder = freshFolder(), atMs = 1_000_000) {
  const clock = manualClock(atMs);
  const store = closing(openStore({ folder, clock, log: silentLog }));
  const asks = asksOf(store);
  const ask = (subscriber: string, page = "acme") =>
    store.commit(asks.rows([{ page, subscriber, kind: "confirm" }]));
  return { asks, ask, clock, folder, store, after: (seq: number) => asksAfter(store, seq, 100) };
}

describe("store/asks", () => {
  test("rise by number, are followed from any of them on, and say when they were made", async () => {
    const { ask, asks, after, clock, store } = world();
    await ask("a");
    await store.commit(
      asks.rows([
        { page: "acme", subscriber: "b", kind: "challenge" },
        { page: "acme", subscriber: "c", kind: "changed" },
      ]),
    );
    await clock.advance(5);
    await ask("d");
    const all = after(0);
    expect(all.map(({ subscriber, kind, atMs }) => [subscriber, kind, atMs])).toEqual([
      ["a", "confirm", 1_000_000],
      ["b", "challenge", 1_000_000],
      ["c", "changed", 1_000_000],
      ["d", "confirm", 1_000_005],
    ]);
    expect(all.map(({ seq }) => seq)).toEqual([1_000_000, 1_000_001, 1_000_002, 1_000_005]);
    expect(after(all[1]?.seq ?? 0).map(({ subscriber }) => subscriber)).toEqual(["c", "d"]);
    expect(asksAfter(store, 0, 1).map(({ subscriber }) => subscriber)).toEqual(["a"]);
  });

  test("those that were taken go, and no number comes twice: also after a restart, and with the clock behind", async () => {
    const first = world();
    await first.ask("a");
    await first.ask("b");
    const [a, b] = first.after(0);
    expect(await first.asks.forget(a?.seq ?? 0)).toBe(true);
    expect(first.after(0).map(({ subscriber }) => subscriber)).toEqual(["b"]);
    await first.asks.forget(b?.seq ?? 0);
    expect(first.after(0)).toEqual([]);
    await first.store.close();
    const again = world(first.folder, 1_000);
    await again.ask("c");
    expect(again.after(b?.seq ?? 0).map(({ subscriber }) => subscriber)).toEqual(["c"]);
  });

  test("of who is erased nothing is left to be said", async () => {
    const { ask, asks, after, store } = world();
    await ask("a");
    await ask("b");
    await ask("a", "other");
    await store.commit(asks.forgetting("acme", new Set(["a"])));
    expect(after(0).map(({ page, subscriber }) => [page, subscriber])).toEqual([
      ["acme", "b"],
      ["other", "a"],
    ]);
  });
});
