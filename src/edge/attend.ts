// Around serving. In: each request of a worker. Out: its answer, or a refusal before any work; times and lines for those who run the POP.
import type { Clock } from "../base/clock.ts";
import type { Answer, Answering, Asked, Peer } from "../host/asked.ts";
import type { AccessLog } from "./access-log.ts";
import type { Admission } from "./admission.ts";
import { otherKind, type Tally, timedOneIn } from "./tally.ts";

export interface AttendOptions {
  readonly admission: Admission;
  readonly tally: Tally;
  readonly accessLog: AccessLog | null;
  readonly clock: Clock;
}

export function attending(serving: Answering, options: AttendOptions): Answering {
  const { admission, tally, accessLog, clock } = options;
  let untimed = 0;

  function done(asked: Asked, peer: Peer, began: Began, answer: Answer): Answer {
    if (began === null) return answer;
    const tookMs = clock.monotonicMs() - began.atMs;
    if (began.isCounted) tally.took(tookMs);
    accessLog?.answered(asked, peer, answer, tally.lastBytes(), tookMs);
    return answer;
  }

  async function late(asked: Asked, peer: Peer, began: Began, answer: Promise<Answer>) {
    admission.waits(1);
    try {
      return done(asked, peer, began, await answer);
    } finally {
      admission.waits(-1);
    }
  }

  /** Two looks at a clock would be a tenth of what an answer costs. */
  function begin(): Began {
    const isCounted = untimed === 0;
    untimed = isCounted ? timedOneIn - 1 : untimed - 1;
    return isCounted || accessLog !== null ? { atMs: clock.monotonicMs(), isCounted } : null;
  }

  return (asked, peer) => {
    const refusal = admission.refusal(asked);
    if (refusal !== null) {
      tally.answered(refusal.status, otherKind, 0);
      accessLog?.answered(asked, peer, refusal, 0, 0);
      return refusal;
    }
    const began = begin();
    const answer = serving(asked, peer);
    return answer instanceof Promise ? late(asked, peer, began, answer) : done(asked, peer, began, answer);
  };
}

/** Null: nobody asks how long it took. */
type Began = { readonly atMs: number; readonly isCounted: boolean } | null;
