// A store that fails beneath a visitor who never stops looking: its table of readers is full, its file is taken away, its disk fills. Each answer is
// right all the while, what went wrong is said once and counted, and it ends with its cause.
// Long: it waits for processes that give up and come back.
import { afterEach, expect } from "bun:test";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { storeFile } from "../../src/store/open.ts";
import { Installation, runtime, until } from "../support/installation.ts";
import { skipUnless } from "../support/skip.ts";
import { noSmallDiskReason, openSmallDisk } from "../support/small-disk.ts";
import { samplePage } from "../support/summary.ts";
import { endAll, ending, install, ops, publishing, publishSeen, saying, visiting } from "./visited.ts";

afterEach(endAll);
const onLinux = skipUnless(process.platform === "linux", "only Linux lets go of a file that is in use");
const onSmallDisk = skipUnless(noSmallDiskReason === null, noSmallDiskReason ?? "");

onLinux(
  "with the table of readers full all go on; a worker that cannot read is no successor; then it can",
  async () => {
    const there = install();
    const api = await publishing(there);
    const pop = await there.pop("pop", "--workers", "2");
    const visitor = await visiting(await there.address("pop"));
    const holder = spawn(
      process.execPath,
      [join(import.meta.dirname, "hold-readers.ts"), join(there.folder, "pop", "store")],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    const ended = new Promise((done) => holder.once("exit", done));
    ending.push(() => holder.kill("SIGKILL"));
    let said = "";
    holder.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await until("the table is full", () => said.includes("\n"), 20_000);
    expect(said).toContain("MDB_READERS_FULL");
    await publishSeen(api, visitor);
    process.kill(pop.pid, "SIGHUP");
    await until("it is said", () => saying(pop, "did not start, so the one before it stays") === 1, 20_000);
    expect((await ops(there)).sum("edge_workers_replaced_total")).toBe(0);
    await publishSeen(api, visitor);
    holder.stdin.end();
    await ended;
    process.kill(pop.pid, "SIGHUP");
    await until("the workers are replaced", () => saying(pop, "The workers were replaced.") === 1, 20_000);
    await publishSeen(api, visitor);
    // Closing a listener may cost a connection that waited at it (tcp_migrate_req, `pharos doctor`); no answer was wrong.
    expect(visitor.complaints().filter((line) => !line.endsWith("answered with 0"))).toEqual([]);
  },
  60_000,
);

onLinux(
  "a store whose file is taken away is served from what is open, with its age; the next start fetches it anew",
  async () => {
    const there = install();
    const api = await publishing(there);
    const pop = await there.pop("pop", "--workers", "2");
    const visitor = await visiting(await there.address("pop"));
    rmSync(storeFile(join(there.folder, "pop")));
    const incident = { name: "Unseen", status: "investigating", body: "Nothing can be written." };
    expect(await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).toMatchObject({
      status: 201,
    });
    const refused = async (): Promise<number> =>
      (await ops(there)).sum("follow_refused_total", 'reason="store-folder-unusable"');
    await until("it is counted", async () => (await refused()) > 2);
    await until("the page says that it is old", () => visitor.last()?.level === 1, 3 * limits.staleAfterMs);
    process.kill(pop.pid, "SIGHUP");
    await until(
      "no worker could follow",
      () => saying(pop, "did not start, so the one before it stays") === 1,
      20_000,
    );
    // One line for the page, one for what the POP keeps of itself: however often it is tried.
    expect(saying(pop, "store-folder-unusable")).toBeLessThanOrEqual(2);
    expect(visitor.complaints()).toEqual([]);
    await visitor.stop();
    const before = visitor.last()?.generation ?? 0;
    await pop.dismiss();
    await there.pop("pop", "--workers", "2");
    const again = await visiting(await there.address("pop"));
    await until("the change is there", () => (again.last()?.generation ?? 0) > before);
    expect(again.complaints()).toEqual([]);
  },
  60_000,
);

onSmallDisk(
  "a disk that fills beneath a POP, and has room again: what was there is shown, then what came meanwhile",
  async () => {
    const disk = await openSmallDisk(2 * limits.storeFreeBytesMin + 12 * 1024 * 1024);
    const there = new Installation([...disk.before, ...runtime]);
    ending.push(
      () => disk.end(),
      () => there.end(),
    );
    const api = await publishing(there);
    const data = ["--data", join(disk.place, "pop"), "--root-key", there.rootKeyFile, "--workers", "2"];
    const addresses = ["--listen", await there.address("pop"), "--ops", await there.address("pop-ops")];
    await there.start("pop", [
      "edge",
      ...data,
      ...addresses,
      "--source",
      `http://${await there.address("feed")}`,
    ]);
    const visitor = await visiting(await there.address("pop"));
    await publishSeen(api, visitor);
    disk.fill();
    const counted = async (): Promise<number> =>
      (await ops(there)).sum("follow_refused_total", 'reason="store-disk-full"');
    for (let at = 0; (await counted()) === 0; at++) {
      const incident = { name: `Large ${at}`, status: "investigating", body: `${at} words. `.repeat(1_000) };
      expect(await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).toMatchObject({
        status: 201,
      });
    }
    const held = visitor.seen.length;
    await until("the visitor has looked on", () => visitor.seen.length > held + 100);
    disk.makeRoom();
    await publishSeen(api, visitor);
    expect(visitor.complaints()).toEqual([]);
  },
  60_000,
);
