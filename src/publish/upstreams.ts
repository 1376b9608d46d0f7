// What vendors say on its way to pages. In: word that a round is over. Out: word to publish each page that shows an upstream.
// A round is a minute, and nothing else of the page is made anew for it. Where rounds stop coming, pages are told once more when what they
// show has become too old to be told.
import { type Clock, every } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { PageView } from "../model/view.ts";
import type { UpstreamStore } from "../store/upstreams.ts";

export type UpstreamSource = Pick<UpstreamStore, "results" | "onChange">;

export function followUpstreams(
  { onChange }: Pick<UpstreamSource, "onChange">,
  pages: { ids(): readonly string[]; view(page: string): PageView | null },
  clock: Clock,
  tell: (page: string) => void,
): { stop(): void } {
  let toldMs = clock.monotonicMs();
  const tellAll = (): void => {
    for (const page of pages.ids()) if ((pages.view(page)?.upstreams.length ?? 0) > 0) tell(page);
  };
  const end = onChange(() => {
    toldMs = clock.monotonicMs();
    tellAll();
  });
  const looking = every(clock, limits.upstreamRoundMs, () => {
    if (clock.monotonicMs() - toldMs > limits.upstreamFreshMsMax) tellAll();
  });
  return {
    stop() {
      end();
      looking.cancel();
    },
  };
}
