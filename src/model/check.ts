// What is checked of other systems, and what a POP found. In: limits. Out: the words and shapes that decisions, plans, reports, the store of
// results and verdicts share. Text that people gave a check is kept as it is: who shows it escapes it.

import { limits } from "../base/limits.ts";

export const checkKinds = ["http", "tcp", "tls", "dns", "websocket", "heartbeat"] as const;
export type CheckKind = (typeof checkKinds)[number];

export const checkMethods = ["GET", "HEAD", "POST", "PUT", "OPTIONS"] as const;
export const dnsTypes = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "CAA"] as const;

export interface HttpTarget {
  readonly kind: "http";
  readonly url: string;
  readonly method: (typeof checkMethods)[number];
  /** Their values may be secrets. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** May be a secret. */
  readonly body: string | null;
  /** What counts as up: "200-299,301". */
  readonly statuses: string;
  readonly keyword: string | null;
  /** Up is where the keyword is not found. */
  readonly keywordAbsent: boolean;
  readonly json: { readonly path: string; readonly equals: string } | null;
  readonly redirectsMax: number;
  /** Slow when the certificate ends within so many days; null: not looked at. */
  readonly certificateDays: number | null;
}

export interface TcpTarget {
  readonly kind: "tcp";
  readonly host: string;
  readonly port: number;
  readonly send: string | null;
  readonly expect: string | null;
}

export interface TlsTarget {
  readonly kind: "tls";
  readonly host: string;
  readonly port: number;
  readonly serverName: string | null;
  readonly days: number;
}

export interface DnsTarget {
  readonly kind: "dns";
  readonly name: string;
  readonly type: (typeof dnsTypes)[number];
  /** Null: the POP's own resolver. */
  readonly server: string | null;
  /** Each must be among the answers; none: any answer. */
  readonly expect: readonly string[];
}

export interface WebsocketTarget {
  readonly kind: "websocket";
  readonly url: string;
  readonly send: string | null;
  readonly expect: string | null;
}

export interface HeartbeatTarget {
  readonly kind: "heartbeat";
  readonly schedule: { readonly everyMs: number } | { readonly cron: string; readonly zone: string };
  readonly graceMs: number;
}

export type CheckTarget = HttpTarget | TcpTarget | TlsTarget | DnsTarget | WebsocketTarget | HeartbeatTarget;

export const outageStatuses = ["degraded_performance", "partial_outage", "major_outage"] as const;

/** What a verdict does: nothing but show, set the component, write a draft for a person, or open an incident. */
export const checkActs = ["watch", "component", "draft", "incident"] as const;

export interface Check {
  readonly id: string;
  readonly name: string;
  readonly target: CheckTarget;
  readonly paused: boolean;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Names of POPs; none: all. */
  readonly pops: readonly string[];
  /** What it speaks for; null: only its own screen and the latency page. */
  readonly componentId: string | null;
  /** Another check: while that one is down, this one says nothing. */
  readonly parentId: string | null;
  /** Shown on the page's latency table. */
  readonly latency: boolean;
  /** Slow above; null: never. */
  readonly slowMs: number | null;
  readonly failuresToOpen: number;
  readonly successesToClose: number;
  /** One POP alone may open. */
  readonly alone: boolean;
  readonly outageStatus: (typeof outageStatuses)[number];
  readonly act: (typeof checkActs)[number];
  /** Of the incident or draft; null: words of our own. */
  readonly templateId: string | null;
  readonly position: number;
  readonly rank: number;
  /** ms since 1970. */
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  /** The greatest stamp of its record. */
  readonly version: string;
}

/** What a check is where nothing is said. */
export const checkUnset: Omit<Check, "id" | "name" | "target"> = {
  paused: false,
  everyMs: limits.checkEveryMsUsual,
  timeoutMs: limits.checkTimeoutMsUsual,
  pops: [],
  componentId: null,
  parentId: null,
  latency: false,
  slowMs: null,
  failuresToOpen: 2,
  successesToClose: 2,
  alone: false,
  outageStatus: "major_outage",
  act: "watch",
  templateId: null,
  position: 0,
  rank: 0,
  createdAt: null,
  updatedAt: null,
  version: "",
};

/** `blind`: the POP's own connectivity was gone, which says nothing of the target. */
export const probeStates = ["up", "slow", "down", "blind"] as const;
export type ProbeState = (typeof probeStates)[number];

export const probeWhys = [
  "timeout",
  "refused",
  "unreachable",
  "name",
  "tls",
  "certificate",
  "status",
  "keyword",
  "json",
  "redirects",
  "too-large",
  "malformed",
  "answer",
  "silent",
  "not-allowed",
  "internal",
] as const;
export type ProbeWhy = (typeof probeWhys)[number];

/** What one POP found at one moment. */
export interface Probe {
  /** Page, "/", id of the check. */
  readonly check: string;
  /** By the POP's clock, ms since 1970. */
  readonly atMs: number;
  readonly state: ProbeState;
  readonly ms: number | null;
  readonly why: ProbeWhy | null;
  /** One sentence of at most 200 characters. */
  readonly said: string | null;
  /** End of the certificate that was shown, ms since 1970. */
  readonly certificateEndsMs: number | null;
}
