import { describe, expect, test } from "bun:test";
import {
  hear,
  type Rules,
  settle,
  successesWanted,
  unwatched,
  verdictOf,
} from "../../src/monitor/verdict.ts";
import { levelsOf, probe, rounds, rules } from "./said-rounds.ts";

interface Row {
  readonly situation: string;
  /** A line a POP, a letter a round: up, slow, down, blind; `.` says nothing. */
  readonly said: Readonly<Record<string, string>>;
  readonly own?: Partial<Rules>;
  /** Level after each round. */
  readonly levels: string;
  readonly state?: string;
  readonly says?: RegExp;
}

const table: readonly Row[] = [
  {
    situation: "all well",
    said: { fra: "uuu", nyc: "uuu", sin: "uuu" },
    levels: "uuu",
    state: "up",
    says: /^0 of 3 POPs that reported in the last 30 s meet a fault\.$/,
  },
  {
    situation: "a majority fails twice: down",
    said: { fra: "uddd", nyc: "uddd", sin: "uuuu" },
    levels: "uudd",
    state: "down",
    says: /^2 of 3 POPs .* fra \(No answer within 5 s, 3 in a row\), nyc .* Well from sin\.$/,
  },
  {
    situation: "a majority fails once: nothing yet",
    said: { fra: "udu", nyc: "udu", sin: "udu" },
    levels: "uuu",
  },
  {
    situation: "a minority opens nothing, however long it fails",
    said: { fra: "udddddddd", nyc: "uuuuuuuuu", sin: "uuuuuuuuu" },
    levels: "uuuuuuuuu",
    state: "suspected",
    says: /^1 of 3 POPs .* meets a fault: fra .* It is down when a majority met 2 faults in a row\.$/,
  },
  {
    situation: "a minority of five opens nothing",
    said: { a: "udddd", b: "udddd", c: "uuuuu", d: "uuuuu", e: "uuuuu" },
    levels: "uuuuu",
    state: "suspected",
  },
  {
    situation: "half is no majority",
    said: { fra: "udddd", nyc: "uuuuu" },
    levels: "uuuuu",
    state: "suspected",
  },
  {
    situation: "one POP alone is suspicious",
    said: { fra: "uddddd" },
    levels: "uuuuuu",
    state: "suspected",
    says: /One POP alone opens nothing\.$/,
  },
  {
    situation: "one POP alone opens where that is allowed",
    said: { fra: "uddd" },
    own: { alone: true },
    levels: "uudd",
    state: "down",
  },
  {
    situation: "who reported more than two intervals ago is not asked: the one left is alone",
    said: { fra: "uu......", nyc: "uu......", sin: "uuddddd." },
    levels: "uuuuuuuu",
    state: "suspected",
  },
  {
    situation: "who does not report does not keep the others from opening",
    said: { fra: "udddddd", nyc: "udddddd", sin: "u......" },
    levels: "uudddd".padEnd(7, "d"),
  },
  {
    situation: "a POP that cannot see anything says nothing",
    said: { fra: "ubbbb", nyc: "udddd", sin: "udddd" },
    levels: "uuddd",
    says: /^2 of 2 POPs/,
  },
  {
    situation: "blind probes between two failures do not make them up again",
    said: { fra: "udbd", nyc: "udbd", sin: "uuuu" },
    levels: "uuud",
  },
  {
    situation: "closed after two good rounds, not one",
    said: { fra: "uddduu", nyc: "uddduu", sin: "uuuuuu" },
    levels: "uudddu",
  },
  {
    situation: "one good probe between failures closes nothing",
    said: { fra: "udduddudd", nyc: "udduddudd", sin: "udduddudd" },
    levels: "uuddddddd",
  },
  {
    situation: "POPs that fail in turns open nothing",
    said: { fra: "udududud", nyc: "uududud" + "u", sin: "udududud" },
    levels: "uuuuuuuu",
  },
  {
    situation: "slow for a majority",
    said: { fra: "ussuu", nyc: "ussuu", sin: "uuuuu" },
    levels: "uussu",
  },
  {
    situation: "slow and down together are no more than slow",
    said: { fra: "uddd", nyc: "usss", sin: "uuuu" },
    levels: "uuss",
  },
  {
    situation: "down, then slow, then well",
    said: { fra: "uddssuu", nyc: "uddssuu", sin: "uddssuu" },
    levels: "uuddssu",
    state: "up",
  },
  {
    situation: "POPs that are not asked are not heard",
    said: { fra: "uuuu", nyc: "uuuu", xxx: "dddd", yyy: "dddd", zzz: "dddd" },
    own: { pops: ["fra", "nyc"] },
    levels: "uuuu",
    state: "up",
  },
  { situation: "down from the first probe on", said: { fra: "ddd", nyc: "ddd" }, levels: "-dd" },
  { situation: "nothing but blind", said: { fra: "bb", nyc: "bb" }, levels: "--", state: "unknown" },
];

describe("monitor/verdict", () => {
  test.each(table.map((row) => [row.situation, row] as const))("%s", (_, row) => {
    const { all, last, endMs, rules: used } = rounds(row.said, row.own);
    expect(levelsOf(all)).toBe(row.levels);
    const verdict = verdictOf(last, used, endMs);
    if (row.state !== undefined) expect(verdict.state as string).toBe(row.state);
    if (row.says !== undefined) expect(verdict.sentence).toMatch(row.says);
  });

  test("nobody reports any more: what was down stays down and is called unknown", () => {
    const { last, endMs } = rounds({ fra: "uddd", nyc: "uddd" });
    const later = settle(last, rules, endMs + 60_000);
    expect(later.level).toBe("down");
    expect(verdictOf(later, rules, endMs + 60_000)).toMatchObject({
      state: "unknown",
      level: "down",
      reported: 0,
    });
    expect(verdictOf(later, rules, endMs + 60_000).sentence).toContain(
      "counts as down until somebody reports",
    );
  });

  test("one POP alone closes nothing that several opened, until the others have been silent for ten minutes", () => {
    const { last, endMs } = rounds({ fra: "uddd", nyc: "uddd", sin: "uuuu" });
    const soon = rounds({ sin: "u".repeat(30) }, {}, last, endMs + 10_000);
    expect(soon.last.level).toBe("down");
    const late = rounds({ sin: "u".repeat(40) }, {}, soon.last, soon.endMs + 10_000);
    expect(late.last.level).toBe("up");
  });

  test("what is sent again, or comes out of turn, counts once", () => {
    const twice = hear(hear(unwatched, rules, "fra", probe("down", 0), 0), rules, "fra", probe("down", 0), 0);
    expect(twice.voices.get("fra")?.downs).toBe(1);
    const early = hear(twice, rules, "fra", probe("down", 0), -10_000);
    expect(early).toBe(twice);
  });

  test("failures with an hour between them are not in a row", () => {
    const one = hear(unwatched, rules, "fra", probe("down", 0), 0);
    const later = hear(one, rules, "fra", probe("down", 0), 3_600_000);
    expect(later.voices.get("fra")?.downs).toBe(1);
  });

  test("each fall within an hour doubles what closes it, up to eight times, and an hour later none does", () => {
    const wanted = [0, 1, 2, 3, 4, 5, 9].map((falls) =>
      successesWanted(
        rules,
        Array.from({ length: falls }, (_, at) => at * 60_000),
        10 * 60_000,
      ),
    );
    expect(wanted).toEqual([2, 2, 4, 8, 16, 16, 16]);
    expect(successesWanted(rules, [0, 1, 2], 2 * 3_600_000)).toBe(2);
    // Probed every five minutes, sixteen good ones would be an hour and more: two are ten minutes.
    expect(successesWanted({ ...rules, everyMs: 300_000 }, [0, 1, 2, 3], 10)).toBe(2);
  });

  test("a target that flaps becomes one outage, not one each time", () => {
    const line = `u${"ddduuu".repeat(20)}`;
    const { all } = rounds({ fra: line, nyc: line, sin: line });
    const falls = levelsOf(all).match(/ud/g)?.length ?? 0;
    expect(falls).toBe(2);
    const steady = rounds(
      { fra: "u".repeat(20), nyc: "u".repeat(20), sin: "u".repeat(20) },
      {},
      all.at(-1),
      1_300_000,
    );
    expect(levelsOf(steady.all)).toMatch(/^d{3,15}u+$/);
  });

  test("what hangs on something that is down says nothing, and has to fail anew afterwards", () => {
    const well = rounds({ fra: "uu", nyc: "uu" });
    const behind = rounds({ fra: "dddd", nyc: "dddd" }, {}, well.last, 20_000, "down");
    expect(levelsOf(behind.all)).toBe("uuuu");
    expect(verdictOf(behind.last, rules, behind.endMs, "down")).toMatchObject({ state: "up" });
    expect(verdictOf(behind.last, rules, behind.endMs, "down").sentence).toContain("hangs on is down");
    const after = rounds({ fra: "dd", nyc: "dd" }, {}, behind.last, 60_000);
    expect(levelsOf(after.all)).toBe("ud");
  });

  test("while what it hangs on is asked, it waits", () => {
    const well = rounds({ fra: "uu", nyc: "uu" });
    const waits = rounds({ fra: "ddd", nyc: "ddd" }, {}, well.last, 20_000, "asked");
    expect(levelsOf(waits.all)).toBe("uuu");
    expect(settle(waits.last, rules, waits.endMs, "fine").level).toBe("down");
  });
});
