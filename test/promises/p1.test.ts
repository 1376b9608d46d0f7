// Promise 1: reads need nobody. What is in the POP's store is served with every other process and place dead, also right after a restart;
// what is in memory also when the store itself fails.
// Covered: the origin dead, then the POP killed whole and started again, read as plain HTTP before and over TLS after; an old page that came
// only because a visitor asked for it, and one that never came, which alone is missing; the syncer kept dead while workers answer; a store whose reads fail.
// Covered elsewhere: mirrors as the last source in test/sync/mirror.test.ts and test/edge/lazy.test.ts, relays in test/e2e/relay.test.ts.
// Covered later: DNS dead; a disk that is pulled out under a binary.
// Switches: PHAROS_BREAK=disk empties the store between end and start, PHAROS_BREAK=memory lets each request begin without memory.
import { afterEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Digest } from "../../src/snapshot/types.ts";
import { storeFile } from "../../src/store/open.ts";
import { frontRoutes, memoryStore, servingOptions, signedPage } from "../edge/fixture.ts";
import { writeCertificate } from "../support/certificate.ts";
import { manualClock } from "../support/manual-clock.ts";
import { startOrigin } from "../support/origin.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { type RawAnswer, rawGet } from "../support/raw-http.ts";
import { secureAsk } from "../support/secure-ask.ts";

const host = "status.example";
const routes = {
  ...frontRoutes("calm"),
  "/incidents/old": { body: "<p>Resolved long ago.".repeat(200), lazy: true },
} as const;
const page = await signedPage({ page: "p1", hosts: [host], generation: 7, routes });
const paths = Object.keys(routes) as readonly (keyof typeof routes)[];
const bodiesOf = (path: string): readonly Digest[] =>
  page.tree
    .flatMap(([, bytes]) => {
      const part = decodePart(bytes);
      return part.ok ? part.value.routes : [];
    })
    .filter((route) => route.path === path)
    .flatMap(({ variants }) => Object.values(variants).map(({ digest }) => digest));
const slowMs = 40_000;
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** Every path's body, or its status where it is not 200. */
async function readAll(ask: (path: string) => Promise<RawAnswer>): Promise<readonly string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const { status, body } = await ask(path);
      return status === 200 ? body.toString("utf8") : String(status);
    }),
  );
}

const visit = (pop: TestPop) => (path: string) => rawGet(pop.visitors, path, { Host: host });
const visitSecurely = (pop: TestPop) => async (path: string) => {
  const answer = await secureAsk({ ...pop.visitors, servername: host, protocol: "h2", path });
  return { ...answer, headers: new Map(Object.entries(answer.headers)) };
};

/** Fetches from an origin, kills both, starts the POP alone with TLS. What is read then. */
async function restartAlone(breaks: string | undefined): Promise<readonly string[]> {
  const held = await makePopFolder([]);
  ended.push(held.remove);
  const certs = join(held.folder, "certs");
  writeCertificate(certs, [host]);
  const origin = await startOrigin(held.root.secretKey, [page]);
  const flags = [
    "--data",
    held.folder,
    "--root-key",
    held.rootFile,
    "--listen",
    "127.0.0.1:0",
    "--source",
    origin.url,
  ];
  const pop = await startPop(flags);
  await until("the page arrives", async () => (await visit(pop)("/")).status === 200);
  expect(await readAll(visit(pop))).toEqual(whole);
  await origin.stop();
  for (const pid of [pop.pid, ...pop.children().values()]) process.kill(pid, "SIGKILL");
  await until("the POP is dead", () => pop.children().size === 0);
  if (breaks === "disk") rmSync(dirname(storeFile(held.folder)), { recursive: true });
  const again = await startPop([...flags, "--listen-tls", "127.0.0.1:0", "--certs", certs]);
  ended.push(() => again.stop());
  return readAll(visitSecurely(again));
}

/** Reads all, then lets every read of the store fail, then reads all again. */
async function failingStore(breaks: string | undefined): Promise<readonly string[]> {
  const store = memoryStore();
  await store.apply(page);
  const clock = manualClock();
  const fresh = () => fetchOf(createServing(servingOptions({ store, clock })));
  const lasting = fresh();
  const ask = async (path: string): Promise<RawAnswer> => {
    const serving = breaks === "memory" ? fresh() : lasting;
    const response = serving(new Request(`http://x${path}`, { headers: { host } }));
    return { status: response.status, headers: new Map(), body: Buffer.from(await response.arrayBuffer()) };
  };
  await store.putFreshness({
    sequence: 1,
    confirmedMs: clock.wallMs(),
    acceptedMs: clock.wallMs(),
    level: 0,
    behind: {},
  });
  await readAll(ask);
  store.failWith(new Error("EIO: input/output error"));
  return readAll(ask);
}

const whole = paths.map((path) => routes[path].body);

describe("promise 1", () => {
  test(
    "origin and POP are killed, the POP starts alone: every page is served from its disk",
    async () => {
      expect(await restartAlone(process.env.PHAROS_BREAK)).toEqual(whole);
    },
    slowMs,
  );

  test(
    "with the switch `disk` it is not: the test above can see it",
    async () => {
      expect(await restartAlone("disk")).not.toEqual(whole);
    },
    slowMs,
  );

  test(
    "the syncer is killed again and again: visitors are answered all the while",
    async () => {
      const held = await makePopFolder([page]);
      ended.push(held.remove);
      const pop = await startPop([
        "--data",
        held.folder,
        "--root-key",
        held.rootFile,
        "--listen",
        "127.0.0.1:0",
      ]);
      ended.push(() => pop.stop());
      for (let round = 0; round < 5; round++) {
        const pid = await until("a syncer runs", () => pop.children().get("syncer"));
        process.kill(pid, "SIGKILL");
        expect(await readAll(visit(pop))).toEqual(whole);
      }
    },
    slowMs,
  );

  test("an old page that nobody asked for in time is the only one that is missing, and says so", async () => {
    const store = memoryStore();
    await store.apply(page);
    for (const [digest] of page.objects)
      if (bodiesOf("/incidents/old").includes(digest)) store.objects.delete(digest);
    const serving = fetchOf(createServing(servingOptions({ store })));
    const answers = paths.map((path) => serving(new Request(`http://x${path}`, { headers: { host } })));
    expect(answers.map(({ status }) => status)).toEqual(
      paths.map((path) => (path === "/incidents/old" ? 503 : 200)),
    );
    expect(answers.at(-1)?.headers.get("retry-after")).toBe("5");
  });

  test("the store fails: what was read before is served on", async () => {
    expect(await failingStore(process.env.PHAROS_BREAK)).toEqual(whole);
  });

  test("with the switch `memory` it is not: the test above can see it", async () => {
    expect(await failingStore("memory")).not.toEqual(whole);
  });
});
