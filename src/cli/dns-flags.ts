// What `pharos dns` can be told. In: nothing. Out: its flags, what they say as values, and those values as flags again, for the processes that a
// parent starts.
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { DnsPlace } from "../dns/server.ts";
import { textOf } from "./edge-flags.ts";
import { readText } from "./flag-text.ts";
import { type Address, type Context, variableOf } from "./flags.ts";
import { tied } from "./stopping.ts";

/** What `pharos dns` was told. */
export interface DnsOptions {
  readonly data: string;
  readonly listen: readonly string[];
  /** Zone files. */
  readonly zone: readonly string[];
  /** The operator's file of POPs and maps. */
  readonly steering?: string | undefined;
  /** Files of public root keys. */
  readonly rootKey: readonly string[];
  readonly source: readonly string[];
  readonly ops?: Address | undefined;
  readonly workers: number;
  readonly rateLimit: number;
  readonly cookieSecret?: string | undefined;
  readonly id?: string | undefined;
  readonly sayVersion?: string | undefined;
  /** A file, or `stdout`; none without it. */
  readonly queryLog?: string | undefined;
  /** As it was given: a share from 0 to 1. */
  readonly queryLogSample: string;
  readonly queryLogAddresses: "network" | "off";
  /** `parent`, `syncer` or `worker-N`. */
  readonly role: string;
  readonly tied: boolean;
  readonly json: boolean;
}

export const dnsFlags = {
  listen: {
    kind: "list",
    help: "addresses where queries are answered by UDP and TCP (default 0.0.0.0:53); port 0 lets the system choose",
  },
  zone: { kind: "list", help: "zone files, master files or TOML; read again when they change" },
  steering: {
    kind: "path",
    help: "TOML file of POPs, maps and overrides, by which steered names are answered",
  },
  data: { kind: "path", default: "pharos-dns", help: "folder of what this node knows of POPs and pages" },
  "root-key": { kind: "list", help: "files of the public root keys that this node obeys" },
  source: { kind: "list", help: "addresses of feeds, the nearest first; none goes on with what is held" },
  ops: {
    kind: "address",
    help: "where /metrics, /healthz, /steering and POST /reload are; not for resolvers",
  },
  workers: {
    kind: "integer",
    default: 1,
    min: 0,
    max: 64,
    help: "processes that answer on the same port; 0 does all in this one",
  },
  "rate-limit": {
    kind: "integer",
    default: limits.dnsRatePerSecond,
    min: 0,
    max: 10_000_000,
    help: "answers of one kind a second over UDP for each /24 and /56 without a cookie; 0 is no limit",
  },
  "cookie-secret": {
    kind: "path",
    help: "file of secrets that DNS cookies are made with, 32 hex digits a line: the first makes, all are known; the same at all nodes of a set. Without it, one in the data folder",
  },
  id: { kind: "string", help: "what NSID and id.server say of this node; without it, nothing" },
  "say-version": { kind: "string", help: "what version.bind says; without it, it is refused" },
  "query-log": {
    kind: "path",
    help: "file of JSON lines about queries, or stdout; one that is moved away is begun anew within a second",
  },
  "query-log-sample": {
    kind: "string",
    default: "0.01",
    help: "share of answers in the query log, from 0 to 1; failures always are",
  },
  "query-log-addresses": {
    kind: "string",
    default: "network",
    allowed: ["network", "off"],
    help: "addresses in the query log, those of client subnets too: cut to /24 and /48, or none",
  },
  role: {
    kind: "string",
    default: "parent",
    help: "what this process is; given by the parent to its children",
  },
  tied,
  json: { kind: "boolean", help: "say the addresses as one JSON object" },
} as const;

/** The options as the flags that say them. */
export function dnsFlagsOf(options: DnsOptions): readonly string[] {
  const { data, listen, zone, steering, rootKey, source, ops, workers, role } = options;
  const { rateLimit, cookieSecret, id, sayVersion, queryLog, queryLogSample, queryLogAddresses } = options;
  const given = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [name, value];
  return [
    ...["--role", role, "--data", data, "--workers", String(workers), "--rate-limit", String(rateLimit)],
    ...listen.flatMap((place) => ["--listen", place]),
    ...zone.flatMap((path) => ["--zone", path]),
    ...rootKey.flatMap((path) => ["--root-key", path]),
    ...source.flatMap((url) => ["--source", url]),
    ...given("--steering", steering),
    ...given("--ops", ops && textOf(ops)),
    ...given("--cookie-secret", cookieSecret),
    ...given("--id", id),
    ...given("--say-version", sayVersion),
    ...given("--query-log", queryLog),
    ...["--query-log-sample", queryLogSample, "--query-log-addresses", queryLogAddresses],
  ];
}

/** What the parent decided must not be decided again by a variable, nor by a file that was edited since. */
export function withoutDnsFlags(env: Context["env"]): Context["env"] {
  const settled = new Set([...Object.keys(dnsFlags), "config"].map(variableOf));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !settled.has(name)));
}

/** Where to listen. Throws Fault `usage`. */
export function placesOf({ listen }: Pick<DnsOptions, "listen">): readonly DnsPlace[] {
  if (listen.length === 0) return [{ host: "0.0.0.0", port: 53 }];
  return listen.map((text) => {
    const read = readText({ kind: "address", help: "" }, text);
    if (read.ok) return read.value as Address;
    throw new Fault("usage", `--listen: ${JSON.stringify(text)} is not allowed.`, `Give ${read.reason}.`);
  });
}
