// What clients of the Statuspage API really send, made into the one form that the endpoints read.
// In: a request with doubled slashes, `.json` or not, a JSON or form body under any content type. Out: the same request with a
// plain path and a JSON body, or why not. Source: clients in the field (curl -d labels JSON as a form).
import { ok, type Result, refuse } from "../base/result.ts";
import type { ApiError } from "./answer.ts";
import { parseForm } from "./form.ts";

// Elysia looks for the path from the 12th character on, so a host of under four characters loses it: every request is
// given this host before Elysia sees it.
const origin = "http://control.internal";

/** The request as the endpoints read it. Reads at most `bodyBytesMax` bytes of body; where `isText` of its path, they are a text and no value. */
export async function plainRequest(
  request: Request,
  bodyBytesMax: number,
  isText: (path: string) => boolean = () => false,
): Promise<Result<Request, ApiError>> {
  const url = plainUrl(request.url);
  if (url === null) return refuse({ status: 400, error: "The address cannot be read." });
  const { method } = request;
  // A DELETE may say what of a list goes.
  if (method !== "POST" && method !== "PUT" && method !== "PATCH" && method !== "DELETE")
    return ok(new Request(url, { method: method === "HEAD" ? "GET" : method }));
  // A client that goes away in the middle is no failure of ours.
  const bytes = await readBody(request, bodyBytesMax).catch(() => "cut-off" as const);
  if (bytes === "cut-off") return refuse({ status: 400, error: "The body ended before its end." });
  if (bytes === null)
    return refuse({ status: 413, error: `A request body has at most ${bodyBytesMax} bytes.` });
  const body = parseBody(bytes, isText(new URL(url).pathname));
  if (!body.ok) return refuse({ status: 400, error: body.reason });
  return ok(new Request(url, { method, body: body.value, headers: { "content-type": "application/json" } }));
}

/** One slash where several stand, no `.json`, no key in the query. */
function plainUrl(given: string): string | null {
  const found = /^[a-z]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/i.exec(given);
  if (found === null) return null;
  const path = (found[1] ?? "").replace(/\/{2,}/g, "/").replace(/\/$/, "");
  try {
    decodeURIComponent(path);
  } catch {
    return null;
  }
  const query = new URLSearchParams(found[2] ?? "");
  query.delete("api_key");
  // Read by `asked.ts`; a row's own query does not know it.
  query.delete("dry_run");
  return `${origin}${path.replace(/\.json$/, "") || "/"}${query.size === 0 ? "" : `?${query}`}`;
}

async function readBody(request: Request, bytesMax: number): Promise<Uint8Array | null> {
  if (request.body === null) return new Uint8Array();
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** JSON text of a body: an object, or a form. The content type is not asked, since clients get it wrong. */
function parseBody(bytes: Uint8Array, isText: boolean): Result<string, string> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("The body is not UTF-8.");
  }
  if (isText) return ok(JSON.stringify({ text }));
  if (text.trim() === "") return ok("{}");
  if (/^\s*[{["]/.test(text)) return plainJson(text);
  const form = parseForm(text.trim());
  return form.ok ? plainJson(JSON.stringify(form.value)) : refuse(form.reason);
}

/** Copied as a name like any other, `__proto__` is what a table inherits from; a table with a `toString` of its own cannot be told of in a sentence. */
const noNames: ReadonlySet<string> = new Set(["__proto__", "toString"]);

/** A lone surrogate has no UTF-8 form, so it would not come back as it was sent. */
function plainJson(text: string): Result<string, string> {
  let wrong: string | null = null;
  try {
    const value = JSON.parse(text, (key, entry) => {
      if (noNames.has(key)) wrong = key;
      return typeof entry === "string" ? entry.toWellFormed() : entry;
    });
    return wrong === null ? ok(JSON.stringify(value)) : refuse(`No field can be named ${wrong}.`);
  } catch {
    return refuse("The body is neither JSON nor a form.");
  }
}
