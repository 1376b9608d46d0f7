// The small installation of the golden store and stream. In: a folder, a clock that a test moves. Out: a control plane's parts, a POP's, and
// all that is read of a store. Seeded: keys, ids, tokens and times are the same at each run.
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import { startBeat } from "../../src/publish/beat.ts";
import { createPublisher } from "../../src/publish/publisher.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { createPops } from "../../src/store/pops.ts";
import { createTokens } from "../../src/store/tokens.ts";
import { trustOf } from "../../src/store/trusted.ts";
import { createFeed } from "../../src/sync/feed.ts";
import { createFollower } from "../../src/sync/follow.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { until } from "../support/pop.ts";

export const root = generateKeyPair("root", seededRandom(101));
export const publisherKey = generateKeyPair("publisher", seededRandom(102));
export const emergencyKey = generateKeyPair("emergency", seededRandom(108));
export const popKey = generateKeyPair("pop", seededRandom(109));
export const origin = "http://origin.golden";
export const page = "goldenpage01";
export const host = "status.golden.example";

/** The time at which the store was closed, and from which the stream goes on. */
export const storeMs = Date.UTC(2026, 0, 5, 14);
export const streamMs = storeMs + 60_000;
export const clockAt = (wallMs: number): ManualClock => manualClock(wallMs);

export function delegation(serial: number): Uint8Array {
  const given = { publisherKey: publisherKey.publicKey, pages: ["*"], hosts: ["*"], serial };
  return signDelegation(given, root.secretKey);
}

/** Opens a folder as a control plane does, without its addresses. */
export function openControl(folder: string, clock: ManualClock) {
  const store = openStore({ folder, clock, log: silentLog });
  const common = { clock, log: silentLog, metrics: createMetrics(), store: store.snapshots };
  const ledger = openLedger({ store, clock, random: seededRandom(103), region: "main", log: silentLog });
  const feed = createFeed({ ...common, mayFollow: () => true, random: seededRandom(104) });
  const publisher = createPublisher({
    ...common,
    ledger,
    trust: trustOf(store.snapshots, [root.publicKey]),
    secretKey: publisherKey.secretKey,
    random: seededRandom(105),
    announce: feed.announce,
  });
  const submit = async (target: string | null, command: Command): Promise<string> => {
    const done = await ledger.submit(target, command, "golden");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    await publisher.settled();
    return done.id;
  };
  const beat = () => startBeat({ ...common, secretKey: publisherKey.secretKey, send: feed.beat });
  return {
    store,
    ledger,
    feed,
    publisher,
    submit,
    beat,
    tokens: createTokens(store, seededRandom(106)),
    pops: createPops(store, seededRandom(110)),
  };
}

/** Follows until the store holds `generation`, and a heartbeat confirmed it. */
export async function follow(
  store: Store,
  dial: Parameters<typeof createFollower>[0]["dial"],
  generation: number,
): Promise<void> {
  const follower = createFollower({
    store: store.snapshots,
    trust: trustOf(store.snapshots, [root.publicKey]),
    sources: [origin],
    clock: store.clock,
    random: seededRandom(107),
    dial,
    log: silentLog,
    metrics: createMetrics(),
  });
  let confirmed = false;
  follower.onHeartbeat((_bytes, heads) => {
    confirmed = heads.some((head) => head.page === page && head.generation === generation);
  });
  follower.start();
  await until(`generation ${generation} is applied and confirmed`, () => {
    store.refresh();
    return confirmed && store.snapshots.head(page)?.generation === generation;
  });
  await follower.stop();
}

/** What visitors get of a store: each route's digests, and the text of those that are text. Each body is checked against its name. */
export function snapshotOf({ snapshots, refresh }: Store) {
  refresh();
  const head = snapshots.head(page);
  const manifest = openManifest(snapshots.tree(head?.manifest ?? "") ?? new Uint8Array());
  if (head === null || !manifest.ok) throw new Error("The page has no manifest that can be read.");
  const routes = manifest.value.value.parts.flatMap((digest) => {
    const part = decodePart(snapshots.tree(digest) ?? new Uint8Array());
    if (!part.ok) throw new Error(`A part cannot be read: ${part.reason}.`);
    return part.value.routes;
  });
  for (const { path, variants } of routes)
    for (const { digest } of Object.values(variants))
      if (digestOf(snapshots.object(digest) ?? new Uint8Array()) !== digest)
        throw new Error(`${path} is damaged.`);
  return {
    head,
    hosts: { [host]: snapshots.pageOf(host) },
    freshness: snapshots.freshness(),
    documents: ["delegation", "removal", "appointment", "emergency", "registry"].map((kind) =>
      snapshots.documents(kind).map(({ subject, bytes }) => [kind, subject, digestOf(bytes)]),
    ),
    gone: snapshots.isGone("gone.golden.example"),
    notes: [...snapshots.notes(page).keys()].toSorted(),
    routes: routes.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
  };
}

export type Control = ReturnType<typeof openControl>;

/** What a control plane knows besides. */
export function editorsOf({ ledger, tokens, pops }: Control) {
  return {
    pages: ledger.pages(),
    position: ledger.position(),
    cursor: ledger.cursor("golden"),
    ops: [...ledger.opsAfter(0)],
    view: ledger.view(page),
    tokens: tokens.list(),
    pops: pops.list(),
  };
}
