// Has a ledger keep what the next start needs, by and by. In: a ledger, the clock. Out: files beside the store; a trouble is said once.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Ledger } from "./ledger.ts";

export interface ShelvingOptions {
  readonly ledger: Pick<Ledger, "shelve">;
  readonly clock: Clock;
  readonly log: Log;
}

/** First when a start has settled, then every `limits.shelveEveryMs`. */
export function startShelving({ ledger, clock, log }: ShelvingOptions): Timer {
  let said = false;
  const shelve = async (): Promise<void> => {
    try {
      await ledger.shelve();
      said = false;
    } catch (thrown) {
      if (!said)
        log.warn(
          `What makes a start quick could not be written: ${messageOf(thrown)}. The next one takes longer.`,
        );
      said = true;
    }
  };
  const first = clock.after(limits.shelveFirstMs, () => void shelve());
  const others = every(clock, limits.shelveEveryMs, shelve);
  return {
    cancel() {
      first.cancel();
      others.cancel();
    },
  };
}
