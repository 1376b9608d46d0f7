// What somebody finds in the menu. In: the table of screens, who, a page. Out: the screens that they may see there, in the table's order.
import { may, type Principal } from "../people/principal.ts";
import type { Entry } from "./frame.tsx";
import type { Screen } from "./screen.ts";

export function menuOf(
  screens: readonly Screen[],
  principal: Principal,
  page: string | null,
): readonly Entry[] {
  return screens.flatMap(({ isFor, menu, needs, path, title }) => {
    if (menu === undefined || (menu === "page" && page === null)) return [];
    const allowed = may(principal, menu === "page" ? page : null, needs) && (isFor?.(principal) ?? true);
    return allowed ? [{ menu, needs, path, title }] : [];
  });
}
