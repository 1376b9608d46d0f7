// Around serving. In: each request of a worker. Out: its answer, or a refusal before any work; times and lines for those who run the POP.
import type { Clock } from "../base/clock.ts";
import type { Peer } from "../host/http.ts";
import type { AccessLog } from "./access-log.ts";
import type { Admission } from "./admission.ts";
import { otherKind, type Tally } from "./tally.ts";

type Serving = (request: Request, peer: Peer) => Response | Promise<Response>;

export interface AttendOptions {
  readonly admission: Admission;
  readonly tally: Tally;
  readonly accessLog: AccessLog | null;
  readonly clock: Clock;
}

export function attending(serving: Serving, options: AttendOptions): Serving {
  const { admission, tally, accessLog, clock } = options;

  function done(request: Request, peer: Peer, beganMs: number, response: Response): Response {
    const tookMs = clock.monotonicMs() - beganMs;
    tally.took(tookMs);
    accessLog?.answered(request, peer, response, tally.lastBytes(), tookMs);
    return response;
  }

  async function late(request: Request, peer: Peer, beganMs: number, answer: Promise<Response>) {
    admission.waits(1);
    try {
      return done(request, peer, beganMs, await answer);
    } finally {
      admission.waits(-1);
    }
  }

  return (request, peer) => {
    const refusal = admission.refusal();
    if (refusal !== null) {
      tally.answered(refusal.status, otherKind, 0);
      accessLog?.answered(request, peer, refusal, 0, 0);
      return refusal;
    }
    const beganMs = clock.monotonicMs();
    const answer = serving(request, peer);
    return answer instanceof Promise
      ? late(request, peer, beganMs, answer)
      : done(request, peer, beganMs, answer);
  };
}
