// The beginning of a body, for pages that show many. In: blocks, a number of characters. Out: as many blocks, and whether any is left.
import type { Block, Run } from "./markdown.ts";

/** What a line or a block of its own takes of the room, in characters. */
const lineChars = 40;

/** `left` falls below 0 where something was left out. */
interface Room {
  left: number;
}

export interface Clipped {
  readonly blocks: readonly Block[];
  readonly cut: boolean;
}

/** The first `chars` characters, cut at a space where there is one near; all of them of Infinity. Headings become lines: they are those of a longer text. */
export function clip(blocks: readonly Block[], chars: number): Clipped {
  if (chars === Number.POSITIVE_INFINITY) return { blocks, cut: false };
  const room: Room = { left: chars };
  const kept = clipBlocks(blocks, room);
  return { blocks: kept, cut: room.left < 0 };
}

function clipBlocks(blocks: readonly Block[], room: Room): readonly Block[] {
  const kept: Block[] = [];
  for (const block of blocks) {
    if (kept.length > 0 && !takes(room, lineChars)) break;
    kept.push(clipBlock(block, room));
    if (room.left < 0) break;
  }
  return kept;
}

function clipBlock(block: Block, room: Room): Block {
  switch (block.kind) {
    case "paragraph":
      return { ...block, runs: clipRuns(block.runs, room) };
    case "heading":
      return {
        kind: "paragraph",
        level: 0,
        runs: [{ kind: "strong", runs: clipRuns(block.runs, room) }],
      };
    case "quote":
      return { ...block, blocks: clipBlocks(block.blocks, room) };
    case "list": {
      const items: (readonly Block[])[] = [];
      for (const item of block.items) {
        if (items.length > 0 && !takes(room, lineChars)) break;
        items.push(clipBlocks(item, room));
        if (room.left < 0) break;
      }
      return { ...block, items };
    }
    case "code":
      return { ...block, text: clipText(block.text, room) };
    case "rule":
      return block;
  }
}

function clipRuns(runs: readonly Run[], room: Room): readonly Run[] {
  const kept: Run[] = [];
  for (const run of runs) {
    if (room.left < 0) break;
    if (run.kind === "break") {
      if (takes(room, lineChars)) kept.push(run);
    } else if ("text" in run) {
      kept.push({ ...run, text: clipText(run.text, room) });
    } else if (run.kind === "link") {
      // Half of an address tells less than none.
      if (takes(room, lengthOf(run.runs))) kept.push(run);
    } else {
      kept.push({ ...run, runs: clipRuns(run.runs, room) });
    }
  }
  return kept;
}

function takes(room: Room, chars: number): boolean {
  room.left -= chars;
  return room.left >= 0;
}

function clipText(text: string, room: Room): string {
  const { left } = room;
  return takes(room, text.length) ? text : `${cutText(text, left)}…`;
}

/** How many characters are read in a line. */
function lengthOf(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => {
    if (run.kind === "break") return sum + lineChars;
    return sum + ("text" in run ? run.text.length : lengthOf(run.runs));
  }, 0);
}

function cutText(text: string, chars: number): string {
  const space = text.lastIndexOf(" ", chars);
  const end = space > chars - lineChars ? space : chars;
  // Half of a surrogate pair would be a replacement character.
  return text.slice(0, Math.max(0, end)).replace(/[\uD800-\uDBFF]$/, "");
}
