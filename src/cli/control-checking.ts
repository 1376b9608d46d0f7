// What is known of checks, wired. In: the store of results, and who gives verdicts. Out: the desk of the management API and the admin pages.
import type { CheckDesk } from "../control/check-desk.ts";
import type { CheckResults } from "../store/check-results.ts";

interface Parts {
  readonly results: Pick<CheckResults, "last" | "tallies">;
  readonly verdict?: CheckDesk["verdict"];
  readonly pingPath?: CheckDesk["pingPath"];
}

export const checkDeskOf = ({ results, verdict = () => null, pingPath = () => null }: Parts): CheckDesk => ({
  last: (page, id) => results.last(page, id),
  tallies: (page, id, window) => results.tallies(page, id, window),
  verdict,
  pingPath,
});
