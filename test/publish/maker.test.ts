import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../src/base/fault.ts";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Child, Exit } from "../../src/host/process.ts";
import type { PageView } from "../../src/model/view.ts";
import { createMaker, type Maker, type Order } from "../../src/publish/maker.ts";
import { createMakerApart } from "../../src/publish/maker-apart.ts";
import { makerBySize } from "../../src/publish/maker-by-size.ts";
import { createMakerChild } from "../../src/publish/maker-child.ts";
import { fromFrame, inPieces, type ToMaker, toFrame } from "../../src/publish/maker-wire.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const signer = generateKeyPair("publisher", seededRandom(2)).publicKey;

/** A maker behind the wire, each end of which speaks in frames as through pipes; its process ends when it is told to. */
function wired(makerOf: () => Maker) {
  const clock = manualClock();
  const children: { end(exit: Exit): void; readonly signals: string[]; dismissed: boolean }[] = [];
  const apart = createMakerApart({
    clock,
    log: silentLog,
    metrics: createMetrics(),
    start(onFrame): Child<Uint8Array> {
      const exit = Promise.withResolvers<Exit>();
      const child = createMakerChild(makerOf(), (message) => onFrame(toFrame(message)));
      const held = { end: exit.resolve, signals: [] as string[], dismissed: false };
      children.push(held);
      return {
        pid: children.length,
        send: (frame) => child.take(fromFrame<ToMaker>(frame)),
        dismiss: () => {
          held.dismissed = true;
        },
        kill: (signal) => void held.signals.push(signal),
        exited: exit.promise,
      };
    },
  });
  return { apart, children, clock };
}

const order: Order = { page: "p", asOf: 1_750_000_000_000, epoch: 1, signer };
const manifest = {
  ...{ page: "p", hosts: [], epoch: 1, generation: 1, previous: "" },
  ...{ createdMs: 1, parts: [], banners: {} },
};
const noStage = async (): Promise<void> => undefined;
const silent: Maker = {
  make: () => new Promise(() => undefined),
  kept: () => undefined,
  forget: () => undefined,
  stop: async () => undefined,
};

describe("maker", () => {
  test("one apart makes what one here makes, byte for byte, from one generation to the next", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pharos-maker-"));
    folders.push(folder);
    const clock = manualClock();
    const store = openStore({ folder, clock, log: silentLog });
    const random = seededRandom(5);
    const ledger = openLedger({ store, clock, random, region: "main", log: silentLog });
    const made = await ledger.submit(
      null,
      { kind: "page.create", fields: { name: "Example", url: "https://status.example.org" } },
      "test",
    );
    if (!made.ok) throw new Error("The page is refused.");
    const options = { store: store.snapshots, view: ledger.view };
    const here = createMaker(options);
    const { apart } = wired(() => createMaker(options));
    for (let generation = 1; generation <= 3; generation++) {
      const of = { ...order, page: made.page, asOf: clock.wallMs() };
      const mine = await here.make(of, noStage);
      const theirs = await apart.make(of, noStage);
      if (mine.kind !== "made" || theirs.kind !== "made") throw new Error("Nothing was made.");
      expect(theirs.manifest).toEqual(mine.manifest);
      expect(theirs.parts).toEqual(mine.parts);
      expect(theirs.objects).toEqual(mine.objects);
      expect(theirs.notes).toEqual(mine.notes);
      expect(mine.manifest.generation).toBe(generation);
      const head = { page: made.page, epoch: 1, generation, manifest: String(generation).repeat(64) };
      for (const maker of [here, apart]) maker.kept(head);
      expect((await apart.make(of, noStage)).kind).toBe("unchanged");
      const name = `Trouble ${generation}`;
      const incident = { fields: { name, status: "investigating" as const, body: "We look." } };
      const done = await ledger.submit(made.page, { kind: "incident.create", ...incident }, "test");
      if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    }
    await store.close();
  });

  test("the next bodies come when the last are staged, and what staging fails of reaches who makes", async () => {
    const seen: string[] = [];
    const { apart } = wired(() => ({
      ...silent,
      async make(_order, stage) {
        await stage([["a", new Uint8Array([1])]]);
        seen.push("first staged");
        await stage([["b", new Uint8Array([2])]]).catch((thrown: unknown) => {
          seen.push(thrown instanceof Fault ? thrown.code : "no fault");
          throw thrown;
        });
        return { kind: "unchanged", renderedCount: 0 };
      },
    }));
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let pieces = 0;
    const making = apart.make(order, async (objects) => {
      seen.push(`${objects[0]?.[0]} ${objects[0]?.[1].join()}`);
      await gates[pieces++]?.promise;
    });
    await Promise.resolve();
    expect(seen).toEqual(["a 1"]);
    gates[0]?.resolve();
    gates[1]?.reject(new Fault("disk-full", "There is no room.", "Make room."));
    await expect(making).rejects.toMatchObject({ code: "disk-full", remedy: "Make room." });
    expect(seen).toEqual(["a 1", "first staged", "b 2", "disk-full"]);
  });

  test("parts and notes of a large page come in pieces, each entry whole and in its place", async () => {
    const entries = (count: number, bytes: number) =>
      Array.from({ length: count }, (_, at) => [`e${at}`, new Uint8Array(bytes).fill(at)] as const);
    const notes = [...entries(3, 400_000), ["gone", null] as const];
    const big = { kind: "made", manifest, objects: [], renderedCount: 5 } as const;
    for (const parts of [[], entries(1, 2_000_000), entries(40, 100_000)]) {
      const { apart } = wired(() => ({ ...silent, make: async () => ({ ...big, parts, notes }) }));
      expect(await apart.make(order, noStage)).toEqual({ ...big, parts, notes });
    }
    const { pieces } = inPieces({ ...big, parts: entries(40, 100_000), notes });
    expect(pieces.length).toBeGreaterThan(8);
    for (const { parts } of pieces)
      expect(parts.reduce((sum, [, bytes]) => sum + bytes.length, 0)).toBeLessThanOrEqual(
        limits.madePieceBytesMax,
      );
  });

  test("an end of its process fails what it was making; the next order starts another", async () => {
    const makers: Maker[] = [
      silent,
      { ...silent, make: async () => ({ kind: "unchanged", renderedCount: 7 }) },
    ];
    const { apart, children } = wired(() => makers.shift() ?? silent);
    const lost = apart.make(order, noStage);
    children[0]?.end({ code: null, signal: "SIGKILL" });
    await expect(lost).rejects.toThrow("SIGKILL");
    expect(await apart.make(order, noStage)).toEqual({ kind: "unchanged", renderedCount: 7 });
    expect(children).toHaveLength(2);
  });

  test("stopping lets its process go, and kills it only when it stays", async () => {
    const { apart, children, clock } = wired(() => silent);
    const lost = apart.make(order, noStage).catch((thrown: unknown) => thrown);
    const stopping = apart.stop();
    expect(children[0]?.dismissed).toBe(true);
    clock.advance(limits.stopGraceMs - 1);
    expect(children[0]?.signals).toEqual([]);
    clock.advance(1);
    expect(children[0]?.signals).toEqual(["SIGKILL"]);
    children[0]?.end({ code: null, signal: "SIGKILL" });
    await stopping;
    expect(await lost).toMatchObject({ code: "internal" });
  });

  test("a page goes apart when it has grown, and stays there", async () => {
    const asked: string[] = [];
    const noting = (name: string): Maker => ({
      ...silent,
      async make() {
        asked.push(`${name} makes`);
        return { kind: "unchanged", renderedCount: 0 };
      },
      forget: () => void asked.push(`${name} forgets`),
      kept: () => void asked.push(`${name} kept`),
    });
    let size = 2;
    const view = (): PageView =>
      ({
        incidentById: new Map(Array.from({ length: size }, (_none, at) => [at, at])),
        components: [],
      }) as never;
    const maker = makerBySize({ view, here: noting("here"), apart: noting("apart"), entitiesMin: 3 });
    const head = { page: "p", epoch: 1, generation: 1, manifest: "" };
    await maker.make(order, noStage);
    maker.kept(head);
    size = 3;
    await maker.make(order, noStage);
    maker.kept(head);
    size = 1;
    await maker.make(order, noStage);
    expect(asked).toEqual([
      "here makes",
      "here kept",
      "here forgets",
      "apart makes",
      "apart kept",
      "apart makes",
    ]);
  });
});
