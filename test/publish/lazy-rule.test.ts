// What may wait: old, or long and past. Never what visitors come for.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { isClosed } from "../../src/model/order.ts";
import { fileMayWait, mayWait } from "../../src/publish/lazy-rule.ts";
import { inventedParts, viewFrom } from "../render/invented.ts";
import { documentsByPath } from "../render/pages.ts";

const nowMs = Date.UTC(2026, 5, 1);
const dayMs = 24 * 3_600_000;
const long = limits.lazyBytesMin + 1;

test.each([
  ["ended 91 days ago", nowMs - 91 * dayMs, 1_000, true],
  ["ended 90 days ago to the moment", nowMs - 90 * dayMs, 1_000, false],
  ["ended 90 days and a moment ago", nowMs - 90 * dayMs - 1, 1_000, true],
  ["ended yesterday", nowMs - dayMs, 1_000, false],
  ["ended yesterday, and is long", nowMs - dayMs, long, true],
  ["ended yesterday, and is as long as may be", nowMs - dayMs, limits.lazyBytesMin, false],
  ["told ahead of its time", nowMs + dayMs, 1_000, false],
  ["is open, and long", undefined, long, false],
] as const)("lazy-rule/what %s: %p", (_what, settledAt, length, waits) => {
  expect(mayWait(settledAt === undefined ? {} : { settledAt }, length, nowMs)).toBe(waits);
});

test.each([
  ["/video.mp4", "video/mp4", long, true],
  ["/video.mp4", "video/mp4", limits.lazyBytesMin, false],
  ["/", "text/plain", long, false],
  ["/report.html", "text/html; charset=utf-8", long, false],
  ["/api.json", "application/json", long, false],
  ["/history.atom", "application/atom+xml", long, false],
  ["/history.rss", "application/rss+xml; charset=utf-8", long, false],
  ["/sitemap.xml", "text/xml", long, false],
  ["/all.css", "text/css", long, true],
] as const)("lazy-rule/the file %s of type %s and %p bytes: %p", (path, type, length, waits) => {
  expect(fileMayWait(path, type, length)).toBe(waits);
});

test("lazy-rule/of a whole page only what is closed may ever wait: its page, months with nothing open, and no JSON", () => {
  const view = viewFrom(inventedParts());
  const documents = [...documentsByPath(view).values()];
  const may = new Set(documents.flatMap(({ path, settledAt }) => (settledAt === undefined ? [] : [path])));
  for (const incident of view.incidentById.values()) {
    const path = `/incidents/${incident.id}`;
    expect([path, may.delete(path)]).toEqual([path, isClosed(incident)]);
  }
  for (const kind of ["/history/2", "/uptime/2"]) {
    const [newest = "", ...older] = documents.map(({ path }) => path).filter((path) => path.startsWith(kind));
    expect([kind, may.has(newest), older.length > 0]).toEqual([kind, false, true]);
    for (const month of older) expect([month, may.delete(month)]).toEqual([month, true]);
  }
  expect([...may]).toEqual([]);
});
