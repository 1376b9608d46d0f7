// Markdown that editors write, read by markdown-it. In: a body, as typed or as imported. Out: a tree of few closed kinds, from which pages and
// feeds are made: no HTML of a body, and none of the library's, reaches a page. Imported bodies carry `<br />` and `<a href>`; those two
// are understood, every other tag is text. Pictures are links: a page loads nothing from elsewhere.
import MarkdownIt, { type StateInline, type Token } from "markdown-it";
import { limits } from "../base/limits.ts";

/** What stands in a line. */
export type Run =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "break" }
  | { readonly kind: "strong" | "em" | "del"; readonly runs: readonly Run[] }
  | { readonly kind: "link"; readonly href: string; readonly runs: readonly Run[] };

/** What stands below each other. */
export type Block =
  | { readonly kind: "paragraph" | "heading"; readonly level: number; readonly runs: readonly Run[] }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "list"; readonly start: number | null; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "rule" };

const markdown = new MarkdownIt({
  html: false,
  linkify: false,
  breaks: true,
  maxNesting: limits.proseNestingMax,
});
// An indent is how people paste, and no code; a line of dashes is no heading; a reference hides an address far from its words; a table of one line has 65,536 cells.
markdown.disable(["code", "lheading", "reference", "table", "html_block", "html_inline"]);
markdown.core.ruler.disable(["linkify", "replacements", "smartquotes"], true);
markdown.validateLink = (address) => /^(?:https?:\/\/|mailto:)\S/i.test(address);
markdown.inline.ruler.before("escape", "bare_address", bareAddress);
markdown.inline.ruler.before("autolink", "imported_link", importedLink);

/** Where work is more than linear in a body, these are what it is more than linear in. */
const marks = /[[\]*_`~<>\\&]/g;

/** A body as blocks. One that is longer, deeper or denser than a person writes is plain paragraphs. */
export function blocksOf(body: string): readonly Block[] {
  const text = body.replace(/(?:\s{0,9}<br\s{0,9}\/?>){2,}/gi, "\n\n").replace(/<br\s{0,9}\/?>\n?/gi, "\n");
  if (text.length > limits.proseCharsMax || (text.match(marks)?.length ?? 0) > limits.proseMarksMax)
    return plainBlocks(text);
  const tokens = markdown.parse(text, {});
  let count = tokens.length;
  for (const { level, children } of tokens) {
    count += children?.length ?? 0;
    // The library drops what is nested deeper than this.
    if (level >= limits.proseNestingMax - 2) return plainBlocks(text);
  }
  return count > limits.proseTokensMax ? plainBlocks(text) : blocksIn({ tokens, at: 0 }, null);
}

function plainBlocks(text: string): readonly Block[] {
  const paragraphs = text.split(/\n[ \t\r]*\n/).filter((it) => it.trim() !== "");
  return paragraphs.map((it) => ({
    kind: "paragraph",
    level: 0,
    runs: it.split("\n").flatMap((line, at): Run[] => {
      const run: Run = { kind: "text", text: line };
      return at === 0 ? [run] : [{ kind: "break" }, run];
    }),
  }));
}

/** Tokens, and the next one to be read. */
interface Reading {
  readonly tokens: readonly Token[];
  at: number;
}

/** Blocks up to the token that closes them, which is read too. */
function blocksIn(reading: Reading, closing: string | null): readonly Block[] {
  const blocks: Block[] = [];
  for (;;) {
    const token = reading.tokens[reading.at++];
    if (token === undefined || token.type === closing) return blocks;
    const block = blockFrom(token, reading);
    if (block !== null) blocks.push(block);
  }
}

function blockFrom(token: Token, reading: Reading): Block | null {
  switch (token.type) {
    case "paragraph_open":
      return { kind: "paragraph", level: 0, runs: lineIn(reading) };
    case "heading_open":
      return { kind: "heading", level: Number(token.tag.slice(1)), runs: lineIn(reading) };
    case "blockquote_open":
      return { kind: "quote", blocks: blocksIn(reading, "blockquote_close") };
    case "bullet_list_open":
      return { kind: "list", start: null, items: itemsIn(reading, "bullet_list_close") };
    case "ordered_list_open":
      return {
        kind: "list",
        start: Number(token.attrGet("start") ?? 1),
        items: itemsIn(reading, "ordered_list_close"),
      };
    case "fence":
      return { kind: "code", text: token.content.replace(/\n$/, "") };
    case "hr":
      return { kind: "rule" };
    default:
      return null;
  }
}

/** The line of a paragraph or heading; its closing token is read too. */
function lineIn(reading: Reading): readonly Run[] {
  const line = reading.tokens[reading.at];
  reading.at += 2;
  return runsIn({ tokens: line?.children ?? [], at: 0 }, null, 0);
}

function itemsIn(reading: Reading, closing: string): readonly (readonly Block[])[] {
  const items: (readonly Block[])[] = [];
  for (;;) {
    const token = reading.tokens[reading.at++];
    if (token === undefined || token.type === closing) return items;
    if (token.type === "list_item_open") items.push(blocksIn(reading, "list_item_close"));
  }
}

const closings: Readonly<Record<string, "strong" | "em" | "del">> = {
  strong_open: "strong",
  em_open: "em",
  s_open: "del",
};

/** Runs up to the token that closes them, which is read too. Emphasis within emphasis within … ends somewhere: its text goes on without. */
function runsIn(reading: Reading, closing: string | null, depth: number): readonly Run[] {
  const runs: Run[] = [];
  for (;;) {
    const token = reading.tokens[reading.at++];
    if (token === undefined || token.type === closing) return runs;
    const kind = closings[token.type];
    const opens = kind !== undefined || token.type === "link_open";
    if (opens) {
      const inner = runsIn(reading, token.type.replace("_open", "_close"), depth + 1);
      if (depth >= limits.proseNestingMax) for (const run of inner) runs.push(run);
      else if (kind === undefined) runs.push({ kind: "link", href: addressOf(token, "href"), runs: inner });
      else runs.push({ kind, runs: inner });
    } else pushLeaf(runs, token);
  }
}

function pushLeaf(runs: Run[], token: Token): void {
  switch (token.type) {
    case "text":
      if (token.content !== "") runs.push({ kind: "text", text: token.content });
      break;
    case "code_inline":
      runs.push({ kind: "code", text: token.content });
      break;
    case "softbreak":
    case "hardbreak":
      runs.push({ kind: "break" });
      break;
    case "image": {
      const href = addressOf(token, "src");
      runs.push({ kind: "link", href, runs: [{ kind: "text", text: token.content.trim() || href }] });
      break;
    }
    default:
      break;
  }
}

function addressOf(token: Token, name: "href" | "src"): string {
  return String(token.attrGet(name) ?? "");
}

/** `https://…` as it stands in a sentence. The text rule stops at colons, so this looks back for what stood before one. */
function bareAddress(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== ":" || state.linkLevel > 0) return false;
  const scheme = /(?<![a-z0-9+.-])https?$/i.exec(state.src.slice(Math.max(0, state.pos - 6), state.pos))?.[0];
  if (scheme === undefined) return false;
  const rest = /^:\/\/[^\s<>"'`[\]]{1,2000}/.exec(state.src.slice(state.pos, state.pos + 2_003))?.[0];
  // It ends before the punctuation of its sentence.
  const tail = rest?.replace(/[.,;:!?)}*_~]{1,20}$/, "");
  if (tail === undefined || tail.length < 4) return false;
  if (!silent) {
    if (!state.pending.endsWith(scheme)) return false;
    state.pending = state.pending.slice(0, -scheme.length);
    pushLink(state, scheme + tail, scheme + tail);
  }
  state.pos += tail.length;
  return true;
}

const importedTag =
  /<a\s[^<>]{0,200}?href="((?:https?:\/\/|mailto:)[^"<>\s]{1,2000})"[^<>]{0,200}>([^<]{1,2000})<\/a>/iy;

function importedLink(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "<" || state.linkLevel > 0) return false;
  importedTag.lastIndex = state.pos;
  const [tag, href, label] = importedTag.exec(state.src) ?? [];
  if (tag === undefined || href === undefined || label === undefined) return false;
  if (!silent) pushLink(state, decoded(href), decoded(label));
  state.pos += tag.length;
  return true;
}

/** The five that writers of HTML cannot do without. */
function decoded(text: string): string {
  const words: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => words[name] ?? "");
}

function pushLink(state: StateInline, href: string, label: string): void {
  state.push("link_open", "a", 1).attrs = [["href", href]];
  state.push("text", "", 0).content = label;
  state.push("link_close", "a", -1);
}
