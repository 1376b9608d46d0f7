// The address at which other systems tell of alerts: POST /ingest/<page>.<source>.<secret>. In: a request. Out: what became of it, in JSON. Size, secret and
// rate come first; a body that cannot be read changes nothing. Sent again it changes nothing more.
import { hash, timingSafeEqual } from "node:crypto";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { AlertSource } from "../model/alert-source.ts";
import type { PageView } from "../model/view.ts";
import type { Alerts } from "./alerts.ts";
import { ingestFormats } from "./ingest.ts";

export interface IngestDoorOptions {
  readonly ledger: { view(page: string): PageView | null };
  source(page: string, id: string): AlertSource | null;
  /** sha256 of the secret part of its address, hex; null where it has none yet. */
  secretHash(page: string, id: string): string | null;
  readonly alerts: Pick<Alerts, "take">;
  /** Whether this source may send once more now. */
  allowed(source: string): boolean;
  readonly log: Log;
}

/** Never throws. */
export type IngestDoor = (request: Request) => Promise<Response>;

/** The address of a source, by its secret. */
export const ingestPathOf = (page: string, source: string, secret: string): string =>
  `/ingest/${page}.${source}.${secret}`;
export const secretHashOf = (secret: string): string => hash("sha256", secret, "hex");

export function createIngestDoor(options: IngestDoorOptions): IngestDoor {
  return async (request) => {
    try {
      return await taken(request, options);
    } catch (thrown) {
      options.log.error(`An alert could not be taken: ${messageOf(thrown)}`);
      const isFull = thrown instanceof Fault && thrown.code === "disk-full";
      return say(isFull ? 503 : 500, "It was not kept. Send it again later.", { "retry-after": "30" });
    }
  };
}

async function taken(
  request: Request,
  { ledger, source: sourceOf, secretHash, alerts, allowed }: IngestDoorOptions,
): Promise<Response> {
  if (request.method !== "POST" && request.method !== "PUT")
    return say(405, "Alerts are sent by POST.", { allow: "POST, PUT" });
  const named = tokenIn(request);
  const view = named === null ? null : ledger.view(named.page);
  const source = named === null || view === null ? null : sourceOf(named.page, named.source);
  if (
    named === null ||
    view === null ||
    source === null ||
    !fits(named.secret, secretHash(named.page, named.source))
  )
    return say(404, "No source has this address. Its page's settings show the one that it has.");
  if (!allowed(`${view.page.id}/${source.id}`))
    return say(429, "This source sends too often.", { "retry-after": "10" });
  const body = await bodyOf(request);
  if (body === null) return say(413, `At most ${limits.alertBodyBytesMax} bytes are read.`);
  const format = ingestFormats[source.format];
  const value = format.takes === "text" ? body : parsed(body);
  if (value === undefined) return say(400, "The body is no JSON.");
  const read = format.read(value, source);
  if (!read.ok) return say(422, `This is no alert as ${format.title} sends it. ${read.reason}`);
  if (read.value.length > limits.alertsPerBodyMax)
    return say(413, `At most ${limits.alertsPerBodyMax} alerts are taken at once.`);
  const became = await alerts.take(view, source, read.value);
  // PagerDuty's senders look for `status` and `dedup_key`.
  return json(202, { status: "success", ...became, ...echoed(value) });
}

function echoed(value: unknown): { readonly dedup_key?: string } {
  const key = (value as { readonly dedup_key?: unknown } | null)?.dedup_key;
  return typeof key === "string" ? { dedup_key: key } : {};
}

/** In the path, or as the bearer of a request to /ingest, for those whose paths are logged. */
function tokenIn(request: Request) {
  const path = /^[a-z]+:\/\/[^/?#]*\/+ingest\/*([^/?#]*)/i.exec(request.url)?.[1] ?? "";
  const bearer = /^\s*bearer\s+(\S+)\s*$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const [page, source, secret] = (path === "" ? (bearer ?? "") : path).split(".");
  return page && source && secret ? { page, source, secret } : null;
}

function fits(secret: string, held: string | null): boolean {
  if (held === null) return false;
  const [given, kept] = [Buffer.from(secretHashOf(secret)), Buffer.from(held)];
  return given.length === kept.length && timingSafeEqual(given, kept);
}

/** Null where it is longer than is read. */
async function bodyOf({ body }: Request): Promise<string | null> {
  if (body === null) return "";
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > limits.alertBodyBytesMax) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
const say = (status: number, error: string, headers?: Readonly<Record<string, string>>): Response =>
  json(status, { error }, headers);
