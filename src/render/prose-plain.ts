// A body as plain text of several lines, for readers without HTML. In: a text in Markdown. Out: lines, links with their address behind them.
import { type Block, blocksOf, type Run } from "./markdown.ts";
import type { Told } from "./prose.tsx";

const texts = new WeakMap<Told, string>();

/** Paragraphs with an empty line between them. No control character but the line's end is in it. */
export function proseText(told: Told): string {
  const known = texts.get(told);
  if (known !== undefined) return known;
  const text = linesOf(blocksOf(told.body))
    .join("\n")
    .replace(/[^\P{Cc}\n]/gu, " ");
  texts.set(told, text);
  return text;
}

function linesOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block, at) => (at === 0 ? linesOfOne(block) : ["", ...linesOfOne(block)]));
}

function linesOfOne(block: Block): readonly string[] {
  switch (block.kind) {
    case "paragraph":
    case "heading":
      return textOf(block.runs).split("\n");
    case "quote":
      return linesOf(block.blocks).map((line) => (line === "" ? ">" : `> ${line}`));
    case "list":
      return block.items.flatMap((item, at) => {
        const mark = block.start === null ? "- " : `${block.start + at}. `;
        const [first = "", ...rest] = linesOf(item);
        return [
          `${mark}${first}`,
          ...rest.map((line) => (line === "" ? "" : `${" ".repeat(mark.length)}${line}`)),
        ];
      });
    case "code":
      return block.text.split("\n").map((line) => `    ${line}`);
    case "rule":
      return ["* * *"];
  }
}

function textOf(runs: readonly Run[]): string {
  return runs
    .map((run) => {
      if (run.kind === "break") return "\n";
      if ("text" in run) return run.text;
      const words = textOf(run.runs);
      if (run.kind !== "link") return words;
      const address = run.href.replace(/^mailto:/i, "");
      return words === address || words === run.href ? address : `${words} (${address})`;
    })
    .join("");
}
