// Tables as text (RFC 4180). In: a text, with a BOM or not, with any kind of line end. Out: its rows, each with the line that it begins on, or where it
// cannot be read. Empty lines are no rows. Stricter than spreadsheets in one thing: a quote inside a field that is not quoted is a mistake of who wrote it.
import { ok, type Result, refuse } from "../base/result.ts";

export interface CsvRow {
  /** From 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvFault {
  readonly line: number;
  readonly why: string;
}

export function readCsv(given: string): Result<readonly CsvRow[], CsvFault> {
  const text = given.replace(/^\ufeff/, "");
  const rows: CsvRow[] = [];
  let [at, line] = [0, 1];
  while (at < text.length) {
    const [began, fields]: [number, string[]] = [line, []];
    for (let isOver = false; !isOver; ) {
      const field = text[at] === '"' ? quotedAt(text, at) : plainAt(text, at);
      if (typeof field === "string") return refuse({ line, why: field });
      const [value, end] = field;
      fields.push(value);
      line += value.match(/\r\n|\r|\n/g)?.length ?? 0;
      isOver = text[end] !== ",";
      if (isOver && end < text.length) {
        if (text[end] !== "\r" && text[end] !== "\n")
          return refuse({ line, why: "has text behind a closing quote: write a quote in a field twice" });
        line++;
      }
      at = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
    }
    if (fields.length > 1 || fields[0]?.trim() !== "") rows.push({ line: began, fields });
  }
  return ok(rows);
}

type Field = readonly [value: string, end: number];

function plainAt(text: string, from: number): Field | string {
  const ends = /[,\r\n]/g;
  ends.lastIndex = from;
  const end = ends.exec(text)?.index ?? text.length;
  const value = text.slice(from, end);
  return value.includes('"')
    ? "has a quote in the middle of a field: put the whole field into quotes, and write that one twice"
    : [value, end];
}

function quotedAt(text: string, from: number): Field | string {
  for (let at = from + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at === -1) return "begins a field with a quote that is never closed";
    if (text[at + 1] !== '"') return [text.slice(from + 1, at).replaceAll('""', '"'), at + 1];
  }
}
