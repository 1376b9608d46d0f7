// Who asked for what, a JSON line each. In: answers, a share of which is wanted. Out: lines in batches, never in the way of an answer.
// Addresses are cut to a network, those of client subnets too: neither names a household.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Appender } from "../host/append.ts";
import { createSampledLines } from "../host/sampled-lines.ts";
import { showAddress } from "../zones/addresses.ts";
import { showName } from "../zones/names.ts";
import { type Led, rcodes, rcodeWord, typeWord } from "../zones/types.ts";
import type { Asked } from "./query.ts";
import type { Passing } from "./reply.ts";

export interface QueryLog {
  answered(passing: Passing, asked: Asked, rcode: number, bytes: number, led: Led | null): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

/** What an operator asks for. */
export interface QueryLogPlace {
  readonly to: Appender;
  /** Share of answers that get a line, from 0 to 1. SERVFAIL always does. */
  readonly sample: number;
  /** `network`: the /24 of an IPv4 address, the /48 of an IPv6 one. */
  readonly addresses: "network" | "off";
}

export interface QueryLogOptions extends QueryLogPlace {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function createQueryLog(options: QueryLogOptions): QueryLog {
  const { clock, metrics, addresses } = options;
  const lines = createSampledLines({
    ...options,
    called: { log: "query log", others: "Queries" },
    outcomes: metrics.counter("dns_query_log_lines_total", "Lines of the query log, by outcome.", "outcome"),
  });
  return {
    answered({ address, transport, edns }, { name, type }, rcode, bytes, led) {
      if (!lines.wants(rcode === rcodes.SERVFAIL)) return;
      const subnet = edns?.subnet ?? null;
      const from = {
        from: cut(address, 8 * address.length),
        ...(subnet === null || subnet.bits === 0 ? {} : { subnet: cut(subnet.address, subnet.bits) }),
      };
      const words = { name: showName(name), type: typeWord(type), rcode: rcodeWord(rcode), transport, bytes };
      const time = new Date(clock.wallMs()).toISOString();
      lines.add(
        JSON.stringify({
          time,
          ...(addresses === "off" ? {} : from),
          ...words,
          ...(led === null ? {} : led),
        }),
      );
    },
    stop: lines.stop,
  };
}

/** `203.0.113.0/24`, `2001:db8:1::/48`, or the fewer bits that were given. */
export function cut(address: Uint8Array, bits: number): string {
  const most = Math.min(bits, address.length === 4 ? 24 : 48);
  const network = address.map((byte, at) => {
    const over = 8 * at + 8 - most;
    return over <= 0 ? byte : over >= 8 ? 0 : byte & (0xff << over);
  });
  return `${showAddress(network)}/${most}`;
}
