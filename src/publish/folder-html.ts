// The place for the banner in somebody else's HTML. In: bytes of an HTML file. Out: the same with an empty slot, or as they were.
// Without a slot a POP that has lost its source could say so in headers alone, which no reader sees.
import { Buffer } from "node:buffer";
import { slotClose, slotOpen } from "../snapshot/types.ts";

export type Slotted =
  | { readonly slot: "there" | "put"; readonly bytes: Uint8Array }
  /** No `<body …>` is written out, or the slot's marks are there in another order: nothing was changed. */
  | { readonly slot: "none"; readonly bytes: Uint8Array };

const empty = slotOpen + slotClose;

/**
 * Comments and elements whose text is no markup, in which `<body` means nothing, or the start tag itself with its quoted attributes
 * (HTML, 13.2.5). Each branch begins with another text and ends at its own, so a match costs no more than its length.
 */
const pieces =
  /<!--[\s\S]*?(?:-->|$)|<(script|style|title|textarea|template|noscript)(?=[\s/>])[\s\S]*?(?:<\/\1(?=[\s/>])|$)|(<body(?:[\s/](?:[^>"']|"[^"]*"|'[^']*')*)?>)/gi;

/**
 * Puts the empty slot directly after `<body …>`. The file's own bytes stay; read as Latin-1, so that positions are those of bytes in any
 * encoding that extends ASCII.
 */
export function withSlot(bytes: Uint8Array): Slotted {
  const html = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (html.includes(empty)) return { slot: "there", bytes };
  if (html.includes(slotOpen) || html.includes(slotClose)) return { slot: "none", bytes };
  for (const { index, 2: body } of html.matchAll(pieces)) {
    if (body === undefined) continue;
    const at = index + body.length;
    const marked = Buffer.concat([bytes.subarray(0, at), Buffer.from(empty, "latin1"), bytes.subarray(at)]);
    return { slot: "put", bytes: marked };
  }
  return { slot: "none", bytes };
}
