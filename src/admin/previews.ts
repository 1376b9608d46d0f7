// Pages as they would be, held for the moment in which somebody looks at them. In: documents. Out: an address each, for who made them alone.
// The oldest goes when there are more than `adminPreviewsMax`: whoever still looks at it asks for another with the next key that they press.
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

interface Held {
  /** Who may see it: a preview shows what is not published. */
  readonly owner: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Previews {
  /** Keeps a document; gives its address. */
  hold(held: Held): string;
  /** What is held at an address of this person's; null where nothing is, or no longer. */
  at(path: string, owner: string): Held | null;
}

const base = "/admin/preview/";

export function createPreviews(random: Random): Previews {
  const held = new Map<string, Held>();
  return {
    hold(document) {
      const path = base + Buffer.from(random.bytes(16)).toString("hex");
      held.set(path, document);
      for (const oldest of held.keys()) {
        if (held.size <= limits.adminPreviewsMax) break;
        held.delete(oldest);
      }
      return path;
    },
    at(path, owner) {
      const found = held.get(path);
      return found === undefined || found.owner !== owner ? null : found;
    },
  };
}
