// The parent of a POP with invented children: restarts, faults at the start and later, a damaged store.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createParent } from "../../src/edge/parent.ts";
import { type ChildSays, toLine } from "../../src/edge/wire.ts";
import type { Exit } from "../../src/host/process.ts";
import { manualClock } from "../support/manual-clock.ts";

interface Birth {
  readonly name: string;
  readonly heard: string[];
  says(message: ChildSays): void;
  ends(exit: Partial<Exit>): void;
  alive: boolean;
}

function setUp({ workers = 2, hasStore = true } = {}) {
  const clock = manualClock();
  const births: Birth[] = [];
  const lines: { level: string; says: string }[] = [];
  const asides: number[] = [];
  const metrics = createMetrics();
  /** Children of these names say that they are ready as soon as they are born. */
  const eager = new Set(["syncer", "worker-1", "worker-2"]);
  const parent = createParent({
    workers,
    clock,
    random: seededRandom(1),
    metrics,
    log: createLog(clock, (line) => lines.push(JSON.parse(line))),
    hasStore: () => hasStore,
    moveStoreAside() {
      expect(births.filter(({ alive }) => alive)).toEqual([]);
      asides.push(clock.monotonicMs());
      return "store.corrupt-1";
    },
    spawn(name, onLine) {
      const exited = Promise.withResolvers<Exit>();
      const birth: Birth = {
        name,
        heard: [],
        alive: true,
        says: (message) => onLine(toLine(message)),
        ends(exit) {
          birth.alive = false;
          exited.resolve({ code: null, signal: null, ...exit });
        },
      };
      births.push(birth);
      if (eager.has(name)) queueMicrotask(() => birth.says({ says: "ready", port: 1 }));
      return {
        pid: births.length,
        send: (line) => birth.heard.push(line),
        dismiss: () => birth.ends({ code: 0 }),
        kill: (signal) => birth.ends({ signal }),
        exited: exited.promise,
      };
    },
  });
  const alive = (name: string): Birth => {
    const found = births.findLast((birth) => birth.name === name && birth.alive);
    if (found === undefined) throw new Error(`no ${name} is alive`);
    return found;
  };
  const count = (name: string): number => births.filter((birth) => birth.name === name).length;
  const said = (level: string): string[] =>
    lines.filter((line) => line.level === level).map(({ says }) => says);
  /** Lets what was said arrive, then time pass. */
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(0);
    await clock.advance(ms);
  };
  return { pass, clock, parent, births, alive, count, eager, asides, said, metrics };
}

const fault = (code: string, sentence = `It is ${code}.`): ChildSays =>
  ({ says: "fault", code, sentence, remedy: "Do this." }) as ChildSays;

describe("edge/parent", () => {
  test("the syncer makes the first store, so workers start after it is ready", async () => {
    const { parent, births, eager, alive, pass } = setUp({ hasStore: false });
    eager.delete("syncer");
    const starting = parent.start();
    await pass(1);
    expect(births.map(({ name }) => name)).toEqual(["syncer"]);
    alive("syncer").says({ says: "ready", port: 0 });
    await starting;
    expect(births.map(({ name }) => name)).toEqual(["syncer", "worker-1", "worker-2"]);
    await parent.stop();
  });

  test("where there is a store, workers start beside the syncer", async () => {
    const { parent, births, eager, alive, pass } = setUp();
    eager.delete("syncer");
    const starting = parent.start();
    await pass(1);
    expect(births.map(({ name }) => name)).toEqual(["syncer", "worker-1", "worker-2"]);
    alive("syncer").says({ says: "ready", port: 0 });
    await starting;
    await parent.stop();
  });

  test("a child that is killed is started again, soon, and its death is counted", async () => {
    const { parent, alive, count, pass, metrics } = setUp();
    await parent.start();
    alive("worker-1").ends({ signal: "SIGKILL" });
    await pass(limits.restartMsMin + 1);
    expect(count("worker-1")).toBe(2);
    expect(count("worker-2")).toBe(1);
    expect(metrics.text()).toContain('edge_restarts_total{child="worker-1"} 1');
    await parent.stop();
  });

  test("a child that keeps dying is started ever more slowly, and at once again after it has worked", async () => {
    const { parent, alive, count, pass } = setUp();
    await parent.start();
    for (let death = 0; death < 8; death++) {
      alive("worker-1").ends({ code: 1 });
      await pass(limits.restartMsMax);
    }
    const before = count("worker-1");
    alive("worker-1").ends({ code: 1 });
    await pass(limits.restartMsMin);
    expect(count("worker-1")).toBe(before);
    await pass(limits.restartMsMax + limits.childDeathsWindowMs + 1);
    alive("worker-1").ends({ code: 1 });
    await pass(2 * limits.restartMsMin);
    expect(count("worker-1")).toBe(before + 2);
    await parent.stop();
  });

  test("a taken port at the start is the command's fault, unsaid in the log, and ends the others", async () => {
    const { parent, eager, births, alive, pass, said } = setUp();
    eager.delete("worker-2");
    const starting = parent.start();
    starting.catch(() => undefined);
    await pass(1);
    const worker = alive("worker-2");
    worker.says(fault("port-taken", "127.0.0.1:80 is taken."));
    worker.ends({ code: 1 });
    await expect(starting).rejects.toThrow("127.0.0.1:80 is taken.");
    expect(births.filter(({ alive: lives }) => lives)).toEqual([]);
    expect(said("error")).toEqual([]);
  });

  test("the same fault later is said once, and the others serve on", async () => {
    const { parent, eager, alive, pass, said } = setUp();
    await parent.start();
    eager.delete("worker-1");
    alive("worker-1").ends({ signal: "SIGKILL" });
    for (let life = 0; life < 3; life++) {
      await pass(limits.restartMsMax + 1);
      alive("worker-1").says(fault("port-taken"));
      alive("worker-1").ends({ code: 1 });
    }
    await pass(1);
    expect(said("error")).toEqual(["It is port-taken. Do this."]);
    expect(alive("worker-2").alive).toBe(true);
    await parent.stop();
  });

  test("a full disk at the start: with a store to serve the workers start, without one the command ends", async () => {
    for (const hasStore of [true, false]) {
      const { parent, eager, alive, pass, count } = setUp({ hasStore });
      eager.delete("syncer");
      const starting = parent.start();
      const outcome = starting.then(
        () => "serves",
        (thrown) => thrown.code,
      );
      await pass(1);
      alive("syncer").says(fault("disk-full"));
      alive("syncer").ends({ code: 1 });
      await pass(1);
      expect(await outcome).toBe(hasStore ? "serves" : "disk-full");
      expect(count("worker-1")).toBe(hasStore ? 1 : 0);
      await parent.stop();
    }
  });

  test("a child that cannot start at all ends the command after a few tries", async () => {
    const { parent, eager, alive, pass } = setUp();
    eager.delete("syncer");
    const starting = parent.start();
    const outcome = starting.then(
      () => "serves",
      (thrown) => thrown.message,
    );
    for (let life = 0; life < 5; life++) {
      await pass(limits.restartMsMax + 1);
      alive("syncer").ends({ code: 132 });
    }
    await pass(1);
    expect(await outcome).toContain("5 times");
  });

  test("a store that says it is damaged is moved aside at once, with no child running", async () => {
    const { parent, eager, alive, pass, asides, said } = setUp();
    eager.delete("syncer");
    const starting = parent.start();
    await pass(1);
    alive("syncer").says(fault("store-corrupt"));
    alive("syncer").ends({ code: 1 });
    eager.add("syncer");
    await pass(limits.restartMsMax);
    await starting;
    expect(asides.length).toBe(1);
    expect(said("error").at(-1)).toContain("store.corrupt-1");
    await parent.stop();
  });

  test("a damaged store that syncer and worker report is moved aside once, however late the second says it", async () => {
    const { parent, eager, alive, pass, asides } = setUp();
    eager.clear();
    const starting = parent.start();
    await pass(1);
    const late = alive("worker-1");
    alive("syncer").says(fault("store-corrupt"));
    late.says(fault("store-corrupt"));
    alive("syncer").ends({ code: 1 });
    for (const name of ["syncer", "worker-1", "worker-2"]) eager.add(name);
    await pass(limits.restartMsMax);
    await starting;
    expect(asides.length).toBe(1);
    await parent.stop();
  });

  const deaths: readonly (readonly [
    says: string,
    exits: Partial<Exit>[],
    ready: boolean,
    apartMs: number,
    moved: number,
  ])[] = [
    ["SIGBUS twice", [{ signal: "SIGBUS" }, { signal: "SIGBUS" }], true, 0, 1],
    ["SIGBUS once", [{ signal: "SIGBUS" }], true, 0, 0],
    ["SIGBUS twice, but a minute apart", [{ signal: "SIGBUS" }, { signal: "SIGBUS" }], true, 60_000, 0],
    ["SIGSEGV twice at open", [{ signal: "SIGSEGV" }, { signal: "SIGSEGV" }], false, 0, 1],
    [
      "SIGSEGV twice while serving: not the store's doing",
      [{ signal: "SIGSEGV" }, { signal: "SIGSEGV" }],
      true,
      0,
      0,
    ],
    ["SIGKILL twice", [{ signal: "SIGKILL" }, { signal: "SIGKILL" }], true, 0, 0],
    ["exit code 1 twice", [{ code: 1 }, { code: 1 }], false, 0, 0],
  ];
  for (const [says, exits, ready, apartMs, moved] of deaths) {
    test(`${says}: the store is ${moved === 0 ? "left alone" : "moved aside, and all start again"}`, async () => {
      const { parent, eager, alive, count, pass, asides } = setUp();
      await parent.start();
      if (!ready) {
        eager.delete("worker-1");
        alive("worker-1").ends({ signal: "SIGKILL" });
        await pass(limits.restartMsMax);
      }
      for (const exit of exits) {
        alive("worker-1").ends(exit);
        await pass(apartMs + 2 * limits.restartMsMin * 4);
      }
      await pass(limits.restartMsMax);
      expect(asides.length).toBe(moved);
      expect(count("syncer")).toBe(1 + moved);
      await parent.stop();
    });
  }

  test("what workers say reaches the syncer under their names", async () => {
    const { parent, alive } = setUp();
    await parent.start();
    alive("worker-2").says({ says: "metrics", text: "x 1\n" });
    alive("worker-1").says({ says: "damaged", digest: "a".repeat(64) });
    const heard = alive("syncer").heard.map((line) => JSON.parse(line));
    expect(heard).toContainEqual({ says: "worker-metrics", worker: "worker-2", text: "x 1\n" });
    expect(heard).toContainEqual({ says: "damaged", digest: "a".repeat(64) });
    await parent.stop();
  });

  const leave = toLine({ says: "leave" });

  test("a restart replaces workers one by one: each leaves when its successor works, the next when it has left", async () => {
    const { parent, births, alive, eager, pass, metrics } = setUp();
    await parent.start();
    const first = alive("worker-1");
    const second = alive("worker-2");
    eager.clear();
    const restarting = parent.restart();
    await pass(1);
    expect(births.map(({ name }) => name).slice(3)).toEqual(["worker-1"]);
    expect([first.alive, ...first.heard]).toEqual([true]);
    alive("worker-1").says({ says: "ready", port: 1 });
    await pass(1);
    expect(first.heard).toEqual([leave]);
    expect(births).toHaveLength(4);
    first.ends({ code: 0 });
    await pass(1);
    expect(births.map(({ name }) => name).slice(3)).toEqual(["worker-1", "worker-2"]);
    alive("worker-2").says({ says: "ready", port: 1 });
    await pass(1);
    second.ends({ code: 0 });
    await restarting;
    await pass(limits.restartMsMax);
    expect(births).toHaveLength(5);
    expect(metrics.text()).toContain("edge_workers_replaced_total 2");
    expect(metrics.text()).not.toContain("edge_restarts_total{");
    await parent.stop();
    expect(births.filter(({ alive: lives }) => lives)).toEqual([]);
  });

  test("a successor that cannot work: it is said, and all workers stay", async () => {
    const { parent, births, alive, eager, pass, said } = setUp();
    await parent.start();
    const before = [alive("worker-1"), alive("worker-2")];
    eager.clear();
    const restarting = parent.restart();
    await pass(1);
    const next = alive("worker-1");
    next.says(fault("key-unreadable", "There is no certificate."));
    next.ends({ code: 1 });
    await restarting;
    await pass(limits.restartMsMax);
    expect(births).toHaveLength(4);
    expect(before.map(({ alive: lives, heard }) => [lives, heard])).toEqual([
      [true, []],
      [true, []],
    ]);
    expect(said("error").at(-1)).toContain("stays: There is no certificate.");
    await parent.stop();
  });

  test("a worker that dies while its successor starts is followed by it alone; one that will not leave is killed", async () => {
    const { parent, births, alive, eager, pass, count } = setUp();
    await parent.start();
    eager.delete("worker-1");
    const restarting = parent.restart();
    await pass(1);
    births.find(({ name }) => name === "worker-1")?.ends({ signal: "SIGKILL" });
    await pass(limits.restartMsMax);
    expect(count("worker-1")).toBe(2);
    const second = alive("worker-2");
    alive("worker-1").says({ says: "ready", port: 1 });
    await pass(1);
    expect(count("worker-2")).toBe(2);
    expect(second.alive).toBe(true);
    await pass(limits.leaveMsMax + limits.stopGraceMs);
    expect(second.alive).toBe(false);
    await restarting;
    await parent.stop();
  });

  test("a child that does not leave when dismissed is killed", async () => {
    const { parent, alive, pass } = setUp({ workers: 1 });
    await parent.start();
    const stubborn = alive("worker-1");
    const ends = stubborn.ends;
    const signals: (string | null | undefined)[] = [];
    stubborn.ends = (exit) => {
      signals.push(exit.signal);
      if (exit.signal === "SIGKILL") ends(exit);
    };
    const stopping = parent.stop();
    await pass(limits.stopGraceMs + 1);
    await stopping;
    expect(signals).toEqual([undefined, "SIGKILL"]);
  });
});
