// Mirrors: a folder of files that a POP can live on when nobody else is left. Any web server carries it, and no web server is believed.
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { signRemoval } from "../../src/snapshot/documents.ts";
import type { Head } from "../../src/snapshot/types.ts";
import { blobFile, decodeMirrorHead, encodeMirrorHead, fileOf, headFile } from "../../src/sync/mirror.ts";
import { withMirrors } from "../../src/sync/mirror-read.ts";
import { writeMirror } from "../../src/sync/mirror-write.ts";
import { createMirrored, filesIn, type Mirrored, mirror, server, staticFolder } from "./mirror-folder.ts";
import { bodiesAt, bodyAt, createPop, origin, type Pop, root, settled, until, type World } from "./world.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pharos-mirror-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mirrored = (): Promise<Mirrored> => createMirrored(folder);
const files = (below = ""): string[] => filesIn(join(folder, "status", below));
const text = (path: string): string => readFileSync(join(folder, "status", path), "utf8");

/** Moves time on; file reads of the real system settle in between. */
async function passes(world: World, ms: number, each: () => Promise<void> = async () => {}): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    if (left % 2_000 === 0) await each();
    await settled(10);
    await world.clock.advance(500);
  }
  await settled(10);
}

const arrives = (pop: Pop, says: string, page = "acme"): Promise<void> =>
  until(() => bodyAt(pop.store, page, "/") === says, `${page} says ${says}`);
const html = { "/": "front", "/about": "us", "/api/v2/summary.json": "{}", "/api/v2/incidents.json": "[]" };

test("mirror/a POP that knows nothing but the mirror takes over everything; it is confirmed for as long as heartbeats rise", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  await world.publisher.publish("other", { "/": "other" });
  await world.write();
  const pop = world.follow([mirror]);
  await arrives(pop, "front");
  await arrives(pop, "other", "other");
  expect(new Map(bodiesAt(pop.store, "acme"))).toEqual(new Map(Object.entries(html)));
  await passes(world, 8_000, world.write);
  expect(pop.store.freshness()).toMatchObject({ level: 0, sequence: world.publisher.sequence, behind: {} });
  await world.publisher.publish("acme", { ...html, "/": "changed" });
  await passes(world, 6_000, world.write);
  await arrives(pop, "changed");
  expect(pop.follower.state().level).toBe(0);
  expect(pop.log).toEqual([]);
  await passes(world, limits.staleAfterMs + 1_000);
  expect(pop.follower.state().level).toBe(1);
  expect(bodyAt(pop.store, "acme", "/")).toBe("changed");
  await pop.follower.stop();
});

test("mirror/one that was written long ago: its pages are served, and nobody claims that they are fresh", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  await world.write();
  await world.clock.advance(3_600_000);
  const pop = world.follow([mirror]);
  await arrives(pop, "front");
  const levels = new Set<number>();
  for (let turn = 0; turn < 20; turn++) {
    await passes(world, 1_000);
    levels.add(pop.follower.state().level);
  }
  expect([...levels]).toEqual([1]);
  expect(pop.store.freshness()?.sequence).toBe(world.publisher.sequence);
  await pop.follower.stop();
});

test("mirror/one that was written without a publisher: a POP takes its pages, unconfirmed", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  await writeMirror({ store: world.publisher.store, folder: join(folder, "status") });
  const pop = world.follow([mirror]);
  await arrives(pop, "front");
  expect(pop.store.freshness()).toBeNull();
  expect(pop.follower.state().level).toBe(1);
  await pop.follower.stop();
});

test("mirror/it is the last source: turned to when the others are gone, left when they are back", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  await world.write();
  const pop = world.follow([origin, mirror]);
  await passes(world, 4_000, world.write);
  expect(pop.follower.state()).toMatchObject({ source: origin, level: 0 });
  world.line.feeds.delete(origin);
  world.line.cut(origin);
  await passes(world, 6_000, world.write);
  expect(pop.follower.state()).toMatchObject({ source: mirror, level: 0 });
  world.line.feeds.set(origin, (request) => world.publisher.feed.fetch(request));
  await passes(world, limits.streamRetryMs + 4_000, world.write);
  expect(pop.follower.state()).toMatchObject({ source: origin, level: 0 });
  await pop.follower.stop();
});

test("mirror/what root says is in it: a removal forgets the page, its files go", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  await world.publisher.publish("other", { "/": "other" });
  await world.write();
  const pop = world.follow([mirror]);
  await arrives(pop, "front");
  expect(files("pages").some((path) => path.startsWith("acme.test/"))).toBe(true);
  const removal = { page: "acme", hosts: ["acme.test"], serial: 3 };
  const bytes = signRemoval(removal, root.secretKey);
  await world.publisher.store.putDocument({ kind: "removal", subject: "acme", bytes }, removal);
  await passes(world, 4_000, world.write);
  await until(() => pop.store.head("acme") === null, "the page is forgotten");
  expect(pop.store.isGone("acme.test")).toBe(true);
  expect(files("pages").filter((path) => path.startsWith("acme.test/"))).toEqual([]);
  expect(bodyAt(pop.store, "other", "/")).toBe("other");
  await pop.follower.stop();
});

test("mirror/plain files are what any web server makes a site of, and follow the page", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  await world.write();
  expect(files("pages")).toEqual(
    ["about", "api/v2/incidents.json", "api/v2/summary.json"].map((path) => `acme.test/${path}`),
  );
  expect(text("pages/acme.test/about")).toBe("us");
  await world.publisher.publish("acme", { "/about": "them", "/api/v2/summary.json": "{}" });
  await world.write();
  expect(files("pages")).toEqual(["acme.test/about", "acme.test/api/v2/summary.json"]);
  expect(text("pages/acme.test/about")).toBe("them");
});

test("mirror/a chosen page alone: its files and what POPs need of it, and none of another's", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  await world.publisher.publish("other", { "/": "other" });
  const { store } = world.publisher;
  const done = await writeMirror({ store, folder: join(folder, "status"), pages: ["acme"] });
  expect(done.pages).toBe(1);
  expect(files("pages").some((path) => path.startsWith("other.test"))).toBe(false);
  const pop = world.follow([mirror]);
  await arrives(pop, "front");
  expect(pop.store.head("other")).toBeNull();
  expect(pop.refused("not-at-source")).toBe(0);
  await pop.follower.stop();
});

test("mirror/a writing follows the change: what is there is not written again", async () => {
  const world = await mirrored();
  const many = Object.fromEntries(
    Array.from({ length: 200 }, (_none, at) => [`/incidents/${at}.json`, `i${at}`]),
  );
  await world.publisher.publish("acme", { ...many, "/": "one" });
  const { store } = world.publisher;
  const first = await world.writer.write(null);
  expect(first.written).toBeGreaterThan(400);
  expect((await world.writer.write(null)).written).toBe(1);
  await world.publisher.publish("acme", { ...many, "/": "two" });
  // Head, head list, manifest, part, gzip, plain file, and brotli where it is smaller.
  expect((await world.writer.write(null)).written).toBeLessThan(9);
  // Another process finds what is there, too.
  expect((await writeMirror({ store, folder: join(folder, "status") })).written).toBeLessThan(3);
});

test("mirror/blobs that nothing names go, but not before their readers are through", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", { "/": "one", "/kept": "kept" });
  await world.write();
  const before = world.publisher.store.head("acme") as Head;
  await world.publisher.publish("acme", { "/": "two", "/kept": "kept" });
  await world.clock.advance(limits.mirrorSweepMs);
  await world.write();
  expect(existsSync(join(folder, "status", blobFile(before.manifest)))).toBe(true);
  await world.clock.advance(limits.mirrorSweepMs);
  await world.write();
  expect(existsSync(join(folder, "status", blobFile(before.manifest)))).toBe(false);
  const pop = world.follow([mirror]);
  await arrives(pop, "two");
  expect(bodyAt(pop.store, "acme", "/kept")).toBe("kept");
  await pop.follower.stop();
});

test("mirror/half written: whichever file is missing or cut, nothing of that generation is applied; whole again, it is", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", { "/": "one", "/same": "same" });
  await world.write();
  const whole = new Set(files(".pharos/blobs"));
  const pop = world.follow([mirror]);
  await arrives(pop, "one");
  await pop.follower.stop();
  const again = (): Pop => {
    const dial = withMirrors(world.line.dial, world.clock);
    const next = createPop(world.clock, world.line, { sources: [mirror], dial, memory: pop.store });
    next.follower.start();
    return next;
  };
  await world.publisher.publish("acme", { "/": "two", "/same": "same" });
  await world.write();
  const fresh = files(".pharos/blobs").filter((path) => !whole.has(path));
  expect(fresh.length).toBeGreaterThan(3);
  const blobs = join(folder, "status", ".pharos", "blobs");
  for (const damage of ["missing", "cut", "other bytes"] as const)
    for (const path of fresh) {
      const bytes = readFileSync(join(blobs, path));
      if (damage === "missing") rmSync(join(blobs, path));
      if (damage === "cut") truncateSync(join(blobs, path), bytes.length >> 1);
      if (damage === "other bytes")
        writeFileSync(
          join(blobs, path),
          bytes.map((byte) => byte ^ 1),
        );
      const late = again();
      await passes(world, 1_500);
      await late.follower.stop();
      expect([path, bodyAt(pop.store, "acme", "/")]).toEqual([path, "one"]);
      writeFileSync(join(blobs, path), bytes);
    }
  const last = again();
  await arrives(last, "two");
  await last.follower.stop();
});

test("mirror/no reader meets a head whose blobs are missing, at whichever file the writer died", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", { "/": "one", "/same": "same" });
  await world.write();
  const before = text(headFile);
  await world.publisher.publish("acme", { "/": "two", "/same": "same", "/new": "new" });
  const { store } = world.publisher;
  for (let reads = 0; ; reads++) {
    let left = reads;
    const dying = {
      ...store,
      tree: (digest: string) => (left-- <= 0 ? null : store.tree(digest)),
      object: (digest: string) => (left-- <= 0 ? null : store.object(digest)),
    };
    const died = await writeMirror({ store: dying, folder: join(folder, "status") }).catch(
      (thrown) => thrown,
    );
    if (!(died instanceof Error)) break;
    expect(text(headFile)).toBe(before);
  }
  const pop = world.follow([mirror]);
  await arrives(pop, "two");
  await pop.follower.stop();
});

test("mirror/a writing that meets a disk or a folder that will not have it says which folder", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  writeFileSync(join(folder, "status"), "a file");
  const { store } = world.publisher;
  const thrown = await writeMirror({ store, folder: join(folder, "status") }).catch((fault) => fault);
  expect(thrown).toMatchObject({ code: "folder-unusable" });
  expect(String(thrown.message)).toContain(join(folder, "status"));
});

test("mirror/a folder that holds somebody else's files is refused, and they stay", async () => {
  const world = await mirrored();
  await world.publisher.publish("acme", html);
  const theirs = join(folder, "status", "pages", "index.html");
  mkdirSync(dirname(theirs), { recursive: true });
  writeFileSync(theirs, "mine");
  const { store } = world.publisher;
  const thrown = await writeMirror({ store, folder: join(folder, "status") }).catch((fault) => fault);
  expect(thrown).toMatchObject({ code: "folder-unusable" });
  expect(files()).toEqual(["pages/index.html"]);
});

const headers: Readonly<Record<string, string>> = {
  "an HTML page": "<!doctype html><title>Welcome</title>",
  nothing: "",
  "a head of a later format": '{"format":"pharos-mirror/2"}',
  "names that are no digests":
    '{"format":"pharos-mirror/1","heads":"../../x","heartbeat":null,"documents":[]}',
  "endless text": "x".repeat(limits.mirrorHeadBytesMax + 1),
};
for (const [what, body] of Object.entries(headers)) {
  test(`mirror/a web server that answers with ${what} is said once, and left`, async () => {
    const world = await mirrored();
    world.line.feeds.set(server, async () => new Response(body));
    const pop = world.follow([mirror]);
    await passes(world, 12_000);
    expect(pop.log.length).toBe(1);
    expect(pop.log[0]).toContain("Lost a source");
    expect(pop.store.heads()).toEqual([]);
    await pop.follower.stop();
  });
}

test("mirror/bodies that never end take no more memory than a generation may, and the page waits for another source", async () => {
  const world = await mirrored();
  const many = Object.fromEntries(Array.from({ length: 40 }, (_none, at) => [`/${at}`, `body ${at}`]));
  await world.publisher.publish("acme", { ...many, "/": "front" });
  await world.write();
  const chunk = new Uint8Array(1024 * 1024);
  let sent = 0;
  const honest = staticFolder(folder);
  world.line.feeds.set(server, async (request) => {
    const digest = new URL(request.url).pathname.slice(-64);
    if (!world.publisher.store.hasObject(digest)) return (await honest(request)) ?? new Response();
    const endless = {
      pull(controller: ReadableStreamDefaultController<Uint8Array>) {
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    };
    return new Response(new ReadableStream(endless, { highWaterMark: 0 }));
  });
  const pop = world.follow([mirror]);
  await until(() => pop.refused("not-at-source") > 0, "the fetch comes to an end");
  expect(sent).toBeGreaterThan(limits.applyBytesMax);
  // Each of those asked for at once may be one chunk beyond it.
  expect(sent).toBeLessThan(limits.applyBytesMax + 4 * limits.mirrorGetsMax * chunk.length);
  expect(pop.store.heads()).toEqual([]);
  await pop.follower.stop();
});

test("mirror/a head decodes to what was encoded, for ever", () => {
  const heads = "ab".repeat(32);
  const golden = `{"format":"pharos-mirror/1","heads":"${heads}","heartbeat":"AQL/","documents":["${heads}"]}\n`;
  const head = { heads, heartbeat: Uint8Array.of(1, 2, 255), documents: [heads] };
  expect(Buffer.from(encodeMirrorHead(head)).toString()).toBe(golden);
  const decoded = decodeMirrorHead(Buffer.from(golden));
  expect(decoded.ok && { ...decoded.value, heartbeat: [...(decoded.value.heartbeat ?? [])] }).toEqual({
    ...head,
    heartbeat: [1, 2, 255],
  });
});

test("mirror/where a route's file stands", () => {
  const at = (path: string, contentType = "text/html; charset=utf-8"): string | null =>
    fileOf({ path, contentType });
  expect(at("/")).toBe("index.html");
  expect(at("/history")).toBe("history/index.html");
  expect(at("/history/2026-11")).toBe("history/2026-11/index.html");
  expect(at("/a.html")).toBe("a.html");
  expect(at("/api/v2/summary.json", "application/json")).toBe("api/v2/summary.json");
  expect(at("/history.atom", "application/atom+xml")).toBe("history.atom");
  expect(at("/_event", "text/plain")).toBe("_event");
  expect(at("/a%20b", "text/plain")).toBe("a b");
  for (const path of [
    "/..",
    "/../x",
    "/a/../b",
    "/.",
    "/%2e%2e/x",
    "/a//b",
    "/a%2fb",
    "/a%00",
    "/a\\b",
    "/%",
    "/c:x",
  ])
    expect([path, at(path, "text/plain")]).toEqual([path, null]);
  expect(at(`/${"x".repeat(256)}`, "text/plain")).toBeNull();
  expect(at("/", "text/plain")).toBeNull();
});
