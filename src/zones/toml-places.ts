// Where each value of a TOML document stands, which its parser does not tell. In: a text that the parser accepted. Out: places by key path.
// Relies on the text being TOML: it only finds where keys and values begin. Entries of [[lists of tables]] are found by the last one.

export interface TomlPlaces {
  /** Offset of the value, or of a table's header, that the keys lead to; of what it is in where that stands nowhere itself. */
  offsetOf(keys: readonly (string | number)[]): number;
}

export function tomlPlaces(text: string): TomlPlaces {
  const scan = new Scan(text);
  scan.document();
  return {
    offsetOf(keys) {
      for (let length = keys.length; length > 0; length--) {
        const found = scan.found.get(pathOf(keys.slice(0, length)));
        if (found !== undefined) return found;
      }
      return 0;
    },
  };
}

/** Line and column, from 1, of an offset. */
export function lineAndColumn(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

const pathOf = (keys: readonly (string | number)[]): string => JSON.stringify(keys.map(String));

class Scan {
  readonly found = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    let table: readonly string[] = [];
    for (;;) {
      this.#skip(/(?:[\s]|#.*)*/y);
      if (this.#at >= this.#text.length) return;
      if (this.#text[this.#at] === "[") table = this.#header();
      else this.#pair(table);
    }
  }

  #header(): readonly string[] {
    const from = this.#at;
    this.#skip(/\[+[ \t]*/y);
    const keys = this.#keys();
    this.found.set(pathOf(keys), from);
    this.#skip(/\]+/y);
    return keys;
  }

  #pair(table: readonly (string | number)[]): void {
    const path = [...table, ...this.#keys()];
    this.#skip(/=[ \t]*/y);
    this.#value(path);
  }

  /** Keys with dots between, and the blanks after them. */
  #keys(): readonly string[] {
    const keys: string[] = [];
    do {
      this.#skip(/[ \t]*/y);
      const key = this.#skip(/"(?:[^"\\]|\\.)*"|'[^']*'|[\w-]*/y);
      keys.push(key.startsWith('"') ? (JSON.parse(key) as string) : key.replaceAll("'", ""));
      this.#skip(/[ \t]*/y);
    } while (this.#skip(/\./y) !== "");
    return keys;
  }

  #value(path: readonly (string | number)[]): void {
    this.found.set(pathOf(path), this.#at);
    const first = this.#text[this.#at];
    if (first === "[") this.#list(path);
    else if (first === "{") this.#table(path);
    else if (first === '"') this.#skip(/"""[\s\S]*?(?<!\\)"{3,5}|"(?:[^"\\]|\\.)*"/y);
    else if (first === "'") this.#skip(/'''[\s\S]*?'{3,5}|'[^']*'/y);
    else this.#skip(/[^,\]}#\n]*/y);
  }

  #list(path: readonly (string | number)[]): void {
    this.#at++;
    for (let index = 0; ; index++) {
      this.#skip(/(?:[\s,]|#.*)*/y);
      if (this.#at >= this.#text.length) return;
      if (this.#text[this.#at] === "]") break;
      this.#value([...path, index]);
    }
    this.#at++;
  }

  #table(path: readonly (string | number)[]): void {
    this.#at++;
    for (;;) {
      this.#skip(/(?:[\s,]|#.*)*/y);
      if (this.#at >= this.#text.length) return;
      if (this.#text[this.#at] === "}") break;
      this.#pair(path);
    }
    this.#at++;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}
