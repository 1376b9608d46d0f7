// Members of a feed: who may follow, which pages a POP gets, what becomes of a revoked one.
import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import { signRegistry } from "../../src/snapshot/registry.ts";
import { keepRegistry } from "../../src/store/trusted.ts";
import { encodeFrame } from "../../src/sync/frames.ts";
import { createMembers } from "../../src/sync/members.ts";
import { createProver } from "../../src/sync/members-proof.ts";
import { createSite, entry, other, pagesAt, pop, popOf } from "./members-world.ts";
import { origin, publisherKey, root, settled, strangerKey } from "./world.ts";

describe("members/a POP follows", () => {
  test("a feed for members: one more round trip at the first request, and none after it, polls included", async () => {
    const site = await createSite("members");
    await site.list(entry());
    await site.publisher.publish("acme", { "/": "one" });
    const made = popOf(site, pop, { mode: "poll" });
    await site.live(10_000);
    expect(pagesAt(made)).toEqual(["acme"]);
    expect(made.follower.state().level).toBe(0);
    expect(site.statuses.slice(0, 2)).toEqual([401, 200]);
    expect(site.statuses.filter((status) => status === 401)).toHaveLength(1);
    expect(made.metrics.counter("follow_connections_total", "", "ended").value("lost")).toBe(0);
    expect(site.statuses.length).toBeGreaterThan(6);
    await made.follower.stop();
  });

  test("a feed that was started again asks anew, and is answered", async () => {
    const site = await createSite("members");
    await site.list(entry());
    await site.publisher.publish("acme", { "/": "one" });
    const made = popOf(site, pop);
    await site.live(4_000);
    site.restart();
    await site.publisher.publish("acme", { "/": "two" });
    await site.live(8_000);
    expect(made.store.head("acme")?.generation).toBe(2);
    expect(site.statuses.filter((status) => status === 401)).toHaveLength(2);
    await made.follower.stop();
  });

  test("a clock that is a year off proves a key like any other", async () => {
    const site = await createSite("members");
    await site.list(entry());
    await site.publisher.publish("acme", { "/": "one" });
    const clock = { ...site.clock, wallMs: () => site.clock.wallMs() - 365 * 86_400_000 };
    const made = popOf(site, pop, { clock });
    await site.live(6_000);
    expect(pagesAt(made)).toEqual(["acme"]);
    await made.follower.stop();
  });

  test("without a key, or with one that is not listed, a feed for members sends nothing", async () => {
    const site = await createSite("members");
    await site.list(entry());
    await site.publisher.publish("acme", { "/": "one" });
    for (const key of [null, other]) {
      const made = popOf(site, key);
      await site.live(6_000);
      expect([pagesAt(made), made.follower.state().connected]).toEqual([[], false]);
      await made.follower.stop();
    }
    expect(new Set(site.statuses)).toEqual(new Set([403]));
  });

  for (const access of ["open", "members"] as const)
    test(`revoked at a feed that is ${access}: its session ends at once, nothing more comes, level 1, and it keeps what it has`, async () => {
      const site = await createSite(access);
      await site.list(entry());
      await site.publisher.publish("acme", { "/": "one" });
      const made = popOf(site, pop);
      await site.live(6_000);
      expect(made.follower.state()).toMatchObject({ connected: true, level: 0 });
      await site.list(entry({ revoked: true }));
      expect(site.feed.sessions()).toEqual([]);
      await site.publisher.publish("acme", { "/": "two" });
      await site.live(20_000);
      expect(made.follower.state()).toMatchObject({ connected: false, level: 1 });
      expect(made.store.head("acme")?.generation).toBe(1);
      expect(site.reports.heard(pop.publicKey)).toBeNull();
      await made.follower.stop();
    });

  test("revoked in the middle of a fetch: the answer ends there", async () => {
    const site = await createSite("members");
    await site.list(entry());
    const noise = Buffer.from(seededRandom(63).bytes(1_200_000)).toString("base64");
    const head = await site.publisher.publish("acme", { "/": noise });
    const manifest = openManifest(site.publisher.store.tree(head.manifest) ?? new Uint8Array());
    const part = decodePart(
      site.publisher.store.tree((manifest.ok && manifest.value.value.parts[0]) || "") ?? new Uint8Array(),
    );
    const objects = part.ok ? part.value.routes.map(({ variants }) => variants.gzip.digest) : [];
    const ask = { kind: "ask", version: 1, oldest: 1, mode: "stream", key: pop.publicKey } as const;
    const body = Buffer.concat([encodeFrame(ask), encodeFrame({ kind: "want", trees: [], objects })]);
    const prover = createProver(pop.secretKey);
    const send = () => {
      const proof = prover.prove(origin, "/sync/fetch", body) ?? "";
      return site.feed.fetch(
        new Request(`${origin}/sync/fetch`, { method: "POST", headers: { authorization: proof }, body }),
      );
    };
    prover.learn(origin, (await send())?.headers.get("www-authenticate") ?? "");
    const stream = (await send())?.body?.getReader();
    let length = (await stream?.read())?.value?.length ?? 0;
    await site.list(entry({ revoked: true }));
    for (let next = await stream?.read(); next?.done === false; next = await stream?.read())
      length += next.value.length;
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThan(900_000);
  });

  test("a POP that joined while it followed keeps its session, and another one is not touched by a revocation", async () => {
    const site = await createSite("open");
    await site.publisher.publish("acme", { "/": "one" });
    const [made, stays] = [popOf(site, pop), popOf(site, other)];
    await site.live(4_000);
    await site.list(entry(), entry({ key: other.publicKey, name: "sin-1" }));
    expect(site.feed.sessions()).toHaveLength(2);
    await site.list(entry({ revoked: true }), entry({ key: other.publicKey, name: "sin-1" }));
    expect(site.feed.sessions().map(({ key }) => key)).toEqual([other.publicKey]);
    await site.publisher.publish("acme", { "/": "two" });
    await site.live(4_000);
    expect([made, stays].map(({ store }) => store.head("acme")?.generation)).toEqual([1, 2]);
    await Promise.all([made.follower.stop(), stays.follower.stop()]);
  });
});

describe("members/pages that a POP is listed for", () => {
  test("it gets these and no others, says nothing of the others, and is fresh", async () => {
    const site = await createSite("open");
    await site.list(entry({ pages: ["acme"] }));
    for (const page of ["acme", "beta"]) await site.publisher.publish(page, { "/": page });
    const made = popOf(site, pop);
    await site.live(12_000);
    expect(pagesAt(made)).toEqual(["acme"]);
    expect(made.store.freshness()).toMatchObject({ level: 0, behind: {} });
    expect(site.reports.heard(pop.publicKey)?.report).toMatchObject({ pages: 1, differing: 0 });
    const fetches = (): number => site.line.asked.filter((url) => url.endsWith("/sync/fetch")).length;
    const manifests = (): number => site.metrics.counter("feed_bytes_total", "", "frame").value("manifest");
    const before = [fetches(), manifests()];
    await site.publisher.publish("beta", { "/": "again" });
    await site.live(6_000);
    expect([pagesAt(made), fetches(), manifests()]).toEqual([["acme"], ...before]);
    await made.follower.stop();
  });

  test("fewer: the others are forgotten, their hosts unknown and not gone; more: they come", async () => {
    const site = await createSite("open");
    await site.list(entry());
    for (const page of ["acme", "beta"]) await site.publisher.publish(page, { "/": page });
    const made = popOf(site, pop);
    await site.live(6_000);
    expect(pagesAt(made)).toEqual(["acme", "beta"]);
    const told: string[] = [];
    made.follower.onApplied((page) => void told.push(page));
    made.follower.onDocument(({ kind }) => void told.push(kind));
    await site.list(entry({ pages: ["beta"] }));
    await settled();
    expect([pagesAt(made), told]).toEqual([["beta"], ["registry", "acme"]]);
    expect([made.store.pageOf("acme.test"), made.store.isGone("acme.test")]).toEqual([null, false]);
    await site.list(entry({ pages: ["acme", "beta"] }));
    await site.live(8_000);
    expect(pagesAt(made)).toEqual(["acme", "beta"]);
    expect(made.store.freshness()?.behind).toEqual({});
    await made.follower.stop();
  });

  test("from a feed that pushes everything it takes no more than its own", async () => {
    const site = await createSite("open");
    await site.list(entry({ pages: ["acme"] }));
    site.line.feeds.set(origin, (request) => site.publisher.feed.fetch(request));
    for (const page of ["acme", "beta"]) await site.publisher.publish(page, { "/": page });
    const made = popOf(site, pop);
    await site.live(8_000);
    expect(pagesAt(made)).toEqual(["acme"]);
    const before = made.store.writes.filter((op) => op === "apply" || op === "forgetPage");
    await site.publisher.publish("beta", { "/": "again" });
    await site.live(8_000);
    expect(made.store.writes.filter((op) => op === "apply" || op === "forgetPage")).toEqual(before);
    await made.follower.stop();
  });

  test("a page that came in before its registry goes again", async () => {
    const site = await createSite("open");
    await site.publisher.publish("acme", { "/": "one" });
    const made = popOf(site, pop);
    await site.live(4_000);
    const held = { ...site.publisher.store };
    await site.list(entry({ pages: ["beta"] }));
    await site.live(2_000);
    expect(pagesAt(made)).toEqual([]);
    const head = held.head("acme");
    const tree = [[head?.manifest ?? "", held.tree(head?.manifest ?? "") ?? new Uint8Array()]] as const;
    if (head !== null)
      await made.store.apply({ head, hosts: ["acme.test"], createdMs: 1, tree, objects: [] });
    expect(pagesAt(made)).toEqual(["acme"]);
    await site.live(4_000);
    expect(pagesAt(made)).toEqual([]);
    await made.follower.stop();
  });

  test("a registry that no publisher signed, or an older one, changes nothing", async () => {
    const site = await createSite("open");
    await site.list(entry());
    await site.list(entry());
    await site.publisher.publish("acme", { "/": "one" });
    const made = popOf(site, pop);
    await site.live(4_000);
    const narrow = { pops: [entry({ pages: ["beta"] })] };
    const { store } = site.publisher;
    await keepRegistry(
      store,
      strangerKey.publicKey,
      signRegistry({ serial: 99, ...narrow }, strangerKey.secretKey),
    );
    await keepRegistry(store, "replayed", signRegistry({ serial: 1, ...narrow }, publisherKey.secretKey));
    await site.live(4_000);
    expect(pagesAt(made)).toEqual(["acme"]);
    expect(made.refused("unknown-key")).toBe(1);
    await made.follower.stop();
  });

  test("a registry that is held is not sent again; one whose publisher root has revoked counts no more", async () => {
    const site = await createSite("open");
    const { store } = site.publisher;
    const delegate = async (serial: number, pages: readonly string[]): Promise<void> => {
      const bytes = signDelegation(
        { publisherKey: strangerKey.publicKey, pages, hosts: ["*"], serial },
        root.secretKey,
      );
      await store.putDocument({ kind: "delegation", subject: strangerKey.publicKey, bytes });
      site.feed.announce();
      await settled();
    };
    for (const page of ["acme", "beta"]) await site.publisher.publish(page, { "/": page });
    await delegate(1, ["acme", "beta"]);
    const pops = [entry({ pages: ["beta"] })];
    await keepRegistry(
      store,
      strangerKey.publicKey,
      signRegistry({ serial: 1, pops }, strangerKey.secretKey),
    );
    const made = popOf(site, pop);
    await site.live(8_000);
    expect(pagesAt(made)).toEqual(["beta"]);
    const sent = (): number => site.metrics.counter("feed_bytes_total", "", "frame").value("document");
    const before = sent();
    site.line.cut(origin);
    await site.live(4_000);
    expect([made.follower.state().connected, sent()]).toEqual([true, before]);
    await delegate(2, []);
    await site.live(8_000);
    expect(pagesAt(made)).toEqual(["acme", "beta"]);
    await made.follower.stop();
  });

  test("a store that fails to keep a registry is asked again with the next heartbeat", async () => {
    const site = await createSite("open");
    for (const page of ["acme", "beta"]) await site.publisher.publish(page, { "/": page });
    const made = popOf(site, pop);
    await site.live(4_000);
    let fails = 2;
    made.store.beforeWrite = (op) => {
      if ((op === "putDocument" || op === "forgetPage") && fails-- > 0) throw new Error("full");
    };
    await site.list(entry({ pages: ["beta"] }));
    await site.live(8_000);
    expect(pagesAt(made)).toEqual(["beta"]);
    expect(made.refused("store-internal")).toBe(2);
    await made.follower.stop();
  });

  test("a publisher of all pages has the last word: who it revokes, no key that it replaced keeps in", async () => {
    const { store } = (await createSite("open")).publisher;
    const all = new Set([publisherKey.publicKey, strangerKey.publicKey]);
    const [isPublisher, mayPublish] = [(key: string) => all.has(key), (key: string) => all.has(key)];
    const trust = { isPublisher, mayPublish };
    const say = (by: typeof publisherKey, serial: number, revoked: boolean) =>
      keepRegistry(store, by.publicKey, signRegistry({ serial, pops: [entry({ revoked })] }, by.secretKey));
    await say(publisherKey, 5, false);
    await say(strangerKey, 6, true);
    const members = createMembers({ store, trust });
    expect(members.standing(pop.publicKey)).toBe("revoked");
    all.delete(strangerKey.publicKey);
    members.reload();
    expect(members.standing(pop.publicKey)).toBe("member");
    all.clear();
    members.reload();
    expect([members.standing(pop.publicKey), members.entry(pop.publicKey)]).toEqual(["unknown", null]);
  });

  test("of a page only publishers that may publish it have a say", async () => {
    const { store } = (await createSite("open")).publisher;
    const [own, foreign] = [publisherKey, strangerKey];
    const trust = {
      isPublisher: () => true,
      mayPublish: (key: string, page: string) => page !== "*" && (key === own.publicKey || page === "theirs"),
    };
    await keepRegistry(
      store,
      foreign.publicKey,
      signRegistry({ serial: 1, pops: [entry({ pages: ["theirs"] })] }, foreign.secretKey),
    );
    const members = createMembers({ store, trust });
    const gets = (...pages: string[]) => pages.map((page) => members.gets(pop.publicKey, page));
    expect(gets("theirs", "acme")).toEqual([true, true]);
    await keepRegistry(
      store,
      own.publicKey,
      signRegistry({ serial: 1, pops: [entry({ pages: ["acme"], revoked: true })] }, own.secretKey),
    );
    members.reload();
    expect([members.standing(pop.publicKey), ...gets("theirs", "acme")]).toEqual(["member", true, true]);
    await keepRegistry(
      store,
      own.publicKey,
      signRegistry({ serial: 2, pops: [entry({ pages: ["acme"] })] }, own.secretKey),
    );
    members.reload();
    expect(gets("theirs", "acme", "beta")).toEqual([true, true, false]);
  });
});
