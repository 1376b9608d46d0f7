// The limits by address of deploy/pharos.nft, in a network of the test's own: one address floods, another is served meanwhile.
// `flood` and `near` share a /64 of IPv6, as two machines of one customer do; `far` has nothing in common with them.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import type { Outcome } from "../support/connections.ts";
import { makeNetwork, type Network, noNetworkReason } from "../support/netns.ts";
import { pharosOn, runtime } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { skipUnless } from "../support/skip.ts";

const file = resolve(import.meta.dirname, "../../deploy/pharos.nft");
const client = join(import.meta.dirname, "../support/connections.ts");
const reason = noNetworkReason();
const testInNetwork = skipUnless(reason === null, reason ?? "");
const [four, six] = ["10.9.0.1", "fd09:0:0:1::1"];
const port = 8080;
/** As the file has them. */
const [openMax, perSecondMax, burstMax] = [
  "ct count over (\\d+)",
  "limit rate over (\\d+)",
  "burst (\\d+)",
].map((pattern) => Number(new RegExp(pattern).exec(readFileSync(file, "utf8"))?.[1])) as [
  number,
  number,
  number,
];

let network: Network;
let pop: ChildProcess | null = null;
const ended: (() => unknown)[] = [];

async function startServer(): Promise<void> {
  const page = await signedPage({
    page: "p1",
    hosts: ["status.example"],
    generation: 1,
    routes: frontRoutes("calm"),
  });
  const held = await makePopFolder([page]);
  ended.push(held.remove);
  const flags = ["--data", held.folder, "--root-key", held.rootFile, "--listen", `[::]:${port}`];
  const [program = "", ...rest] = [...network.within("server"), ...pharosOn(runtime), "edge", ...flags];
  const child = spawn(program, [...rest, "--workers", "0", "--tied", "--json"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  pop = child;
  await new Promise<void>((done, fail) => {
    createInterface({ input: child.stdout }).once("line", () => done());
    child.once("exit", (code) => fail(new Error(`the POP ended with ${code}`)));
  });
}

beforeAll(async () => {
  if (reason !== null) return;
  network = makeNetwork([`${four}/24`, `${six}/64`, "fd09:0:0:2::1/64"], {
    flood: ["10.9.0.2/24", "fd09:0:0:1::2/64"],
    near: ["10.9.0.3/24", "fd09:0:0:1::3/64"],
    far: ["10.9.0.4/24", "fd09:0:0:2::4/64"],
  });
  ended.push(network.end);
  await startServer();
}, 30_000);

afterAll(async () => {
  const gone = pop === null ? null : new Promise((done) => pop?.once("exit", done));
  pop?.kill("SIGTERM");
  await gone;
  for (const end of ended.reverse()) await end();
});

interface Visits {
  readonly count: number;
  /** At once, before the pace begins; default all. */
  readonly burst?: number;
  readonly perSecond?: number;
  /** For whom silence is expected, not long; default long enough for a busy machine to answer everyone. */
  readonly waitMs?: number;
}

async function visits(
  from: string,
  to: string,
  { count, burst = count, perSecond = 0, waitMs = 10_000 }: Visits,
) {
  const numbers = [port, count, burst, perSecond, waitMs].map(String);
  const said = await network.run(from, [process.execPath, client, to, ...numbers]);
  return JSON.parse(said) as Outcome;
}

const load = (): Promise<string> => network.run("server", ["nft", "-f", file]);
const counted = async (name: string): Promise<number> =>
  Number(
    /packets (\d+)/.exec(
      await network.run("server", ["nft", "list", "counter", "inet", "pharos", name]),
    )?.[1],
  );

describe("deploy/pharos.nft", () => {
  testInNetwork("without it, who floods has it all", async () => {
    const count = burstMax + 3 * perSecondMax;
    expect(await visits("flood", four, { count })).toMatchObject({ answered: count });
  });

  testInNetwork(
    "an address that opens connections too fast gets its burst and its rate; another is served",
    async () => {
      await load();
      const count = burstMax + 8 * perSecondMax;
      const [flood, other] = await Promise.all([
        visits("flood", four, { count, waitMs: 2_900 }),
        visits("far", four, { count: 20, burst: 1, perSecond: 20 }),
      ]);
      // A dropped SYN comes again after one second, when some of the rate is left, and after three, when nobody waits any more.
      expect(flood.answered).toBeWithin(burstMax, burstMax + 5 * perSecondMax);
      expect(flood.silent).toBeGreaterThan(2 * perSecondMax);
      expect(other).toMatchObject({ answered: 20, silent: 0, refused: 0 });
      expect(await counted("too_fast")).toBeGreaterThan(2 * perSecondMax);
    },
  );

  testInNetwork(
    "of IPv6 a /64 is one: its other machine is limited too, another network is not",
    async () => {
      await load();
      await visits("flood", six, { count: burstMax + 2 * perSecondMax, waitMs: 300 });
      const [near, far] = await Promise.all([
        visits("near", six, { count: 200, waitMs: 300 }),
        visits("far", "fd09:0:0:2::1", { count: 200 }),
      ]);
      expect(far.answered).toBe(200);
      expect(near.silent).toBeGreaterThan(50);
    },
  );

  testInNetwork(
    "an address that keeps too many open is refused, and let in once it has closed some",
    async () => {
      await load();
      const count = openMax + 40;
      const kept = { count, burst: burstMax - 50, perSecond: perSecondMax - 10 };
      const [flood, other] = await Promise.all([
        visits("flood", four, kept),
        visits("far", four, { count: 40, burst: 1, perSecond: 20 }),
      ]);
      expect(flood).toMatchObject({ answered: openMax, refused: 40, silent: 0 });
      expect(other).toMatchObject({ answered: 40, silent: 0, refused: 0 });
      expect(await counted("too_many_open")).toBeGreaterThanOrEqual(40);
      expect(await visits("flood", four, { count: 20 })).toMatchObject({ answered: 20 });
    },
  );

  testInNetwork("networks that are trusted are not limited", async () => {
    await load();
    await network.run("server", ["nft", "add", "element", "inet", "pharos", "trusted4", "{ 10.9.0.0/28 }"]);
    const count = burstMax + 3 * perSecondMax;
    expect(await visits("flood", four, { count })).toMatchObject({ answered: count });
  });
});
