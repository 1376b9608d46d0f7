// Master files (RFC 1035, 5; BIND's $TTL and units of time). In: a file's name and text. Out: a draft of its zone, with every mistake at its place.
// $INCLUDE is refused: a zone is one file, so that a reload sees all of it or none, and a line number is enough to find a mistake.
import { limits } from "../base/limits.ts";
import { suggestion } from "../base/nearest.ts";
import { type Steps, whole } from "../base/slices.ts";
import { type MasterEntry, MasterWords, type PlacedWord } from "./master-words.ts";
import { type Name, parseName, root } from "./names.ts";
import { readRdata } from "./rdata.ts";
import { nameIn, numberAt } from "./rdata-fields.ts";
import { readTtl } from "./ttl.ts";
import { typeNumber, types } from "./types.ts";
import type { DraftRecord, Mistake, Place, ZoneDraft } from "./zone-draft.ts";

const classWords = ["IN", "CH", "HS", "CS"];

/** `origin` completes names until the file's own $ORIGIN does. */
export function readMasterFile(file: string, text: string, origin: Name | null): ZoneDraft {
  return whole(masterFileSteps(file, text, origin));
}

/** The same in steps: a file of 100,000 names takes half a second. */
export function masterFileSteps(file: string, text: string, origin: Name | null): Steps<ZoneDraft> {
  return new MasterFile(file, origin).read(new MasterWords(file, text));
}

/** The origin that a file's name means: `example.com.zone` or `example.com.db`; null where it means none. */
export function originOfFileName(file: string): Name | null {
  const bare = /([^/\\]+?)\.?(?:\.(?:zone|db|txt|toml))$/i.exec(file)?.[1];
  const read = bare === undefined ? null : parseName(bare);
  return read?.ok ? read.value : null;
}

class MasterFile {
  readonly #file: string;
  readonly #records: DraftRecord[] = [];
  #origin: Name | null;
  #owner: Name | null = null;
  /** Of $TTL. */
  #ttl: number | null = null;
  #lastTtl: number | null = null;
  #zone: Name | null = null;

  constructor(file: string, origin: Name | null) {
    this.#file = file;
    this.#origin = origin;
  }

  *read(entries: MasterWords): Steps<ZoneDraft> {
    const mistakes: Mistake[] = [];
    for (let count = 1; mistakes.length < limits.zoneMistakesMax; count++) {
      if (count % limits.zoneStepEntries === 0) yield;
      const entry = entries.next();
      if (entry === null) break;
      const mistake = "says" in entry ? entry : this.#entry(entry);
      if (mistake !== null) mistakes.push(mistake);
    }
    return {
      origin: this.#zone,
      records: this.#records,
      steered: [],
      mistakes,
      place: { file: this.#file, line: 1, column: 1 },
    };
  }

  #entry(entry: MasterEntry): Mistake | null {
    const [first] = entry.words;
    if (first === undefined) return null;
    const isDirective = !entry.blank && first.text.startsWith("$") && !first.quoted;
    return isDirective ? this.#directive(first, entry) : this.#record(entry);
  }

  #directive(first: PlacedWord, { words, end }: MasterEntry): Mistake | null {
    const [, value, extra] = words;
    const word = first.text.toUpperCase();
    if (word === "$INCLUDE")
      return wrong(first.place, "$INCLUDE is not read here; put all of the zone into one file");
    if (word !== "$ORIGIN" && word !== "$TTL")
      return wrong(first.place, `${JSON.stringify(first.text)} is neither $ORIGIN nor $TTL`);
    if (value === undefined) return wrong(end, `a word is missing after ${word}`);
    if (extra !== undefined) return wrong(extra.place, `${JSON.stringify(extra.text)} is one word too many`);
    return word === "$ORIGIN" ? this.#setOrigin(value) : this.#setTtl(value);
  }

  #setOrigin(word: PlacedWord): Mistake | null {
    const name = this.#name(word);
    if (typeof name !== "string") return name;
    this.#origin = name;
    return null;
  }

  #setTtl(word: PlacedWord): Mistake | null {
    const ttl = readTtl(word.text);
    if (ttl === null) return wrong(word.place, noTtl(word));
    this.#ttl = ttl;
    return null;
  }

  #record({ blank, words, end }: MasterEntry): Mistake | null {
    const [first] = words;
    if (!blank && first !== undefined) {
      const name = this.#name(first);
      // Lines below that begin with a blank mean this name, or, where it is none, nothing.
      this.#owner = typeof name === "string" ? name : null;
      if (typeof name !== "string") return name;
    }
    const head = readHead(words, blank ? 0 : 1);
    if ("says" in head) return head;
    const word = words[head.typeAt];
    if (word === undefined) return wrong(end, "a record type is missing, such as A");
    if (this.#owner === null)
      return wrong(word.place, "this line begins with a blank, and no name stands above it");
    const type = typeNumber(word.text);
    if (type === null) return wrong(word.place, noType(word));
    return this.#add(this.#owner, type, head.ttl, word.place, words.slice(head.typeAt + 1), end);
  }

  #add(
    name: Name,
    type: number,
    said: number | null,
    place: Place,
    words: readonly PlacedWord[],
    end: Place,
  ): Mistake | null {
    if (type === types.SOA) this.#origin ??= name;
    if (this.#origin === null) return wrong(place, "no $ORIGIN and no SOA stands above this record");
    const rdata = readRdata(type, words, this.#origin);
    if (!rdata.ok) return wrong(words[rdata.reason.at]?.place ?? end, rdata.reason.says);
    if (type === types.SOA) this.#zone ??= name;
    const ttl = said ?? this.#ttl ?? this.#lastTtl ?? (type === types.SOA ? negativeTtl(rdata.value) : null);
    if (ttl === null)
      return wrong(place, "this record has no TTL, and neither $TTL nor a record above says one");
    this.#lastTtl = ttl;
    this.#records.push({ name, type, ttl, rdata: rdata.value, place });
    return null;
  }

  #name({ text, quoted, place }: PlacedWord): Name | Mistake {
    if (quoted) return wrong(place, "a name does not stand in quotes");
    if (this.#origin === null && !text.endsWith("."))
      return wrong(place, `${JSON.stringify(text)} ends in no dot, and no $ORIGIN says what it belongs to`);
    const read = nameIn(text, this.#origin ?? root);
    return read.ok ? read.value : wrong(place, read.reason);
  }
}

/** TTL and class stand in either order before the type, each at most once. */
function readHead(
  words: readonly PlacedWord[],
  from: number,
): { readonly ttl: number | null; readonly typeAt: number } | Mistake {
  let ttl: number | null = null;
  let hasClass = false;
  for (let at = from; ; at++) {
    const word = words[at];
    if (word === undefined) return { ttl, typeAt: at };
    const upper = word.text.toUpperCase();
    if (!hasClass && classWords.includes(upper)) {
      if (upper !== "IN") return wrong(word.place, `class ${upper} is not served; write IN, or nothing`);
      hasClass = true;
    } else if (ttl === null && /^\d/.test(word.text)) {
      ttl = readTtl(word.text);
      if (ttl === null) return wrong(word.place, noTtl(word));
    } else return { ttl, typeAt: at };
  }
}

function wrong(place: Place, says: string): Mistake {
  return { place, says };
}

/** The last number of an SOA (RFC 1035, 5.2 with RFC 2308, 4). */
export function negativeTtl(soa: Uint8Array): number {
  return numberAt(soa, soa.length - 4, 4) ?? 0;
}

function noTtl({ text }: PlacedWord): string {
  return `${JSON.stringify(text)} is no TTL; write seconds up to 2147483647, or such as 1h30m`;
}

function noType({ text }: PlacedWord): string {
  const near = suggestion(text.toUpperCase(), Object.keys(types)).trim().replace(/\.$/, "");
  return `${JSON.stringify(text)} is no record type${near === "" ? "; one without a word is written TYPE65280" : `. ${near}`}`;
}
