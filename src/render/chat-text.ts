// Texts in the markup of chats. In: Markdown as it was read, the markup's rules, a number of characters. Out: the text, cut to so many.
import { type Block, blocksOf, type Run } from "./markdown.ts";
import { clip } from "./prose-clip.ts";

/** How a chat writes what stands in a line. */
export interface Markup {
  /** A text in which nothing is markup. */
  plain(text: string): string;
  strong(marked: string): string;
  em(marked: string): string;
  code(text: string): string;
  link(marked: string, href: string): string;
}

/** Slack's mrkdwn: three characters are escaped, links stand in angle brackets (docs.slack.dev, "Formatting message text"). */
export const slackMarkup: Markup = {
  // A zero-width space keeps a mark from meaning anything; there is no escape for it.
  plain: (text) => entities(text).replace(/[*_~`]/g, "$&\u200b"),
  strong: (marked) => `*${marked}*`,
  em: (marked) => `_${marked}_`,
  code: (text) => `\`${entities(text).replaceAll("`", "'")}\``,
  link: (marked, href) => `<${entities(href).replaceAll("|", "%7C")}|${marked}>`,
};

/** Markdown, as Discord and Teams read it. */
export const markdownMarkup: Markup = {
  plain: (text) => text.replace(/[\\`*_~|[\]()<>#]/g, "\\$&"),
  strong: (marked) => `**${marked}**`,
  em: (marked) => `_${marked}_`,
  code: (text) => `\`${text.replaceAll("`", "'")}\``,
  link: (marked, href) => `[${marked}](${href.replaceAll("(", "%28").replaceAll(")", "%29")})`,
};

function entities(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A Markdown body in a chat's markup, with a line of its own for each block. `charsMax` counts what is read. */
export function chatText(body: string, markup: Markup, charsMax: number): string {
  return linesOf(clip(blocksOf(body), charsMax).blocks, markup).join("\n");
}

function linesOf(blocks: readonly Block[], markup: Markup): readonly string[] {
  return blocks.flatMap((block) => linesOfOne(block, markup));
}

function linesOfOne(block: Block, markup: Markup): readonly string[] {
  switch (block.kind) {
    case "paragraph":
      return [runsOf(block.runs, markup)];
    case "heading":
      return [markup.strong(runsOf(block.runs, markup))];
    case "quote":
      return linesOf(block.blocks, markup).map((line) => `> ${line}`);
    case "list":
      return block.items.flatMap((item, at) => {
        const mark = block.start === null ? "•" : `${block.start + at}.`;
        return linesOf(item, markup).map((line, row) => `${row === 0 ? mark : " "} ${line}`);
      });
    case "code":
      return block.text.split("\n").map((line) => (line === "" ? "" : markup.code(line)));
    case "rule":
      return ["—"];
  }
}

function runsOf(runs: readonly Run[], markup: Markup): string {
  return runs.map((run) => runOf(run, markup)).join("");
}

function runOf(run: Run, markup: Markup): string {
  switch (run.kind) {
    case "text":
      return markup.plain(run.text);
    case "code":
      return markup.code(run.text);
    case "break":
      return "\n";
    case "strong":
      return markup.strong(runsOf(run.runs, markup));
    case "em":
      return markup.em(runsOf(run.runs, markup));
    case "del":
      return runsOf(run.runs, markup);
    case "link":
      return markup.link(runsOf(run.runs, markup), run.href);
  }
}
