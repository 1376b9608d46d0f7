// For machines that look for pages: /robots.txt (RFC 9309). In: a scene. Out: one document. What it keeps them from is in no sitemap.
import { baseOf } from "./feed-entry.ts";
import { keyOf } from "./key.ts";
import { pathIn } from "./languages.ts";
import { sitemapPath } from "./sitemap.ts";
import type { Document, Scene } from "./types.ts";

/** Prefixes of what is no page to be found: the newest event, and the widget with its frame and its examples. */
const kept = ["/_event", "/widget"];

export function* robotsFile({ view: { page }, since }: Scene): Iterable<Document> {
  if (since !== null) return;
  const base = baseOf(page);
  const others = page.languages.slice(1).map((code) => pathIn(code, page, "/widget"));
  const lines = [...kept, ...others].map((prefix) => `Disallow: ${prefix}\n`).join("");
  const body = `User-agent: *\n${lines}Allow: /\nSitemap: ${base}${sitemapPath}\n`;
  yield {
    path: "/robots.txt",
    contentType: "text/plain; charset=utf-8",
    slot: false,
    cache: "feed",
    key: keyOf("robots", [body]),
    body: () => body,
  };
}
