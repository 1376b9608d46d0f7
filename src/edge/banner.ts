// What stands in a page's slot. In: an identity body with an empty slot, the signed texts of level 1 and 3. Out: a body that says them.
// Nothing else of a signed body is ever changed: cut the slot out and the rest has the manifest's digest.
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { createRecent } from "../base/recent.ts";
import { type Manifest, slotClose, slotOpen, type Variant } from "../snapshot/types.ts";
import type { Notice } from "./emergency.ts";

/** A filled body. `name` stands for it as a variant does for a signed one. */
export interface Filled {
  readonly name: Variant;
  readonly body: Uint8Array;
  readonly encoding: "identity" | "gzip";
  readonly etag: string;
}

export interface Banners {
  /**
   * The body of `identity` with what the slot has to say. Compressing is what costs, so it happens once per body, emergency and confirmed
   * minute, and at most once per page in `bannerMsMin`; in between, a page that is not held yet goes out uncompressed where the client takes
   * that.
   */
  fill(request: FillRequest): Filled;
}

export interface FillRequest {
  readonly manifest: Manifest;
  readonly variant: Variant;
  readonly identity: Uint8Array;
  /** At level 1 the confirmed time. */
  readonly staleSinceMs: number | null;
  /** The emergency in force. */
  readonly notice: Notice | null;
  readonly accepts: { readonly gzip: boolean; readonly identity: boolean };
}

export function createBanners(clock: Clock, metrics: Metrics): Banners {
  const filledTotal = metrics.counter(
    "edge_banners_filled_total",
    "Bodies into which a banner was put.",
    "encoding",
  );
  const held = createRecent<Filled>(limits.hotBytesMax / 4, (filled) => filled.body.length);
  const packedAtMs = new Map<string, number>();
  const mayPack = (page: string): boolean => {
    const nowMs = clock.monotonicMs();
    if (nowMs - (packedAtMs.get(page) ?? Number.NEGATIVE_INFINITY) < limits.bannerMsMin) return false;
    packedAtMs.set(page, nowMs);
    return true;
  };
  return {
    fill(request) {
      const { manifest, variant, identity, accepts } = request;
      const state = stateOf(request);
      // The signed text may change while the body does not.
      const key = `${variant.digest}-${manifest.generation}-${state}`;
      const known = accepts.gzip ? held.get(`${key}-gzip`) : undefined;
      if (known !== undefined) return known;
      const packs = accepts.gzip && (mayPack(manifest.page) || !accepts.identity);
      const encoding = packs ? "gzip" : "identity";
      const plain = packs ? undefined : held.get(`${key}-identity`);
      if (plain !== undefined) return plain;
      const open = withBanner(identity, slotOf(request));
      const body = packs ? gzipSync(open) : open;
      const digest = `${variant.digest}-${state}-${encoding}`;
      const filled: Filled = { name: { digest, length: body.length }, body, encoding, etag: `"${digest}"` };
      held.set(`${key}-${encoding}`, filled);
      filledTotal.add(1, encoding);
      return filled;
    },
  };
}

/** Names what the slot says: `1-<confirmed minute>`, or `3-<emergency>-<confirmed minute, or 0 with a source>`. */
function stateOf({ staleSinceMs, notice }: FillRequest): string {
  const minute = staleSinceMs === null ? 0 : Math.floor(staleSinceMs / 60_000);
  return notice === null ? `1-${minute}` : `3-${notice.mark}-${minute}`;
}

function slotOf({ manifest, identity, staleSinceMs, notice }: FillRequest): string {
  const stale = staleSinceMs === null ? "" : bannerOf(manifest, staleSinceMs, languageOf(identity));
  return `${notice === null ? "" : noticeOf(notice.text)}${stale}`;
}

/** The language that a page says of itself, which is the one its banner is to be in; "" where it says none in its first bytes. */
export function languageOf(body: Uint8Array): string {
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 1_024)).toString("latin1");
  return /<html\s(?:[^>]*\s)?lang=["']?([A-Za-z0-9-]{1,35})/i.exec(head)?.[1] ?? "";
}

const slot = Buffer.from(slotOpen + slotClose, "utf8");

/** `body` with `banner` between the slot's markers; as it was where it has no empty slot. */
export function withBanner(body: Uint8Array, banner: string): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const at = bytes.indexOf(slot);
  if (at === -1) return body;
  const cut = at + slotOpen.length;
  return Buffer.concat([bytes.subarray(0, cut), Buffer.from(banner, "utf8"), bytes.subarray(cut)]);
}

/**
 * The banner's HTML: the page's signed text with the confirmed time in UTC, escaped. In the page's language, whatever its region; else in
 * English, and marked as that.
 */
export function bannerOf({ banners }: Pick<Manifest, "banners">, confirmedMs: number, language = ""): string {
  const own = [language, language.split("-")[0] ?? ""].find((it) => Object.hasOwn(banners, it));
  const [first = "en"] = Object.keys(banners);
  const code = own ?? (Object.hasOwn(banners, "en") ? "en" : first);
  const mark = own === undefined && language !== "" ? ` lang="${code}" dir="auto"` : "";
  const text = (banners[code] ?? "").replaceAll("{time}", minuteIn(confirmedMs));
  return `<p class="stale" role="status"${mark}>${escaped(text)}</p>`;
}

/** An emergency's HTML: its signed text, escaped. Before the banner, for it matters more than how old the page is. */
export function noticeOf(text: string): string {
  return `<p class="stale emergency" role="alert">${escaped(text)}</p>`;
}

/** `2026-03-01 12:34 UTC`: to the minute, because the entity tag is. */
function minuteIn(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
