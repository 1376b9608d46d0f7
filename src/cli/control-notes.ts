// Visitors' words at a control plane, wired. In: its feed, its subscribers. Out: a feed that takes notes; what was never confirmed is forgotten by and by.
// Where the keys of subscribers cannot be opened, notes stay with the POPs until they can, and the log says why.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { PageView } from "../model/view.ts";
import { createIntake, type Intake } from "../notify/intake.ts";
import type { Store } from "../store/open.ts";
import { openReaderLinks } from "../store/reader-links.ts";
import type { Subscribers } from "../store/subscribers.ts";
import type { Feed } from "../sync/feed.ts";
import type { Gate } from "../sync/members-gate.ts";
import { withNotes } from "../sync/notes-door.ts";

export interface ControlNotesOptions {
  readonly store: Store;
  readonly subscribers: Subscribers;
  readonly ledger: { view(page: string): PageView | null };
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function takeNotes(feed: Feed, options: ControlNotesOptions): Feed {
  const { store, random, ledger } = options;
  let opening: Promise<Intake> | null = null;
  const intakeOf = async (): Promise<Intake> =>
    createIntake({
      ...options,
      links: await openReaderLinks(store, random),
      view: (page) => ledger.view(page),
    });
  return withNotes(feed, {
    ...options,
    async onNotes(notes) {
      opening ??= intakeOf().catch((thrown: unknown) => {
        // The next notes try again: someone may have put the keys back.
        opening = null;
        throw thrown;
      });
      return (await opening)(notes);
    },
  });
}

/** Forgets every `subscribersSweptMs` what was never confirmed. */
export function startForgetting({ subscribers, clock, log }: ControlNotesOptions): Timer {
  let hasSaid = false;
  return every(clock, limits.subscribersSweptMs, async () => {
    try {
      await subscribers.sweep();
      hasSaid = false;
    } catch (thrown) {
      if (!hasSaid) log.error(`Subscribers that never confirmed were not forgotten: ${messageOf(thrown)}`);
      hasSaid = true;
    }
  });
}
