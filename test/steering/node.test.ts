// A DNS node's first process, with a real store, a real registry and POPs that really listen. In: a folder. Out: facts on the disk, answers.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { createLog, silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { hasHost } from "../../src/cli/free-address.ts";
import { dial } from "../../src/host/dial.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { signRegistry } from "../../src/snapshot/registry.ts";
import { signReport } from "../../src/snapshot/report.ts";
import { type DnsNode, startNode } from "../../src/steering/node.ts";
import { noFacts } from "../../src/steering/steering-facts.ts";
import { factsFile, type LiveSteering, openSteering } from "../../src/steering/steering-live.ts";
import { openStore } from "../../src/store/open.ts";
import { addressBytes, showAddress } from "../../src/zones/addresses.ts";
import { createLastGood } from "../../src/zones/last-good.ts";
import { types } from "../../src/zones/types.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { until } from "../support/pop.ts";
import { skipUnless } from "../support/skip.ts";

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});
const random = seededRandom(77);
const root = generateKeyPair("root", random).secretKey;
const publisher = generateKeyPair("publisher", random).secretKey;
const popKeys = [generateKeyPair("pop", random).secretKey, generateKeyPair("pop", random).secretKey];

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-dns-node-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A POP of key `at` that answers with its report. */
async function popAt(
  at: number,
  clock: ManualClock,
  host = "127.0.0.1",
  port = 0,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((_request, response) => {
    const key = popKeys[at];
    if (key === undefined) return;
    const times = { sequence: clock.wallMs(), timeMs: clock.wallMs() };
    response.end(
      signReport({ ...times, level: 0, load: 10, beat: 1, pages: 0, differing: 0, held: [] }, key),
    );
  });
  await new Promise<void>((done) => server.listen(port, host, done));
  ends.push(() => server.close());
  return { url: `http://${host}:${(server.address() as AddressInfo).port}`, server };
}

/** What a feed would have brought: root's word for the publisher, and its registry. */
async function holdRegistry(
  folder: string,
  clock: ManualClock,
  marks: readonly { drained: boolean; revoked: boolean }[],
) {
  const store = await openStore({ folder, clock, log: silentLog });
  const delegation = { publisherKey: publisher.publicKey, pages: ["*"], hosts: ["*"], serial: 1 };
  await store.snapshots.putDocument({
    kind: "delegation",
    subject: publisher.publicKey,
    bytes: signDelegation(delegation, root),
  });
  const pops = marks.map((each, at) => ({
    key: popKeys[at]?.publicKey ?? "",
    name: ["fra", "iad"][at] ?? "",
    pages: ["*"],
    joinedMs: 5,
    ...each,
  }));
  const bytes = signRegistry({ serial: 1, pops }, publisher);
  await store.snapshots.putDocument({ kind: "registry", subject: publisher.publicKey, bytes });
  await store.close();
}

async function begin(
  folder: string,
  planPath: string,
  clock: ManualClock,
): Promise<{ node: DnsNode; live: LiveSteering }> {
  const parts = { folder, clock, log: silentLog, metrics: createMetrics() };
  const live = openSteering({ ...parts, planPath, lastGood: createLastGood(folder, true, silentLog) });
  const node = await startNode({
    ...parts,
    plan: live.view().plan,
    before: live.view().facts,
    rootKeys: [root.publicKey],
    sources: [],
    key: null,
    dial,
    random: seededRandom(3),
  });
  return { node, live };
}

const plain = { drained: false, revoked: false };
const visitor = { resolver: addressBytes("198.51.100.1") ?? new Uint8Array(), subnet: null };
const answer = ({ steer }: LiveSteering): string[] =>
  (steer("pops", types.A, visitor).sets[0]?.rdata ?? []).map(showAddress).toSorted();

/** Rounds with time for real connections between two. */
async function rounds(clock: ManualClock, count: number): Promise<void> {
  for (let at = 0; at < count * 10; at++) {
    await clock.advance(limits.probeRoundMs / 10);
    await new Promise((done) => setTimeout(done, 8));
  }
}

describe("node/a registry that lies on the disk, POPs that listen", () => {
  const clock = manualClock();
  const folder = folderOf();
  const planPath = join(folder, "steering.toml");
  let first: Awaited<ReturnType<typeof popAt>>;
  let now: { node: DnsNode; live: LiveSteering };
  const views = async (): Promise<Record<string, unknown>[]> => {
    const response = now.node.answer(new Request("http://ops/steering"));
    const body = (await response?.json()) as { targets: Record<string, unknown>[] } | undefined;
    return body?.targets ?? [];
  };

  test("both are up, by reports of the keys that the registry has", async () => {
    first = await popAt(0, clock);
    const second = await popAt(1, clock);
    writeFileSync(
      planPath,
      [first, second]
        .map(
          ({ url }, at) =>
            `[[pop]]\nname = "${["fra", "iad"][at]}"\naddresses = ["192.0.2.${at + 1}"]\nprobe = "${url}"\n`,
        )
        .join(""),
    );
    await holdRegistry(folder, clock, [plain, plain]);
    now = await begin(folder, planPath, clock);
    await rounds(clock, 2);
    expect((await views()).map(({ name, up, standing, load }) => [name, up, standing, load])).toEqual([
      ["fra", true, "member", 10],
      ["iad", true, "member", 10],
    ]);
    expect(answer(now.live)).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  test("one dies: it is out of answers, and the view's number has risen", async () => {
    const before = now.live.generation();
    first.server.close();
    first.server.closeAllConnections();
    await rounds(clock, 4);
    expect(answer(now.live)).toEqual(["192.0.2.2"]);
    expect(now.live.generation()).toBeGreaterThan(before);
  });

  test("after a restart, with nobody to follow, it goes on where it was", async () => {
    await now.node.stop();
    now.live.stop();
    const held = readFileSync(join(folder, factsFile), "utf8");
    expect(held).toContain('"standing": "member"');
    now = await begin(folder, planPath, clock);
    expect(answer(now.live)).toEqual(["192.0.2.2"]);
    await rounds(clock, 2);
    expect(answer(now.live)).toEqual(["192.0.2.2"]);
  });

  test("a broken plan is said, and the one before stays", async () => {
    const good = readFileSync(planPath, "utf8");
    writeFileSync(planPath, `${good}\n[[pop]]\nname = "x"\naddresses = ["192.0.2.300"]\n`);
    expect(now.live.reload()).toContain('addresses: "192.0.2.300" is no IP address');
    expect(answer(now.live)).toEqual(["192.0.2.2"]);
    writeFileSync(planPath, good.replace("192.0.2.2", "192.0.2.22"));
    expect(now.live.reload()).toBeNull();
    expect(answer(now.live)).toEqual(["192.0.2.22"]);
    await now.node.stop();
    now.live.stop();
  });

  test("a start that finds the plan broken goes on by the one that held last", async () => {
    const good = readFileSync(planPath, "utf8");
    const kept = createLastGood(folder, false, silentLog);
    await until("it is kept", () => kept.read(planPath)?.get(planPath) === good);
    writeFileSync(planPath, good.replace("192.0.2.22", "192.0.2.300"));
    now = await begin(folder, planPath, clock);
    expect(answer(now.live)).toEqual(["192.0.2.22"]);
    writeFileSync(planPath, good);
    await now.node.stop();
    now.live.stop();
    writeFileSync(join(folder, "other.toml"), "[[pop]]\n");
    await expect(begin(folder, join(folder, "other.toml"), clock)).rejects.toThrow("a POP needs an address");
  });

  test("drained, then revoked POPs are left out, and one that nobody vouches for", async () => {
    const other = folderOf();
    writeFileSync(
      join(other, "steering.toml"),
      `${readFileSync(planPath, "utf8")}\n[[pop]]\nname = "stranger"\naddresses = ["192.0.2.7"]\n`,
    );
    await holdRegistry(other, clock, [{ ...plain, drained: true }, plain]);
    const { node, live } = await begin(other, join(other, "steering.toml"), clock);
    await rounds(clock, 1);
    expect(live.view().facts.pops).toMatchObject({
      fra: { standing: "drained" },
      iad: { standing: "member" },
      stranger: { standing: "unknown" },
    });
    expect(answer(live)).toEqual(["192.0.2.22"]);
    await node.stop();
    live.stop();
  });
});

const testHere = skipUnless(hasHost("127.0.0.2"), "this machine has of 127.0.0.0/8 only 127.0.0.1");

testHere("node/one of a POP's addresses dies: the other one is answered, also after a restart", async () => {
  const clock = manualClock();
  const folder = folderOf();
  const planPath = join(folder, "steering.toml");
  const first = await popAt(0, clock);
  const { port } = new URL(first.url);
  const second = await popAt(0, clock, "127.0.0.2", Number(port));
  writeFileSync(
    planPath,
    `[[pop]]\nname = "fra"\nkey = "${popKeys[0]?.publicKey}"\naddresses = ["127.0.0.1", "127.0.0.2"]\nprobe = "http://fra.example:${port}"\n`,
  );
  let now = await begin(folder, planPath, clock);
  await rounds(clock, 2);
  expect(answer(now.live)).toEqual(["127.0.0.1", "127.0.0.2"]);
  first.server.close();
  first.server.closeAllConnections();
  await rounds(clock, 4);
  expect(answer(now.live)).toEqual(["127.0.0.2"]);
  await now.node.stop();
  now.live.stop();
  now = await begin(folder, planPath, clock);
  expect(answer(now.live)).toEqual(["127.0.0.2"]);
  second.server.close();
  second.server.closeAllConnections();
  await rounds(clock, 4);
  // Nobody lives: the last is not removed.
  expect(answer(now.live)).toEqual(["127.0.0.1", "127.0.0.2"]);
  await now.node.stop();
  now.live.stop();
});

describe("node/files that are no facts", () => {
  test.each([["{"], ['{"format":"other"}'], ['{"format":"pharos-steering/1","pops":{"fra":{"up":1}}}']])(
    "%s",
    (text) => {
      const folder = folderOf();
      writeFileSync(join(folder, factsFile), text);
      const said: string[] = [];
      const clock = manualClock();
      const log = createLog(clock, (line) => said.push(line));
      const lastGood = createLastGood(folder, false, log);
      const live = openSteering({ planPath: null, folder, lastGood, clock, log, metrics: createMetrics() });
      expect(live.view().facts).toEqual(noFacts);
      expect(said.length).toBe(1);
      live.stop();
    },
  );
});
