// What the admin pages load: htmx, one stylesheet, one small script, each under a name of its own bytes. In: a path. Out: the file, for ever the same.
// All of it is in the binary: nothing is read from disk, and nothing is asked of anybody else.
import { createHash } from "node:crypto";
// @ts-expect-error There are no types of it: it is read as text, and never run here.
import htmxText from "htmx.org/dist/htmx.min.js" with { type: "text" };
import { limits } from "../base/limits.ts";
import { adminScriptText } from "./admin-script-text.ts";
import { styleText } from "./style.ts";

const base = "/admin/assets";

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

function asset(name: string, suffix: string, type: string, body: string): Asset {
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { path: `${base}/${name}.${digest}.${suffix}`, type: `${type}; charset=utf-8`, body };
}

export const assets = {
  htmx: asset("htmx", "js", "text/javascript", htmxText as string),
  script: asset("admin", "js", "text/javascript", adminScriptText),
  style: asset("admin", "css", "text/css", styleText),
} as const;

const byPath = new Map(Object.values(assets).map((it) => [it.path, it]));

/** The file of this path; null where it is none of them, or one of another release. */
export function assetAt(path: string): Response | null {
  const found = byPath.get(path);
  if (found === undefined) return null;
  return new Response(found.body, {
    headers: {
      "content-type": found.type,
      "cache-control": `public, max-age=${limits.immutableS}, immutable`,
      "x-content-type-options": "nosniff",
    },
  });
}
