// What an operator sets of a POP's checks. In: flags. Out: networks that they may look into, places by which a POP knows that its own way out works.
import { Fault } from "../base/fault.ts";
import { type Allowed, allowedOf } from "../host/reach.ts";
import type { GuardPlace } from "../monitor/connectivity.ts";

export interface CheckFlags {
  /** Networks that checks may look into though they are not public. */
  readonly checkAllow?: readonly string[];
  /** `host:port`, by which a POP knows that its own way out works; `none` switches that off. */
  readonly checkGuard?: readonly string[];
}

/** Throws Fault `usage`. */
export function checkNetworks({ checkAllow = [] }: CheckFlags): Allowed {
  const allowed = allowedOf(checkAllow);
  if (allowed.ok) return allowed.value;
  throw new Fault(
    "usage",
    `--check-allow: ${JSON.stringify(allowed.wrong)} is not allowed.`,
    "Give a network such as 10.20.0.0/16 or fd00::/8, or one address.",
  );
}

/** Null: the usual ones. Throws Fault `usage`. */
export function guardsOf({ checkGuard = [] }: CheckFlags): readonly GuardPlace[] | null {
  if (checkGuard.length === 0) return null;
  if (checkGuard.length === 1 && checkGuard[0] === "none") return [];
  return checkGuard.map((text) => {
    const [, host = "", port = ""] = /^(?:\[?([^\]]+?)\]?):(\d{1,5})$/.exec(text) ?? [];
    if (host !== "" && Number(port) > 0 && Number(port) < 65_536) return { host, port: Number(port) };
    throw new Fault(
      "usage",
      `--check-guard: ${JSON.stringify(text)} is not allowed.`,
      "Give a host and a port, such as ns.example.org:53, or none.",
    );
  });
}
