import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { silentLog } from "../../src/base/log.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import { createTokens } from "../../src/store/tokens.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

describe("store/tokens", () => {
  test("a token is known by its words alone, after a restart too, and its words are not in the file", async () => {
    const folder = freshFolder();
    const first = openStore({ folder, clock: manualClock(), log: silentLog });
    const { token } = await createTokens(first).add({ name: "deploy", page: "page1" });
    await first.close();
    expect(readFileSync(storeFile(folder)).includes(token.slice("pharos_".length))).toBe(false);
    const tokens = createTokens(closing(openStore({ folder, clock: manualClock(), log: silentLog })));
    expect(tokens.check(token)).toEqual({ name: "deploy", page: "page1" });
    expect(tokens.list()).toMatchObject([{ name: "deploy", page: "page1" }]);
  });

  test.each(["", "pharos_", "x".repeat(5_000), `pharos_${"A".repeat(43)}`, `pharos_${"A".repeat(43)} `])(
    "%p opens nothing",
    (token) => {
      const store = closing(openStore({ folder: freshFolder(), clock: manualClock(), log: silentLog }));
      expect(createTokens(store).check(token)).toBeNull();
    },
  );

  test("a revoked name opens nothing any more, another one does", async () => {
    const store = closing(openStore({ folder: freshFolder(), clock: manualClock(), log: silentLog }));
    const tokens = createTokens(store);
    const [gone, kept] = [
      await tokens.add({ name: "old", page: "*" }),
      await tokens.add({ name: "new", page: "*" }),
    ];
    expect(await tokens.revoke("old")).toBe(1);
    expect([tokens.check(gone.token), tokens.check(kept.token)]).toEqual([null, { name: "new", page: "*" }]);
  });
});
