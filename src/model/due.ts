// When time alone changes a page. In: a view and a moment. Out: the next moment at which its rendering differs without an op.
// The publisher wakes then; a wake-up too many costs one comparison, a missing one leaves yesterday on the page.
import { isClosed } from "./order.ts";
import type { PageView } from "./view.ts";
import { nextMidnight } from "./zone.ts";

/**
 * The first moment after `asOf` (ms) of: the page's midnight (bars and history move by a day, incidents age out of the
 * front page), and start or end of the window of a maintenance that is not over (it begins, it is overdue).
 */
export function dueAt(view: PageView, asOf: number): number {
  let due = nextMidnight(asOf, view.page.timeZone);
  for (const maintenance of view.maintenances) {
    if (isClosed(maintenance) || maintenance.window === null) continue;
    for (const edge of [maintenance.window.from, maintenance.window.until])
      if (edge > asOf && edge < due) due = edge;
  }
  return due;
}
