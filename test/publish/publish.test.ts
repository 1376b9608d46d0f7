import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../src/base/fault.ts";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import { startBeat } from "../../src/publish/beat.ts";
import type { Maker } from "../../src/publish/maker.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { signDelegation, signEpoch, signRemoval } from "../../src/snapshot/documents.ts";
import { frontPart } from "../../src/snapshot/front.ts";
import { openHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart, findRoute, partIndex } from "../../src/snapshot/part.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import type { Route } from "../../src/snapshot/types.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const root = generateKeyPair("root", seededRandom(1));
const key = generateKeyPair("publisher", seededRandom(2));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-publish-"));
  folders.push(folder);
  return folder;
}

/** A control plane without its listeners. */
function start(folder: string, clock: ManualClock, pages: readonly string[] = ["*"], maker?: Maker) {
  const store = openStore({ folder, clock, log: silentLog });
  const ledger = openLedger({
    store,
    clock,
    random: seededRandom(clock.wallMs()),
    region: "main",
    log: silentLog,
  });
  const trust = createTrust({ rootKeys: [root.publicKey] });
  trust.accept(
    signDelegation({ publisherKey: key.publicKey, pages, hosts: ["*"], serial: 1 }, root.secretKey),
  );
  const metrics = createMetrics();
  let announced = 0;
  const publisher = createPublisher({
    ledger,
    store: store.snapshots,
    trust,
    secretKey: key.secretKey,
    clock,
    random: seededRandom(7),
    log: silentLog,
    metrics,
    announce: () => announced++,
    ...(maker && { maker }),
  });
  const rendered = metrics.counter("documents_rendered_total", "");
  const outcomes = metrics.counter("publishes_total", "", "outcome");
  const submit = async (page: string | null, command: Command) => {
    const done = await ledger.submit(page, command, "test");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    await publisher.settled();
    return done;
  };
  return { store, ledger, trust, publisher, rendered, outcomes, submit, announced: () => announced };
}

type Plane = ReturnType<typeof start>;

/** In the op-log; nobody waits for its page. */
async function submitted({ ledger }: Pick<Plane, "ledger">, command: Command) {
  const done = await ledger.submit(null, command, "test");
  if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
  return done;
}

async function makePage(plane: Plane, url = "https://status.example.org"): Promise<string> {
  const { page } = await plane.submit(null, { kind: "page.create", fields: { name: "Example", url } });
  return page;
}

function bodyOf(plane: Plane, page: string, path: string): string | null {
  const route = routeOf(plane, page, path);
  const bytes = route ? plane.store.snapshots.object(route.variants.identity.digest) : null;
  return bytes && new TextDecoder().decode(bytes);
}

function routeOf(plane: Plane, page: string, path: string): Route | null {
  plane.store.refresh();
  const head = plane.store.snapshots.head(page);
  const opened = head && openManifest(plane.store.snapshots.tree(head.manifest) ?? new Uint8Array());
  if (!opened?.ok) return null;
  const { parts } = opened.value.value;
  const found = [frontPart, partIndex(path, parts.length)].map((index) => {
    const part = decodePart(plane.store.snapshots.tree(parts[index] ?? "") ?? new Uint8Array());
    return part.ok ? findRoute(part.value, path) : null;
  });
  return found[0] ?? found[1] ?? null;
}

let folder = "";
let clock = manualClock();
beforeEach(() => {
  folder = newFolder();
  clock = manualClock();
});

describe("publish", () => {
  test("a change becomes one generation, and a burst of changes not one each", async () => {
    const plane = start(folder, clock);
    plane.publisher.start();
    const page = await makePage(plane);
    expect(plane.store.snapshots.head(page)?.generation).toBe(1);
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        plane.ledger.submit(page, { kind: "component.create", fields: { name: `Part ${at}` } }, "test"),
      ),
    );
    await plane.publisher.settled();
    plane.store.refresh();
    const generation = plane.store.snapshots.head(page)?.generation ?? 0;
    expect(generation).toBeGreaterThan(1);
    expect(generation).toBeLessThan(10);
    expect(plane.announced()).toBe(generation);
    const listed = JSON.parse(bodyOf(plane, page, "/api/v2/components.json") ?? "{}") as {
      components: unknown[];
    };
    expect(listed.components).toHaveLength(20);
    await plane.publisher.stop();
    await plane.store.close();
  });

  test("asked again without a change, nothing is rendered and no generation is made", async () => {
    const plane = start(folder, clock);
    plane.publisher.start();
    const page = await makePage(plane);
    const before = plane.rendered.value();
    plane.publisher.recheck();
    await plane.publisher.settled();
    expect(plane.rendered.value()).toBe(before);
    expect(plane.store.snapshots.head(page)?.generation).toBe(1);
    await plane.publisher.stop();
    await plane.store.close();
  });

  test("after a restart the notes save all rendering, and the next change renders what it touches", async () => {
    const first = start(folder, clock);
    first.publisher.start();
    const page = await makePage(first);
    for (let at = 0; at < 30; at++) {
      await first.submit(page, {
        kind: "incident.create",
        fields: {
          name: `Trouble ${at}`,
          status: "resolved",
          body: "It is over.",
          at: clock.wallMs() - at * 86_400_000,
        },
      });
    }
    const all = first.rendered.value();
    const { generation = 0 } = first.store.snapshots.head(page) ?? {};
    await first.publisher.stop();
    await first.store.close();

    const second = start(folder, clock);
    second.publisher.start();
    await second.publisher.settled();
    expect(second.rendered.value()).toBe(0);
    expect(second.store.snapshots.head(page)?.generation).toBe(generation);
    await second.submit(page, {
      kind: "incident.create",
      fields: { name: "New", status: "investigating", body: "We look." },
    });
    second.store.refresh();
    expect(second.store.snapshots.head(page)?.generation).toBe(generation + 1);
    expect(second.rendered.value()).toBeGreaterThan(5);
    expect(second.rendered.value()).toBeLessThan(Math.min(all, 25));
    expect(bodyOf(second, page, "/")).toContain("We look.");
    await second.publisher.stop();
    await second.store.close();
  });

  test("an incident that ended 90 days ago may wait from that night on, unrendered; one that is told again may not", async () => {
    const dayMs = 24 * 3_600_000;
    const plane = start(folder, clock);
    plane.publisher.start();
    const page = await makePage(plane);
    for (const name of ["One", "Two"]) {
      const fields = { name, status: "resolved", body: "It is over." } as const;
      await plane.submit(page, { kind: "incident.create", fields });
    }
    const [one = "", two = ""] = plane.ledger.view(page)?.incidentById.keys() ?? [];
    const lazyAt = (...paths: readonly string[]): unknown[] =>
      paths.map((path) => routeOf(plane, page, path)?.lazy ?? false);
    const pathOf = (id: string): string => `/incidents/${id}`;
    const jsonOf = (id: string): string => `/api/v2${pathOf(id)}.json`;
    const mayWait = (): unknown[] => lazyAt(pathOf(one), pathOf(two), "/history/2026-01");
    for (let day = 0; day < 90; day++) await clock.advance(dayMs);
    await plane.publisher.settled();
    expect(mayWait()).toEqual([false, false, false]);
    const before = bodyOf(plane, page, pathOf(one));
    await clock.advance(dayMs);
    await plane.publisher.settled();
    expect(mayWait()).toEqual([true, true, true]);
    expect(bodyOf(plane, page, pathOf(one))).toBe(before);
    const again = { body: "It was the disk.", status: "resolved" } as const;
    await plane.submit(page, { kind: "incident.update", id: one, fields: again });
    expect(mayWait()).toEqual([false, true, false]);
    const never = ["/", "/history", "/history.atom", "/api/v2/incidents.json", jsonOf(two)];
    expect(lazyAt(...never)).toEqual(never.map(() => false));
    await plane.publisher.stop();
    await plane.store.close();
  });

  test("a page that turns by itself is published at its own place in the minute after midnight", async () => {
    const plane = start(folder, clock);
    plane.publisher.start();
    const page = await makePage(plane);
    await plane.submit(page, { kind: "component.create", fields: { name: "Part" } });
    plane.store.refresh();
    const before = plane.store.snapshots.head(page)?.generation ?? 0;
    await clock.advance(11 * 3_600_000);
    await plane.publisher.settled();
    plane.store.refresh();
    expect(plane.store.snapshots.head(page)?.generation).toBe(before);
    await clock.advance(3_600_000 + 60_000);
    await plane.publisher.settled();
    plane.store.refresh();
    expect(plane.store.snapshots.head(page)?.generation).toBe(before + 1);
    await plane.publisher.stop();
    await plane.store.close();
  });

  test("a page that the key may not publish is refused and counted; others go on", async () => {
    const plane = start(folder, clock, ["aaaaaaaaaaaa"]);
    plane.publisher.start();
    const page = await makePage(plane);
    expect(plane.outcomes.value("refused")).toBe(1);
    expect(plane.store.snapshots.head(page)).toBeNull();
    const mine = {
      kind: "page.create",
      id: "aaaaaaaaaaaa",
      fields: { name: "Mine", url: "https://mine.example.org" },
    } as const;
    await plane.submit(null, mine);
    expect(plane.store.snapshots.head("aaaaaaaaaaaa")?.generation).toBe(1);
    await plane.publisher.stop();
    await plane.store.close();
  });

  test("a stop waits for a page that is nearly made, ends one that is not, and the next start publishes it", async () => {
    const making = Promise.withResolvers<never>();
    const endless: Maker = {
      make: () => making.promise,
      kept: () => undefined,
      forget: () => undefined,
      stop: async () => making.reject(new Fault("internal", "Its process ended.", "")),
    };
    const plane = start(folder, clock, ["*"], endless);
    plane.publisher.start();
    const fields = { name: "Example", url: "https://status.example.org" };
    const { page } = await submitted(plane, { kind: "page.create", fields });
    let stopped = false;
    const stopping = plane.publisher.stop().then(() => {
      stopped = true;
    });
    clock.advance(limits.stopGraceMs - 1);
    await new Promise((turn) => setImmediate(turn));
    expect(stopped).toBe(false);
    clock.advance(1);
    await stopping;
    await plane.store.close();
    const again = start(folder, clock);
    again.publisher.start();
    await again.publisher.settled();
    expect(bodyOf(again, page, "/")).toContain("Example");
  });

  test("a removed page is published no more", async () => {
    const plane = start(folder, clock);
    plane.publisher.start();
    const page = await makePage(plane);
    plane.trust.accept(signRemoval({ page, hosts: ["status.example.org"], serial: 1 }, root.secretKey));
    await plane.submit(page, { kind: "component.create", fields: { name: "Part" } });
    plane.store.refresh();
    expect(plane.store.snapshots.head(page)?.generation).toBe(1);
    await plane.publisher.stop();
    await plane.store.close();
  });

  test("a store that fails once is tried again, and nothing is lost", async () => {
    const plane = start(folder, clock);
    plane.publisher.start();
    const page = await makePage(plane);
    const { snapshots } = plane.store;
    const apply = snapshots.apply;
    let failures = 0;
    snapshots.apply = async () => {
      failures++;
      throw new Error("the device is full");
    };
    await plane.submit(page, { kind: "component.create", fields: { name: "Part" } });
    expect(failures).toBe(1);
    expect(snapshots.head(page)?.generation).toBe(1);
    snapshots.apply = apply;
    await clock.advance(10_000);
    await plane.publisher.settled();
    plane.store.refresh();
    expect(snapshots.head(page)?.generation).toBe(2);
    expect(bodyOf(plane, page, "/api/v2/components.json")).toContain("Part");
    await plane.publisher.stop();
    await plane.store.close();
  });
});

describe("the event", () => {
  const eventAt = (plane: Plane, page: string) => JSON.parse(bodyOf(plane, page, "/_event") ?? "");
  const versionOf = (plane: Plane, page: string): string =>
    / data-v="([^"]*)"/.exec(bodyOf(plane, page, "/") ?? "")?.[1] ?? "none";

  test("it names its generation, and leads from the front page before to this one, over a restart too", async () => {
    const first = start(folder, clock);
    first.publisher.start();
    const page = await makePage(first);
    await first.submit(page, { kind: "component.create", id: "part", fields: { name: "Part" } });
    expect(eventAt(first, page)).toMatchObject({ generation: 2, epoch: 1, state: "none" });
    const before = versionOf(first, page);
    await first.publisher.stop();
    await first.store.close();

    await clock.advance(1_000);
    const second = start(folder, clock);
    second.publisher.start();
    await second.publisher.settled();
    await second.submit(page, { kind: "component.update", id: "part", fields: { status: "major_outage" } });
    const event = eventAt(second, page);
    expect(event).toMatchObject({ generation: 3, state: "critical", since: before });
    expect(event.title).toBe("Major Service Outage · Example");
    expect(event.front).toBe(versionOf(second, page));
    expect(event.fragments["p-c0"]).toContain("Major outage");
    await second.publisher.stop();
    await second.store.close();
  });

  test("root raises the epoch: the next one says so, and that the front page is the same", async () => {
    const plane = start(folder, clock);
    plane.publisher.start();
    const page = await makePage(plane);
    const version = versionOf(plane, page);
    plane.trust.accept(signEpoch({ page, epoch: 2, serial: 2 }, root.secretKey));
    plane.publisher.recheck();
    await plane.publisher.settled();
    expect(eventAt(plane, page)).toMatchObject({ generation: 2, epoch: 2, since: version, front: version });
    await plane.publisher.stop();
    await plane.store.close();
  });
});

describe("beat", () => {
  test("every two seconds, and the sequence rises over a restart with the clock set back", async () => {
    const sequences: number[] = [];
    const send = (bytes: Uint8Array) => {
      const opened = openHeartbeat(bytes);
      if (opened.ok) sequences.push(opened.value.value.sequence);
    };
    const beatOn = (plane: Plane) =>
      startBeat({ store: plane.store.snapshots, secretKey: key.secretKey, clock, log: silentLog, send });
    const first = start(folder, clock);
    const beat = await beatOn(first);
    await clock.advance(6_000);
    expect(sequences).toHaveLength(4);
    beat.cancel();
    await first.store.close();

    clock.jumpWall(-3_600_000);
    const second = start(folder, clock);
    (await beatOn(second)).cancel();
    await second.store.close();
    expect(sequences).toHaveLength(5);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  });
});
