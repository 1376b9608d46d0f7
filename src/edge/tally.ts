// What a worker counts of its answers. In: status, kind and length of each. Out: numbers by index, and the length for who bounds what is pending.
import type { Metrics } from "../base/metrics.ts";

/** What an answer was about, by its media type. Errors, preflights and files are `other`. */
export const kinds = ["other", "html", "json", "feed", "event"] as const;
/** An index into `kinds`. */
export type Kind = number;
export const otherKind: Kind = 0;
export const eventKind: Kind = 4;

const statuses = [200, 204, 303, 304, 400, 404, 405, 406, 410, 413, 415, 421, 429, 503] as const;
const rowOfStatus = new Uint8Array(1_000).fill(statuses.length);
for (const [row, status] of statuses.entries()) rowOfStatus[status] = row;

/** Of so many requests one is timed, whichever it is. */
export const timedOneIn = 8;

/**
 * Bounds of the histogram (s). Ready bytes take some 10 us, so the first hold nearly all; 5 and 20 ms are what is promised under a spike; what
 * is above waited for a body.
 */
const durationBounds = [
  0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.02, 0.05, 0.08, 0.25, 1, 5,
] as const;

export interface Tally {
  /** An answer was made; its body has so many bytes. In the same turn as the answer itself. */
  answered(status: number, kind: Kind, bytes: number): void;
  /** From the moment a handler had the request to the moment it had the answer: of one request in `timedOneIn`. */
  took(ms: number): void;
  /** Bytes of the last answer. */
  lastBytes(): number;
}

/** `onAnswer` is told the length of each answer. */
export function createTally(metrics: Metrics, onAnswer: (bytes: number) => void = () => undefined): Tally {
  const requests = metrics.table(
    "edge_requests_total",
    "Requests answered.",
    { name: "status", values: [...statuses.map(String), "other"] },
    { name: "kind", values: kinds },
  );
  const sent = metrics.counter("edge_body_bytes_total", "Bytes of bodies answered.", "kind");
  const durations = metrics.histogram(
    "edge_request_duration_seconds",
    `From having a request to having its answer, as this server sees it: of one request in ${timedOneIn}.`,
    durationBounds,
  );
  let last = 0;
  return {
    answered(status, kind, bytes) {
      requests.add(rowOfStatus[status] ?? statuses.length, kind);
      if (bytes > 0) sent.add(bytes, kinds[kind]);
      last = bytes;
      onAnswer(bytes);
    },
    took: (ms) => durations.observe(ms / 1_000),
    lastBytes: () => last,
  };
}

/** The kind of a route. */
export function kindOf(contentType: string): Kind {
  return kindNames.indexOf(nameOf(contentType));
}

const kindNames: readonly string[] = kinds;

function nameOf(contentType: string): (typeof kinds)[number] {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "text/html") return "html";
  if (type === "text/event-stream") return "event";
  if (type === "application/json" || type.endsWith("+json")) return "json";
  return feeds.has(type) ? "feed" : "other";
}

const feeds: ReadonlySet<string> = new Set(["application/atom+xml", "application/rss+xml", "text/calendar"]);
