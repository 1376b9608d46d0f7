// From a check's verdict to a claim. In: the check, what is known of it. Out: a claim on its component, or on itself; null where it is well.
import { limits } from "../base/limits.ts";
import type { Check } from "../model/check.ts";
import type { PageView } from "../model/view.ts";
import type { Claim } from "./acting.ts";
import type { Verdict } from "./verdict.ts";

/** What is decided together: all that speaks of one component, or one check that speaks of none. */
export function subjectOf(view: PageView, componentId: string | null, own: string): string {
  return componentId !== null && isComponent(view, componentId) ? `component/${componentId}` : own;
}

function isComponent({ componentById }: PageView, id: string): boolean {
  const found = componentById.get(id);
  return found !== undefined && !found.group;
}

/** The checks of each subject, made anew where checks or components changed. */
let indexed: {
  readonly checks: PageView["checks"];
  readonly components: PageView["components"];
  readonly by: ReadonlyMap<string, readonly Check[]>;
} | null = null;

/** Checks that speak of a subject. */
export function speakersOf(view: PageView, subject: string): readonly Check[] {
  const { checks, components } = view;
  if (indexed?.checks !== checks || indexed.components !== components)
    indexed = {
      ...{ checks, components },
      by: Map.groupBy(checks, ({ id, componentId }) => subjectOf(view, componentId, claimIdOf(id))),
    };
  return indexed.by.get(subject) ?? [];
}

export const claimIdOf = (check: string): string => `check/${check}`;

export function claimOf(view: PageView, check: Check, verdict: Verdict): Claim | null {
  const { level, reported, against, sentence, sinceMs } = verdict;
  if (check.paused || (level !== "down" && level !== "slow")) return null;
  const isDown = level === "down";
  const { componentId } = check;
  return {
    id: claimIdOf(check.id),
    name: check.name,
    componentId: componentId !== null && isComponent(view, componentId) ? componentId : null,
    status: isDown ? check.outageStatus : "degraded_performance",
    // Slowness is shown and tells nobody: an incident is for what fails.
    act: isDown || check.act === "watch" ? check.act : "component",
    templateId: check.templateId,
    sinceMs: sinceMs ?? 0,
    by:
      reported > 1 && against > 0
        ? `Automatic checks from ${against} of ${reported} places find`
        : "An automatic check finds",
    why: sentence.slice(0, limits.verdictSentenceCharsMax),
  };
}
