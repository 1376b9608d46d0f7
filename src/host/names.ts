// Where a name leads, asked so that no other question waits for it. In: a name. Out: its addresses, in the order in which they are to be tried.
// Under Bun the system's own look-up runs on as many threads as there are cores, each for up to 20 s where nobody answers for a name: two names whose
// servers died would hold up every other. c-ares waits for all of them at once, and reads /etc/hosts and /etc/resolv.conf as well, but no other
// source that a system may name in nsswitch.conf: so names that an operator gives are asked of the system (reach.ts).
import { lookup } from "node:dns/promises";
import { runtime } from "./runtime.ts";

export interface NamedAddress {
  readonly address: string;
  readonly family: number;
}

/** Rejects where there is none. */
export function lookUpApart(name: string): Promise<readonly NamedAddress[]> {
  return runtime === "bun" ? Bun.dns.lookup(name, { backend: "c-ares" }) : lookup(name, { all: true });
}
