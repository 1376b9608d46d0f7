// Pictures that a link to a page carries (OpenGraph): one a mark, the same for every page. In: a mark. Out: its path; documents named by their bytes.
import { createHash } from "node:crypto";
import { keyOf } from "./key.ts";
import { pictures } from "./picture-bytes.ts";
import type { Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";

const paths = new Map<Mark, string>();
for (const [mark, base64] of Object.entries(pictures) as [Mark, string][]) {
  const digest = createHash("sha256").update(base64, "base64").digest("hex");
  paths.set(mark, `/_state-${mark}.${digest.slice(0, 16)}.png`);
}

/** Where the picture of a mark is. */
export function picturePath(mark: Mark): string {
  return paths.get(mark) ?? "";
}

/** The pictures; they never change under their names. */
export function* statePictures({ since }: Scene): Iterable<Document> {
  if (since !== null) return;
  for (const [mark, path] of paths)
    yield {
      path,
      contentType: "image/png",
      cache: "immutable",
      slot: false,
      key: keyOf("picture", [path]),
      encoding: "base64",
      body: () => pictures[mark],
    };
}
