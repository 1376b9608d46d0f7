// `pharos restore` as its operator meets it: erasures that came later, files that are in the way, backups that are none, processes that are killed.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { openStore } from "../../src/store/open.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-restore-"));
const clock = manualClock();
const pharos = commandLine({ clock });
const at = (name: string): string => join(place, name);
const ids: string[] = [];

async function withSubscribers<Value>(
  folder: string,
  use: (of: ReturnType<typeof createSubscribers>) => Promise<Value>,
): Promise<Value> {
  const store = openStore({ folder, clock, log: silentLog });
  const subscribers = createSubscribers({ store, log: silentLog });
  try {
    return await use(subscribers);
  } finally {
    await subscribers.close();
    await store.close();
  }
}

const everybody = { incident: null, sort: "primary", descending: false, offset: 0, limit: 10 } as const;
const readersOf = (folder: string): Promise<readonly (string | null)[]> =>
  withSubscribers(folder, async (of) => (await of.list("p1", everybody)).map(({ contact }) => contact.email));

const restoring = (from: string, to: string, ...flags: readonly string[]): readonly string[] => [
  ...[
    "restore",
    "--from",
    at(from),
    "--key",
    at("own/backup.key"),
    "--data",
    at(to),
    "--root",
    at("keys/root.key"),
  ],
  ...flags,
];

beforeAll(async () => {
  await pharos("keygen", "--out", at("keys"));
  await pharos("keygen", "backup", "--out", at("own"));
  await pharos(
    "page",
    "create",
    "--data",
    at("control"),
    "--id",
    "p1",
    "--name",
    "A",
    "--url",
    "https://a.example",
  );
  await withSubscribers(at("control"), async (of) => {
    const some = ["ann", "ben", "cid"].map((name) => ({
      ...({ kind: "email", state: "active", components: null, incident: null, accessUser: null } as const),
      ...{ skipConfirmation: true, contact: { ...noContact, email: `${name}@example.com` } },
    }));
    for (const made of await of.add("p1", some)) if (made.ok) ids.push(made.value.id);
  });
  expect(
    (
      await pharos(
        "backup",
        "--data",
        at("control"),
        "--key",
        at("own/backup.pub"),
        "--out",
        at("one.pharos"),
      )
    ).code,
  ).toBe(0);
  await withSubscribers(at("control"), (of) => of.erase("p1", [ids[1] ?? ""]));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test("who was erased after the backup stays erased on another machine, by the list that is named; without one the operator is told", async () => {
  const without = await pharos(...restoring("one.pharos", "without"));
  expect([without.code, without.err]).toEqual([0, expect.stringContaining("No list of erasures was found")]);
  expect(await readersOf(at("without"))).toEqual(["ann@example.com", "ben@example.com", "cid@example.com"]);
  const list = at("control/subscribers.erased");
  const named = await pharos(...restoring("one.pharos", "other", "--erased", list));
  expect(named).toMatchObject({ code: 0, err: "" });
  // The key of who was erased is gone before anything is started.
  expect(
    readFileSync(at("other/subscribers.keys"))
      .subarray(64 + 32, 64 + 64)
      .every((byte) => byte === 0),
  ).toBe(true);
  expect(await readersOf(at("other"))).toEqual(["ann@example.com", "cid@example.com"]);
  expect(readFileSync(at("other/subscribers.erased"), "utf8")).toBe(readFileSync(list, "utf8"));
});

test("on the same machine the list that lies there counts by itself, and no key that lies there is overwritten", async () => {
  mkdirSync(at("same"));
  for (const name of ["subscribers.keys", "subscribers.erased"])
    copyFileSync(at(`control/${name}`), at(`same/${name}`));
  // As it is where somebody was added since.
  appendFileSync(at("same/subscribers.keys"), Buffer.alloc(32, 7));
  const refused = await pharos(...restoring("one.pharos", "same"));
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringContaining("subscribers.keys already, and it is not the one of the backup"),
  ]);
  expect(
    readdirSync(at("same"))
      .filter((name) => name !== "lock")
      .sort(),
  ).toEqual(["subscribers.erased", "subscribers.keys"]);
  renameSync(at("same/subscribers.keys"), at("same/subscribers.keys.old"));
  expect(await pharos(...restoring("one.pharos", "same"))).toMatchObject({ code: 0, err: "" });
  expect(await readersOf(at("same"))).toEqual(["ann@example.com", "cid@example.com"]);
});

test("what is no backup, no list or of a later release is refused by a sentence, and makes nothing", async () => {
  const bytes = readFileSync(at("one.pharos"));
  writeFileSync(at("cut.pharos"), bytes.subarray(0, bytes.length - 100));
  writeFileSync(at("later.pharos"), Buffer.from(bytes.map((byte, place) => (place === 4 ? 2 : byte))));
  writeFileSync(at("none.pharos"), "hello");
  writeFileSync(at("poem.txt"), "Not a list\nbut a poem\n");
  for (const [from, flags, sentence] of [
    ["cut.pharos", [], "ends too early: part of it is missing"],
    ["later.pharos", [], "is a backup of format 2; this release reads format 1"],
    ["none.pharos", [], "is no backup that pharos sealed"],
    ["missing.pharos", [], "There is no "],
    ["one.pharos", ["--erased", at("poem.txt")], "is no list of erasures"],
    ["one.pharos", ["--erased", at("nowhere")], "--erased: there is no"],
  ] as const) {
    const { code, err } = await pharos(...restoring(from, "nothing", ...flags));
    expect([from, code, err]).toEqual([from, 1, expect.stringContaining(sentence)]);
    expect(
      existsSync(at("nothing")) ? readdirSync(at("nothing")).filter((name) => name !== "lock") : [],
    ).toEqual([]);
  }
});

test("killed at any moment a restore has made all of it or nothing that could be started, and given again it is done", async () => {
  const main = join(import.meta.dirname, "../../src/main.ts");
  const list = ["--erased", at("control/subscribers.erased")];
  const run = async (to: string, killAfterMs: number | null): Promise<number> => {
    const begun = performance.now();
    const child = spawn(process.execPath, [main, ...restoring("one.pharos", to, ...list)], {
      stdio: "ignore",
    });
    const timer = killAfterMs === null ? null : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    await new Promise((ended) => child.once("exit", ended));
    if (timer !== null) clearTimeout(timer);
    return performance.now() - begun;
  };
  const wholeMs = await run("whole", null);
  expect(existsSync(at("whole/store/data.mdb"))).toBe(true);
  for (let step = 0; step < 6; step++) {
    const to = `killed-${step}`;
    // Most of it is the start of the process.
    await run(to, wholeMs * (0.4 + step * 0.1));
    if (existsSync(at(`${to}/store`)))
      expect(await readersOf(at(to))).toEqual(["ann@example.com", "cid@example.com"]);
    else expect(await pharos(...restoring("one.pharos", to, ...list))).toMatchObject({ code: 0, err: "" });
    // Of one that was killed behind its last step an empty folder may be left.
    for (const left of readdirSync(at(to)).filter((name) => name.startsWith(".")))
      expect(readdirSync(at(`${to}/${left}`)).filter((name) => !/^lock(?:-journal)?$/.test(name))).toEqual(
        [],
      );
    expect(await readersOf(at(to))).toEqual(["ann@example.com", "cid@example.com"]);
  }
}, 60_000);
