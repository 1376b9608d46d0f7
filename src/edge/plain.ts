// Answers that no snapshot holds: errors and preflights. In: a status, a sentence. Out: small answers, HTML or JSON by the path.

import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import type { Answer } from "../host/asked.ts";
import { everywhere, linesOf } from "./headers.ts";
import { allowedMethods } from "./receive.ts";

type Extra = Readonly<Record<string, string>>;

/** A status and a sentence, as JSON below `/api/` and for `.json`, else as HTML. */
export function plain(
  status: number,
  title: string,
  sentence: string,
  path: string,
  extra: Extra = {},
): Answer {
  const json = path.startsWith("/api/") || path.endsWith(".json");
  const body = json ? `${JSON.stringify({ error: title, message: sentence })}\n` : htmlOf(title, sentence);
  const fields = linesOf({
    "cache-control": "no-store",
    ...everywhere,
    "content-type": json ? "application/json; charset=utf-8" : "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    ...extra,
  });
  return { status, fields, body: Buffer.from(body, "utf8") };
}

/** Title and sentence are ours, never the request's. */
function htmlOf(title: string, sentence: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1><p>${sentence}</p></html>\n`;
}

/** After what no visitor sends nothing more of its connection is read: a proxy may have cut the requests on it elsewhere. */
const last = (answer: Answer): Answer => ({ ...answer, last: true });

export const badHost = (): Answer =>
  last(
    plain(400, "Bad request", "A request needs exactly one Host header of a host and, if any, a port.", ""),
  );

export const badPath = (): Answer =>
  last(plain(400, "Bad request", "The path has a broken escape or a dot segment.", ""));

export const badMethod = (path: string): Answer =>
  last(
    plain(405, "Method not allowed", `This address answers ${allowedMethods}.`, path, {
      allow: allowedMethods,
    }),
  );

export const misdirected = (path: string): Answer =>
  plain(421, "Misdirected request", "This server has no status page under this host name.", path);

export const gone = (path: string): Answer =>
  plain(410, "Gone", "This status page was removed by its owner.", path);

export const notAcceptable = (path: string): Answer =>
  plain(406, "Not acceptable", "Accept-Encoding refuses every encoding, the plain one too.", path, {
    vary: "accept-encoding",
  });

export const notFound = (path: string, generation: Extra): Answer =>
  plain(404, "Not found", "This status page has nothing at this address. Its front page is at /.", path, {
    ...generation,
    "cache-control": `public, max-age=${limits.browserPageS}, must-revalidate`,
    "cdn-cache-control": `max-age=${limits.sharedFreshS}`,
  });

/** `sentence` says what is missing; the source is expected to bring it within seconds. */
export const unavailable = (path: string, sentence: string): Answer =>
  plain(503, "Not available", sentence, path, { "retry-after": "5" });

/** A preflight is asked once: browsers keep the answer for up to a day (each has its own cap). */
export const preflight = (): Answer => preflighted;

const preflighted: Answer = {
  status: 204,
  fields: linesOf({
    ...everywhere,
    allow: allowedMethods,
    "access-control-allow-methods": allowedMethods,
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
  }),
  body: null,
};
