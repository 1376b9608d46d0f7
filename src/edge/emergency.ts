// Level 3. In: the emergency documents in the store, this machine's wall clock. Out: the text to show on a page now.
// Wall time, for once: the end was signed on another machine, and must hold for a POP that starts, or hears of it, later. A wrong clock ends
// a text early or late, by no more than `emergencyMsMax`; a withdrawal needs no clock.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { digestOf } from "../snapshot/digest.ts";
import { openEmergency, readStoredEmergency } from "../snapshot/emergency.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { Reads } from "./reads.ts";

/** An emergency in force; the same object as long as it is the same document. */
export interface Notice {
  readonly text: string;
  /** Tells it from any other in an entity tag. */
  readonly mark: string;
}

export interface Emergencies {
  /**
   * The emergency in force on this page. The store is asked once per page and `refsPollMs`, or, given the number of what it would read now,
   * once per page and commit; signatures are checked once per change.
   */
  of(page: string, reads: Reads, commit?: number | null): Notice | null;
  /** What `of` said of this page holds until this moment (monotonic): the store is asked again, or the emergency is over. */
  untilMs(page: string): number;
}

export interface EmergenciesOptions {
  readonly rootKeys: readonly PublicKey[];
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What the store had, and what came of it. */
interface Seen {
  readonly document: Uint8Array | null;
  readonly signer: PublicKey | null;
  readonly appointment: Uint8Array | null;
  readonly notice: Notice | null;
  readonly untilMs: number;
}

const nothing: Seen = { document: null, signer: null, appointment: null, notice: null, untilMs: 0 };

export function createEmergencies(options: EmergenciesOptions): Emergencies {
  const { clock, log, rootKeys } = options;
  // Asked only for pages that are held, so these are as many as pages.
  const seen = new Map<
    string,
    { readonly atMs: number; readonly commit: number | null; readonly seen: Seen }
  >();
  const inForce = ({ notice, untilMs }: Seen): Notice | null =>
    notice !== null && clock.wallMs() < untilMs ? notice : null;
  options.metrics.watch(
    "edge_emergency_pages",
    "Pages asked for on which an emergency is shown.",
    () => [...seen.values()].filter((held) => inForce(held.seen) !== null).length,
  );

  const open = (page: string, document: Uint8Array, reads: Reads): Seen => {
    const opened = openEmergency(document);
    const signer = opened.ok ? opened.value.key : null;
    const appointment = signer === null ? null : reads.document("appointment", signer);
    const emergency = readStoredEmergency(document, () => appointment, rootKeys);
    if (emergency?.page !== page) {
      log.warn("An emergency document in the store does not hold, or not any more: it is not shown.", {
        page,
      });
      return { ...nothing, document, signer, appointment };
    }
    const { text, untilMs } = emergency;
    const notice = text === "" ? null : { text, mark: digestOf(document).slice(0, 16) };
    return { document, signer, appointment, notice, untilMs };
  };

  /** The document alone does not say whether it holds: root may have taken its key's appointment back. */
  const look = (page: string, last: Seen, reads: Reads): Seen => {
    const document = reads.document("emergency", page);
    if (document === null) return nothing;
    if (!isSame(document, last.document)) return open(page, document, reads);
    const appointment = last.signer === null ? null : reads.document("appointment", last.signer);
    return isSame(appointment, last.appointment) ? last : open(page, document, reads);
  };

  return {
    of(page, reads, commit = null) {
      const held = seen.get(page);
      const nowMs = clock.monotonicMs();
      const isRecent =
        held !== undefined &&
        (commit === null ? nowMs - held.atMs < limits.refsPollMs : commit === held.commit);
      // While the store fails, what was seen last holds on.
      if (!reads.whole || isRecent) return inForce(held?.seen ?? nothing);
      const now = look(page, held?.seen ?? nothing, reads);
      seen.set(page, { atMs: nowMs, commit, seen: now });
      return inForce(now);
    },
    untilMs(page) {
      const held = seen.get(page);
      if (held === undefined) return Number.NEGATIVE_INFINITY;
      const { notice, untilMs } = held.seen;
      const overMs = notice === null ? Number.POSITIVE_INFINITY : untilMs - clock.wallMs();
      const againMs = held.commit === null ? held.atMs + limits.refsPollMs : Number.POSITIVE_INFINITY;
      return Math.min(againMs, clock.monotonicMs() + overMs);
    },
  };
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
