// Addresses that are free. In: those that were wanted. Out: them, or the next ones, and a sentence that says so. Only the demo chooses.
import { Fault } from "../base/fault.ts";
import { listenHttp } from "../host/http.ts";
import type { Address } from "./flags.ts";

const portMax = 65_535;
const triesMax = 100;

/** Tries `wanted`, then the ports after it. Port 0 lets the system choose. Throws Fault `port-taken` or `address-refused`. */
export function freeAddress(
  wanted: Address,
  not: readonly number[],
  say: (sentence: string) => void,
): Address {
  const [found = wanted] = freeTogether([wanted.host], wanted.port, not, say);
  return found;
}

/** One port that is free at every one of these hosts, as `freeAddress` finds it. */
export function freeTogether(
  hosts: readonly string[],
  wanted: number,
  not: readonly number[],
  say: (sentence: string) => void,
): readonly Address[] {
  for (let tries = 0; tries < triesMax; tries++) {
    const port = wanted === 0 ? 0 : wanted + tries;
    if (port > portMax) break;
    const found = not.includes(port) ? null : portAtAll(hosts, port);
    if (found === null || not.includes(found)) continue;
    if (port !== wanted) say(`port ${wanted} is taken, so it is ${port}.`);
    return hosts.map((host) => ({ host, port: found }));
  }
  throw new Fault("port-taken", `The ${triesMax} ports from ${wanted} on are taken.`, "Name another one.");
}

/** Whether this machine has an address to listen on. macOS has of 127.0.0.0/8 only 127.0.0.1. */
export function hasHost(host: string): boolean {
  try {
    probe({ host, port: 0 });
    return true;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "address-refused") return false;
    throw thrown;
  }
}

/** The port, or what the system chose for 0; null when it is taken at one of the hosts. */
function portAtAll(hosts: readonly string[], port: number): number | null {
  let found = port;
  try {
    for (const host of hosts) found = probe({ host, port: found });
    return found;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "port-taken") return null;
    throw thrown;
  }
}

/** Listens for a moment and gives the port. */
function probe({ host, port }: Address): number {
  const listener = listenHttp({ address: host, port, bodyBytesMax: 1, fetch: () => new Response() });
  void listener.stop(true);
  return listener.port;
}
