// A signed document on its way to an ops address. In: an address, bytes. Out: what the other side made of them.
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { dial, readAll } from "../host/dial.ts";

const sendTimeoutMs = 10_000;

/** What the ops address answered: `says` is its sentence, or the body as it is. */
export interface Answered {
  readonly taken: boolean;
  readonly status: number;
  readonly says: string;
  /** Of an emergency: does that place have the page? Null where it did not say. */
  readonly holdsPage: boolean | null;
}

/** True for a URL that a document can be sent to. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** The door of an ops address: `http://192.0.2.1:8081` is enough. */
export function ingestOf(address: string): string {
  const url = new URL(address);
  if (url.pathname === "/") url.pathname = "/ingest";
  return url.href;
}

/** Gives `bytes` to `url`. Throws Fault `unreachable` where nobody answers. */
export async function sendDocument(url: string, bytes: Uint8Array): Promise<Answered> {
  const answer = await dial(url, {
    policy: "configured",
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: bytes,
    timeoutMs: sendTimeoutMs,
    signal: AbortSignal.timeout(2 * sendTimeoutMs),
  });
  const body = Buffer.from(await readAll(answer.body, limits.documentBytesMax)).toString("utf8");
  const said = jsonOf(body);
  const says = typeof said.error === "string" ? said.error : body.trim();
  return {
    taken: answer.status >= 200 && answer.status < 300,
    status: answer.status,
    says: says.slice(0, saysCharsMax),
    holdsPage: typeof said.holds_page === "boolean" ? said.holds_page : null,
  };
}

/** An ops address speaks JSON. Another kind of server may not: then its words are all there is. */
function jsonOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const saysCharsMax = 300;

/** What became of a document that was refused, as a Fault. */
export function refusedBy(url: string, { status, says }: Answered): Fault {
  return new Fault(
    "document-refused",
    `${url} refused the document with status ${status}${says === "" ? "" : `: ${says}`}.`,
    "The file is written: send it again once the cause is gone.",
  );
}
