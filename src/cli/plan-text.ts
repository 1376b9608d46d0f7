// A plan as people read it, like a diff. In: changes of a page. Out: lines; colours where a terminal shows them.
import type { Change, FieldChange } from "../control/config-change.ts";
import type { Plan } from "../control/config-plan.ts";
import type { Json } from "../model/op.ts";
import { counted } from "./page-choice.ts";

const colourOf = { "+": 32, "-": 31, "~": 33 } as const;

/** One line a change, one below it a field, and a line about the whole. `isDone`: all of it has been written. */
export function planLines({ changes, kept }: Plan, isDone: boolean, colours: boolean): readonly string[] {
  const paint = (mark: Change["mark"], line: string): string =>
    colours ? `\u001b[${colourOf[mark]}m${line}\u001b[0m` : line;
  const lines = changes.flatMap((change) => [
    paint(change.mark, `${change.mark} ${change.what} ${quoted(change.name)} (${change.id})`),
    ...change.fields.map((field) => paint(change.mark, `    ${fieldText(field)}`)),
  ]);
  return [...lines, ...keptLines(kept), summary(changes, isDone)];
}

function fieldText({ word, before, after }: FieldChange): string {
  return before === undefined ? `${word}: ${shown(after)}` : `${word}: ${shown(before)} -> ${shown(after)}`;
}

const charsMax = 100;

/** On one line and not too long: pictures and bodies are known by their beginning. */
function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}... (${text.length} characters)`;
}

const quoted = (name: string): string => JSON.stringify(name);

const keptShownMax = 5;

function keptLines(kept: Plan["kept"]): readonly string[] {
  if (kept.length === 0) return [];
  const names = kept.slice(0, keptShownMax).map(({ what, name }) => `${what} ${quoted(name)}`);
  const more = kept.length > keptShownMax ? ` and ${kept.length - keptShownMax} more` : "";
  return [
    `  The file does not name ${names.join(", ")}${more}: kept. --prune removes what a list does not name.`,
  ];
}

function summary(changes: readonly Change[], isDone: boolean): string {
  if (changes.length === 0) return "The page is as the file says: nothing to do.";
  const count = (mark: Change["mark"]): number => changes.filter((change) => change.mark === mark).length;
  const told = `${count("+")} to add, ${count("~")} to change, ${count("-")} to remove`;
  return isDone ? `${counted(changes.length, "change")} written.` : `${told}. Nothing was written.`;
}
