// A clock that is an hour off: a control plane does not start before its own op-log; a POP's level does not depend on its wall clock.
// Long: it waits for clocks that jump.
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { createLog, silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { readRootKey } from "../../src/cli/read-keys.ts";
import { runWhole } from "../../src/edge/pop.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { runCommand, sentenceOf } from "../support/command.ts";
import { ApiClient, Installation, until } from "../support/installation.ts";
import { manualClock } from "../support/manual-clock.ts";
import { get } from "../support/reader.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const hourMs = 3_600_000;
const ending: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ending.reverse()) await end();
});

function install(): Installation {
  const installation = new Installation();
  ending.push(() => installation.end());
  return installation;
}

/** Opens an incident on the page of a stopped control plane, as if it were `wallMs`. */
async function writeAt(folder: string, wallMs: number): Promise<void> {
  const clock = manualClock(wallMs);
  const store = openStore({ folder, clock, log: silentLog });
  const ledger = openLedger({
    store,
    clock,
    random: systemRandom,
    region: "main",
    acceptClock: true,
    log: silentLog,
  });
  const done = await ledger.submit(
    samplePage,
    { kind: "incident.create", fields: { name: "Of the future", status: "investigating", body: "Soon." } },
    "test",
  );
  expect(done).toMatchObject({ ok: true });
  await store.close();
}

test("control: an op-log that is an hour ahead is refused with both times; --accept-clock starts it, and loses nothing", async () => {
  const there = install();
  const data = join(there.folder, "control");
  const sample = writeSampleSummary(there.folder);
  expect(await there.run("import", "statuspage", sample, "--data", data)).toMatchObject({ code: 0 });
  const token = await there.token();
  const aheadMs = systemClock.wallMs() + hourMs;
  await writeAt(data, aheadMs);

  const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
  for (const line of [
    ["control", "--keys", there.keys, "--listen", "127.0.0.1:0", "--feed", "127.0.0.1:0"],
    ["token", "--page", "*"],
    ["page", "list"],
  ]) {
    const before = systemClock.wallMs();
    const sentence = sentenceOf(await runCommand([...line, "--data", data]), 1);
    expect(sentence).toContain(`ends at ${minute(aheadMs)}`);
    const now = [before, systemClock.wallMs()].map((ms) => `clock says ${minute(ms)}`);
    expect(now.some((words) => sentence.includes(words))).toBe(true);
    expect(sentence).toContain("--accept-clock");
  }

  const control = await there.control("--accept-clock");
  expect(control.log()).toContain(`ends at ${minute(aheadMs)}`);
  const api = new ApiClient(String(control.says.api), token);
  const named = async (): Promise<readonly string[]> => {
    const { body } = await api.ask("GET", `/pages/${samplePage}/incidents`);
    return (body as unknown as { name: string }[]).map(({ name }) => name);
  };
  expect(await named()).toEqual(["Of the future"]);
  const incident = { name: "Of today", status: "investigating", body: "Now." };
  const posted = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident });
  expect(posted.status).toBe(201);
  const updated = { incident: { status: "resolved", body: "Done." } };
  const resolved = await api.ask("PATCH", `/pages/${samplePage}/incidents/${posted.body.id}`, updated);
  // The later write wins, although the log was ahead.
  expect([resolved.status, resolved.body.status]).toEqual([200, "resolved"]);
  expect((await named()).toSorted()).toEqual(["Of the future", "Of today"]);
  expect(await there.run("page", "list", "--data", data)).toMatchObject({ code: 0 });
  await control.dismiss();
  expect(sentenceOf(await runCommand(["page", "list", "--data", data]), 1)).toContain("--accept-clock");
});

test("control: a log that is ahead by less than other regions may be is taken as it is", async () => {
  const there = install();
  const data = join(there.folder, "control");
  const sample = writeSampleSummary(there.folder);
  expect(await there.run("import", "statuspage", sample, "--data", data)).toMatchObject({ code: 0 });
  await writeAt(data, systemClock.wallMs() + limits.stampAheadMsMax / 2);
  expect(await there.run("page", "list", "--data", data)).toMatchObject({ code: 0 });
});

for (const [name, offMs] of [
  ["an hour behind", -hourMs],
  ["an hour ahead", hourMs],
] as const) {
  test(`edge: a wall clock that is ${name}, and is then set right, shows level 0 all the while`, async () => {
    const there = install();
    const control = await there.control();
    const data = join(there.folder, "control");
    expect(
      await there.run("import", "statuspage", writeSampleSummary(there.folder), "--data", data),
    ).toMatchObject({ code: 0 });
    let wrongMs = offMs;
    const clock: Clock = { ...systemClock, wallMs: () => systemClock.wallMs() + wrongMs };
    const lines: string[] = [];
    const pop = await runWhole({
      folder: join(there.folder, "pop"),
      rootKeys: [readRootKey(there.rootKeyFile)],
      sources: [String(control.says.feed)],
      listen: { host: "127.0.0.1", port: 0 },
      ops: null,
      defaultPage: null,
      clock,
      random: systemRandom,
      log: createLog(clock, (line) => lines.push(line)),
      metrics: createMetrics(),
    });
    ending.push(() => pop.stop());
    const seen = async (): Promise<{ level: string; confirmedMs: number } | null> => {
      const { status, headers } = await get(`127.0.0.1:${pop.port}`, "/", { host: sampleHost });
      const confirmedMs = Date.parse(String(headers["pharos-confirmed-at"]));
      return status === 200 ? { level: String(headers["pharos-level"]), confirmedMs } : null;
    };
    await until("the page is confirmed", async () => (await seen())?.level === "0");
    wrongMs = 0;
    const set = (await seen())?.confirmedMs ?? 0;
    // Two more heartbeats: time enough to notice that the clock was set.
    await until("heartbeats go on", async () => {
      const now = await seen();
      expect(now?.level).toBe("0");
      return (now?.confirmedMs ?? 0) >= set + 2 * limits.heartbeatMs - 500;
    });
    // The time of the confirmation is the publisher's, and right.
    expect(Math.abs(((await seen())?.confirmedMs ?? 0) - systemClock.wallMs())).toBeLessThan(
      limits.staleAfterMs,
    );
    expect(lines.filter((line) => !line.includes('"level":"info"'))).toEqual([]);
    await control.dismiss();
  }, 30_000);
}
