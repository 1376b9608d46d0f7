// What a CDN costs: one file that exports a `PurgeVendor`. In: nothing at run time. Out: the shapes that the vendors' files and the lane share.
// An adapter opens no connection and reads no clock: it says what to ask and judges what was answered.

/** Gives the vendor's secret as it is now; throws a Fault where there is none. */
export type PurgeToken = () => string;

export interface PurgeVendor {
  /** What stands before the colon: `fastly`. */
  readonly name: string;
  /** What stands behind it, for the sentence that says what is allowed. */
  readonly place: string;
  readonly token: "needed" | "optional";
  /** The adapter for what an operator wrote behind the colon; null where that is no place of this vendor. */
  open(place: string, token: PurgeToken | null): PurgeAdapter | null;
}

export interface PurgeAdapter {
  /** In log lines and metrics. */
  readonly name: string;
  /** Pages that one request may name. */
  readonly pagesMax: number;
  /** The request that makes the CDN forget what it holds of these pages. May throw the Fault of its token. */
  call(pages: readonly string[]): PurgeCall;
  judge(answer: PurgeAnswer): PurgeVerdict;
}

/** A POST. */
export interface PurgeCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PurgeAnswer {
  readonly status: number;
  readonly body: string;
}

/** `again`: it may work by itself soon; `refused`: only an operator can change it. */
export type PurgeVerdict =
  | { readonly kind: "done" }
  | { readonly kind: "again"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

/** Of what a vendor says of itself, as much as a log line bears. */
const saidCharsMax = 300;

/** An answer that is not 2xx, by its status: timeouts, limits and the vendor's own errors pass, everything else does not. */
export function judgeStatus({ status }: PurgeAnswer, said: string): PurgeVerdict {
  const why = `It answered ${status}${said === "" ? "" : `: ${said.slice(0, saidCharsMax)}`}.`;
  const passes = status === 408 || status === 425 || status === 429 || status >= 500;
  return { kind: passes ? "again" : "refused", why };
}

/** The JSON object of an answer; empty where it is none. */
export function objectOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
