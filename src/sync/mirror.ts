// How a mirror lies in its folder. In: digests, routes, a head. Out: the names of its files, and the one file that is replaced at each writing.
// Everything below the head is named by digest or signed, so a mirror needs no trust: any web server may carry it.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { isDigest } from "../snapshot/digest.ts";
import type { Digest, Route } from "../snapshot/types.ts";

/** What a mirror's newest writing consists of. */
export interface MirrorHead {
  /** The head list: of the heartbeat where there is one. */
  readonly heads: Digest;
  /** The newest one when the mirror was written; null where it was written without a publisher. */
  readonly heartbeat: Uint8Array | null;
  /** Documents signed by root. */
  readonly documents: readonly Digest[];
}

const format = "pharos-mirror/1";

/** The folder that readers of mirrors read; all else is for browsers. */
export const mirrorFolder = ".pharos";
export const blobFolder = `${mirrorFolder}/blobs`;
export const pagesFolder = "pages";
export const headFile = `${mirrorFolder}/head.json`;

/** The file of a head list, document, manifest, part or body. */
export function blobFile(digest: Digest): string {
  return `${blobFolder}/${digest.slice(0, 2)}/${digest}`;
}

export function encodeMirrorHead({ heads, heartbeat, documents }: MirrorHead): Uint8Array {
  const base64 = heartbeat === null ? null : Buffer.from(heartbeat).toString("base64");
  return Buffer.from(`${JSON.stringify({ format, heads, heartbeat: base64, documents })}\n`, "utf8");
}

/** A head from bytes of anyone. */
export function decodeMirrorHead(bytes: Uint8Array): Result<MirrorHead, "undecodable" | "unknown-version"> {
  const said = parsed(bytes);
  if (said === null || typeof said.format !== "string") return refuse("undecodable");
  if (said.format !== format)
    return refuse(said.format.startsWith("pharos-mirror/") ? "unknown-version" : "undecodable");
  const { heads, heartbeat, documents } = said;
  if (!isDigestText(heads) || !Array.isArray(documents) || !documents.every(isDigestText))
    return refuse("undecodable");
  if (heartbeat !== null && typeof heartbeat !== "string") return refuse("undecodable");
  return ok({ heads, heartbeat: heartbeat === null ? null : Buffer.from(heartbeat, "base64"), documents });
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  if (bytes.length > limits.mirrorHeadBytesMax) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null; // Whatever it is, it is no head; the caller says so.
  }
}

function isDigestText(value: unknown): value is Digest {
  return typeof value === "string" && isDigest(value);
}

const segmentBytesMax = 255;

/**
 * The file below `pages/<host>/` at which a web server without settings answers for a route: a document in HTML is the index of a folder of
 * its name, anything else a file of its name. Null where no file can bear it.
 */
export function fileOf({ path, contentType }: Pick<Route, "path" | "contentType">): string | null {
  const segments = path === "/" ? [] : path.slice(1).split("/").map(segmentOf);
  if (!segments.every((segment) => segment !== null)) return null;
  const html = /^text\/html(?:;|$)/i.test(contentType) && !/\.html?$/i.test(path);
  return (html ? [...segments, "index.html"] : segments).join("/") || null;
}

/** A name of a file that stays where it is put: servers decode a path before they look for it. */
function segmentOf(segment: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    return null; // A stray percent sign.
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const bad = name === "" || name === "." || name === ".." || /[/\\:\u0000-\u001f\u007f]/.test(name);
  return bad || Buffer.byteLength(name) > segmentBytesMax ? null : name;
}
