// What `pharos edge` can be told. In: nothing. Out: its flags, what they say as values, and those values as flags again, for the processes that a
// parent starts.
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Place } from "../edge/pop-options.ts";
import type { FeedAccess } from "../sync/members-gate.ts";
import { type Context, variableOf } from "./flags.ts";
import { tied } from "./stopping.ts";

/** What `pharos edge` was told. */
export interface EdgeOptions {
  readonly data: string;
  /** Files of public root keys. */
  readonly rootKey: readonly string[];
  readonly source: readonly string[];
  readonly mirror: readonly string[];
  readonly listen: Place;
  /** Folders and pairs of certificates; none is plain HTTP alone. */
  readonly certs?: readonly string[];
  readonly listenTls?: Place | undefined;
  /** Default true. */
  readonly http2?: boolean;
  readonly http3?: boolean;
  /** Where visitors find TLS, where that is another port than is listened on. */
  readonly publicTlsPort?: number | undefined;
  readonly acmeWebroot?: string | undefined;
  readonly ops?: Place | undefined;
  readonly feed?: Place | undefined;
  /** Who may follow that feed; default `open`. */
  readonly feedAccess?: FeedAccess;
  readonly workers: number;
  readonly defaultPage?: string | undefined;
  readonly pendingMax?: number | undefined;
  readonly notesPerAddress?: number | undefined;
  /** A file, or `stdout`; none without it. */
  readonly accessLog?: string | undefined;
  /** As it was given: a share from 0 to 1. */
  readonly accessLogSample?: string | undefined;
  readonly accessLogAddresses?: "network" | "off" | undefined;
  readonly checkAllow?: readonly string[];
  readonly checkGuard?: readonly string[];
  /** `parent`, `syncer`, `checks` or `worker-N`. */
  readonly role: string;
  readonly tied: boolean;
  readonly json: boolean;
}

/** Also what `pharos doctor` asks for. */
export const edgeFlags = {
  data: { kind: "path", default: "pharos-edge", help: "folder of this POP's store" },
  "root-key": { kind: "list", help: "files of the public root keys that this POP obeys" },
  source: { kind: "list", help: "addresses of feeds, the nearest first; none serves what is held" },
  mirror: {
    kind: "list",
    help: "folders that `pharos control --export` writes, as a web server has them; asked when no feed answers",
  },
  listen: {
    kind: "address",
    default: "0.0.0.0:8080",
    help: "where visitors are answered, or with --certs led to https; port 0 lets the system choose",
  },
  certs: {
    kind: "list",
    help: "certificates: folders as certbot, lego or acme.sh write them, or pairs chain.pem:key.pem; the first is for unknown names",
  },
  "listen-tls": {
    kind: "address",
    default: "0.0.0.0:8443",
    help: "where visitors are answered over TLS (HTTP/2 and HTTP/1.1), given --certs",
  },
  http2: { kind: "boolean", default: true, help: "HTTP/2 over TLS; --no-http2 leaves HTTP/1.1" },
  http3: { kind: "boolean", help: "HTTP/3 too, on the UDP port of the same number" },
  "public-tls-port": {
    kind: "integer",
    min: 1,
    max: 65_535,
    help: "port by which visitors reach --listen-tls, where something in front leads another one there; redirects and Alt-Svc name it",
  },
  "acme-webroot": {
    kind: "path",
    help: "folder in which an ACME client leaves its challenges, which the plain port then answers",
  },
  ops: { kind: "address", help: "where /metrics, /healthz, /readyz and POST /ingest are; not for visitors" },
  feed: { kind: "address", help: "where other POPs follow this one; without it, it feeds nobody" },
  workers: {
    kind: "integer",
    default: 1,
    min: 0,
    max: 64,
    help: "processes that answer; 0 does all in this one",
  },
  "feed-access": {
    kind: "string",
    default: "open",
    allowed: ["open", "members"],
    help: "who may follow this POP: whoever reaches its feed, or only POPs that joined (`pharos pop`)",
  },
  "default-page": {
    kind: "string",
    help: "id of the page for hosts that no page claims; without it they get 421",
  },
  "pending-max": {
    kind: "integer",
    default: limits.pendingRequestsMax,
    min: 1,
    max: 1_000_000,
    help: "requests of one worker that may be under way, most of them clients that read slowly; more are answered 503",
  },
  "notes-per-address": {
    kind: "integer",
    default: limits.notesPerAddressMax,
    min: 0,
    max: 1_000_000,
    help: "words of visitors (subscribe, confirm, ...) that one address may say in a minute; behind a CDN an address is many people's: 0 leaves the bound of all together",
  },
  "access-log": {
    kind: "path",
    help: "file of JSON lines about requests, or stdout; one that is moved away is begun anew within a second",
  },
  "access-log-sample": {
    kind: "string",
    default: "0.01",
    help: "share of answers in the access log, from 0 to 1; errors always are",
  },
  "access-log-addresses": {
    kind: "string",
    default: "network",
    allowed: ["network", "off"],
    help: "visitors' addresses in the access log: cut to /24 and /48, or none",
  },
  "check-allow": {
    kind: "list",
    help: "networks of your own that checks may look into, such as 10.20.0.0/16; without it public addresses alone",
  },
  "check-guard": {
    kind: "list",
    help: "host:port by which this POP knows that its own way out works, or none; default: three root name servers",
  },
  role: {
    kind: "string",
    default: "parent",
    help: "what this process is; given by the parent to its children",
  },
  tied,
  json: { kind: "boolean", help: "say the addresses as one JSON object" },
} as const;

/** A share that a flag gives. Throws Fault `usage`. */
export function shareOf(flag: string, text: string): number {
  if (/^(?:0|1|0?\.\d{1,9}|1\.0{1,9})$/.test(text)) return Number(text);
  throw new Fault(
    "usage",
    `${flag}: ${JSON.stringify(text)} is not allowed.`,
    "Give a share from 0 to 1, such as 0.01.",
  );
}

/** In place of a file. */
export const toOutput = "stdout";

/** The options as the flags that say them. */
export function flagsOf(options: EdgeOptions): readonly string[] {
  const { data, rootKey, source, mirror, listen, ops, feed, feedAccess, workers, defaultPage, role } =
    options;
  const { certs = [], listenTls, http2 = true, http3 = false, publicTlsPort, acmeWebroot } = options;
  return [
    ...["--role", role, "--data", data, "--listen", textOf(listen), "--workers", String(workers)],
    ...rootKey.flatMap((path) => ["--root-key", path]),
    ...source.flatMap((url) => ["--source", url]),
    ...mirror.flatMap((url) => ["--mirror", url]),
    ...certs.flatMap((place) => ["--certs", place]),
    ...(listenTls === undefined ? [] : ["--listen-tls", textOf(listenTls)]),
    ...(http2 ? [] : ["--no-http2"]),
    ...(http3 ? ["--http3"] : []),
    ...(publicTlsPort === undefined ? [] : ["--public-tls-port", String(publicTlsPort)]),
    ...(acmeWebroot === undefined ? [] : ["--acme-webroot", acmeWebroot]),
    ...(ops === undefined ? [] : ["--ops", textOf(ops)]),
    ...(feed === undefined ? [] : ["--feed", textOf(feed)]),
    ...(feedAccess === undefined ? [] : ["--feed-access", feedAccess]),
    ...(defaultPage === undefined ? [] : ["--default-page", defaultPage]),
    ...(options.checkAllow ?? []).flatMap((network) => ["--check-allow", network]),
    ...(options.checkGuard ?? []).flatMap((place) => ["--check-guard", place]),
    ...logFlagsOf(options),
  ];
}

function logFlagsOf(options: EdgeOptions) {
  const { pendingMax, notesPerAddress, accessLog, accessLogSample, accessLogAddresses } = options;
  return [
    ...(notesPerAddress === undefined ? [] : ["--notes-per-address", String(notesPerAddress)]),
    ...(pendingMax === undefined ? [] : ["--pending-max", String(pendingMax)]),
    ...(accessLog === undefined ? [] : ["--access-log", accessLog]),
    ...(accessLogSample === undefined ? [] : ["--access-log-sample", accessLogSample]),
    ...(accessLogAddresses === undefined ? [] : ["--access-log-addresses", accessLogAddresses]),
  ];
}

/** What the parent decided must not be decided again by a variable, nor by a file that was edited since. */
export function withoutFlags(env: Context["env"]): Context["env"] {
  const settled = new Set([...Object.keys(edgeFlags), "config"].map(variableOf));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !settled.has(name)));
}

export function textOf({ host, port }: Place): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
