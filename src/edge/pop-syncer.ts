// The process of a POP that writes. In: what the operator set. Out: a syncer that follows, sweeps and verifies, and what workers ask of it.
import { join } from "node:path";
import { type Clock, pause } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { dial } from "../host/dial.ts";
import { type FolderLock, lockFolder } from "../host/lock.ts";
import type { Trust } from "../snapshot/trust.ts";
import { asDamage } from "../store/file-check.ts";
import { openStore, type Store, storeFile } from "../store/open.ts";
import { trustOf } from "../store/trusted.ts";
import { openVisitorNotes, type VisitorNotes } from "../store/visitor-notes.ts";
import type { SourceLine } from "../sync/ask.ts";
import { type ChecksDoor, createChecksRelay } from "../sync/checks-door.ts";
import type { Feed } from "../sync/feed.ts";
import { createFollower, type Follower } from "../sync/follow.ts";
import type { Members } from "../sync/members.ts";
import { withMirrors } from "../sync/mirror-read.ts";
import { type OnNotes, withNotes } from "../sync/notes-door.ts";
import { startForwarding } from "../sync/notes-forward.ts";
import { createRelay } from "../sync/relay.ts";
import { startLazies } from "./lazy.ts";
import { createWakes, type Link, linkFile } from "./link.ts";
import { serveLink } from "./link-syncer.ts";
import { createPopMembership } from "./membership.ts";
import { createMending } from "./mend.ts";
import { type PopChecks, startPopChecks } from "./pop-checks.ts";
import { watchPop } from "./pop-gauges.ts";
import type { PopOptions, Running } from "./pop-options.ts";
import { type Syncer, startSyncer } from "./syncer.ts";

export interface RunningSyncer extends Running {
  readonly store: Store;
  readonly syncer: Syncer;
  /** What workers ask of it. */
  readonly link: Link;
}

/** The process that writes, for workers that ask it over the POP's socket. Throws as `openSyncer` does. */
export async function runSyncer(options: PopOptions): Promise<RunningSyncer> {
  const running = await openSyncer(options);
  const server = await serveLink({ ...options, ...running, path: join(options.folder, linkFile) });
  return {
    ...running,
    async stop() {
      await server.stop();
      await running.stop();
    },
  };
}

/** Follows, sweeps, verifies, has the ops address, whose port it names. Throws Faults of the folder, the store and the port. */
export async function openSyncer(options: PopOptions): Promise<RunningSyncer> {
  const { folder, clock, log } = options;
  const lock = await takeFolder(folder, clock);
  let store: Store | null = null;
  try {
    store = await openStore({ folder, clock, log });
    const { syncer, link, port, stop } = startWriter(options, store);
    const opened = store;
    return {
      store,
      syncer,
      link,
      port,
      async stop() {
        await stop();
        await opened.close();
        lock.release();
      },
    };
  } catch (thrown) {
    await store?.close();
    lock.release();
    throw asDamage(storeFile(folder), thrown);
  }
}

function startWriter(options: PopOptions, store: Store) {
  const { clock, random, log, metrics, ops, rootKeys, sources } = options;
  const { snapshots } = store;
  const trust = trustOf(snapshots, rootKeys);
  watchPop({ store: snapshots, storeReaders: store.readers, rootKeys, clock, log, metrics });
  const member = createPopMembership({
    ...options,
    store: snapshots,
    trust,
    popKey: options.popKey ?? null,
    feedAccess: options.feedAccess ?? "open",
  });
  const { prover, load, carried, gate } = member;
  const reach = withMirrors(dial, clock);
  const mending = createMending({ store: snapshots, sources, dial: reach, prover, clock, log, metrics });
  const follower: Follower | null =
    sources.length === 0
      ? null
      : createFollower({ ...options, store: snapshots, trust, dial: reach, prover, load, carried });
  const lazies = startLazies({ ...options, store: snapshots, follower, dial: reach, prover });
  const { onWake, wake } = createWakes();
  follower?.onApplied(wake);
  follower?.onDocument(() => wake(null));
  const notes = openVisitorNotes(options);
  const forwarding = startForwarding({ ...options, notes, line: () => follower?.line() ?? null });
  const line = (): SourceLine | null => follower?.line() ?? null;
  const checks = checksOf(options, member.members, trust, line);
  follower?.onDocument(() => checks?.reconsider());
  const carryChecks = createChecksRelay({ members: member.members, line, clock, metrics });
  const feed = options.feed ?? null;
  // Whoever reaches a relay may follow it: what it sends is what any visitor may read.
  const fed = {
    store: snapshots,
    mayFollow: () => true,
    gate,
    bring: lazies.bringAll,
    clock,
    random,
    log,
    metrics,
  };
  const syncer = startSyncer({
    store: snapshots,
    trust,
    follower,
    mending,
    ops: ops === null ? null : { address: ops.host, port: ops.port },
    relay: feed && {
      address: feed.host,
      port: feed.port,
      feed: withDoor(
        carryChecks,
        member.withReports(
          withNotes(createRelay(fed, follower), { ...options, gate, onNotes: onwards(notes, follower) }),
        ),
      ),
    },
    onTaken: () => wake(null),
    clock,
    log,
    metrics,
  });
  const ping: Link["ping"] = checks?.ping ?? (() => Promise.resolve("unknown"));
  const link: Link = { onWake, bring: lazies.bring, note: notes.keep, ping };
  const stop = async (): Promise<void> => {
    lazies.stop();
    await checks?.stop();
    await syncer.stop();
    await forwarding.stop();
    await notes.close();
  };
  return { syncer, link, port: syncer.opsPort, stop };
}

/** Checks are made by POPs that joined: what they say is signed, and nobody else is given a plan. */
function checksOf(
  options: PopOptions,
  members: Members,
  trust: Trust,
  line: () => SourceLine | null,
): PopChecks | null {
  const { popKey = null, startChecks = null } = options;
  if (popKey === null) return null;
  const isRevoked = (): boolean => {
    members.reload();
    return members.standing(popKey.publicKey) === "revoked";
  };
  return startPopChecks({ ...options, popKey, startChecks, trust, isRevoked, line });
}

const withDoor = (door: ChecksDoor, feed: Feed): Feed => ({
  ...feed,
  fetch: (request) => door(request) ?? feed.fetch(request),
});

/**
 * A relay keeps notes for its own source. One that hears none takes none: they stay where they are, and relays that follow each other do not
 * hand them around.
 */
const onwards =
  (notes: VisitorNotes, follower: Follower | null): OnNotes =>
  async (brought) => {
    if (follower?.line() == null)
      throw new Fault("unreachable", "This relay hears no source itself.", "They are kept where they are.");
    const kept = await Promise.all(brought.map(({ bytes }) => notes.keep(bytes)));
    return brought.filter((_note, at) => kept[at] === "kept").map(({ name }) => name);
  };

/** The syncer of a parent that was killed needs a moment to notice; a folder that stays held belongs to another POP. */
async function takeFolder(folder: string, clock: Clock): Promise<FolderLock> {
  const untilMs = clock.monotonicMs() + limits.stopGraceMs;
  for (;;) {
    try {
      return lockFolder(folder);
    } catch (thrown) {
      const held = thrown instanceof Fault && thrown.code === "folder-locked";
      if (!held || clock.monotonicMs() >= untilMs) throw thrown;
      await pause(clock, limits.restartMsMin);
    }
  }
}
