// Says no before any work is done. In: how many requests are under way, the length of each answer. Out: nothing, or a small 503.
// What fills a server of ready bytes is not its work (a refusal costs nearly what an answer does) but clients that do not read: each holds an
// answer that the kernel's buffers would not take. Those are what is counted.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import type { Answer, Asked } from "../host/asked.ts";
import { formOf } from "./form.ts";
import { linesOf } from "./headers.ts";
import { plainWith } from "./plain.ts";
import { languageIn } from "./plain-words.ts";

/** What a refusal looks at of a request. */
type Heard = Pick<Asked, "target" | "field">;

export interface Admission {
  /** Asked first for each request. Null lets it in. */
  refusal(asked: Heard): Answer | null;
  /** A request that was let in has its answer, whose body has so many bytes. */
  answered(bytes: number): void;
  /** So many requests more, or fewer, wait for an answer. */
  waits(by: 1 | -1): void;
}

export interface AdmissionOptions {
  /** Requests that have begun and whose answer is not sent to its end; within a request, this one too. */
  pending(): number;
  /** Of these, event streams: they stay open for as long as their page does, and their hub bounds what they hold. */
  streams(): number;
  readonly requestsMax?: number;
  readonly bytesMax?: number;
  readonly metrics: Metrics;
}

/**
 * Lets at most `requestsMax` requests be under way, and `bytesMax` bytes of their answers.
 *
 * No runtime tells when an answer has left. What Bun tells exactly is how many have not, and between two requests one answer was given: where
 * the number has risen, that answer is stuck; where it has fallen, some have gone, of average length as far as one can know; where it is zero,
 * nothing is pending. So the sum drifts only while slow readers come and go, and is right again whenever there is none.
 */
export function createAdmission(options: AdmissionOptions): Admission {
  const { pending, streams, metrics } = options;
  const { requestsMax = limits.pendingRequestsMax, bytesMax = limits.pendingBytesMax } = options;
  const refused = metrics.counter("edge_refused_total", "Requests answered 503 before any work.", "reason");
  let waiting = 0;
  let stuck = 0;
  let stuckBytes = 0;
  let freshCount = 0;
  let freshBytes = 0;

  function settle(now: number): void {
    if (now > stuck) stuckBytes += (freshBytes * (now - stuck)) / Math.max(freshCount, now - stuck);
    else stuckBytes = (stuckBytes * now) / stuck;
    stuck = now;
  }

  metrics.watch(
    "edge_pending_bytes",
    "Bytes of answers that slow readers have not taken yet, estimated.",
    () => {
      const now = Math.max(0, pending() - streams() - waiting);
      return Math.round(now < stuck ? (stuckBytes * now) / stuck : stuckBytes);
    },
  );
  return {
    refusal(asked) {
      const underWay = pending() - 1 - streams();
      const now = underWay > waiting ? underWay - waiting : 0;
      if (now !== stuck) settle(now);
      freshCount = 0;
      freshBytes = 0;
      if (underWay < requestsMax && stuckBytes < bytesMax) return null;
      return refusalFor(underWay < requestsMax ? "bytes" : "requests", refused, asked);
    },
    answered(bytes) {
      freshCount++;
      freshBytes += bytes;
    },
    waits(by) {
      waiting += by;
    },
  };
}

/**
 * After how long to come back (s): a spread, lest everyone who was refused in one second comes back in one second. Short, for what is
 * refused here is what would take microseconds to answer.
 */
const retryAfterS = [2, 3, 4, 5, 6, 7, 8, 9] as const;
const body = Buffer.from("This server is busy. Please try again in a few seconds.\n", "utf8");
const headersOf = (seconds: number): Readonly<Record<string, string>> => ({
  "retry-after": String(seconds),
  "cache-control": "no-store",
  // The page's own script is to see a 503, not a network that failed.
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "retry-after",
});
const words = retryAfterS.map((seconds) => ({
  status: 503,
  fields: linesOf({ "content-type": "text/plain; charset=utf-8", ...headersOf(seconds) }),
  body,
}));

/** By seconds and language. */
const pages = new Map<string, Answer>();

/** To those who open a page, a page; to all others as few bytes as can be. */
function refusalFor(reason: "bytes" | "requests", refused: Counter, asked: Heard): Answer {
  const at = refused.value(reason) % retryAfterS.length;
  refused.add(1, reason);
  const { target } = asked;
  if (formOf(target, asked.field("accept")) !== "page") return words[at] as Answer;
  const key = `${at} ${languageIn(target)}`;
  const known = pages.get(key);
  if (known !== undefined) return known;
  const page = plainWith("overloaded", { asked, path: target }, headersOf(retryAfterS[at] ?? 0));
  pages.set(key, page);
  return page;
}
