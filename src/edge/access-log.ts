// Who asked for what, a JSON line each. In: answers, a share of which is wanted. Out: lines in batches, never in the way of an answer.
// No personal data: addresses are cut to a network, and neither query, nor referrer, nor user agent is ever read.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Appender } from "../host/append.ts";
import { type Answer, type Asked, fieldOf, type Peer } from "../host/asked.ts";
import { createSampledLines } from "../host/sampled-lines.ts";

export interface AccessLog {
  /** Tells of an answer; a number is counted down and nothing else done where its line is not wanted. */
  answered(asked: Asked, peer: Peer, answer: Answer, bytes: number, tookMs: number): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

/** What an operator asks for. */
export interface AccessLogPlace {
  readonly to: Appender;
  /** Share of answers that get a line, from 0 to 1. Statuses of 400 and above always do. */
  readonly sample: number;
  /** `network`: the /24 of an IPv4 address, the /48 of an IPv6 one. */
  readonly addresses: "network" | "off";
}

export interface AccessLogOptions extends AccessLogPlace {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function createAccessLog(options: AccessLogOptions): AccessLog {
  const { clock, metrics } = options;
  const lines = createSampledLines({
    ...options,
    called: { log: "access log", others: "Visitors" },
    outcomes: metrics.counter(
      "edge_access_log_lines_total",
      "Lines of the access log, by outcome.",
      "outcome",
    ),
  });
  return {
    answered(asked, peer, answer, bytes, tookMs) {
      if (!lines.wants(answer.status >= 400)) return;
      const time = new Date(clock.wallMs()).toISOString();
      lines.add(JSON.stringify({ time, ...wordsOf(asked, peer, answer, options), bytes, ms: round(tookMs) }));
    },
    stop: lines.stop,
  };
}

function wordsOf(asked: Asked, peer: Peer, { status, fields }: Answer, { addresses }: AccessLogOptions) {
  return {
    ...(addresses === "off" ? {} : { from: networkOf(peer.address) }),
    method: asked.method.slice(0, textCharsMax),
    host: asked.host?.slice(0, textCharsMax) ?? null,
    path: pathIn(asked.target).slice(0, limits.pathBytesMax),
    status,
    generation: Number(fieldOf(fields, "pharos-generation") ?? 0),
    level: Number(fieldOf(fields, "pharos-level") ?? 0),
    encoding: fieldOf(fields, "content-encoding") ?? "identity",
    secure: asked.secure,
  };
}

const textCharsMax = 255;

/** The path as it was sent, without its query: people put names and tokens there. */
function pathIn(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** `203.0.113.0/24`, `2001:db8:1::/48`; null for what is no address. Neither names a household. */
export function networkOf(address: string | null): string | null {
  if (address === null) return null;
  const mapped = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/i.exec(address)?.[1];
  if (mapped !== undefined) return `${mapped}.0/24`;
  if (!address.includes(":")) return null;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(zeros).fill("0"), ...last];
  const [one = "0", two = "0", three = "0"] = groups.map((group) => group.replace(/^0+(?=.)/, ""));
  return `${one}:${two}:${three}::/48`;
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
