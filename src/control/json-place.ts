// Where a JSON text stops being JSON. In: a text that did not parse. Out: line, column and what was found there.
// The runtimes' own messages name no place (or each a different one), and a person repairs a file by its line.

export interface Misplaced {
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

/** The first place at which the text is no JSON (RFC 8259). */
export function misplacedJson(text: string): Misplaced {
  const at = firstError(text);
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  const found = text.slice(at, at + 1);
  return {
    line,
    column,
    what: at >= text.length ? "the text ends too early" : `${JSON.stringify(found)} is not expected here`,
  };
}

const space = /[ \t\r\n]*/y;
const scalar =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const word = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

type Expected = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

/** Walks the text with a stack of open brackets and what may come next. */
function firstError(text: string): number {
  const open: string[] = [];
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    at = skip(space, text, at);
    const char = text[at];
    if (char === undefined) return at;
    const after = step(text, at, char, expected, open);
    if (after === null) return at;
    if (typeof after === "number") return after;
    [at, expected] = after;
  }
}

/** The next place and what may stand there; null when `char` is wrong, a number when a scalar breaks off there. */
function step(
  text: string,
  at: number,
  char: string,
  expected: Expected,
  open: string[],
): [number, Expected] | number | null {
  const closed = (): Expected => (open.length === 0 ? "nothing" : "comma-or-end");
  switch (expected) {
    case "nothing":
      return null;
    case "colon":
      return char === ":" ? [at + 1, "value"] : null;
    case "comma-or-end":
      if (char === ",") return [at + 1, open.at(-1) === "{" ? "key" : "value"];
      return close(char, open) ? [at + 1, closed()] : null;
    case "key":
    case "key-or-end": {
      if (expected === "key-or-end" && close(char, open)) return [at + 1, closed()];
      const end = skip(word, text, at);
      return end > at ? [end, "colon"] : char === '"' ? brokenString(text, at) : null;
    }
    case "value":
    case "value-or-end": {
      if (expected === "value-or-end" && close(char, open)) return [at + 1, closed()];
      if (char === "{" || char === "[") {
        open.push(char);
        return [at + 1, char === "{" ? "key-or-end" : "value-or-end"];
      }
      const end = skip(scalar, text, at);
      return end > at ? [end, closed()] : char === '"' ? brokenString(text, at) : null;
    }
  }
}

function close(char: string, open: string[]): boolean {
  const wanted = open.at(-1) === "{" ? "}" : open.at(-1) === "[" ? "]" : "";
  if (char !== wanted) return false;
  open.pop();
  return true;
}

/** Where a string that has no good end breaks off: a raw control character, a wrong escape, or the end of the text. */
function brokenString(text: string, at: number): number {
  const good = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
  return skip(good, text, at);
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
