// An address that is free. In: the one that was wanted. Out: it, or the next one, and a sentence that says so. Only the demo chooses.
import { Fault } from "../base/fault.ts";
import { listenHttp } from "../host/http.ts";
import type { Address } from "./flags.ts";

const portMax = 65_535;
const triesMax = 100;

/** Tries `wanted`, then the ports after it. An address that this machine lacks (macOS has only 127.0.0.1) becomes 127.0.0.1. */
export function freeAddress(
  wanted: Address,
  not: readonly number[],
  say: (sentence: string) => void,
): Address {
  let { host, port } = wanted;
  for (let tries = 0; tries < triesMax && port <= portMax; tries++, port++) {
    if (not.includes(port) && host === wanted.host) continue;
    const refusal = probe({ host, port });
    if (refusal === null) {
      if (port !== wanted.port) say(`port ${wanted.port} is taken, so it is ${port}.`);
      return { host, port };
    }
    if (refusal.code === "port-taken") continue;
    if (host === "127.0.0.1") throw refusal;
    say(`this machine has no ${host}, so it is 127.0.0.1.`);
    host = "127.0.0.1";
    port--;
  }
  throw new Fault(
    "port-taken",
    `The ${triesMax} ports from ${wanted.port} on are taken.`,
    "Name another one.",
  );
}

function probe({ host, port }: Address): Fault | null {
  try {
    void listenHttp({ address: host, port, bodyBytesMax: 1, fetch: () => new Response() }).stop(true);
    return null;
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
}
