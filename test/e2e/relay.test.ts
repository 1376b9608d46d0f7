// Relays and mirrors as their operator runs them: each POP a process of its own, and one after the other is killed.
// Long: it waits for relays that are killed, lie and come back.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { systemRandom } from "../../src/base/random.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { createFrameDecoder } from "../../src/sync/frame-decoder.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { answerOf, feedOver, heartbeatOf, signedBy, storeOf } from "../support/signed-page.ts";
import { serveFolder } from "../support/static-server.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const ending: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ending.reverse()) await end();
});

interface World {
  readonly there: Installation;
  control: Running;
  /** Opens an incident of this name. */
  post(name: string): Promise<void>;
  pop(name: string, ...more: readonly string[]): Promise<Running>;
  read(
    pop: string,
    path?: string,
  ): Promise<{ status: number; body: string; level: string | undefined } | null>;
  /** Waits until a POP shows an incident of this name. */
  shows(pop: string, name: string, withinMs?: number): Promise<void>;
}

/** A control plane with one page. */
async function createWorld(...more: readonly string[]): Promise<World> {
  const there = new Installation();
  ending.push(() => there.end());
  const data = join(there.folder, "control");
  const sample = writeSampleSummary(there.folder);
  expect(await there.run("import", "statuspage", sample, "--data", data)).toMatchObject({ code: 0 });
  const api = async () => new ApiClient(`http://${await there.address("api")}`, await token);
  const token = there.token();
  await token;
  const world: World = {
    there,
    control: await there.control(...more),
    async post(name) {
      const incident = { name, status: "investigating", body: "We look into it." };
      const { status } = await (await api()).ask("POST", `/pages/${samplePage}/incidents`, { incident });
      expect(status).toBe(201);
    },
    async pop(name, ...flags) {
      const addresses = ["--listen", await there.address(name), "--ops", await there.address(`${name}-ops`)];
      const workers = flags.includes("--workers") ? [] : ["--workers", "0"];
      const own = ["--data", join(there.folder, name), "--root-key", there.rootKeyFile, ...workers];
      return there.start(name, ["edge", ...own, ...addresses, ...flags]);
    },
    async read(pop, path = "/") {
      const found = await get(await there.address(pop), path, { host: sampleHost }).catch(() => null);
      if (found === null) return null;
      return {
        status: found.status,
        body: found.body.toString("utf8"),
        level: found.headers["pharos-level"],
      };
    },
    async shows(pop, name, withinMs) {
      const shown = async (): Promise<boolean> => {
        const found = await world.read(pop, "/api/v2/incidents/unresolved.json");
        return found?.body.includes(name) === true;
      };
      await until(`${pop} shows ${name}`, shown, withinMs);
    },
  };
  return world;
}

const feedAt = async ({ there }: World, name: string): Promise<string> => there.address(name);
const source = async (world: World, name: string): Promise<readonly string[]> => [
  "--source",
  `http://${await feedAt(world, name)}`,
];
const feeds = async (world: World, name: string): Promise<readonly string[]> => [
  "--feed",
  await feedAt(world, name),
];
const levelIs = (world: World, pop: string, level: string): Promise<boolean> =>
  until(`${pop} is at level ${level}`, async () => (await world.read(pop))?.level === level);

test("relays: published at the origin, read two relays on; the middle one is killed and its children go on; the origin dies and a new POP still starts", async () => {
  const world = await createWorld();
  const relay = await world.pop(
    "relay",
    ...(await source(world, "feed")),
    ...(await feeds(world, "relay-feed")),
  );
  expect(relay.says.feed).toBe(`http://${await feedAt(world, "relay-feed")}`);
  await world.pop("far", ...(await source(world, "relay-feed")), ...(await feeds(world, "far-feed")));
  await world.pop("last", ...(await source(world, "far-feed")));
  await world.pop("child", ...(await source(world, "relay-feed")), ...(await source(world, "feed")));
  await world.post("Seen by all");
  for (const pop of ["relay", "far", "last", "child"]) {
    await world.shows(pop, "Seen by all");
    await levelIs(world, pop, "0");
  }

  await relay.kill("SIGKILL");
  const killedMs = performance.now();
  await world.post("While the relay is dead");
  await world.shows("child", "While the relay is dead", 3 * limits.sourceSilentMs);
  expect(performance.now() - killedMs).toBeLessThan(3 * limits.sourceSilentMs);
  expect((await world.read("child"))?.level).toBe("0");
  // Behind the dead relay there is no other source: what is held is served.
  expect((await world.read("last"))?.status).toBe(200);

  await world.pop("relay", ...(await source(world, "feed")), ...(await feeds(world, "relay-feed")));
  await world.shows("last", "While the relay is dead");
  await levelIs(world, "last", "0");

  await world.control.kill("SIGKILL");
  await world.pop("late", ...(await source(world, "relay-feed")));
  await world.shows("late", "While the relay is dead");
  for (const pop of ["late", "relay", "last", "child"]) await levelIs(world, pop, "1");
  const html = await world.read("late");
  expect(html?.body).toContain("While the relay is dead");

  world.control = await world.there.control();
  await world.post("The origin is back");
  for (const pop of ["late", "relay", "last", "child"]) {
    await world.shows(pop, "The origin is back");
    await levelIs(world, pop, "0");
  }
}, 120_000);

test("relays that follow each other, and the origin: both are fed, both starts survive the other's death", async () => {
  const world = await createWorld();
  const near = ["near", ...(await source(world, "mate-feed")), ...(await source(world, "feed"))] as const;
  const mate = ["mate", ...(await source(world, "near-feed")), ...(await source(world, "feed"))] as const;
  await world.pop(...near, ...(await feeds(world, "near-feed")), "--workers", "1");
  const second = await world.pop(...mate, ...(await feeds(world, "mate-feed")));
  await world.post("Round and round");
  for (const pop of ["near", "mate"]) await world.shows(pop, "Round and round");
  await second.kill("SIGKILL");
  await world.post("One is gone");
  await world.shows("near", "One is gone");
  await levelIs(world, "near", "0");
}, 60_000);

/** A relay between a feed and who asks it, that alters each body on the way. */
async function lyingRelay(feed: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const left = new AbortController();
    response.once("close", () => left.abort());
    try {
      const asked = { method: "POST", body: Buffer.concat(chunks), signal: left.signal };
      const answer = await fetch(`http://${feed}${request.url}`, asked);
      response.writeHead(answer.status);
      const decoder = createFrameDecoder("hello");
      for await (const chunk of answer.body ?? []) {
        const altered = Buffer.from(chunk);
        decoder.push(chunk);
        let at = 0;
        for (let next = decoder.next(); next.kind === "frame"; next = decoder.next()) {
          at += next.bytes;
          // The last byte of a body in this chunk: of gzip, its length.
          if (next.frame.kind === "body" && at <= altered.length)
            altered[at - 1] = (altered[at - 1] ?? 0) ^ 1;
        }
        response.write(altered);
      }
    } catch {
      // Whoever asked went away, or the feed did.
    }
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ending.push(
    () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** A relay that serves a page of its own making under the same name, signed by a key that root never heard of. */
async function forger(): Promise<string> {
  const { secretKey } = generateKeyPair("publisher", systemRandom);
  const forged = await signedBy(secretKey, {
    page: samplePage,
    hosts: [sampleHost],
    generation: 99,
    says: "forged",
  });
  const feed = feedOver(await storeOf([], [forged]));
  const beat = (): void => feed.beat(heartbeatOf(secretKey, [forged.head]), [forged.head]);
  beat();
  const timer = setInterval(beat, 500);
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => answerOf(feed, request) });
  ending.push(async () => {
    clearInterval(timer);
    feed.close();
    await server.stop(true);
  });
  return `http://127.0.0.1:${server.port}`;
}

test("relays that lie, before the honest one: the page comes late, and never altered", async () => {
  const world = await createWorld();
  const lies = ["--source", await lyingRelay(await feedAt(world, "feed")), "--source", await forger()];
  const pop = await world.pop("lied-to", ...lies, ...(await source(world, "feed")));
  await world.post("The truth");
  const seen = new Set<string>();
  await until(
    "the truth is shown",
    async () => {
      const found = await world.read("lied-to", "/api/v2/incidents/unresolved.json");
      if (found?.status === 200) seen.add(found.body.includes("The truth") ? "truth" : "before");
      expect(found?.body ?? "").not.toContain("forged");
      return seen.has("truth");
    },
    45_000,
  );
  expect(pop.log()).toContain("Refused what a source sent");
  await levelIs(world, "lied-to", "0");
}, 90_000);

test("a mirror on a plain web server: a site for browsers, a last source for POPs, and enough to start from when all else is dead", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pharos-mirror-"));
  ending.push(async () => rmSync(folder, { recursive: true, force: true }));
  const world = await createWorld("--export", folder);
  const web = await serveFolder(folder);
  ending.push(() => web.close());
  await world.pop("mirrored", "--mirror", web.url);
  await world.post("Read from files");
  await world.shows("mirrored", "Read from files", 30_000);
  await levelIs(world, "mirrored", "0");

  // The site itself, as any browser gets it.
  const site = `${web.url}/pages/${sampleHost}`;
  const pop = await get(await world.there.address("mirrored"), "/history", { host: sampleHost });
  const plain = await fetch(`${site}/history`);
  expect(plain.headers.get("content-type")).toBe("text/html");
  expect(Buffer.from(await plain.arrayBuffer()).equals(pop.body)).toBe(true);
  expect(await (await fetch(`${site}/api/v2/summary.json`)).json()).toMatchObject({
    page: { id: samplePage },
  });
  expect(await (await fetch(`${site}/`)).text()).toContain("Read from files");
  expect((await fetch(`${site}/history.atom`)).status).toBe(200);

  // A POP whose origin dies turns to the mirror, and back.
  await world.pop("both", ...(await source(world, "feed")), "--mirror", web.url);
  await world.shows("both", "Read from files");
  await world.control.kill("SIGKILL");
  await levelIs(world, "mirrored", "1");
  await levelIs(world, "both", "1");
  await world.pop("late", "--mirror", web.url);
  await world.shows("late", "Read from files");
  // The last heartbeat is older than eight seconds by now: no one who starts from it may think otherwise for a moment.
  const levels = new Set<string | undefined>();
  const untilMs = performance.now() + 2_000;
  await until("a while has passed", async () => {
    levels.add((await world.read("late"))?.level);
    return performance.now() > untilMs;
  });
  expect([...levels]).toEqual(["1"]);

  world.control = await world.there.control("--export", folder);
  await world.post("Files again");
  for (const name of ["mirrored", "both", "late"]) {
    await world.shows(name, "Files again", 30_000);
    await levelIs(world, name, "0");
  }
}, 120_000);

test("control: a mirror's folder that cannot be written is said at the start", async () => {
  const there = new Installation();
  ending.push(() => there.end());
  const { code, err } = await there.run(
    ...[
      "control",
      "--data",
      join(there.folder, "control"),
      "--keys",
      there.keys,
      "--export",
      "/dev/null/mirror",
    ],
    ...["--listen", "127.0.0.1:0", "--feed", "127.0.0.1:0"],
  );
  expect(code).toBe(1);
  expect(err).toContain("/dev/null/mirror");
});

for (const [flag, value] of [
  ["--mirror", "files.example.org"],
  ["--mirror", "ftp://files.example.org/status"],
  ["--mirror", "https://files.example.org/status?version=1"],
  ["--source", "https://files.example.org/status"],
] as const) {
  test(`edge: ${flag} ${value} is refused by a sentence`, async () => {
    const there = new Installation();
    ending.push(() => there.end());
    const { code, err } = await there.run(
      ...["edge", "--data", join(there.folder, "pop"), "--root-key", there.rootKeyFile, flag, value],
    );
    expect(code).toBe(2);
    expect(err).toContain(`${flag}: ${JSON.stringify(value)} is not allowed`);
  });
}
