// Where a POP may follow. In: what the operator wrote. Out: addresses as the follower knows them, or a Fault `usage` that says what is allowed.
// A word that is no address would be a source that never answers, and never says why.
import { Fault } from "../base/fault.ts";
import { mirrorSource } from "../sync/mirror-read.ts";

/** A feed: an address without a path. */
export function feedAddress(text: string): string {
  const url = httpUrl(text);
  if (url?.pathname === "/") return url.origin;
  throw new Fault(
    "usage",
    `--source: ${JSON.stringify(text)} is not allowed.`,
    "Give the address of a feed, such as http://127.0.0.1:8401 or https://origin.example.org.",
  );
}

/** A mirror: the address of the folder that holds `.pharos`. */
export function mirrorAddress(text: string): string {
  const url = httpUrl(text);
  if (url !== null) return mirrorSource(`${url.origin}${url.pathname}`);
  throw new Fault(
    "usage",
    `--mirror: ${JSON.stringify(text)} is not allowed.`,
    "Give the address of a mirror's folder, such as https://files.example.org/status.",
  );
}

function httpUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = url?.protocol === "http:" || url?.protocol === "https:";
  return url !== null && scheme && `${url.search}${url.hash}${url.username}` === "" ? url : null;
}
