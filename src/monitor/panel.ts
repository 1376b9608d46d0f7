// All checks of all pages, and what is known of each. In: the views, reports of POPs, the moment. Out: verdicts, and which checks took another level.
// It lives in memory: after a restart levels come from the store, voices from the next probes.
import { limits } from "../base/limits.ts";
import type { Check, Probe } from "../model/check.ts";
import type { PageView } from "../model/view.ts";
import {
  freshMsOf,
  hear,
  type Level,
  type ParentSays,
  rulesOf,
  settle,
  stateNow,
  unwatched,
  type Verdict,
  type VerdictState,
  verdictOf,
  type Watched,
} from "./verdict.ts";

/** What a restart has to know of a check. */
export type Kept = Pick<Watched, "level" | "sinceMs" | "fallsAt">;

export interface Panel {
  /** Takes what was kept. */
  restore(page: string, check: string, kept: Kept): void;
  /** `atMs` on our clock. Whether the check is there. */
  hear(view: PageView, id: string, pop: string, probe: Probe, atMs: number): boolean;
  /** Gives it the level of this moment; what is to be kept where that is another one, else null. */
  settle(view: PageView, check: Check, nowMs: number): Kept | null;
  verdict(view: PageView, check: Check, nowMs: number): Verdict;
  state(view: PageView, check: Check, nowMs: number): VerdictState;
  /** Null: nothing is known of it. */
  level(page: string, check: string): Level | null;
  /** Those that are not plainly well, by page: time alone may change what is said of them. */
  restless(page: string): readonly string[];
  /** Forgets checks that the view has no more, or that are paused; gives those of which something is kept. */
  tidy(view: PageView): readonly string[];
}

const byId = new WeakMap<readonly Check[], ReadonlyMap<string, Check>>();

export function checkOf({ checks }: Pick<PageView, "checks">, id: string): Check | undefined {
  let found = byId.get(checks);
  if (found === undefined) {
    found = new Map(checks.map((check) => [check.id, check]));
    byId.set(checks, found);
  }
  return found.get(id);
}

const byParent = new WeakMap<readonly Check[], ReadonlyMap<string | null, readonly Check[]>>();

/** Ids of those that hang on it. */
export function childrenOf({ checks }: Pick<PageView, "checks">, id: string): readonly string[] {
  const found = byParent.get(checks) ?? Map.groupBy(checks, ({ parentId }) => parentId);
  byParent.set(checks, found);
  return found.get(id)?.map((child) => child.id) ?? [];
}

export function createPanel(): Panel {
  const pages = new Map<string, Map<string, Watched>>();
  const unwell = new Map<string, Set<string>>();
  const watchedOf = (page: string, id: string): Watched => pages.get(page)?.get(id) ?? unwatched;
  const put = (page: string, id: string, watched: Watched): void => {
    const own = pages.get(page) ?? new Map<string, Watched>();
    pages.set(page, own.set(id, watched));
    const restless = unwell.get(page) ?? new Set<string>();
    if (isWell(watched)) restless.delete(id);
    else unwell.set(page, restless.add(id));
  };

  /** A parent that is down speaks for its children; one that may be is asked first, for as long as its own next word takes. */
  const parentSays = (view: PageView, check: Check, nowMs: number, depth = 0): ParentSays => {
    const parent = check.parentId === null ? undefined : checkOf(view, check.parentId);
    if (parent === undefined || parent.paused || depth >= limits.checkParentsMax) return "fine";
    const held = watchedOf(view.page.id, parent.id);
    if (held.level === "down" || parentSays(view, parent, nowMs, depth + 1) === "down") return "down";
    const since = failingSince(watchedOf(view.page.id, check.id));
    if (since === null || nowMs - since > freshMsOf(rulesOf(parent))) return "fine";
    const voices = [...held.voices.values()].filter(({ atMs }) => nowMs - atMs <= freshMsOf(rulesOf(parent)));
    const well = voices.filter(({ atMs, downs }) => downs === 0 && atMs >= since).length;
    return well > voices.length / 2 ? "fine" : "asked";
  };

  return {
    restore: (page, check, kept) => put(page, check, { ...unwatched, ...kept }),
    hear(view, id, pop, probe, atMs) {
      const check = checkOf(view, id);
      if (check === undefined || check.paused) return false;
      put(view.page.id, id, hear(watchedOf(view.page.id, id), rulesOf(check), pop, probe, atMs));
      return true;
    },
    settle(view, check, nowMs) {
      const page = view.page.id;
      const before = watchedOf(page, check.id);
      const after = settle(before, rulesOf(check), nowMs, parentSays(view, check, nowMs));
      if (after === before) return null;
      put(page, check.id, after);
      const { level, sinceMs, fallsAt } = after;
      return level === before.level ? null : { level, sinceMs, fallsAt };
    },
    verdict: (view, check, nowMs) =>
      verdictOf(watchedOf(view.page.id, check.id), rulesOf(check), nowMs, parentSays(view, check, nowMs)),
    state: (view, check, nowMs) =>
      stateNow(watchedOf(view.page.id, check.id), rulesOf(check), nowMs, parentSays(view, check, nowMs)),
    level: (page, check) => watchedOf(page, check).level,
    restless: (page) => [...(unwell.get(page) ?? [])],
    tidy(view) {
      const page = view.page.id;
      const gone = [...(pages.get(page)?.keys() ?? [])].filter((id) => checkOf(view, id)?.paused ?? true);
      for (const id of gone) {
        pages.get(page)?.delete(id);
        unwell.get(page)?.delete(id);
      }
      return gone;
    },
  };
}

const isWell = ({ level, voices }: Watched): boolean =>
  level === "up" && voices.values().every(({ slows }) => slows === 0);

/** When the first of those voices that say it fails began to; null where none does. */
function failingSince({ voices }: Watched): number | null {
  const since = [...voices.values()].filter(({ downs }) => downs > 0).map(({ sinceMs }) => sinceMs);
  return since.length === 0 ? null : Math.min(...since);
}
