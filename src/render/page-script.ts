// The pages' own script, a file named by its bytes. In: nothing. Out: one document that never changes under its name.
// It needs no inline policy, and a page that was kept for long finds the script that it was made with.
import { createHash } from "node:crypto";
import { keyOf } from "./key.ts";
import { scriptText } from "./page-script-text.ts";
import type { Document } from "./types.ts";

/** Where the script is. */
export const scriptPath = `/_live.${createHash("sha256").update(scriptText).digest("hex").slice(0, 16)}.js`;

/** The script. */
export function* pageScript(): Iterable<Document> {
  yield {
    path: scriptPath,
    contentType: "text/javascript; charset=utf-8",
    cache: "immutable",
    slot: false,
    key: keyOf("script", [scriptPath]),
    body: () => scriptText,
  };
}
