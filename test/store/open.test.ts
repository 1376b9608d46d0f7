import { describe, expect, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { storeFormat } from "../../src/store/environment.ts";
import {
  formatOf,
  openStore,
  type Store,
  snapshotsFile,
  storeFile,
  storeFiles,
} from "../../src/store/open.ts";
import { packValue, unpackValue } from "../../src/store/values.ts";
import { manualClock } from "../support/manual-clock.ts";
import { sampleApply } from "./samples.ts";
import { closing, freshFolder } from "./stores.ts";

interface Seen {
  readonly exit: string;
  readonly line: Record<string, unknown> | null;
}

const open = (folder: string, role: "writer" | "reader" = "writer"): Store =>
  openStore({ folder, clock: manualClock(), log: silentLog, role });

/** A store with several hundred pages, closed. */
async function filledFolder(): Promise<string> {
  const folder = freshFolder();
  const store = open(folder);
  for (let generation = 1; generation <= 4; generation++) {
    const routes = Array.from({ length: 60 }, (_, at) => [`/${at}`, `${generation} ${at} `.repeat(900)]);
    await store.snapshots.apply(sampleApply({ generation, routes: Object.fromEntries(routes) }));
  }
  await store.close();
  return folder;
}

/** Opens a store in a process of its own. */
async function openElsewhere(folder: string): Promise<Seen> {
  const command = [process.execPath, join(import.meta.dir, "open-child.ts"), folder];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  const text = await new Response(child.stdout).text();
  await child.exited;
  const last = text.trim().split("\n").at(-1) ?? "";
  return {
    exit: String(child.signalCode ?? child.exitCode),
    line: last === "" ? null : (JSON.parse(last) as Record<string, unknown>),
  };
}

function copyOf(folder: string, damage: (path: string) => void): string {
  const copy = freshFolder();
  mkdirSync(dirname(storeFile(copy)), { recursive: true });
  copyFileSync(storeFile(folder), storeFile(copy));
  damage(storeFile(copy));
  return copy;
}

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

describe("store/open: a damaged file is a sentence, not a signal", () => {
  test("whole, it opens", async () => {
    const { exit, line } = await openElsewhere(await filledFolder());
    expect({ exit, fault: line?.fault }).toEqual({ exit: "0", fault: undefined });
  });

  test("cut at any length, it is refused", async () => {
    const folder = await filledFolder();
    const { size } = statSync(storeFile(folder));
    const usedBytes = lastPageOf(storeFile(folder)) * 4096;
    expect(usedBytes).toBeGreaterThan(1_000_000);
    const lengths = [0, 1, 23, 100, 4_095, 4_096, 8_191, 8_192, 12_288, 100_000, usedBytes / 2, usedBytes];
    for (const length of lengths.map(Math.floor)) {
      const { exit, line } = await openElsewhere(copyOf(folder, (path) => truncateSync(path, length)));
      expect({ length, exit, fault: line?.fault }).toEqual({ length, exit: "0", fault: "store-corrupt" });
    }
    // The end of the file is room that was taken ahead and holds nothing yet.
    const { line } = await openElsewhere(copyOf(folder, (path) => truncateSync(path, size - 4_096)));
    expect(line?.fault).toBeUndefined();
  });

  test("with a flipped bit in what its newest root says, it opens or is refused, and never ends the process", async () => {
    const folder = await filledFolder();
    const newest = newestRootOf(storeFile(folder));
    const outcomes = new Set<unknown>();
    for (const field of [
      0x12, 0x18, 0x1b, 0x1c, 0x30, 0x31, 0x58, 0x59, 0x5d, 0x88, 0x89, 0x8b, 0x90, 0x93, 0x98, 0x9f,
    ]) {
      const { exit, line } = await openElsewhere(copyOf(folder, (path) => flipBit(path, newest + field)));
      outcomes.add(line?.fault ?? "opened");
      expect({ field, exit }).toEqual({ field, exit: "0" });
    }
    expect(outcomes.has("store-corrupt")).toBe(true);
  });

  test("another file in its place is refused", async () => {
    const folder = await filledFolder();
    const copy = copyOf(folder, (path) => writeFileSync(path, "<html>".repeat(5_000)));
    expect(() => open(copy)).toThrow(/there is no root at byte 0/);
  });
});

describe("store/open: formats and folders", () => {
  test("a store of another format is refused with both numbers", async () => {
    const folder = freshFolder();
    const store = open(folder);
    const value = packValue(storeFormat + 1);
    await store.commit([{ table: store.tables.meta, key: "format", value }]);
    await store.close();
    expect(() => open(folder)).toThrow(
      `has format ${storeFormat + 1}; this release reads formats up to ${storeFormat}`,
    );
    expect(() => open(folder, "reader")).toThrow(/has format/);
  });

  test("a folder that is a file is refused", () => {
    const path = join(freshFolder(), "file");
    writeFileSync(path, "");
    expect(() => open(path)).toThrow(/cannot be opened/);
  });

  test("a file that has no byte yet is being made to who reads, and damaged to who writes", () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "store"), { recursive: true });
    writeFileSync(join(folder, "store", "data.mdb"), "");
    expect(() => open(folder, "reader")).toThrow(/There is no store/);
    expect(() => open(folder)).toThrow(/it is empty/);
  });

  test("a reader does not make a store", () => {
    expect(() => open(freshFolder(), "reader")).toThrow(/There is no store/);
  });

  test("a closed store refuses to write", async () => {
    const store = open(freshFolder());
    await store.close();
    const change = { table: store.tables.meta, key: "late", value: packValue(1) };
    expect(store.commit([change])).rejects.toMatchObject({ code: "internal" });
  });
});

describe("store/open: several processes", () => {
  test("readers in other processes see each generation after their refresh, and cannot write", async () => {
    const folder = freshFolder();
    const store = closing(openStore({ folder, clock: systemClock, log: silentLog }));
    await store.snapshots.apply(sampleApply({ generation: 1, routes: { "/": "one" } }));
    const readers = [startReader(folder), startReader(folder)];
    for (const reader of readers) expect(await reader.next()).toEqual({ generation: 1 });
    for (let generation = 2; generation <= 5; generation++) {
      await store.snapshots.apply(sampleApply({ generation, routes: { "/": `front ${generation}` } }));
      for (const reader of readers) expect(await reader.ask()).toEqual({ generation });
    }
    for (const reader of readers) expect(await reader.end()).toBe(0);
    expect(store.tables.meta.readerCheck()).toBe(0);
  });

  test("a reader that was killed holds no pages back for long", async () => {
    const folder = freshFolder();
    const clock = manualClock();
    const store = closing(openStore({ folder, clock, log: silentLog }));
    await store.snapshots.apply(sampleApply({ generation: 1, routes: {} }));
    const reader = startReader(folder);
    await reader.next();
    await reader.kill();
    await clock.advance(60_000);
    expect(store.tables.meta.readerCheck()).toBe(0);
  });
});

/** A reader as the worker of a POP is one: another process on the same file. */
function startReader(folder: string) {
  const command = [process.execPath, join(import.meta.dir, "open-child.ts"), folder, "reader"];
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const chunks = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (): Promise<unknown> => JSON.parse((await chunks.read()).value ?? "null");
  const say = (line: string): void => {
    child.stdin.write(`${line}\n`);
    child.stdin.flush();
  };
  return {
    next,
    ask: () => {
      say("next");
      return next();
    },
    end: () => {
      say("end");
      return child.exited;
    },
    kill: () => {
      child.kill("SIGKILL");
      return child.exited;
    },
  };
}

/** Where the root of the last transaction stands in the file. */
function newestRootOf(path: string): number {
  const bytes = readFileSync(path);
  return bytes.readBigUInt64LE(0x98) >= bytes.readBigUInt64LE(4096 + 0x98) ? 0 : 4096;
}

function lastPageOf(path: string): number {
  return Number(readFileSync(path).readBigUInt64LE(newestRootOf(path) + 0x90));
}

describe("store/open: snapshots in a file of their own", () => {
  const apartFolder = async (): Promise<string> => {
    const folder = freshFolder();
    const store = openStore({ folder, clock: manualClock(), log: silentLog, snapshots: "apart" });
    await store.commit([{ table: store.tables.meta, key: "node", value: packValue("n1") }]);
    await store.snapshots.apply(sampleApply({ generation: 1, routes: { "/": "front" } }));
    await store.close();
    return folder;
  };

  test("are found again by whoever opens it, and what was made within one file stays so", async () => {
    const folder = await apartFolder();
    expect([storeFiles(folder).length, formatOf(folder)]).toEqual([2, 2]);
    for (const role of ["writer", "reader"] as const) {
      const store = closing(open(folder, role));
      expect(store.snapshots.head("page1")?.generation).toBe(1);
      expect(unpackValue<string>(store.tables.meta.getBinary("node") ?? new Uint8Array())).toBe("n1");
      await store.close();
    }
    const within = freshFolder();
    await open(within).close();
    await openStore({ folder: within, clock: manualClock(), log: silentLog, snapshots: "apart" }).close();
    expect([storeFiles(within).length, formatOf(within)]).toEqual([1, 1]);
  });

  test("an editor's commit does not wait for theirs", async () => {
    const folder = await apartFolder();
    const store = closing(open(folder));
    const told: string[] = [];
    const big = Array.from({ length: 200 }, (_none, at) => ({
      table: store.tables.notes,
      key: ["p", String(at)],
      value: new Uint8Array(100_000).fill(at),
    }));
    const both = [
      store.commit(big).then(() => told.push("snapshots")),
      store
        .commit([{ table: store.tables.meta, key: "node", value: packValue("n2") }])
        .then(() => told.push("log")),
    ];
    await Promise.all(both);
    expect(told).toEqual(["log", "snapshots"]);
  });

  test("one transaction changes one of the files", async () => {
    const store = closing(open(await apartFolder()));
    const value = packValue(1);
    const both = [
      { table: store.tables.meta, key: "node", value },
      { table: store.tables.notes, key: ["p", "x"], value },
    ];
    expect(store.commit(both)).rejects.toThrow("One transaction changes one file.");
    await store.commit(both.slice(0, 1)).then(() => store.commit(both.slice(1)));
  });

  test("are missed where their file is gone: nothing is published over them", async () => {
    const folder = await apartFolder();
    rmSync(dirname(snapshotsFile(folder)), { recursive: true });
    for (const role of ["writer", "reader"] as const)
      expect(() => open(folder, role)).toThrow(/is damaged: the file of its snapshots is missing/);
    const another = freshFolder();
    await open(another).close();
    cpSync(dirname(snapshotsFile(await apartFolder())), join(another, "store", "snapshots"), {
      recursive: true,
    });
    expect(() => open(another)).toThrow(/is damaged: it has another store's snapshots beside it/);
  });

  test("a process that ended between the two files begins again", async () => {
    const folder = freshFolder();
    const apart = { folder, clock: manualClock(), log: silentLog, snapshots: "apart" } as const;
    await openStore(apart).close();
    rmSync(storeFile(folder));
    expect(() => open(folder, "reader")).toThrow(/no store at/);
    const store = closing(openStore(apart));
    await store.snapshots.apply(sampleApply({ generation: 1, routes: { "/": "front" } }));
    await store.close();
    rmSync(storeFile(folder));
    expect(() => openStore(apart)).toThrow(/is damaged: it is missing, and its snapshots are there/);
  });
});
