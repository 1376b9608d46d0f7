// Types that are not asked of zones. In: a type, what was found at its name. Out: the finding in its place.
import type { Name } from "../zones/names.ts";
import { type Finding, rcodes, types } from "../zones/types.ts";

export function unaskable(rcode: number, why: string | null): Finding {
  return {
    rcode,
    authoritative: false,
    answer: [],
    authority: [],
    additional: [],
    scope: 0,
    why,
    cacheable: true,
  };
}

const noTransfer = unaskable(rcodes.REFUSED, "This server hands out no zones.");
const notAsked = unaskable(rcodes.FORMERR, "This type is none that a question may have.");
const notDone = unaskable(rcodes.NOTIMP, "This type is not served.");

export const refusedTypes: ReadonlyMap<number, Finding> = new Map([
  [types.AXFR, noTransfer],
  [types.IXFR, noTransfer],
  [types.OPT, notAsked],
  [types.TSIG, notAsked],
  [types.TKEY, notDone],
  [types.MAILA, notDone],
  [types.MAILB, notDone],
]);

/** `RFC8482` and nothing, as two character strings. */
const minimal = Buffer.from("\x07RFC8482\0", "latin1");
const minimalTtlS = 3_600;

/**
 * A minimal answer to ANY (RFC 8482, 4.2): at a name that exists, a HINFO that says so. `finding` is what there is to a question for HINFO: a
 * referral, a CNAME, a denial stand as they are.
 */
export function anyOf(name: Name, finding: Finding): Finding {
  const { rcode, authoritative, answer } = finding;
  if (rcode !== rcodes.NOERROR || !authoritative || answer.length > 0) return finding;
  const set = { name, type: types.HINFO, ttl: minimalTtlS, rdata: [minimal] };
  return { ...finding, answer: [set], authority: [], additional: [] };
}
