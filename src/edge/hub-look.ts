// What the hub sees of a page. In: the store's reads, what a request would find by them. Out: generation, level, event; nothing is answered.
import { eventPath } from "../snapshot/names.ts";
import type { Bodies } from "./bodies.ts";
import type { Emergencies } from "./emergency.ts";
import type { Looked } from "./hub.ts";
import type { Levels } from "./level.ts";
import { type Reads, StoreFailure } from "./reads.ts";
import { routeAt, type Trees } from "./trees.ts";

export interface LookParts {
  readonly trees: Trees;
  readonly bodies: Bodies;
  readonly levels: Levels;
  readonly emergencies: Emergencies;
}

/** Looks at a page as the store has it now. Throws nothing. */
export function createLook({ trees, bodies, levels, emergencies }: LookParts, reads: Reads) {
  const look = (page: string): Looked => {
    reads.refresh();
    const head = reads.head(page);
    if (head === null) return "gone";
    const manifest = trees.manifest(head.manifest, reads.tree);
    if (manifest?.page !== page) return "unknown";
    const { level } = levels.of(page, manifest.createdMs, reads.freshness);
    const notice = emergencies.of(page, reads);
    return {
      generation: head.generation,
      // Below an emergency stands, without a source, how old the page is.
      level: notice === null ? String(level) : `3 ${notice.mark}${level === 1 ? " 1" : ""}`,
      event() {
        const route = routeAt(trees, manifest, reads.tree, eventPath);
        return route === null ? null : bodies.identity(route, reads.object);
      },
    };
  };
  return (page: string): Looked => {
    try {
      return look(page);
    } catch (thrown) {
      // Requests meet it too, and say so; who listens goes on with what there was.
      if (thrown instanceof StoreFailure) return "unknown";
      throw thrown;
    }
  };
}
