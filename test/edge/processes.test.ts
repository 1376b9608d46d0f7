// A POP as processes: what a signal, a taken port, a damaged file, a full set of bad flags and a bad document do to it.
// The runtime is an argument: PHAROS_RUNTIME=bun, or the path of a binary.
// Long: it waits for processes that die and come back.
import { afterEach, describe, expect, test } from "bun:test";
import { readdirSync, truncateSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { listenHttp } from "../../src/host/http.ts";
import { signDelegation, signRemoval } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { storeFile } from "../../src/store/open.ts";
import { isAlive } from "../support/command.ts";
import { startOrigin, type TestOrigin } from "../support/origin.ts";
import { runPop, startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { rawGet } from "../support/raw-http.ts";
import { calmThenStorm, publisher } from "./fixture.ts";

const [page, next] = await calmThenStorm();
const slowMs = 40_000;

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function folderWith(pages = [page]): Promise<PopFolder> {
  const held = await makePopFolder(pages);
  ended.push(held.remove);
  return held;
}

async function popOn(held: PopFolder, ...flags: string[]): Promise<TestPop> {
  const place = flags.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const workers = flags.includes("--workers") ? [] : ["--workers", "1"];
  const own = ["--data", held.folder, "--root-key", held.rootFile];
  const pop = await startPop([...own, ...place, ...workers, ...flags]);
  ended.push(() => pop.stop());
  return pop;
}

async function originOf(held: PopFolder, pages = [page]): Promise<TestOrigin> {
  const origin = await startOrigin(held.root.secretKey, pages);
  ended.push(() => origin.stop());
  return origin;
}

const ask = (pop: TestPop, path = "/", host = "status.example") => rawGet(pop.visitors, path, { Host: host });
const opsGet = async (pop: TestPop, path: string) => fetch(`http://${pop.ops?.host}:${pop.ops?.port}${path}`);
const ingest = async (pop: TestPop, body: Uint8Array) =>
  fetch(`http://${pop.ops?.host}:${pop.ops?.port}/ingest`, { method: "POST", body });
const isGone = (pid: number): boolean => !isAlive(pid);

describe("edge/processes, ends", () => {
  test(
    "SIGTERM ends all processes with exit code 0",
    async () => {
      const pop = await popOn(await folderWith(), "--workers", "2");
      const pids = [...pop.children().values()];
      expect(pids.length).toBe(3);
      expect(await pop.stop()).toBe(0);
      await until("children are gone", () => pids.every(isGone));
    },
    slowMs,
  );

  test(
    "a parent that is killed takes its children along, and the next one starts on the same folder and port",
    async () => {
      const held = await folderWith();
      const pop = await popOn(held, "--workers", "2");
      const pids = [...pop.children().values()];
      process.kill(pop.pid, "SIGKILL");
      await until("children are gone", () => pids.every(isGone));
      const again = await popOn(held, "--listen", `127.0.0.1:${pop.visitors.port}`);
      expect((await ask(again)).status).toBe(200);
    },
    slowMs,
  );

  test(
    "a killed worker and a killed syncer are replaced; the other worker answers meanwhile",
    async () => {
      const held = await folderWith();
      const pop = await popOn(held, "--workers", "2");
      for (const role of ["worker-1", "syncer"]) {
        const before = pop.children().get(role) ?? 0;
        process.kill(before, "SIGKILL");
        await until(`${role} is replaced`, async () => {
          const now = pop.children().get(role);
          return now !== undefined && now !== before && (await ask(pop)).status === 200;
        });
      }
      for (let at = 0; at < 50; at++) expect((await ask(pop)).status).toBe(200);
    },
    slowMs,
  );

  test(
    "all in one process: serves, follows, and ends",
    async () => {
      const held = await folderWith([]);
      const origin = await originOf(held);
      const pop = await popOn(held, "--workers", "0", "--source", origin.url, "--ops", "127.0.0.1:0");
      expect(pop.children().size).toBe(0);
      await until("the page arrives", async () => (await ask(pop)).status === 200);
      expect((await opsGet(pop, "/readyz")).status).toBe(200);
      expect(await pop.stop()).toBe(0);
    },
    slowMs,
  );
});

test(
  "edge/processes: a POP that starts from yesterday's disk says so with its first answer",
  async () => {
    const yesterdayMs = Date.now() - 86_400_000;
    const held = await makePopFolder([page], yesterdayMs);
    ended.push(held.remove);
    const pop = await popOn(held);
    const answer = await ask(pop);
    expect(answer.headers.get("pharos-level")).toBe("1");
    expect(answer.headers.get("pharos-confirmed-at")).toBe(new Date(yesterdayMs).toISOString());
    const minute = new Date(yesterdayMs).toISOString().slice(0, 16).replace("T", " ");
    expect(answer.body.toString()).toContain(`No contact since ${minute} UTC.`);
  },
  slowMs,
);

describe("edge/processes, cannot start", () => {
  test(
    "each reason is one sentence and an exit code",
    async () => {
      const held = await folderWith();
      const taken = listenHttp({ bodyBytesMax: 1, fetch: () => new Response() });
      ended.push(() => taken.stop(true));
      const odd = join(held.folder, "odd.pub");
      writeFileSync(odd, "no key\n");
      const base = ["--data", held.folder, "--listen", "127.0.0.1:0"];
      const good = [...base, "--root-key", held.rootFile];
      const table: readonly (readonly [flags: readonly string[], code: number, says: string])[] = [
        [
          [...base.slice(0, 2), "--listen", `127.0.0.1:${taken.port}`, "--root-key", held.rootFile],
          1,
          "is taken",
        ],
        [[...good, "--ops", `127.0.0.1:${taken.port}`], 1, "is taken"],
        [[...base.slice(0, 2), "--listen", "203.0.113.1:0", "--root-key", held.rootFile], 1, "203.0.113.1:0"],
        [base, 2, "--root-key is missing"],
        [[...base, "--root-key", join(held.folder, "none.pub")], 1, "none.pub"],
        [[...base, "--root-key", odd], 1, "is not a key file"],
        [[...good, "--workers", "many"], 2, '"many"'],
        [[...good, "--sorce", "http://x"], 2, "--sorce"],
        [[...good, "--role", "king"], 2, "king"],
      ];
      for (const [flags, code, says] of table) {
        const run = await runPop(flags);
        const sentences = run.err.split("\n").filter((line) => line !== "" && !line.startsWith('{"time"'));
        expect([flags.at(-1), run.code, sentences.length, run.out]).toEqual([flags.at(-1), code, 1, ""]);
        expect(sentences[0]).toContain(says);
      }
    },
    slowMs,
  );

  test(
    "a second POP on the same folder is refused by a sentence, and the first serves on",
    async () => {
      const held = await folderWith();
      const pop = await popOn(held);
      const run = await runPop([
        "--data",
        held.folder,
        "--root-key",
        held.rootFile,
        "--listen",
        "127.0.0.1:0",
      ]);
      expect(run.code).toBe(1);
      expect(run.err).toContain("held by another process");
      expect((await ask(pop)).status).toBe(200);
    },
    slowMs,
  );
});

describe("edge/processes, a damaged store", () => {
  test(
    "a file cut short is moved aside before the start, and everything is fetched again",
    async () => {
      const held = await folderWith();
      const origin = await originOf(held);
      truncateSync(storeFile(held.folder), 16_384);
      const pop = await popOn(held, "--source", origin.url);
      await until("the page is back", async () => (await ask(pop)).status === 200);
      expect(readdirSync(held.folder).filter((name) => name.startsWith("store.corrupt-")).length).toBe(1);
      expect(pop.log.filter((line) => line.includes("store.corrupt-")).length).toBe(1);
    },
    slowMs,
  );

  test(
    "a file cut short under a running POP: its processes die of it, and it comes back whole",
    async () => {
      const held = await folderWith();
      const origin = await originOf(held);
      const pop = await popOn(held, "--workers", "2", "--source", origin.url);
      expect((await ask(pop)).status).toBe(200);
      truncateSync(storeFile(held.folder), 0);
      await until(
        "the page is back from the source",
        async () => {
          const moved = readdirSync(held.folder).some((name) => name.startsWith("store.corrupt-"));
          return moved && (await ask(pop).catch(() => null))?.status === 200;
        },
        30_000,
      );
      await origin.publish(next);
      await until(
        "the next generation arrives",
        async () => (await ask(pop)).headers.get("pharos-generation") === "8",
      );
    },
    slowMs,
  );
});

describe("edge/processes, the operator's address", () => {
  test(
    "metrics of every process, health, readiness",
    async () => {
      const pop = await popOn(await folderWith(), "--workers", "2", "--ops", "127.0.0.1:0");
      for (let at = 0; at < 20; at++) await ask(pop);
      const text = await until("workers have reported", async () => {
        const now = await (await opsGet(pop, "/metrics")).text();
        const counts = [
          ...now.matchAll(/pharos_edge_requests_total\{process="worker-\d",status="200",kind="\w+"\} (\d+)/g),
        ];
        return counts.reduce((sum, [, count]) => sum + Number(count), 0) === 20 && now;
      });
      expect(text.match(/^# TYPE pharos_edge_requests_total /gm)?.length).toBe(1);
      expect((await opsGet(pop, "/healthz")).status).toBe(200);
      const ready = await opsGet(pop, "/readyz");
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ ready: true, pages: 1 });
      expect((await opsGet(pop, "/")).status).toBe(404);
    },
    slowMs,
  );

  test(
    "an empty POP is alive and not ready",
    async () => {
      const pop = await popOn(await folderWith([]), "--ops", "127.0.0.1:0");
      expect((await opsGet(pop, "/readyz")).status).toBe(503);
      expect((await opsGet(pop, "/healthz")).status).toBe(200);
      expect((await ask(pop)).status).toBe(421);
    },
    slowMs,
  );

  test(
    "a removal signed by root takes the page away; one signed by anyone else does not",
    async () => {
      const held = await folderWith();
      const pop = await popOn(held, "--ops", "127.0.0.1:0", "--default-page", "p1");
      const removal = { page: "p1", hosts: ["status.example"], serial: 1 };
      const foreign = await ingest(
        pop,
        signRemoval(removal, generateKeyPair("root", systemRandom).secretKey),
      );
      expect(foreign.status).toBe(403);
      expect((await ask(pop)).status).toBe(200);
      expect((await ingest(pop, signRemoval(removal, held.root.secretKey))).status).toBe(200);
      expect((await ask(pop)).status).toBe(410);
      expect((await ask(pop, "/", "elsewhere.example")).status).toBe(410);
      expect((await ingest(pop, signRemoval(removal, held.root.secretKey))).status).toBe(200);
    },
    slowMs,
  );

  test(
    "what is too long, no document, or too much is refused and counted",
    async () => {
      const held = await folderWith();
      const pop = await popOn(held, "--ops", "127.0.0.1:0");
      expect((await ingest(pop, new Uint8Array(100_000))).status).toBe(413);
      expect((await ingest(pop, new Uint8Array(100))).status).toBe(403);
      const delegation = signDelegation(
        { publisherKey: publisher.publicKey, pages: ["*"], hosts: ["*"], serial: 2 },
        held.root.secretKey,
      );
      expect((await ingest(pop, delegation)).status).toBe(200);
      const statuses = new Set<number>();
      for (let at = 0; at < 70; at++) statuses.add((await ingest(pop, new Uint8Array(10))).status);
      expect(statuses).toEqual(new Set([403, 429]));
      expect(await (await opsGet(pop, "/metrics")).text()).toContain('outcome="too-many"');
      expect((await ask(pop)).status).toBe(200);
    },
    slowMs,
  );
});

test(
  "edge/processes: a visitor that sends nothing holds nobody up",
  async () => {
    const pop = await popOn(await folderWith());
    const silent = Array.from({ length: 50 }, () => connect(pop.visitors.port, pop.visitors.host));
    ended.push(() => {
      for (const socket of silent) socket.destroy();
    });
    expect((await ask(pop)).status).toBe(200);
  },
  slowMs,
);
