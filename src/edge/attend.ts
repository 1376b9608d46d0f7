// Around serving. In: each request of a worker. Out: its answer, or a refusal before any work; times and lines for those who run the POP.
import type { Clock } from "../base/clock.ts";
import type { Answer, Answering, Asked, Peer } from "../host/asked.ts";
import type { AccessLog } from "./access-log.ts";
import type { Admission } from "./admission.ts";
import { otherKind, type Tally } from "./tally.ts";

export interface AttendOptions {
  readonly admission: Admission;
  readonly tally: Tally;
  readonly accessLog: AccessLog | null;
  readonly clock: Clock;
}

export function attending(serving: Answering, options: AttendOptions): Answering {
  const { admission, tally, accessLog, clock } = options;

  function done(asked: Asked, peer: Peer, beganMs: number, answer: Answer): Answer {
    const tookMs = clock.monotonicMs() - beganMs;
    tally.took(tookMs);
    accessLog?.answered(asked, peer, answer, tally.lastBytes(), tookMs);
    return answer;
  }

  async function late(asked: Asked, peer: Peer, beganMs: number, answer: Promise<Answer>) {
    admission.waits(1);
    try {
      return done(asked, peer, beganMs, await answer);
    } finally {
      admission.waits(-1);
    }
  }

  return (asked, peer) => {
    const refusal = admission.refusal();
    if (refusal !== null) {
      tally.answered(refusal.status, otherKind, 0);
      accessLog?.answered(asked, peer, refusal, 0, 0);
      return refusal;
    }
    const beganMs = clock.monotonicMs();
    const answer = serving(asked, peer);
    return answer instanceof Promise
      ? late(asked, peer, beganMs, answer)
      : done(asked, peer, beganMs, answer);
  };
}
