// Pages on their way to a newer generation. In: deliveries, wishes, a source to fetch from. Out: applied generations, one flight a page, a few
// pages at a time. A page that is refused or has to wait holds up no other; newer deliveries join what waits.
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { bring, type Judged, judgeManifest, type Outcome, type Target } from "./bring.ts";
import type { Fetched, Wanted } from "./fetch-blobs.ts";
import type { Delivery } from "./follow-session.ts";
import type { Refusals } from "./refusals.ts";

export interface PagesOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly refusals: Refusals;
  fetch(wanted: Wanted): Promise<Fetched>;
  onApplied(head: Head): void;
  onRefused(page: string): void;
}

export interface Pages {
  /** What a pushed manifest is worth; a refused one is remembered for its page. */
  judge(manifest: Uint8Array): Judged;
  deliver(delivery: Delivery): void;
  /** A heartbeat names this manifest, and nothing has brought it so far. */
  want(page: string, manifest: Digest): void;
  isRefused(page: string, manifest: Digest): boolean;
  /** A source is there: what failed is tried again now. */
  retry(): void;
  /** Trust has changed: what was refused may hold now. */
  reconsider(): void;
  /** How long (ms) the present source has failed to give what a page needs; 0 where it fails none. */
  failingMs(): number;
  /** Pages that are waiting or on their way. */
  underWay(): number;
  /** Begins nothing more; resolves when what was begun is over. */
  stop(): Promise<void>;
}

interface Slot {
  readonly page: string;
  target: Target;
  /** Of the target, where a delivery said it. */
  head: Head | null;
  bytes: number;
  running: boolean;
  failures: number;
  /** Monotonic time since which the present source has given nothing of use. */
  failingSinceMs: number | null;
  timer: Timer | null;
}

export function createPages(options: PagesOptions): Pages {
  const { store, trust, clock, random, refusals } = options;
  const slots = new Map<string, Slot>();
  const ready = new Set<string>();
  const refused = new Map<string, Digest>();
  const runs = new Set<Promise<void>>();
  let stopped = false;
  const applied = options.metrics.counter("follow_applied_total", "Generations applied.");
  options.metrics.watch(
    "follow_pages_under_way",
    "Pages on their way to a newer generation.",
    () => slots.size,
  );

  function put(page: string, target: Target, head: Head | null): void {
    const slot = slots.get(page) ?? {
      page,
      target,
      head,
      bytes: 0,
      running: false,
      failures: 0,
      failingSinceMs: null,
      timer: null,
    };
    slot.bytes = bytesOf(target);
    const others = slots.values().reduce((sum, one) => sum + (one === slot ? 0 : one.bytes), 0);
    const fits = others + slot.bytes <= limits.applyBytesMax;
    slot.target = fits ? target : { ...target, trees: new Map(), objects: new Map() };
    if (!fits) slot.bytes = 0;
    slot.head = head;
    slots.set(page, slot);
    makeReady(slot);
  }

  function makeReady(slot: Slot): void {
    slot.timer?.cancel();
    slot.timer = null;
    if (!slot.running) ready.add(slot.page);
    pump();
  }

  function pump(): void {
    for (const page of ready) {
      if (stopped || runs.size >= limits.pagesAtOnceMax) return;
      ready.delete(page);
      const slot = slots.get(page);
      if (slot !== undefined) begin(slot);
    }
  }

  function begin(slot: Slot): void {
    slot.running = true;
    const run = advance(slot).finally(() => {
      runs.delete(run);
      pump();
    });
    runs.add(run);
  }

  async function advance(slot: Slot): Promise<void> {
    const { target } = slot;
    const outcome = await bring({ store, trust, fetch: options.fetch }, target);
    slot.running = false;
    if (stopped) return;
    conclude(slot.page, target.digest, outcome);
    if (outcome.kind === "failed" && !outcome.reasons.some(isOurs))
      slot.failingSinceMs ??= clock.monotonicMs();
    else slot.failingSinceMs = null;
    if (slot.target !== target) makeReady(slot);
    else if (outcome.kind === "failed") retryLater(slot);
    else slots.delete(slot.page);
  }

  function conclude(page: string, digest: Digest, outcome: Outcome): void {
    switch (outcome.kind) {
      case "applied":
        refused.delete(page);
        refusals.forget(page);
        applied.add();
        options.onApplied(outcome.head);
        return;
      case "refused":
        markRefused(page, digest, outcome.reason);
        return;
      case "failed":
        for (const reason of outcome.reasons) refusals.refuse(reason, page, outcome.detail);
        return;
      case "known":
    }
  }

  function markRefused(page: string, digest: Digest, reason: string): void {
    refusals.refuse(reason, page);
    refused.set(page, digest);
    options.onRefused(page);
  }

  function retryLater(slot: Slot): void {
    const waitMs = backoffMs(slot.failures, limits.reconnectMsMin, limits.reconnectMsMax, random);
    slot.failures += 1;
    slot.timer = clock.after(Math.round(waitMs), () => makeReady(slot));
  }

  return {
    judge(bytes) {
      const judged = judgeManifest(store, trust, bytes);
      if (judged.kind === "refused" && judged.page !== null)
        markRefused(judged.page, digestOf(bytes), judged.reason);
      else if (judged.kind === "refused") refusals.refuse(judged.reason, null);
      return judged;
    },
    deliver({ head, manifest, trees, objects }) {
      const before = slots.get(head.page);
      if (before?.head != null && !isAbove(head, before.head)) return;
      const target = { digest: head.manifest, manifest, trees, objects };
      put(head.page, before === undefined ? target : joined(before.target, target), head);
    },
    want(page, digest) {
      const slot = slots.get(page);
      if (slot !== undefined && (slot.failures === 0 || slot.target.digest === digest)) return;
      if (refused.get(page) === digest) return;
      put(page, { digest, manifest: null, trees: new Map(), objects: new Map() }, null);
    },
    isRefused: (page, manifest) => refused.get(page) === manifest,
    retry() {
      for (const slot of slots.values()) {
        slot.failingSinceMs = null;
        if (slot.timer !== null) makeReady(slot);
      }
    },
    failingMs() {
      const nowMs = clock.monotonicMs();
      return slots.values().reduce((ms, one) => Math.max(ms, nowMs - (one.failingSinceMs ?? nowMs)), 0);
    },
    reconsider: () => refused.clear(),
    underWay: () => slots.size,
    async stop() {
      stopped = true;
      for (const slot of slots.values()) slot.timer?.cancel();
      await Promise.all(runs);
    },
  };
}

/** A full disk is no fault of the source. */
function isOurs(reason: string): boolean {
  return reason.startsWith("store-");
}

function isAbove(head: Head, before: Head): boolean {
  return head.epoch > before.epoch || (head.epoch === before.epoch && head.generation > before.generation);
}

/** A push is the difference to the push before it: where that one still waits, both are needed. */
function joined(before: Target, target: Target): Target {
  return {
    ...target,
    trees: new Map([...before.trees, ...target.trees]),
    objects: new Map([...before.objects, ...target.objects]),
  };
}

function bytesOf({ trees, objects }: Target): number {
  let bytes = 0;
  for (const blob of trees.values()) bytes += blob.length;
  for (const blob of objects.values()) bytes += blob.length;
  return bytes;
}
