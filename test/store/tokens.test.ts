import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import type { Grants } from "../../src/model/roles.ts";
import { auditOf } from "../../src/store/audit.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import { type By, commandLine, createTokens } from "../../src/store/tokens.ts";
import { packValue } from "../../src/store/values.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

const ada: By = { actor: "user:ada", address: "192.0.2.7" };
const asked = (name: string, grants: Grants = [["page1", "admin"]], expiresMs: number | null = null) => ({
  ...{ name, grants, expiresMs },
});
const opened = (folder = freshFolder(), clock = manualClock()) => {
  const store = closing(openStore({ folder, clock, log: silentLog }));
  return { store, clock, tokens: createTokens(store) };
};

describe("store/tokens", () => {
  test("a key is known by its words alone, after a restart too, and its words are not in the file", async () => {
    const folder = freshFolder();
    const first = openStore({ folder, clock: manualClock(), log: silentLog });
    const { token, held } = await createTokens(first).add(asked("deploy"), ada);
    await first.close();
    expect(readFileSync(storeFile(folder)).includes(token.slice("pharos_".length))).toBe(false);
    const { tokens } = opened(folder);
    expect(tokens.check(token)).toMatchObject({ ...held, usedMs: expect.any(Number), createdBy: "user:ada" });
    expect(tokens.list()).toMatchObject([{ name: "deploy", grants: [["page1", "admin"]] }]);
  });

  test.each(["", "pharos_", "x".repeat(5_000), `pharos_${"A".repeat(43)}`, `pharos_${"A".repeat(43)} `])(
    "%p opens nothing",
    (token) => {
      expect(opened().tokens.check(token)).toBeNull();
    },
  );

  test("a key of an older release is one of an admin of its page that does not end", async () => {
    const { store, tokens } = opened();
    const { token } = await tokens.add(asked("old"), commandLine);
    const [key] = store.tables.tokens.getKeys();
    const value = packValue({ name: "old", page: "page7", createdMs: 5 });
    await store.commit([{ table: store.tables.tokens, key: key ?? "", value }]);
    expect(tokens.check(token)).toMatchObject({
      ...{ name: "old", grants: [["page7", "admin"]], createdMs: 5 },
      ...{ createdBy: null, expiresMs: null },
    });
  });

  test("a revoked name opens nothing any more, another one does", async () => {
    const { tokens } = opened();
    const [gone, kept] = [await tokens.add(asked("old"), ada), await tokens.add(asked("new"), ada)];
    expect(await tokens.revoke(({ name }) => name === "old", ada)).toBe(1);
    expect(tokens.check(gone.token)).toBeNull();
    expect(tokens.check(kept.token)).toMatchObject({ name: "new" });
  });

  test("of a key for two pages one can be taken away", async () => {
    const { tokens } = opened();
    const { token } = await tokens.add(
      asked("two", [
        ["a", "editor"],
        ["b", "viewer"],
      ]),
      ada,
    );
    expect(await tokens.revoke(() => [["b", "viewer"]], ada)).toBe(1);
    expect(tokens.check(token)?.grants).toEqual([["b", "viewer"]]);
  });

  test("a key ends at its moment", async () => {
    const { tokens, clock } = opened();
    const { token } = await tokens.add(asked("short", [["*", "viewer"]], clock.wallMs() + 1_000), ada);
    await clock.advance(999);
    expect(tokens.check(token)).not.toBeNull();
    await clock.advance(1);
    expect(tokens.check(token)).toBeNull();
  });

  test("the last use is told at once and written at most once a minute", async () => {
    const { store, tokens, clock } = opened();
    const { token } = await tokens.add(asked("busy"), ada);
    const written = (): unknown => createTokens(store).list()[0]?.usedMs;
    const start = clock.wallMs();
    tokens.check(token);
    await tokens.revoke(() => false, ada); // its turn comes after the note
    expect(written()).toBe(start);
    await clock.advance(limits.keyUseMs - 1);
    tokens.check(token);
    await tokens.revoke(() => false, ada);
    expect([tokens.list()[0]?.usedMs, written()]).toEqual([start + limits.keyUseMs - 1, start]);
    await clock.advance(1);
    tokens.check(token);
    await tokens.revoke(() => false, ada);
    expect(written()).toBe(start + limits.keyUseMs);
  });

  test("a key that is revoked while its use is noted does not come back", async () => {
    const { store, tokens } = opened();
    const { token } = await tokens.add(asked("gone"), ada);
    const revoked = tokens.revoke(() => true, ada);
    tokens.check(token);
    await revoked;
    await tokens.revoke(() => false, ada);
    expect(store.tables.tokens.getKeysCount()).toBe(0);
  });

  test("making and revoking stand in the audit, with before and after and without the key", async () => {
    const { store, tokens } = opened();
    const { token } = await tokens.add(asked("deploy"), ada);
    await tokens.revoke(() => true, commandLine);
    const entries = [...auditOf(store).newestFirst()];
    const told = { name: "deploy", grants: [["page1", "admin"]], expires: null };
    expect(entries).toMatchObject([
      { what: "key.revoke", actor: "command line", address: null, before: told, after: null },
      {
        what: "key.make",
        actor: "user:ada",
        address: "192.0.2.7",
        before: null,
        after: told,
        pages: ["page1"],
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain(token.slice("pharos_".length));
  });
});
