// The plain port beside TLS. In: requests without encryption. Out: the way to https, and the answers by which a certificate is asked for.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, Asked } from "../host/asked.ts";
import { linesOf } from "./headers.ts";
import { plain } from "./plain.ts";
import { allowedMethods, hostOf, pathOf } from "./receive.ts";

export interface RedirectOptions {
  /** Port of TLS, which is told where it is not 443. */
  readonly port: number;
  /** Folder in which an ACME client puts its answers (`--webroot`); null answers 404. */
  readonly challenges: string | null;
}

const challengePath = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{1,128})$/;

/** Every path of every host leads to the same on https; challenges (RFC 8555, 8.3) are answered here, for they come before the certificate. */
export function createRedirect({ port, challenges }: RedirectOptions): (asked: Asked) => Answer {
  const authority = port === 443 ? "" : `:${port}`;
  return (asked) => {
    const host = hostOf(asked.host);
    if (host === null) return plain("badHost", { asked, path: "" });
    const path = pathOf(asked.target);
    if (path === null) return plain("badPath", { asked, path: "" });
    const { method } = asked;
    if (!allowedMethods.split(", ").includes(method)) return plain("badMethod", { asked, path });
    const token = challengePath.exec(path)?.[1];
    if (token !== undefined) return challenge(challenges, token) ?? plain("noChallenge", { asked, path });
    // 308 keeps the method, which 301 need not; browsers keep either one as long as they are told.
    const location = `https://${host}${authority}${path}${queryOf(asked.target)}`;
    return {
      status: method === "OPTIONS" ? 308 : 301,
      fields: linesOf({ location, "cache-control": "public, max-age=300" }),
      body: null,
    };
  };
}

/** Read as it is asked for: it lives for seconds, and a validator asks a few times. */
function challenge(folder: string | null, token: string): Answer | null {
  try {
    if (folder === null) return null;
    const answer = readFileSync(join(folder, ".well-known/acme-challenge", token));
    if (answer.length > answerBytesMax) return null;
    const fields = linesOf({ "content-type": "application/octet-stream", "cache-control": "no-store" });
    return { status: 200, fields, body: answer };
  } catch {
    return null; // A token that nobody put there, which is all that anybody needs to know.
  }
}

/** A token, a dot and a thumbprint are under 200 bytes. */
const answerBytesMax = 1_024;

function queryOf(target: string): string {
  const at = target.indexOf("?");
  const end = target.indexOf("#");
  return at === -1 ? "" : target.slice(at, end === -1 ? undefined : end);
}
