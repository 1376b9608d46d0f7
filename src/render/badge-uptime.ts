// Badges of uptime: /badge/uptime-90d.svg of the page, /badges/<component>/uptime-90d.svg, and of 24 h, 7 and 30 days. In: a scene of a page that has
// them switched on. Out: pictures of the figure that the front page prints.
import { uptime } from "../model/uptime.ts";
import type { Component, PageView } from "../model/view.ts";
import { addDays, startOfDate } from "../model/zone.ts";
import { badgeDocument, badgeFolder } from "./badge.ts";
import { percentText } from "./moment.ts";
import type { Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";
import type { Words } from "./words.ts";

const dayMs = 24 * 3_600_000;

/** What a badge counts. `days` are calendar days of the page's zone and today is one of them, as in the bars; without, it is the last 24 hours. */
const windows = [
  { name: "24h", days: null },
  { name: "7d", days: 7 },
  { name: "30d", days: 30 },
  { name: "90d", days: 90 },
] as const;

const longestDays = 90;

interface Span {
  readonly from: number;
  readonly until: number;
}

/** Up to the data's own time or the start of the day, as on the front page: never to the render's. */
function spanOf({ view: { page }, day }: Scene, days: number | null): Span {
  const until = Math.max(page.updatedAt, startOfDate(day, page.timeZone));
  const from = days === null ? until - dayMs : startOfDate(addDays(day, 1 - days), page.timeZone);
  return { from, until };
}

/** Words and colour of a ratio: the words are the page's own. */
function markOf(ratio: number | null): Mark {
  if (ratio === null) return "inf";
  return ratio >= 0.999 ? "ok" : ratio >= 0.99 ? "deg" : ratio >= 0.95 ? "par" : "maj";
}

/** Uptime badges; of components that had no trouble in the longest window, and did not change, none is named again. */
export function* uptimeBadges(scene: Scene): Iterable<Document> {
  const { view, since, words } = scene;
  if (!view.page.uptimeBadges) return;
  const parts = view.components.filter((it) => !it.group);
  const spans = windows.map(({ name, days }) => ({
    name,
    label: days === null ? words.times.unit(24, "hour") : words.times.unit(days, "day"),
    ...spanOf(scene, days),
  }));
  const firstDay = addDays(scene.day, 1 - longestDays);
  const oldest = Math.min(...spans.map(({ from }) => from));
  const sums = spans.map(() => ({ countedMs: 0, downMs: 0 }));
  for (const component of view.components) {
    const moving = hadTrouble(view, component, oldest) || isYoung(component, oldest, firstDay);
    for (const [at, { name, from, until, label }] of spans.entries()) {
      const { ratio, countedMs, downMs } = uptime(view, component.id, from, until);
      const sum = sums[at];
      if (sum !== undefined && !component.group) {
        sum.countedMs += countedMs;
        sum.downMs += downMs;
      }
      if (since !== null && !moving && !since.components.has(component.id)) continue;
      yield uptimeDocument(
        `${badgeFolder(component)}/uptime-${name}.svg`,
        [component.name, label],
        ratio,
        words,
      );
    }
  }
  if (parts.length === 0) return;
  for (const [at, { name, label }] of spans.entries()) {
    const { countedMs, downMs } = sums[at] ?? { countedMs: 0, downMs: 0 };
    const ratio = countedMs === 0 ? null : 1 - downMs / countedMs;
    yield uptimeDocument(`/badge/uptime-${name}.svg`, [view.page.name, label], ratio, words);
  }
}

function uptimeDocument(
  path: string,
  [name, window]: readonly [string, string],
  ratio: number | null,
  words: Words,
): Document {
  return badgeDocument(path, {
    label: `${name} · ${window}`,
    words: percentText(ratio, words),
    mark: markOf(ratio),
    description: `${name}, ${window}`,
  });
}

/** Known for less than the longest window, so that the first moment of it may be the one that is counted up to. */
function isYoung({ createdAt, startDate }: Component, from: number, firstDay: string): boolean {
  return (createdAt ?? from) >= from || (startDate ?? "") >= firstDay;
}

/** A group may move with any of its members. */
function hadTrouble({ transitions }: PageView, { id, group, status }: Component, from: number): boolean {
  if (group || status !== "operational") return true;
  const last = transitions.get(id)?.at(-1);
  return last !== undefined && last.at > from;
}
