// The mark beside the store: it changes with every commit of another process, is odd within one, and a writer that was killed leaves no lie.
import { describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { commitMarkFile, openCommitMark, watchCommits } from "../../src/store/commit-mark.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import { closing, freshFolder } from "./stores.ts";

const at = { clock: systemClock, log: silentLog };
const freshness = { sequence: 1, confirmedMs: 1, acceptedMs: 1, level: 0, behind: {} } as const;

describe("store/commit-mark", () => {
  test("each commit is a new number; without one it stays", async () => {
    const folder = freshFolder();
    const store = closing(openStore({ folder, ...at }));
    const numbers = [store.snapshots.commitNumber()];
    for (let sequence = 1; sequence <= 3; sequence++) {
      await store.snapshots.putFreshness({ ...freshness, sequence });
      numbers.push(store.snapshots.commitNumber(), store.snapshots.commitNumber());
    }
    expect(numbers).toEqual([0, 2, 2, 4, 4, 6, 6]);
  });

  test("there is no number while a commit is under way: what it brings may be seen already", async () => {
    const folder = freshFolder();
    const store = closing(openStore({ folder, ...at }));
    const place = dirname(storeFile(folder));
    const number = watchCommits(place);
    const seen = new Set<number | null>();
    const committed = store.snapshots.putFreshness(freshness).then(() => "done");
    for (let over = ""; over === ""; )
      over = await Promise.race([committed, new Promise<"">((next) => setImmediate(next, ""))]).then(
        (said) => {
          if (said === "") seen.add(number());
          return said;
        },
      );
    expect(seen.has(null)).toBe(true);
    expect(number()).toBe(2);
  });

  test("a commit that fails ends too, under another number: begun twice, ended twice, it is never even before its end", () => {
    const place = freshFolder();
    const mark = openCommitMark(place);
    const number = watchCommits(place);
    const numbers = [mark.begin, mark.begin, mark.end, mark.begin, mark.end].map((step) => {
      step();
      return number();
    });
    expect(numbers).toEqual([null, null, 2, null, 4]);
    mark.close();
  });

  test("a writer that was killed within a commit: no number, until the next writer is there", () => {
    const place = freshFolder();
    const killed = openCommitMark(place);
    killed.begin();
    const number = watchCommits(place);
    expect(number()).toBeNull();
    const next = openCommitMark(place);
    expect(number()).toBe(2);
    for (const mark of [killed, next]) mark.close();
  });

  test("a store of an earlier release gets its mark from its writer; a reader that was there first finds it", async () => {
    const folder = freshFolder();
    const first = openStore({ folder, ...at });
    await first.close();
    const place = dirname(storeFile(folder));
    rmSync(commitMarkFile(place));
    const number = watchCommits(place);
    expect(number()).toBeNull();
    closing(openStore({ folder, ...at }));
    const looks = Array.from({ length: 5_000 }, number);
    expect(looks[0]).toBeNull();
    expect(looks.at(-1)).toBe(0);
  });

  test("a file that is none is not believed", () => {
    const place = freshFolder();
    for (const text of ["", "PHC", "PHCX\0\0\0\0", "PHCM\0\0\0\0\0"]) {
      writeFileSync(commitMarkFile(place), text);
      expect([text, watchCommits(place)()]).toEqual([text, null]);
    }
  });
});
