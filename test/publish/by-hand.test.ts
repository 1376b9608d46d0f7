// What an operator publishes by hand, beside what the op-log publishes by itself: folders, rollbacks, releases, over restarts, epochs and keys.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import { createByHand } from "../../src/publish/by-hand.ts";
import { generationsOf, loadPublished } from "../../src/publish/published.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { compressBody } from "../../src/snapshot/body.ts";
import { signDelegation, signEpoch, signRemoval } from "../../src/snapshot/documents.ts";
import { generateKeyPair, type KeyPair } from "../../src/snapshot/keys.ts";
import { createTrust, type Trust } from "../../src/snapshot/trust.ts";
import type { Digest, Route } from "../../src/snapshot/types.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

const root = generateKeyPair("root", seededRandom(1));
const key = generateKeyPair("publisher", seededRandom(2));
const otherKey = generateKeyPair("publisher", seededRandom(3));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let folder = "";
let clock: ManualClock = manualClock();
let trust: Trust = createTrust({ rootKeys: [root.publicKey] });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pharos-by-hand-"));
  folders.push(folder);
  clock = manualClock();
  trust = createTrust({ rootKeys: [root.publicKey] });
  delegate(key);
});

function delegate({ publicKey }: KeyPair, pages: readonly string[] = ["*"], serial = 1): void {
  trust.accept(signDelegation({ publisherKey: publicKey, pages, hosts: ["*"], serial }, root.secretKey));
}

/** A control plane without its listeners, publishing from its start. */
function start(pair: KeyPair = key) {
  const store = openStore({ folder, clock, log: silentLog });
  const ledger = openLedger({
    store,
    clock,
    random: seededRandom(clock.wallMs()),
    region: "main",
    log: silentLog,
  });
  let announced = 0;
  const common = {
    ledger,
    store: store.snapshots,
    trust,
    secretKey: pair.secretKey,
    clock,
    announce: () => void announced++,
  };
  const publisher = createPublisher({
    ...common,
    random: seededRandom(7),
    log: silentLog,
    metrics: createMetrics(),
  });
  publisher.start();
  const { alone, settled } = publisher;
  const byHand = createByHand({ ...common, alone, settled });
  const submit = async (page: string | null, command: Command) => {
    const done = await ledger.submit(page, command, "test");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    await settled();
    return done.page;
  };
  return {
    store: store.snapshots,
    ledger,
    publisher,
    byHand,
    submit,
    announced: () => announced,
    /** Generation, epoch and signer of a page. */
    head(page: string) {
      store.refresh();
      const [current] = generationsOf(store.snapshots, page);
      return current && { ...current.manifest, signer: current.signer };
    },
    /** The text at a path of the page now. */
    text(page: string, path: string): string | null {
      const route = loadPublished(store.snapshots, page).rendered.get(path)?.route;
      const bytes = route && store.snapshots.object(route.variants.identity.digest);
      return bytes ? new TextDecoder().decode(bytes) : null;
    },
    async stop() {
      await publisher.stop();
      await store.close();
    },
  };
}

type Plane = ReturnType<typeof start>;

const site = "docs.example.org";

/** Texts by path, as `pharos publish` hands them over. */
async function publish(plane: Plane, texts: Readonly<Record<string, string>>, page = site, hosts = [page]) {
  const after = await plane.byHand.begin(page, hosts);
  const { routes, bodies } = await routesOf(texts);
  await plane.byHand.stage(bodies);
  return plane.byHand.publish({ page, hosts, routes, after });
}

async function routesOf(texts: Readonly<Record<string, string>>) {
  const routes: Route[] = [];
  const bodies: (readonly [Digest, Uint8Array])[] = [];
  for (const [path, text] of Object.entries(texts)) {
    const { variants, objects } = await compressBody(new TextEncoder().encode(text));
    routes.push({ path, contentType: "text/plain", cache: "page", slot: false, variants });
    bodies.push(...objects);
  }
  // Over the socket they come as JSON.
  return { routes: JSON.parse(JSON.stringify(routes)) as Route[], bodies };
}

function makePage(plane: Plane, host = "status.example.org"): Promise<string> {
  return plane.submit(null, { kind: "page.create", fields: { name: "Example", url: `https://${host}` } });
}

function addPart(plane: Plane, page: string, name: string): Promise<string> {
  return plane.submit(page, { kind: "component.create", fields: { name } });
}

const components = "/api/v2/components.json";

describe("folders", () => {
  test("a folder becomes a page; the same folder again makes no generation", async () => {
    const plane = start();
    expect(await publish(plane, { "/": "front", "/a": "a" })).toEqual({
      page: site,
      generation: 1,
      changed: true,
    });
    expect(plane.store.pageOf(site)).toBe(site);
    expect(plane.text(site, "/a")).toBe("a");
    expect(plane.text(site, "/_event")).toBe('{"generation":1}');
    const announced = plane.announced();
    expect(await publish(plane, { "/a": "a", "/": "front" })).toEqual({
      page: site,
      generation: 1,
      changed: false,
    });
    expect(plane.announced()).toBe(announced);
    await plane.stop();
  });

  test("the folder is the whole truth: what is gone from it is gone; a changed file changes its part, and the one of the event", async () => {
    const plane = start();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`/deep/${at}`, `text ${at}`]));
    await publish(plane, { ...many, "/": "front" });
    const before = plane.head(site)?.parts ?? [];
    await publish(plane, { ...many, "/": "front", "/deep/7": "changed" });
    const after = plane.head(site)?.parts ?? [];
    expect(after.filter((digest) => !before.includes(digest))).toHaveLength(2);
    expect(before.length).toBeGreaterThan(4);
    await publish(plane, { "/": "front" });
    expect(plane.text(site, "/deep/7")).toBeNull();
    expect(plane.text(site, "/")).toBe("front");
    await plane.stop();
  });

  test("new hosts are a new generation, and the old ones lead nowhere", async () => {
    const plane = start();
    await publish(plane, { "/": "front" });
    const moved = await publish(plane, { "/": "front" }, site, ["www.example.org"]);
    expect(moved).toEqual({ page: site, generation: 2, changed: true });
    expect([plane.store.pageOf(site), plane.store.pageOf("www.example.org")]).toEqual([null, site]);
    await plane.stop();
  });

  test("ids and hosts of others are refused, in both directions", async () => {
    const plane = start();
    const page = await makePage(plane);
    await publish(plane, { "/": "front" });
    const refused: readonly (readonly [page: string, hosts: readonly string[], sentence: string])[] = [
      [page, ["new.example.org"], `Page ${page} is made of incidents and components`],
      ["another", ["status.example.org"], `The host status.example.org belongs to page ${page}.`],
      ["another", ["new.example.org", site], `The host ${site} belongs to page ${site}.`],
    ];
    for (const [id, hosts, sentence] of refused)
      await expect(publish(plane, { "/": "x" }, id, [...hosts])).rejects.toThrow(sentence);
    const create = (fields: { name: string; url: string }, id?: string) =>
      plane.ledger.submit(null, { kind: "page.create", ...(id && { id }), fields }, "test");
    expect(await create({ name: "Thief", url: `https://${site}` })).toMatchObject({
      ok: false,
      refusal: {
        status: 409,
        sentences: [`The host ${site} belongs to page ${site}, which is published from a folder.`],
      },
    });
    await publish(plane, { "/": "x" }, "handbook", ["handbook.example.org"]);
    expect(await create({ name: "Thief", url: "https://thief.example.org" }, "handbook")).toMatchObject({
      ok: false,
      refusal: { status: 409, sentences: ["The page handbook is published from a folder."] },
    });
    expect(plane.text(site, "/")).toBe("front");
    await plane.stop();
  });

  test("two commands at once: the second is told, not mixed in", async () => {
    const plane = start();
    await publish(plane, { "/": "front" });
    const after = await plane.byHand.begin(site, [site]);
    await publish(plane, { "/": "theirs" });
    const { routes, bodies } = await routesOf({ "/": "mine" });
    await plane.byHand.stage(bodies);
    await expect(plane.byHand.publish({ page: site, hosts: [site], routes, after })).rejects.toThrow(
      "somebody else",
    );
    expect(plane.text(site, "/")).toBe("theirs");
    await plane.stop();
  });

  test("what a POP would refuse is refused here: bodies that never came, or are not what they are called", async () => {
    const plane = start();
    const { routes, bodies } = await routesOf({ "/": "front" });
    await expect(plane.byHand.publish({ page: site, hosts: [site], routes, after: null })).rejects.toThrow(
      "is not here",
    );
    const [first] = bodies;
    await expect(plane.byHand.stage([[first?.[0] ?? "", new Uint8Array(3)]])).rejects.toThrow(
      "not what its name says",
    );
    expect(plane.head(site)).toBeUndefined();
    await plane.stop();
  });

  test("a page beyond the delegation and a removed page are refused by their sentence", async () => {
    trust = createTrust({ rootKeys: [root.publicKey] });
    delegate(key, ["mine"]);
    const plane = start();
    await expect(publish(plane, { "/": "x" })).rejects.toThrow("Its key may not publish this page.");
    await publish(plane, { "/": "x" }, "mine", ["mine.example.org"]);
    trust.accept(signRemoval({ page: "mine", hosts: ["mine.example.org"], serial: 1 }, root.secretKey));
    await expect(publish(plane, { "/": "y" }, "mine", ["mine.example.org"])).rejects.toThrow(
      "Root has removed this page.",
    );
    await plane.stop();
  });
});

describe("rollback", () => {
  test("old parts, next generation; edits are kept meanwhile and appear on release", async () => {
    const plane = start();
    const page = await makePage(plane);
    await addPart(plane, page, "First");
    const good = plane.head(page);
    await addPart(plane, page, "Second");
    const made = await plane.byHand.rollback(page, good?.generation ?? 0);
    expect(made).toEqual({ page, generation: 4, changed: true });
    expect(plane.head(page)?.parts).toEqual(good?.parts ?? []);
    await addPart(plane, page, "Third");
    plane.publisher.recheck();
    await plane.publisher.settled();
    expect(plane.head(page)?.generation).toBe(4);
    expect(plane.text(page, components)).not.toContain("Second");
    expect(plane.ledger.view(page)?.components).toHaveLength(3);
    expect(await plane.byHand.release(page)).toEqual({ page, generation: 5, changed: true });
    for (const name of ["First", "Second", "Third"]) expect(plane.text(page, components)).toContain(name);
    await addPart(plane, page, "Fourth");
    expect(plane.head(page)?.generation).toBe(6);
    await plane.stop();
  });

  test("a pin survives a restart, and midnight", async () => {
    const first = start();
    const page = await makePage(first);
    await addPart(first, page, "First");
    await first.byHand.rollback(page, 1);
    await first.stop();
    const second = start();
    await second.publisher.settled();
    await addPart(second, page, "Second");
    await clock.advance(2 * 86_400_000);
    await second.publisher.settled();
    expect(second.head(page)?.generation).toBe(3);
    expect(loadPublished(second.store, page).pin).toEqual({ to: 1, sinceMs: Date.UTC(2026, 0, 5, 12) });
    await second.byHand.release(page);
    expect(second.text(page, components)).toContain("Second");
    await second.stop();
    const third = start();
    await third.publisher.settled();
    await addPart(third, page, "Third");
    expect(third.text(page, components)).toContain("Third");
    await third.stop();
  });

  test("back, further back, and to the one shown now", async () => {
    const plane = start();
    for (const text of ["one", "two", "three"]) await publish(plane, { "/": text });
    await plane.byHand.rollback(site, 2);
    expect([plane.text(site, "/"), plane.head(site)?.generation]).toEqual(["two", 4]);
    await plane.byHand.rollback(site, 1);
    expect([plane.text(site, "/"), plane.head(site)?.generation]).toEqual(["one", 5]);
    await plane.byHand.rollback(site, 5);
    expect([plane.text(site, "/"), plane.head(site)?.generation]).toEqual(["one", 6]);
    await plane.stop();
  });

  test("a pinned folder's page takes no folder until it is released", async () => {
    const plane = start();
    await publish(plane, { "/": "one" });
    await publish(plane, { "/": "two" });
    await plane.byHand.rollback(site, 1);
    await expect(publish(plane, { "/": "three" })).rejects.toThrow(
      `Page ${site} is pinned: its generation 3 shows generation 1 since 2026-01-05T12:00:00.000Z.`,
    );
    expect(await plane.byHand.release(site)).toEqual({ page: site, generation: 3, changed: false });
    await publish(plane, { "/": "three" });
    expect(plane.text(site, "/")).toBe("three");
    await plane.stop();
  });

  test("what is not there is said: no such generation, no such page, no pin", async () => {
    const plane = start();
    await publish(plane, { "/": "one" });
    await publish(plane, { "/": "two" });
    await expect(plane.byHand.rollback(site, 3)).rejects.toThrow(`Generation 3 of page ${site} is not kept.`);
    await expect(plane.byHand.rollback("nowhere", 1)).rejects.toThrow("No page nowhere was ever published.");
    await expect(plane.byHand.release(site)).rejects.toThrow(`Page ${site} is not pinned.`);
    expect(plane.head(site)?.generation).toBe(2);
    await plane.stop();
  });

  test("a store that fails leaves page and pin as they were", async () => {
    const plane = start();
    await publish(plane, { "/": "one" });
    await publish(plane, { "/": "two" });
    const { apply } = plane.store;
    plane.store.apply = async () => Promise.reject(new Error("the device is full"));
    await expect(plane.byHand.rollback(site, 1)).rejects.toThrow("the device is full");
    plane.store.apply = apply;
    expect(loadPublished(plane.store, site).pin).toBeNull();
    expect((await publish(plane, { "/": "three" })).generation).toBe(3);
    await plane.stop();
  });

  test("edits, rollbacks and releases at once: each page has one writer, and generations rise by one", async () => {
    const plane = start();
    const page = await makePage(plane);
    await addPart(plane, page, "First");
    const edit = (at: number) =>
      plane.ledger.submit(page, { kind: "component.create", fields: { name: `Part ${at}` } }, "test");
    const work = Array.from({ length: 12 }, (_, at) =>
      at % 4 === 3 ? plane.byHand.rollback(page, 1) : edit(at),
    );
    await Promise.all(work);
    await plane.publisher.settled();
    await plane.byHand.release(page);
    const kept = [...generationsOf(plane.store, page)].map(({ manifest }) => manifest.generation);
    expect(kept).toEqual(kept.map((_, at) => (kept[0] ?? 0) - at));
    expect(plane.text(page, components)).toContain("Part 10");
    await plane.stop();
  });
});

describe("what root says reaches pages that the op-log does not make", () => {
  test("a new epoch: folders and pinned pages are signed in it, with the same parts", async () => {
    const plane = start();
    await publish(plane, { "/": "front" });
    const page = await makePage(plane);
    await addPart(plane, page, "First");
    await plane.byHand.rollback(page, 1);
    const before = [plane.head(site), plane.head(page)];
    for (const one of [site, page])
      trust.accept(signEpoch({ page: one, epoch: 2, serial: 1 }, root.secretKey));
    plane.publisher.recheck();
    await plane.publisher.settled();
    for (const [at, one] of [site, page].entries()) {
      const { epoch, generation, parts } = plane.head(one) ?? {};
      expect([epoch, generation]).toEqual([2, (before[at]?.generation ?? 0) + 1]);
      expect(parts).toEqual(before[at]?.parts ?? []);
    }
    expect(loadPublished(plane.store, page).pin?.to).toBe(1);
    await plane.stop();
  });

  test("a new key signs every page again at its start, once, and the old key can be revoked", async () => {
    const first = start();
    await publish(first, { "/": "front" });
    const page = await makePage(first);
    await first.stop();
    delegate(otherKey);
    trust.accept(
      signDelegation({ publisherKey: key.publicKey, pages: [], hosts: [], serial: 2 }, root.secretKey),
    );
    for (let starts = 0; starts < 2; starts++) {
      const plane = start(otherKey);
      await plane.publisher.settled();
      for (const one of [site, page])
        expect(plane.head(one)).toMatchObject({ generation: 2, signer: otherKey.publicKey });
      expect(plane.text(site, "/")).toBe("front");
      await plane.stop();
    }
  });
});
