// The checks of bench/monitor. In: how many, their interval, ports. Out: a plan. Seven in ten by HTTP, one each by HTTPS, TCP and DNS.
import type { CheckTarget } from "../../src/model/check.ts";
import type { PlannedCheck } from "../../src/monitor/types.ts";

export interface BenchPorts {
  readonly http: number;
  readonly https: number;
  readonly tcp: number;
  readonly hung: number;
  readonly dns: number;
  /** The certificate of what listens for HTTPS. */
  readonly chain: string;
}

export interface World {
  readonly checks: number;
  readonly everyMs: number;
  /** Of ten checks by HTTP, how many are of hosts that never answer. */
  readonly hung: number;
}

export function planOf({ checks, everyMs, hung }: World, ports: BenchPorts): readonly PlannedCheck[] {
  return Array.from({ length: checks }, (_, at) => ({
    key: `page/${at}`,
    target: at % 10 < hung ? http(at, ports.hung) : targetOf(at, ports),
    everyMs,
    timeoutMs: 10_000,
    slowMs: null,
  }));
}

/** A host of its own, of 2,500. */
const hostOf = (at: number): string => `127.1.${(at >> 6) % 40}.${1 + (at % 64)}`;

const http = (at: number, port: number): CheckTarget => ({
  kind: "http",
  url: `http://${hostOf(at)}:${port}/${at}`,
  method: "GET",
  headers: [],
  body: null,
  statuses: "200-299",
  keyword: at % 2 === 0 ? "All good" : null,
  keywordAbsent: false,
  json: null,
  redirectsMax: 3,
  certificateDays: 14,
});

function targetOf(at: number, ports: BenchPorts): CheckTarget {
  switch (at % 10) {
    case 7: {
      const { certificateDays, ...rest } = http(at, ports.https) as Extract<CheckTarget, { kind: "http" }>;
      return { ...rest, url: `https://localhost:${ports.https}/${at}`, certificateDays };
    }
    case 8:
      return { kind: "tcp", host: hostOf(at), port: ports.tcp, send: null, expect: "220" };
    case 9:
      return {
        kind: "dns",
        name: `h${at}.example`,
        type: "A",
        server: `127.0.0.1:${ports.dns}`,
        expect: ["192.0.2.1"],
      };
    default:
      return http(at, ports.http);
  }
}
