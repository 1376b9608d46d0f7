import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import { createPops, type Pops } from "../../src/store/pops.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

const [first, second] = ["A", "B"].map((letter) => Buffer.alloc(32, letter).toString("base64url")) as [
  string,
  string,
];

function world() {
  const clock = manualClock();
  const folder = freshFolder();
  const store = closing(openStore({ folder, clock, log: silentLog }));
  return { clock, folder, store, pops: createPops(store) };
}

const made = async (
  pops: Pops,
  name: string | null = null,
  pages: readonly string[] = ["*"],
): Promise<string> => (await pops.addToken({ name, pages })).token;

const outcome = async (pops: Pops, token: string, key: string, name = "fra-1"): Promise<string> => {
  const joined = await pops.join(token, { key, name });
  return joined.ok ? "joined" : joined.reason;
};

describe("store/pops", () => {
  test("a token lists one POP, after a restart too, and its words are not in the file", async () => {
    const { clock, folder, store, pops } = world();
    const token = await made(pops, "fra-1", ["acme"]);
    expect(readFileSync(storeFile(folder)).includes(token.slice("pharos_pop_".length))).toBe(false);
    await store.close();
    const again = createPops(closing(openStore({ folder, clock, log: silentLog })));
    const joined = await again.join(token, { key: first, name: "as the POP calls itself" });
    const pop = {
      key: first,
      name: "fra-1",
      pages: ["acme"],
      drained: false,
      revoked: false,
      joinedMs: clock.wallMs(),
    };
    expect(joined).toEqual({ ok: true, value: pop });
    expect(again.list()).toEqual([pop]);
  });

  test("it is good once: not for a second key, but again for the first, whose answer may have been lost", async () => {
    const { pops } = world();
    const token = await made(pops);
    expect(await outcome(pops, token, first)).toBe("joined");
    expect(await outcome(pops, token, second, "other")).toBe("token-used");
    expect(await outcome(pops, token, first)).toBe("joined");
    expect(pops.list()).toHaveLength(1);
  });

  test("of two that bring it at the same moment one joins", async () => {
    const { pops } = world();
    const token = await made(pops);
    const both = await Promise.all([outcome(pops, token, first, "a"), outcome(pops, token, second, "b")]);
    expect(both.sort()).toEqual(["joined", "token-used"]);
  });

  test("it is good for an hour and not a millisecond longer, used or not", async () => {
    const { clock, pops } = world();
    const [early, late] = [await made(pops), await made(pops)];
    await clock.advance(limits.popTokenMs - 1);
    expect(await outcome(pops, early, first)).toBe("joined");
    await clock.advance(1);
    expect(await outcome(pops, late, second, "other")).toBe("token-expired");
    expect(await outcome(pops, early, first)).toBe("token-expired");
  });

  test("tokens that are long over are forgotten when the next is made", async () => {
    const { clock, pops } = world();
    const old = await made(pops);
    await clock.advance(2 * limits.popTokenMs);
    await made(pops);
    expect(await outcome(pops, old, first)).toBe("token-unknown");
  });

  test.each([
    "",
    "pharos_pop_",
    "x".repeat(5_000),
    `pharos_pop_${"A".repeat(43)}`,
    `pharos_${"A".repeat(43)}`,
  ])("%p opens nothing", async (token) => {
    expect(await outcome(world().pops, token, first)).toBe("token-unknown");
  });

  test("a name is one POP's; a revoked one's is free again, its key is not", async () => {
    const { pops } = world();
    expect(await outcome(pops, await made(pops), first)).toBe("joined");
    const taken = await made(pops);
    expect(await outcome(pops, taken, second)).toBe("name-taken");
    await pops.mark(first, { revoked: true });
    expect(await outcome(pops, await made(pops), first, "back")).toBe("key-revoked");
    expect(await outcome(pops, taken, second)).toBe("joined");
    expect(pops.list().map(({ key, revoked }) => [key, revoked])).toEqual([
      [first, true],
      [second, false],
    ]);
  });

  test("joined again, a POP gets the new token's name and pages and keeps its marks", async () => {
    const { pops } = world();
    await outcome(pops, await made(pops), first);
    await pops.mark(first, { drained: true });
    await outcome(pops, await made(pops, "fra-2", ["acme"]), first);
    expect(pops.list()).toMatchObject([{ name: "fra-2", pages: ["acme"], drained: true }]);
  });

  test("a registry that no document could hold is refused, and the token stays good", async () => {
    const { pops } = world();
    const pages = Array.from({ length: 1_100 }, (_, at) => `${at}`.padStart(64, "p"));
    const token = await made(pops, null, pages);
    expect(await outcome(pops, token, first)).toBe("registry-full");
    expect(pops.list()).toEqual([]);
    expect(await pops.mark(first, { drained: true })).toBeNull();
  });
});
