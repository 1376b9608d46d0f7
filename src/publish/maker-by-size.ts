// Which maker a page has. In: one here, one in a process of its own. Out: one for both: small pages are made here, large ones there.
// A process costs what a page of a few hundred incidents does not: memory, and a tenth of a second at the start.
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import type { Maker } from "./maker.ts";

export interface BySize {
  view(page: string): PageView | null;
  readonly here: Maker;
  readonly apart: Maker;
  /** Components and incidents of a page that is made apart. Default `limits.pageApartEntities`. */
  readonly entitiesMin?: number;
}

/** A page that has once been large stays where it is. */
export function makerBySize({ view, here, apart, entitiesMin = limits.pageApartEntities }: BySize): Maker {
  const large = new Set<string>();
  const makerOf = (page: string): Maker => (large.has(page) ? apart : here);
  return {
    make(order, stage) {
      const { page } = order;
      const now = view(page);
      const size = now === null ? 0 : now.incidentById.size + now.components.length;
      if (size >= entitiesMin && !large.has(page)) {
        here.forget(page);
        large.add(page);
      }
      return makerOf(page).make(order, stage);
    },
    kept: (head) => makerOf(head.page).kept(head),
    forget: (page) => makerOf(page).forget(page),
    async stop() {
      await Promise.all([here.stop(), apart.stop()]);
    },
  };
}
