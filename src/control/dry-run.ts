// A dry run: the answer that a request would get, what its page would say, and which documents would change. In: a call's commands.
// Out: nothing is written. Commands are previewed, each on top of those before it; any other write ends the call, unless the row says what it would give.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Command } from "../model/command.ts";
import { overallStatus } from "../model/status.ts";
import type { PageView } from "../model/view.ts";
import { dayOf } from "../model/zone.ts";
import { actorOf, type Principal } from "../people/principal.ts";
import { documentsSince } from "../render/documents.ts";
import type { Shown } from "../render/types.ts";
import { chartsOf } from "../store/charts.ts";
import type { Ledger } from "../store/ledger.ts";
import type { SeriesStore } from "../store/series.ts";
import { ApiRefusal, apiErrorOf } from "./answer.ts";
import { type Answer, answer, type Call } from "./endpoint.ts";

/** Ends a call at a write that is no command. */
export class DryRunEnd extends Error {}

export interface Rehearsal extends Pick<Call<unknown, unknown, PageView | null>, "submit" | "effect"> {
  /** What the client is told: `said` is the answer that a real run would give, null where it ended before one. */
  outcome(said: Answer | null): Answer;
}

interface Options {
  readonly ledger: Pick<Ledger, "preview" | "view">;
  readonly series: SeriesStore;
  readonly clock: Clock;
}

export function rehearsalOf(options: Options, principal: Principal, view: PageView | null): Rehearsal {
  const commands: Command[] = [];
  let before = view;
  let after = view;
  return {
    async submit(asked, following) {
      commands.push(...[asked].flat());
      let followed: readonly Command[] = [];
      const seen = options.ledger.preview(
        view?.page.id ?? null,
        commands,
        actorOf(principal),
        following && {
          following: (changed) => {
            followed = [...following(changed)];
            return followed;
          },
        },
      );
      if (!seen.ok) throw new ApiRefusal(apiErrorOf(seen.refusal));
      commands.push(...followed);
      before ??= options.ledger.view(seen.page);
      after = seen.view;
      return { id: seen.id, view: seen.view };
    },
    effect: (_write, foreseen) => (foreseen === undefined ? Promise.reject(new DryRunEnd()) : foreseen()),
    outcome: (said) =>
      answer(200, {
        dry_run: true,
        status: said?.status ?? null,
        answer: said?.body ?? null,
        page: after === null ? null : { id: after.page.id, status: overallStatus(after) },
        ...changed(options, before, after),
      }),
  };
}

/** The first so many paths of documents that would be others, new or gone, and how many there are. */
function changed(
  { series, clock }: Options,
  before: PageView | null,
  after: PageView | null,
): { readonly documents: readonly string[]; readonly documents_total: number } {
  const asOf = clock.wallMs();
  const shownOf = (view: PageView): Shown => ({
    view,
    charts: chartsOf(view, series),
    upstreams: new Map(),
    offer: null,
    asOf,
    day: dayOf(asOf, view.page.timeZone),
  });
  const keysOf = (view: PageView | null, other: PageView | null): Map<string, string> => {
    if (view === null) return new Map();
    const { charts } = shownOf(view);
    const since = documentsSince(other === null ? null : shownOf(other), view, asOf, charts);
    return new Map(Array.from(since.documents, ({ path, key }) => [path, key]));
  };
  if (before === after) return { documents: [], documents_total: 0 };
  const [is, was] = [keysOf(after, before), keysOf(before, after)];
  const paths = [...new Set([...is.keys(), ...was.keys()])].filter((path) => is.get(path) !== was.get(path));
  return { documents: paths.sort().slice(0, limits.dryRunDocumentsMax), documents_total: paths.length };
}
