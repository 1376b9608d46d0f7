// What the operator's own accounts say of an incident, where everyone may read it. In: a message, how long a post may be. Out: one text.
import type { Message } from "./message.ts";
import { plainText } from "./prose.tsx";

/** The text of an update is cut before the title is, and the address never: it says where the rest is. */
export function socialText(
  { name, state, title, told, window, address }: Message,
  graphemesMax: number,
): string {
  const end = `\n\n${address}`;
  const room = graphemesMax - countOf(end);
  const head = cut(`${name}: ${state}: ${title}`, room);
  const says = [window ?? "", plainText(told.body).trim()].filter((it) => it !== "").join("\n");
  const left = room - countOf(head) - 2;
  const body = left < shortestBody ? "" : cut(says.replace(/[^\P{Cc}\n]/gu, " "), left);
  return `${head}${body === "" ? "" : `\n\n${body}`}${end}`;
}

/** Less of a text than this says nothing. */
const shortestBody = 20;

const segments = new Intl.Segmenter("en");
const countOf = (text: string): number => [...segments.segment(text)].length;

function cut(text: string, graphemesMax: number): string {
  const graphemes = Array.from(segments.segment(text), ({ segment }) => segment);
  if (graphemes.length <= graphemesMax) return text;
  return `${graphemes
    .slice(0, graphemesMax - 1)
    .join("")
    .trimEnd()}…`;
}
