// The level 1 banner in its slot. In: an identity body with an empty slot, the signed text, the confirmed time. Out: a body that says its age.
// Nothing else of a signed body is ever changed: cut the slot out and the rest has the manifest's digest.
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { type Manifest, slotClose, slotOpen, type Variant } from "../snapshot/types.ts";
import { createRecent } from "./recent.ts";

/** A filled body. `name` stands for it as a variant does for a signed one. */
export interface Filled {
  readonly name: Variant;
  readonly body: Uint8Array;
  readonly encoding: "identity" | "gzip";
  readonly etag: string;
}

export interface Banners {
  /**
   * The body of `identity` with the banner of `confirmedMs`. Compressing is what costs, so it happens once per body and confirmed minute, and
   * at most once per page in `bannerMsMin`; in between, a page that is not held yet goes out uncompressed where the client takes that.
   */
  fill(request: FillRequest): Filled;
}

export interface FillRequest {
  readonly manifest: Manifest;
  readonly variant: Variant;
  readonly identity: Uint8Array;
  readonly confirmedMs: number;
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
    fill({ manifest, variant, identity, confirmedMs, accepts }) {
      const minute = Math.floor(confirmedMs / 60_000);
      // The signed text may change while the body does not.
      const key = `${variant.digest}-${manifest.generation}-${minute}`;
      const known = accepts.gzip ? held.get(`${key}-gzip`) : undefined;
      if (known !== undefined) return known;
      const packs = accepts.gzip && (mayPack(manifest.page) || !accepts.identity);
      const encoding = packs ? "gzip" : "identity";
      const plain = packs ? undefined : held.get(`${key}-identity`);
      if (plain !== undefined) return plain;
      const open = withBanner(identity, bannerOf(manifest, confirmedMs));
      const body = packs ? gzipSync(open) : open;
      const digest = `${variant.digest}-1-${minute}-${encoding}`;
      const filled: Filled = { name: { digest, length: body.length }, body, encoding, etag: `"${digest}"` };
      held.set(`${key}-${encoding}`, filled);
      filledTotal.add(1, encoding);
      return filled;
    },
  };
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

/** The banner's HTML: the page's signed text with the confirmed time in UTC, escaped. */
export function bannerOf(manifest: Manifest, confirmedMs: number): string {
  const [first = ""] = Object.values(manifest.banners);
  const text = (manifest.banners.en ?? first).replaceAll("{time}", minuteIn(confirmedMs));
  return `<p class="stale" role="status">${escaped(text)}</p>`;
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
