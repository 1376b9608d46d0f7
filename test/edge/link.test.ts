// The socket between workers and syncer: word of changes, bodies asked for, a syncer that goes and comes back, who speaks nonsense.
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { createLog, silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import {
  type Brought,
  createWakes,
  linkFile,
  type Noted,
  type PingAsk,
  type Pinged,
  syncerTells,
  type Woken,
  workerAsks,
} from "../../src/edge/link.ts";
import { serveLink } from "../../src/edge/link-syncer.ts";
import { dialLink } from "../../src/edge/link-worker.ts";
import { runSyncer } from "../../src/edge/pop-syncer.ts";
import { manualClock } from "../support/manual-clock.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { frontRoutes, signedPage } from "./fixture.ts";

const digest = "ab".repeat(32);
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-link-"));
  ended.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A syncer's end: what it is asked for waits until it is settled. */
async function syncerOn(folder: string) {
  const wakes = createWakes();
  const asked: { digest: string; settle: (outcome: Brought) => void }[] = [];
  const noted: { bytes: Uint8Array; settle: (outcome: Noted) => void }[] = [];
  const pinged: { said: PingAsk; settle: (outcome: Pinged) => void }[] = [];
  const metrics = createMetrics();
  const server = await serveLink({
    path: join(folder, linkFile),
    link: {
      onWake: wakes.onWake,
      bring(wanted) {
        const { promise, resolve } = Promise.withResolvers<Brought>();
        asked.push({ digest: wanted, settle: resolve });
        return promise;
      },
      note(bytes) {
        const { promise, resolve } = Promise.withResolvers<Noted>();
        noted.push({ bytes, settle: resolve });
        return promise;
      },
      ping(said) {
        const { promise, resolve } = Promise.withResolvers<Pinged>();
        pinged.push({ said, settle: resolve });
        return promise;
      },
    },
    log: silentLog,
    metrics,
  });
  ended.push(server.stop);
  const workers = () => Number(/^pharos_edge_link_workers (\d+)$/m.exec(metrics.text())?.[1]);
  return { wake: wakes.wake, asked, noted, pinged, stop: server.stop, metrics, workers };
}

function workerOn(folder: string, clock = systemClock) {
  const link = dialLink({ folder, clock, random: systemRandom, metrics: createMetrics() });
  ended.push(link.stop);
  const woken: Woken[] = [];
  link.onWake((page) => woken.push(page));
  return { link, woken };
}

test("link/every worker hears of every change, in order, and of all that it may have missed before it came", async () => {
  const folder = newFolder();
  const syncer = await syncerOn(folder);
  const workers = [workerOn(folder), workerOn(folder)];
  await until("both came", () => syncer.workers() === 2);
  syncer.wake("acme");
  syncer.wake("beta");
  for (const { woken } of workers) {
    await until("it heard both", () => woken.includes("beta"));
    const first = woken.indexOf("acme");
    expect([woken.slice(0, first).every((one) => one === null), first > 0]).toEqual([true, true]);
    expect(woken.slice(first)).toEqual(["acme", "beta"]);
  }
});

test("link/who stopped listening hears nothing more", () => {
  const { onWake, wake } = createWakes();
  const heard: Woken[] = [];
  const end = onWake((page) => heard.push(page));
  wake("acme");
  end();
  wake("beta");
  expect(heard).toEqual(["acme"]);
});

test("link/a body is asked for once by all who wait for it, and each hears what came of it", async () => {
  const folder = newFolder();
  const syncer = await syncerOn(folder);
  const { link } = workerOn(folder);
  const answers = [link.bring(digest), link.bring(digest), link.bring("cd".repeat(32))];
  await until("it is asked", () => syncer.asked.length === 2);
  for (const { digest: wanted, settle } of syncer.asked) settle(wanted === digest ? "here" : "busy");
  expect(await Promise.all(answers)).toEqual(["here", "here", "busy"]);
});

test("link/a syncer that comes back is asked again, and its worker looks at all pages", async () => {
  const folder = newFolder();
  const before = await syncerOn(folder);
  const { link, woken } = workerOn(folder);
  const answer = link.bring(digest);
  await until("it is asked", () => before.asked.length === 1);
  await before.stop();
  const after = await syncerOn(folder);
  woken.length = 0;
  await until("the next one is asked", () => after.asked.length === 1);
  expect(woken).toContain(null);
  after.asked[0]?.settle("here");
  expect(await answer).toBe("here");
});

test("link/a note is written down once by the syncer, also where one that is started anew hears of it again", async () => {
  const folder = newFolder();
  const before = await syncerOn(folder);
  const { link } = workerOn(folder);
  const note = Uint8Array.from({ length: limits.noteBytesMax }, (_none, at) => at & 0xff);
  const [answer, other] = [link.note(note), link.note(note.slice(1))];
  await until("it hears both", () => before.noted.length === 2);
  before.noted[1]?.settle("full");
  expect(await other).toBe("full");
  await before.stop();
  const after = await syncerOn(folder);
  await until("the next one hears it", () => after.noted.length === 1);
  expect(Buffer.compare(after.noted[0]?.bytes ?? new Uint8Array(), note)).toBe(0);
  after.noted[0]?.settle("kept");
  expect(await answer).toBe("kept");
});

test("link/without a syncer a note is not kept, said in time; and so are more than may wait", async () => {
  const clock = manualClock();
  const { link } = workerOn(newFolder(), clock);
  const waiting = Array.from({ length: limits.notesUnderWayMax }, (_none, at) =>
    link.note(Uint8Array.of(at)),
  );
  expect(await link.note(Uint8Array.of(255))).toBe("failed");
  await clock.advance(limits.noteKeptMsMax);
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["failed"]));
});

test("link/without a syncer the clock wakes, and who waits for a body is told that it is late", async () => {
  const clock = manualClock();
  const { link, woken } = workerOn(newFolder(), clock);
  await clock.advance(4 * limits.refsPollMs);
  expect(woken).toEqual([null, null, null, null]);
  const answer = link.bring(digest);
  await clock.advance(limits.lazyWaitMsMax);
  expect(await answer).toBe("late");
});

test("link/a worker that does not read is dropped and counted; nonsense and endless lines do not hurt the others", async () => {
  const folder = newFolder();
  const syncer = await syncerOn(folder);
  expect(statSync(join(folder, linkFile)).mode & 0o777).toBe(0o600);
  const { woken } = workerOn(folder);
  const [deaf, endless] = [
    createConnection(join(folder, linkFile)),
    createConnection(join(folder, linkFile)),
  ];
  for (const socket of [deaf, endless]) socket.on("error", () => undefined);
  ended.push(() => deaf.destroy());
  const closed = new Promise((done) => endless.once("close", done));
  await until("all came", () => syncer.workers() === 3);
  deaf.pause();
  endless.write('{"bring":"x"}\n{"bring":7}\nnull\n[]\n');
  endless.write("x".repeat(limits.lineCharsMax + 1));
  await closed;
  const page = "p".repeat(4_000);
  for (let told = 0; told < 2_000 && syncer.workers() > 1; told++) {
    syncer.wake(page);
    if (told % 50 === 0) await new Promise((next) => setImmediate(next));
  }
  await until("the deaf one is gone", () => syncer.workers() === 1);
  expect(syncer.metrics.text()).toContain("pharos_edge_link_dropped_total 1");
  expect(syncer.asked).toEqual([]);
  await until("the other heard", () => woken.includes(page));
});

test("link/lines that are no message are none", () => {
  for (const line of ["", "{", "null", "7", '{"bring":"AB"}', '{"bring":null}', `{"brought":"${digest}"}`]) {
    expect([line, workerAsks(line), syncerTells(line)]).toEqual([line, null, null]);
  }
  expect(syncerTells(`{"brought":"${digest}","outcome":"perhaps"}`)).toBeNull();
  expect(syncerTells('{"wake":null}')).toEqual({ wake: null });
});

test("link/where no socket can be made it is said, and the syncer goes on", async () => {
  const lines: string[] = [];
  const log = createLog(systemClock, (line) => lines.push(line));
  const server = await serveLink({
    path: join(newFolder(), "none", linkFile),
    link: {
      onWake: createWakes().onWake,
      bring: () => Promise.resolve("absent"),
      note: () => Promise.resolve("failed"),
      ping: () => Promise.resolve("failed"),
    },
    log,
    metrics: createMetrics(),
  });
  await server.stop();
  expect(lines.join()).toContain("Workers cannot be woken");
});

test("link/a POP's worker hears of a generation when it is in the store", async () => {
  const held = await makePopFolder([]);
  ended.push(held.remove);
  const origin = await startOrigin(held.root.secretKey, []);
  ended.push(origin.stop);
  const syncer = await runSyncer({
    folder: held.folder,
    rootKeys: [held.root.publicKey],
    sources: [origin.url],
    listen: { host: "127.0.0.1", port: 0 },
    ops: null,
    defaultPage: null,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    metrics: createMetrics(),
  });
  ended.push(syncer.stop);
  const { link } = workerOn(held.folder);
  const heads: unknown[] = [];
  link.onWake((page) => {
    if (page === null) return;
    syncer.store.refresh();
    heads.push([page, syncer.store.snapshots.head(page)?.generation]);
  });
  const routes = frontRoutes("calm");
  await origin.publish(await signedPage({ page: "p1", hosts: ["status.example"], generation: 7, routes }));
  await until("it heard", () => heads.length > 0);
  expect(heads).toEqual([["p1", 7]]);
});
