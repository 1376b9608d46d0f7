// What a feed tells of an incident, next to what is known of it. In: view, imported incident. Out: what is taken, and updates that go.
// A feed names no update, gives older times to the minute and knows no component. So it never speaks against a better source: it
// only adds its number there, and its own texts go when the source's real updates come.
import type { ImportedIncident } from "./command.ts";
import { opOf } from "./drafts.ts";
import type { OpDraft } from "./op.ts";
import type { Incident, PageView } from "./view.ts";

/** Ids of updates that a feed told of begin with this; the incident's id and their number from the oldest on follow. */
export const feedUpdatePrefix = "feed-";

const minuteMs = 60_000;
const isFromFeed = ({ id }: { readonly id: string }): boolean => id.startsWith(feedUpdatePrefix);

/** The incident as it is to be taken. */
export function weighed(view: PageView | null, imported: ImportedIncident): ImportedIncident {
  const held = view?.incidentById.get(imported.id);
  if (held === undefined || !fromFeedAlone(imported)) return imported;
  if (held.feedNumber !== null && held.updates.every(isFromFeed)) return withHeldTimes(held, imported);
  const { id, feedNumber = null } = imported;
  const { name, createdAt, updatedAt } = held;
  return { id, name, createdAt, updatedAt, feedNumber, updates: [] };
}

/** Takes out what a feed had told, once the same incident comes with updates of its own. */
export function feedUpdatesReplaced(
  view: PageView | null,
  page: string,
  imported: ImportedIncident,
): readonly OpDraft[] {
  if (!imported.updates.some((update) => !isFromFeed(update))) return [];
  const told = view?.incidentById.get(imported.id)?.updates.filter(isFromFeed) ?? [];
  return told.flatMap(({ id }) => opOf(page, "update", id, { deleted: true }));
}

function fromFeedAlone({ feedNumber, componentIds, updates }: ImportedIncident): boolean {
  return typeof feedNumber === "string" && componentIds === undefined && updates.every(isFromFeed);
}

/** The newest update of a feed has its full time, which later runs give to the minute only: the full one stays. */
function withHeldTimes(held: Incident, imported: ImportedIncident): ImportedIncident {
  const full = (at: number, known: number | undefined): number =>
    known !== undefined && known - at >= 0 && known - at < minuteMs ? known : at;
  const updates = imported.updates.map((update) => {
    const known = held.updates.find(({ id }) => id === update.id);
    return {
      ...update,
      createdAt: full(update.createdAt, known?.createdAt),
      updatedAt: full(update.updatedAt, known?.updatedAt),
      displayAt: full(update.displayAt, known?.displayAt),
    };
  });
  return { ...imported, createdAt: full(imported.createdAt, held.createdAt), updates };
}
