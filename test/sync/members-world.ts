// A feed that knows its members, and POPs that follow it: one clock, no network. In: who is listed. Out: what each POP holds, and how often it was asked.
import { silentLog } from "../../src/base/log.ts";
import { createMetrics, type Metrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { generateKeyPair, type KeyPair } from "../../src/snapshot/keys.ts";
import { signRegistry } from "../../src/snapshot/registry.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import type { PopEntry } from "../../src/snapshot/types.ts";
import { keepRegistry, rootDocumentsOf } from "../../src/store/trusted.ts";
import { createFeed, type Feed } from "../../src/sync/feed.ts";
import { createMembers, type Members } from "../../src/sync/members.ts";
import { createGate, type FeedAccess } from "../../src/sync/members-gate.ts";
import { createProver } from "../../src/sync/members-proof.ts";
import { createReports, type Reports } from "../../src/sync/members-reports.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { type MemoryLine, memoryLine } from "../support/memory-line.ts";
import {
  createPop,
  createPublisher,
  origin,
  type Pop,
  type Publisher,
  publisherKey,
  root,
  settled,
} from "./world.ts";

export const pop = generateKeyPair("pop", seededRandom(41));
export const other = generateKeyPair("pop", seededRandom(42));
export const entry = (more: Partial<PopEntry> = {}): PopEntry => ({
  key: pop.publicKey,
  name: "fra-1",
  pages: ["*"],
  drained: false,
  revoked: false,
  joinedMs: 1,
  ...more,
});

export interface Site {
  readonly clock: ManualClock;
  readonly line: MemoryLine;
  readonly publisher: Publisher;
  readonly members: Members;
  readonly reports: Reports;
  readonly statuses: number[];
  /** Of the feed. */
  readonly metrics: Metrics;
  feed: Feed;
  /** Signs and announces who the POPs are. */
  list(...pops: readonly PopEntry[]): Promise<void>;
  /** A feed whose process was started again. */
  restart(): void;
  /** Moves time on in steps of a heartbeat. */
  live(ms: number): Promise<void>;
}

export async function createSite(access: FeedAccess): Promise<Site> {
  const [clock, line] = [manualClock(), memoryLine()];
  const publisher = await createPublisher(clock);
  const { store } = publisher;
  const trust = createTrust({ rootKeys: [root.publicKey], documents: rootDocumentsOf(store) });
  const members = createMembers({ store, trust });
  const reports = createReports({ members, clock, metrics: createMetrics() });
  const statuses: number[] = [];
  const metrics = createMetrics();
  let serial = 0;
  let life = 0;
  const feedOf = (): Feed => {
    life += 1;
    const random = seededRandom(50 + life);
    const gate = createGate({ members, access, random });
    const rest = { store, clock, random, log: silentLog, metrics };
    return createFeed({ ...rest, mayFollow: () => true, gate });
  };
  const site: Site = {
    clock,
    line,
    publisher,
    members,
    reports,
    statuses,
    metrics,
    feed: feedOf(),
    async list(...pops) {
      serial += 1;
      await keepRegistry(
        store,
        publisherKey.publicKey,
        signRegistry({ serial, pops }, publisherKey.secretKey),
      );
      site.feed.announce();
      await settled();
    },
    restart() {
      site.feed.close();
      site.feed = feedOf();
    },
    async live(ms) {
      for (let left = ms; left > 0; left -= 2_000) {
        site.feed.announce();
        site.feed.beat(publisher.beat());
        await settled();
        await clock.advance(Math.min(left, 2_000));
        await settled();
      }
    },
  };
  line.feeds.set(origin, async (request) => {
    const response = await (reports.fetch(request) ?? site.feed.fetch(request));
    statuses.push(response?.status ?? 404);
    return response as Response;
  });
  return site;
}

export function popOf(site: Site, key: KeyPair | null, more: Parameters<typeof createPop>[2] = {}): Pop {
  const prover = key === null ? null : createProver(key.secretKey);
  const made = createPop(site.clock, site.line, { prover, ...more });
  made.follower.start();
  return made;
}

export const pagesAt = ({ store }: Pop): string[] =>
  store
    .heads()
    .map(({ page }) => page)
    .sort();
