// One request to a receiver, and what came of it. In: an address, a body. Out: its answer within the time and bytes that it gets, or why there is none.
// Connections are kept, for all messages of a receiver; redirects are followed where the method stays, each address checked (host/dial.ts).
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type Allowed, type DialPolicy, dial, keepConnections } from "../host/dial.ts";
import type { Outcome } from "./types.ts";

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `unreachable`: nobody answered, or not in time. `shut`: the address is one that others may not name. */
export type Posted =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly text: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: "unreachable"; readonly why: string }
  | { readonly kind: "shut"; readonly why: string };

export interface Posting {
  /** Never rejects. */
  post(post: Post, signal: AbortSignal): Promise<Posted>;
  close(): void;
}

export interface PostingOptions {
  readonly clock: Clock;
  readonly policy: DialPolicy;
  readonly allowed: Allowed | undefined;
  readonly perHostMax: number;
}

export function createPosting({ clock, policy, allowed, perHostMax }: PostingOptions): Posting {
  const kept = keepConnections(perHostMax);
  const timeoutMs = limits.deliveryAnswerMsMax;

  async function ask({ url, headers, body }: Post, signal: AbortSignal): Promise<Posted> {
    const answer = await dial(url, {
      ...{ policy, allowed, kept, signal, timeoutMs, redirectsMax: limits.deliveryRedirectsMax },
      method: "POST",
      headers: { "user-agent": "Pharos", ...headers },
      body: Buffer.from(body),
    });
    const text = await beginningOf(answer.body);
    // The rest of an endless answer is nobody's: without this its connection would stay with it.
    if (text.cut) answer.close();
    const retryAfterMs = retryAfterOf(answer.header("retry-after"), clock.wallMs());
    return { kind: "answered", status: answer.status, text: text.said, retryAfterMs };
  }

  return {
    async post(post, signal) {
      const late = new AbortController();
      // Headers have their own time; a body that drips must not last for ever.
      const timer = clock.after(timeoutMs, () => late.abort());
      try {
        return await ask(post, AbortSignal.any([signal, late.signal]));
      } catch (thrown) {
        const shut = thrown instanceof Fault && thrown.code === "address-refused";
        return {
          kind: shut ? "shut" : "unreachable",
          why: late.signal.aborted ? tooLate : messageOf(thrown),
        };
      } finally {
        timer.cancel();
      }
    },
    close: () => kept.close(),
  };
}

const tooLate = `No whole answer within ${limits.deliveryAnswerMsMax / 1_000} s.`;

async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<{ said: string; cut: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let cut = false;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    cut = length > limits.deliveryAnswerBytesMax;
    if (cut) break;
  }
  return { said: Buffer.concat(chunks).subarray(0, limits.deliveryAnswerBytesMax).toString(), cut };
}

/** Date.parse alone takes "-5" for a date. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Seconds or a date (RFC 9110, 10.2.3), as ms from `nowMs`; null where it says neither. */
export function retryAfterOf(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** Of an answer, by its status: what all receivers mean by it. `also` are statuses by which this kind of receiver says something else. */
export function outcomeOf(posted: Posted, also: Readonly<Record<number, "gone" | "refused">> = {}): Outcome {
  if (posted.kind === "unreachable") return { kind: "later", why: posted.why, afterMs: null };
  if (posted.kind === "shut") return { kind: "refused", why: posted.why };
  const { status, retryAfterMs } = posted;
  if (status >= 200 && status < 300) return { kind: "sent", receipt: String(status), status };
  const why = `It answered ${status}.`;
  if (status === 410) return { kind: "gone", why, status };
  const kind = also[status];
  if (kind !== undefined) return { kind, why, status };
  return { kind: "later", why, afterMs: retryAfterMs, status };
}
