// The words of a master file (RFC 1035, 5.1). In: a text. Out: its entries, each the words of a line, or of several between parentheses.
// Knows comments, quotes, escapes and parentheses; not what a word means.
import type { Word } from "./rdata-fields.ts";
import type { Mistake, Place } from "./zone-draft.ts";

export interface PlacedWord extends Word {
  readonly place: Place;
}

export interface MasterEntry {
  /** The line begins with a blank: the owner is the one of the entry before. */
  readonly blank: boolean;
  readonly words: readonly PlacedWord[];
  /** Just after its last word. */
  readonly end: Place;
}

const tab = 0x09;
const newline = 0x0a;
const carriage = 0x0d;
const space = 0x20;
const quote = 0x22;
const open = 0x28;
const close = 0x29;
const semicolon = 0x3b;
const backslash = 0x5c;

/** Gives one entry after the other; a line that cannot be read gives its mistake instead, and the next line is begun anew. */
export class MasterWords {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    // A byte order mark is no part of the first word.
    this.#text = text.startsWith("\ufeff") ? text.slice(1) : text;
  }

  /** The next entry that has words; null at the end. */
  next(): MasterEntry | Mistake | null {
    while (this.#at < this.#text.length) {
      const found = this.#entry();
      if ("says" in found || found.words.length > 0) return found;
    }
    return null;
  }

  #entry(): MasterEntry | Mistake {
    const blank = isBlank(this.#text.charCodeAt(this.#at));
    const words: PlacedWord[] = [];
    let opened: Place | null = null;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (this.#at >= this.#text.length || code === newline) {
        if (opened === null || this.#at >= this.#text.length) {
          const end = this.#place();
          this.#newline();
          return opened === null
            ? { blank, words, end: afterLast(words) ?? end }
            : { place: opened, says: "this parenthesis is never closed" };
        }
        this.#newline();
      } else if (isBlank(code) || code === carriage) this.#at++;
      else if (code === semicolon) this.#skipLine();
      else if (code === open) {
        if (opened !== null) return this.#refused("parentheses do not stand within each other");
        opened = this.#place();
        this.#at++;
      } else if (code === close) {
        if (opened === null) return this.#refused("this parenthesis was never opened");
        opened = null;
        this.#at++;
      } else {
        const word = this.#word(code);
        if ("says" in word) return word;
        words.push(word);
      }
    }
  }

  #word(first: number): PlacedWord | Mistake {
    const place = this.#place();
    const from = this.#at;
    let quotedPart = first === quote;
    let hasQuotes = quotedPart;
    if (quotedPart) this.#at++;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === newline) break;
      if (code === backslash) this.#at++;
      else if (code === quote) {
        hasQuotes = true;
        quotedPart = !quotedPart;
        if (quotedPart || first !== quote) continue;
        this.#at++;
        return { text: this.#text.slice(from + 1, this.#at - 1), quoted: true, place };
      } else if (!quotedPart && endsWord(code)) break;
    }
    if (quotedPart) return this.#refused("this quoted text does not end on its line", place);
    const raw = this.#text.slice(from, this.#at);
    // Within a word they group blanks, as in alpn="h2,h3".
    return { text: hasQuotes ? raw.replaceAll(/(\\.)|"/gs, "$1") : raw, quoted: false, place };
  }

  #place(): Place {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #newline(): void {
    this.#at++;
    this.#line++;
    this.#lineStart = this.#at;
  }

  #skipLine(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #refused(says: string, place = this.#place()): Mistake {
    this.#skipLine();
    this.#newline();
    return { place, says };
  }
}

function afterLast(words: readonly PlacedWord[]): Place | null {
  const last = words.at(-1);
  if (last === undefined) return null;
  const length = last.text.length + (last.quoted ? 2 : 0);
  return { ...last.place, column: last.place.column + length };
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

function endsWord(code: number): boolean {
  return isBlank(code) || code === carriage || code === semicolon || code === open || code === close;
}
