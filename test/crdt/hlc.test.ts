// The hybrid logical clock under clocks that stand still, jump and lie.
import { describe, expect, test } from "bun:test";
import { createHlc, isStamp, stampMs } from "../../src/crdt/hlc.ts";
import { manualClock } from "../support/manual-clock.ts";

const node = "0000abcd";
const start = Date.UTC(2026, 0, 5, 12);

function rising(stamps: readonly string[]): boolean {
  return stamps.every((stamp, at) => at === 0 || stamp > (stamps[at - 1] ?? ""));
}

describe("hlc", () => {
  test("a stamp is 12 hex digits of wall ms, 4 of a counter, the node", () => {
    const hlc = createHlc({ clock: manualClock(start), node });
    const stamp = hlc.next();
    expect(stamp).toBe(`${start.toString(16).padStart(12, "0")}0000-${node}`);
    expect(isStamp(stamp)).toBe(true);
    expect(stampMs(stamp)).toBe(start);
  });

  test("wall time stands still: the counter rises", () => {
    const hlc = createHlc({ clock: manualClock(start), node });
    const stamps = Array.from({ length: 1000 }, () => hlc.next());
    expect(rising(stamps)).toBe(true);
    expect(stampMs(stamps[999] ?? "")).toBe(start);
  });

  test("the counter is full: the next millisecond is borrowed, order holds", () => {
    const hlc = createHlc({ clock: manualClock(start), node });
    const stamps = Array.from({ length: 70_000 }, () => hlc.next());
    expect(rising(stamps)).toBe(true);
    expect(stampMs(stamps[69_999] ?? "")).toBe(start + 1);
  });

  test("wall time goes back an hour: stamps go on from the last", () => {
    const clock = manualClock(start);
    const hlc = createHlc({ clock, node });
    const before = hlc.next();
    clock.jumpWall(-3_600_000);
    expect(hlc.next() > before).toBe(true);
  });

  test("a restart goes on above the last stamp that was logged", () => {
    const last = createHlc({ clock: manualClock(start + 60_000), node }).next();
    expect(createHlc({ clock: manualClock(start), node, last }).next() > last).toBe(true);
  });

  test("a stamp from elsewhere is ahead: the next one is above it; one behind changes nothing", () => {
    const clock = manualClock(start);
    const hlc = createHlc({ clock, node });
    const ahead = createHlc({ clock: manualClock(start + 5_000), node: "ffffffff" }).next();
    hlc.observe(ahead);
    const next = hlc.next();
    expect(next > ahead).toBe(true);
    hlc.observe(createHlc({ clock: manualClock(start - 5_000), node: "ffffffff" }).next());
    expect(hlc.next() > next).toBe(true);
  });

  test("what is no stamp or no node is a defect and said so", () => {
    const hlc = createHlc({ clock: manualClock(start), node });
    expect(() => hlc.observe("yesterday")).toThrow('"yesterday" is not a stamp');
    expect(() => createHlc({ clock: manualClock(start), node: "me" })).toThrow('"me" is not 8 hex digits');
  });
});
