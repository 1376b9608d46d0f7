// The script of the page where one chooses what to be told of, a file named by its bytes. In: a scene. Out: one document that never changes under its name.
import { createHash } from "node:crypto";
import { choiceText } from "./choice-script-text.ts";
import { keyOf } from "./key.ts";
import type { Document, Scene } from "./types.ts";

const digest = createHash("sha256").update(choiceText).digest("hex").slice(0, 16);
export const choiceScriptPath = `/_choice.${digest}.js`;

/** One for all languages; none where nobody takes what visitors say. */
export function* choiceScript({ offer, since }: Scene): Iterable<Document> {
  if (offer === null || since !== null) return;
  yield {
    path: choiceScriptPath,
    contentType: "text/javascript; charset=utf-8",
    cache: "immutable",
    slot: false,
    key: keyOf("choice", [choiceScriptPath]),
    body: () => choiceText,
  };
}
