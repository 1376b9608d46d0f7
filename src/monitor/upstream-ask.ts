// One source, asked once. In: a source, what is known of its document, a way out. Out: what it says now, or why nothing was learned.
// From asking to the last byte it takes `upstreamAskMs` at most, whatever the other side does.
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type Allowed, type Dialled, dial, readAll } from "../host/dial.ts";
import type { UpstreamFailure, UpstreamReading, UpstreamSource } from "../model/upstream.ts";
import { agesBy, documentOf, readUpstream } from "./upstreams.ts";

/** The way out, as tests give it too. */
export type Ask = (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<Dialled>;

/** Vendors' addresses come from who edits a page: they lead to no private network but those that the operator allows. */
export function askByDial(allowed: Allowed | undefined): Ask {
  return (url, options) =>
    dial(url, {
      ...options,
      policy: "foreign",
      allowed,
      redirectsMax: limits.upstreamRedirectsMax,
      timeoutMs: limits.upstreamAskMs,
    });
}

/** What makes the next question cheap: the vendor says that nothing changed. */
export interface Validators {
  readonly etag: string | null;
  readonly modified: string | null;
}

export type Asked =
  | {
      readonly kind: "read";
      readonly reading: UpstreamReading;
      readonly validators: Validators;
      readonly ms: number;
    }
  | {
      readonly kind: "failed";
      readonly failure: UpstreamFailure;
      readonly ms: number | null;
      /** Whether it says something of the host, and not of this one document. */
      readonly isHosts: boolean;
      /** The host asks to be left alone so long (ms). */
      readonly waitMs: number | null;
    };

export interface Before {
  readonly reading: UpstreamReading | null;
  readonly validators: Validators | null;
}

/** Never throws. */
export async function askUpstream(
  source: UpstreamSource,
  before: Before,
  ask: Ask,
  clock: Clock,
): Promise<Asked> {
  const calling = new AbortController();
  const late = Promise.withResolvers<Asked>();
  const deadline = clock.after(limits.upstreamAskMs, () => {
    calling.abort();
    late.resolve(failed("timeout", `It did not answer within ${limits.upstreamAskMs / 1_000} s.`, true));
  });
  const asked = askNow(source, before, ask, clock, calling.signal).catch((thrown: unknown) => {
    const refused = thrown instanceof Fault && thrown.code === "address-refused";
    return failed(refused ? "refused" : "unreachable", messageOf(thrown), true);
  });
  try {
    return await Promise.race([asked, late.promise]);
  } finally {
    deadline.cancel();
  }
}

async function askNow(
  source: UpstreamSource,
  { reading, validators }: Before,
  ask: Ask,
  clock: Clock,
  signal: AbortSignal,
): Promise<Asked> {
  const startedMs = clock.monotonicMs();
  const may = reading !== null && validators !== null && !agesBy(source) ? validators : null;
  const answer = await ask(documentOf(source), { headers: headersOf(may), signal });
  const since = (): number => Math.round(clock.monotonicMs() - startedMs);
  try {
    if (answer.status === 304 && may !== null && reading !== null)
      return {
        kind: "read",
        reading: { ...reading, confirmedAt: clock.wallMs() },
        validators: may,
        ms: since(),
      };
    if (answer.status !== 200) return refusedBy(answer, since(), clock.wallMs());
    const body = await bodyOf(answer);
    const ms = since();
    if (!body.ok) return { ...failed(body.why, body.sentence, false), ms };
    const read = readUpstream(source, body.text, clock.wallMs());
    if (!read.ok) return { ...failed("format", `The document cannot be read: ${read.why}.`, false), ms };
    const { status, said, updatedAt } = read;
    return {
      kind: "read",
      reading: { status, said, updatedAt, confirmedAt: clock.wallMs() },
      validators: { etag: answer.header("etag") ?? null, modified: answer.header("last-modified") ?? null },
      ms,
    };
  } finally {
    answer.close();
  }
}

function headersOf(may: Validators | null): Readonly<Record<string, string>> {
  return {
    accept: "application/json, application/xml, text/html;q=0.8, */*;q=0.5",
    "accept-encoding": "gzip",
    "user-agent": "Pharos (status page; reads public status documents once a minute)",
    ...(may?.etag == null ? {} : { "if-none-match": may.etag }),
    ...(may?.modified == null ? {} : { "if-modified-since": may.modified }),
  };
}

function failed(
  why: UpstreamFailure["why"],
  sentence: string,
  isHosts: boolean,
): Asked & { readonly kind: "failed" } {
  return { kind: "failed", failure: { why, sentence }, ms: null, isHosts, waitMs: null };
}

/** 429 and 503 ask for time; a wall (401, 403) and a server in trouble stand before all that the host has. */
function refusedBy(answer: Dialled, ms: number, nowMs: number): Asked {
  const { status } = answer;
  const busy = status === 429 || status === 503;
  const isHosts = busy || status === 401 || status === 403 || status >= 500;
  const sentence = busy ? `It asks to be left alone (${status}).` : `It answered ${status}.`;
  const waitMs = busy ? waitOf(answer.header("retry-after"), nowMs) : null;
  return { ...failed(busy ? "busy" : "status", sentence, isHosts), ms, waitMs };
}

/** Seconds or a date (RFC 9110, 10.2.3), within our own bound. */
function waitOf(said: string | undefined, nowMs: number): number | null {
  if (said === undefined) return null;
  const ms = /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, limits.upstreamRetryAfterMsMax) : null;
}

type Body =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: UpstreamFailure["why"]; readonly sentence: string };

const unpackers: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** Unpacked within the same bound: a small body may hold a large one. */
async function bodyOf(answer: Dialled): Promise<Body> {
  const most = limits.upstreamBytesMax;
  const tooLarge: Body = {
    ok: false,
    why: "too-large",
    sentence: `Its document is larger than ${most} bytes.`,
  };
  if (Number(answer.header("content-length") ?? 0) > most) return tooLarge;
  let packed: Uint8Array;
  try {
    packed = await readAll(answer.body, most);
  } catch (thrown) {
    if (messageOf(thrown).includes("exceeded")) return tooLarge;
    throw thrown;
  }
  const encoding = (answer.header("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return { ok: true, text: textOf(packed) };
  const unpack = unpackers[encoding];
  if (unpack === undefined)
    return { ok: false, why: "format", sentence: `Its document is packed as ${JSON.stringify(encoding)}.` };
  try {
    return { ok: true, text: textOf(unpack(packed, { maxOutputLength: most })) };
  } catch (thrown) {
    if ((thrown as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") return tooLarge;
    return { ok: false, why: "format", sentence: `Its document cannot be unpacked: ${messageOf(thrown)}.` };
  }
}

/** UTF-8, but where a byte order mark says otherwise: AWS writes its current events in UTF-16. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder(first === 0xff && second === 0xfe ? "utf-16le" : "utf-8").decode(bytes);
}
