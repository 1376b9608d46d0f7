// Zones as TOML, and the names in them that are steered. In: a file's name and text. Out: a draft, with every mistake at its place.
// Records are written as a master file has them; a zone that is a master file already is named by `master`, and this file only adds to it.
import { parse, TomlError } from "smol-toml";
import { limits } from "../base/limits.ts";
import { suggestion } from "../base/nearest.ts";
import { type Steps, whole } from "../base/slices.ts";
import { masterFileSteps, originOfFileName } from "./master-file.ts";
import { MasterWords, type PlacedWord } from "./master-words.ts";
import { type Name, nameBytes, parseName, showName } from "./names.ts";
import { readRdata } from "./rdata.ts";
import { big, counted, joined, nameIn } from "./rdata-fields.ts";
import { lineAndColumn, type TomlPlaces, tomlPlaces } from "./toml-places.ts";
import { readTtl } from "./ttl.ts";
import { typeNumber, types } from "./types.ts";
import type { DraftRecord, DraftSteer, Mistake, Place, ZoneDraft } from "./zone-draft.ts";

type Keys = readonly (string | number)[];
type Table = Readonly<Record<string, unknown>>;

/** Gives the text of a file beside this one and how the file is called in sentences, or why not. */
export type ReadBeside = (path: string) => FileText | { readonly says: string };

export interface FileText {
  readonly file: string;
  readonly text: string;
}

const usualTtl = 300;

export function readZoneToml(file: string, text: string, readBeside: ReadBeside): ZoneDraft {
  return whole(zoneTomlSteps(file, text, readBeside));
}

/** The same in steps, as far as a master file is a part of it. */
export function* zoneTomlSteps(file: string, text: string, readBeside: ReadBeside): Steps<ZoneDraft> {
  const start = { file, line: 1, column: 1 };
  let root: Table;
  try {
    root = parse(text);
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const says = (thrown.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    const place = { file, line: thrown.line, column: thrown.column };
    return { origin: null, records: [], steered: [], mistakes: [{ place, says }], place: start };
  }
  return yield* new ZoneToml(file, text, root, tomlPlaces(text)).read(readBeside);
}

class ZoneToml {
  readonly #file: string;
  readonly #text: string;
  readonly #root: Table;
  readonly #places: TomlPlaces;
  readonly #mistakes: Mistake[] = [];
  readonly #records: DraftRecord[] = [];
  readonly #steered: DraftSteer[] = [];
  #origin: Name = "\0";

  constructor(file: string, text: string, root: Table, places: TomlPlaces) {
    this.#file = file;
    this.#text = text;
    this.#root = root;
    this.#places = places;
  }

  *read(readBeside: ReadBeside): Steps<ZoneDraft> {
    this.#knows(this.#root, [], ["origin", "ttl", "master", "soa", "names"], "a zone");
    const origin = this.#readOrigin();
    const master = origin === null ? null : yield* this.#readMaster(origin, readBeside);
    if (origin !== null) {
      this.#origin = origin;
      this.#readNames(this.#ttlOf(this.#root, [], usualTtl));
      if (master === null || this.#root.soa !== undefined) this.#readSoa();
    }
    return {
      origin,
      records: [...(master?.records ?? []), ...this.#records],
      steered: this.#steered,
      mistakes: [...(master?.mistakes ?? []), ...this.#mistakes].slice(0, limits.zoneMistakesMax),
      place: { file: this.#file, line: 1, column: 1 },
    };
  }

  #readOrigin(): Name | null {
    const text = this.#root.origin;
    if (text === undefined) {
      const origin = originOfFileName(this.#file);
      if (origin === null)
        this.#wrong([], 'origin is missing: write origin = "example.com", or name the file so');
      return origin;
    }
    const name = typeof text === "string" ? parseName(text) : null;
    if (name?.ok) return name.value;
    this.#wrong(["origin"], name?.reason ?? 'origin is a name such as "example.com"');
    return null;
  }

  *#readMaster(origin: Name, readBeside: ReadBeside): Steps<ZoneDraft | null> {
    const path = this.#root.master;
    if (path === undefined) return null;
    const read =
      typeof path === "string" ? readBeside(path) : { says: "master is the path of a master file" };
    if ("text" in read) return yield* masterFileSteps(read.file, read.text, origin);
    this.#wrong(["master"], read.says);
    return null;
  }

  #readNames(ttl: number): void {
    const names = this.#root.names ?? {};
    if (!isTable(names)) {
      this.#wrong(["names"], "names is a table: [names.www]");
      return;
    }
    for (const [word, entry] of Object.entries(names)) {
      const path = ["names", word];
      const name = nameIn(word, this.#origin);
      if (!name.ok) this.#wrong(path, name.reason);
      else if (!isTable(entry)) this.#wrong(path, `${JSON.stringify(word)} is a table: [names.${word}]`);
      else this.#readName(name.value, entry, path, this.#ttlOf(entry, path, ttl));
    }
  }

  #readName(name: Name, entry: Table, path: Keys, ttl: number): void {
    for (const [word, value] of Object.entries(entry)) {
      const at = [...path, word];
      if (word === "ttl") continue;
      if (word === "steer") this.#readSteer(name, value, at);
      else {
        const type = typeNumber(word);
        if (type === null) this.#wrong(at, strange(word, isTable(value)));
        else this.#readSet(name, type, value, at, ttl);
      }
    }
  }

  #readSteer(name: Name, value: unknown, at: Keys): void {
    if (typeof value !== "string" || value === "") {
      this.#wrong(at, 'steer is the name of a map, such as "pops"');
      return;
    }
    this.#steered.push({ name, map: value, place: this.#placeOf(at) });
  }

  /** A record, a list of them, or a table of both with a TTL of their own. */
  #readSet(name: Name, type: number, value: unknown, at: Keys, ttl: number): void {
    if (isTable(value)) {
      this.#knows(value, at, ["ttl", "records"], "a record set");
      const records = value.records ?? [];
      if (isTable(records)) {
        this.#wrong([...at, "records"], "records is a text, or a list of texts");
        return;
      }
      this.#readSet(name, type, records, [...at, "records"], this.#ttlOf(value, at, ttl));
      return;
    }
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const [index, text] of list.entries()) {
      const place = Array.isArray(value) ? [...at, index] : at;
      if (typeof text === "string") this.#readRecord(name, type, text, place, ttl);
      else
        this.#wrong(
          place,
          `${JSON.stringify(text)} is no record; write it as a text, as a master file has it`,
        );
    }
  }

  #readRecord(name: Name, type: number, text: string, at: Keys, ttl: number): void {
    const place = this.#placeOf(at);
    // A text with blanks is one text here, as everybody means it: in a master file it would be several, put together without them.
    if (type === types.TXT && !text.startsWith('"') && !text.startsWith("\\#")) {
      this.#records.push({ name, type, ttl, rdata: wholeText(text), place });
      return;
    }
    const words = this.#wordsOf(text, at);
    if ("says" in words) {
      this.#mistakes.push(words);
      return;
    }
    const rdata = readRdata(type, words, this.#origin);
    if (rdata.ok) this.#records.push({ name, type, ttl, rdata: rdata.value, place });
    else this.#mistakes.push({ place: words[rdata.reason.at]?.place ?? place, says: rdata.reason.says });
  }

  /** Their places are exact where the text holds no escape of TOML's. */
  #wordsOf(text: string, at: Keys): readonly PlacedWord[] | Mistake {
    const place = this.#placeOf(at);
    const offset = this.#places.offsetOf(at) + 1;
    const isPlain = this.#text.slice(offset, offset + text.length) === text && !text.includes("\n");
    const placed = (within: Place): Place =>
      isPlain ? { ...place, column: place.column + within.column } : place;
    const entries = new MasterWords(this.#file, ` ${text}`);
    const entry = entries.next();
    if (entry === null) return [];
    if ("says" in entry) return { place, says: entry.says };
    if (entries.next() !== null) return { place, says: "a text holds one record; write several as a list" };
    // The blank before it counts for one column.
    return entry.words.map((word) => ({
      ...word,
      place: placed({ ...word.place, column: word.place.column - 1 }),
    }));
  }

  #readSoa(): void {
    const soa = this.#root.soa ?? {};
    if (!isTable(soa)) {
      this.#wrong(["soa"], "soa is a table: [soa]");
      return;
    }
    this.#knows(soa, ["soa"], ["primary", "mailbox", "ttl", ...soaNumbers.map(({ word }) => word)], "an SOA");
    const primary = this.#soaName(soa, "primary", this.#firstServer());
    const mailbox = this.#soaName(soa, "mailbox", `hostmaster.${showName(this.#origin)}`);
    const numbers = soaNumbers.map(({ word, usual }) => {
      const value = soa[word] ?? usual;
      const number = word === "serial" ? serialOf(value) : timeOf(value);
      if (number === null) this.#wrong(["soa", word], wantedTime(value, word === "serial"));
      return number ?? 0;
    });
    if (primary === null || mailbox === null) return;
    this.#records.push({
      name: this.#origin,
      type: types.SOA,
      ttl: this.#ttlOf(soa, ["soa"], this.#ttlOf(this.#root, [], usualTtl)),
      rdata: joined([nameBytes(primary), nameBytes(mailbox), ...numbers.map((number) => big(4, number))]),
      place: this.#placeOf(["soa"]),
    });
  }

  /** `ops@example.com` is a mailbox too: the @ becomes a dot, dots before it are part of the first label. */
  #soaName(soa: Table, word: string, usual: string): Name | null {
    const value = soa[word] ?? usual;
    const text = typeof value === "string" ? value : "";
    const [local = "", host] = word === "mailbox" ? text.split("@", 2) : [text];
    const name = nameIn(
      host === undefined ? local : `${local.replaceAll(".", "\\.")}.${host}.`,
      this.#origin,
    );
    if (name.ok && text !== "") return name.value;
    this.#wrong(["soa", word], name.ok ? `${word} is a name` : name.reason);
    return null;
  }

  #firstServer(): string {
    const server = this.#records.find(({ name, type }) => name === this.#origin && type === types.NS);
    return server === undefined ? "@" : showName(String.fromCharCode(...server.rdata));
  }

  #ttlOf(table: Table, path: Keys, usual: number): number {
    if (table.ttl === undefined) return usual;
    const ttl = timeOf(table.ttl);
    if (ttl === null) this.#wrong([...path, "ttl"], wantedTime(table.ttl, false));
    return ttl ?? usual;
  }

  #knows(table: Table, path: Keys, known: readonly string[], what: string): void {
    for (const key of Object.keys(table))
      if (!known.includes(key))
        this.#wrong(
          [...path, key],
          `${what} has no ${key}. ${suggestion(key, known)}Known are ${known.join(", ")}`,
        );
  }

  #placeOf(keys: Keys): Place {
    return { file: this.#file, ...lineAndColumn(this.#text, this.#places.offsetOf(keys)) };
  }

  #wrong(keys: Keys, says: string): void {
    this.#mistakes.push({ place: this.#placeOf(keys), says });
  }
}

/** As they follow each other in the record (RFC 1035, 3.3.13), with times for zones that nobody transfers. */
const soaNumbers = [
  { word: "serial", usual: 1 },
  { word: "refresh", usual: "1h" },
  { word: "retry", usual: "10m" },
  { word: "expire", usual: "14d" },
  { word: "negative", usual: "1m" },
] as const;

function timeOf(value: unknown): number | null {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") return null;
  return readTtl(String(value));
}

function serialOf(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : null;
}

function wantedTime(value: unknown, isSerial: boolean): string {
  const wanted = isSerial
    ? "a serial from 0 to 4294967295"
    : 'a time; write seconds up to 2147483647, or such as "1h30m"';
  return `${JSON.stringify(value)} is not ${wanted}`;
}

function strange(word: string, isTableOfNames: boolean): string {
  const says = `${JSON.stringify(word)} is neither a record type nor steer nor ttl`;
  return isTableOfNames
    ? `${says}; a name with dots in it stands in quotes, such as [names."a.b"]`
    : `${says}. ${suggestion(word, ["steer", "ttl", ...Object.keys(types)])}`.trim();
}

const stringOctetsMax = 255;

function wholeText(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += stringOctetsMax)
    parts.push(counted(octets.subarray(at, at + stringOctetsMax)));
  return joined(parts);
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
