// A page's file, read. In: YAML. Out: what it wants of each entity, with the line that says so; or every mistake in it by file, line and column.
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";
import { Fault } from "../base/fault.ts";
import { suggestion } from "../base/nearest.ts";
import type { Json } from "../model/op.ts";
import {
  type ConfigField,
  type ConfigValues,
  fieldsOf,
  type ListWord,
  lists,
  pageFields,
} from "./config-shape.ts";
import { type ConfigPlace, readValue } from "./config-value.ts";

/** What the file says of one entity. */
export interface Wanted {
  readonly id: string | null;
  readonly name: string;
  /** Those that are named, null for what is taken away. */
  readonly values: ConfigValues;
  readonly place: ConfigPlace;
  /** Of a group of components. */
  readonly members: readonly Wanted[] | null;
}

export interface WantedPage {
  readonly page: Omit<Wanted, "name" | "members"> & { readonly name: string | null };
  /** A list that is not there is left alone. */
  readonly lists: Readonly<Partial<Record<ListWord, readonly Wanted[]>>>;
}

export interface ConfigReadOptions {
  /** Of the file, for sentences. */
  readonly name: string;
  /** The bytes of a picture's file, whose path is beside this one. Throws a Fault. */
  readFile(path: string): Uint8Array;
}

const mistakesMax = 20;
export const configCharsMax = 8 * 1024 * 1024;

/** Throws Fault `usage` with one line a mistake. */
export function readConfig(text: string, options: ConfigReadOptions): WantedPage {
  if (text.length > configCharsMax)
    throw new Fault("usage", `${options.name} has over ${configCharsMax} characters.`, "Name a page's file.");
  return new ConfigReader(text, options).read();
}

class ConfigReader {
  readonly #lines = new LineCounter();
  readonly #mistakes: string[] = [];
  readonly #options: ConfigReadOptions;
  readonly #text: string;

  constructor(text: string, options: ConfigReadOptions) {
    this.#text = text;
    this.#options = options;
  }

  read(): WantedPage {
    const document = parseDocument(this.#text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      version: "1.2",
    });
    for (const { pos, message } of document.errors) this.#wrong(pos[0], sentence(message));
    const root = document.contents;
    if (document.errors.length === 0 && !isMap(root))
      this.#wrong(0, `A page's file is a map with ${words(["page", ...lists.map(({ word }) => word)])}.`);
    const wanted = document.errors.length === 0 && isMap(root) ? this.#page(root) : null;
    const [first] = this.#mistakes;
    if (wanted !== null && first === undefined) return wanted;
    const more = this.#mistakes.length - mistakesMax;
    throw new Fault(
      "usage",
      this.#mistakes.slice(0, mistakesMax).join("\n") + (more > 0 ? `\n${more} more of these.` : ""),
      "Nothing was changed.",
    );
  }

  #page(root: YAMLMap): WantedPage | null {
    const entries = this.#entries(root, ["page", ...lists.map(({ word }) => word)], "A page's file");
    const page = entries.get("page");
    if (page === undefined || !isMap(page.value)) {
      this.#wrong(startOf(page?.value ?? root), "`page` is missing: the page's id or url, and its settings.");
      return null;
    }
    const read = this.#entity(page.value, "the page", pageFields, false);
    const found: Partial<Record<ListWord, readonly Wanted[]>> = {};
    for (const { word, one } of lists) {
      const list = entries.get(word);
      if (list === undefined) continue;
      found[word] = this.#list(list.value, word, `a ${one}`, word === "components");
    }
    if (read === null) return null;
    if (read.id === null && read.values.url === undefined)
      this.#wrong(startOf(page.value), "The page has neither `id` nor `url`: nothing says which one it is.");
    return { page: { ...read, name: read.name === "" ? null : read.name }, lists: found };
  }

  #list(node: Node | null, word: ListWord, one: string, mayHaveMembers: boolean): readonly Wanted[] {
    if (isScalar(node) && node.value === null) return [];
    if (!isSeq(node)) {
      this.#wrong(startOf(node), `\`${word}\` is a list, a line with - for each.`);
      return [];
    }
    const wanted = node.items.flatMap((item) => {
      if (!isMap(item)) {
        this.#wrong(startOf(item as Node | null), `${capital(one)} is a map with at least \`name\`.`);
        return [];
      }
      const read = this.#entity(item, one, fieldsOf(word), mayHaveMembers);
      if (read?.name === "" && !item.has("name"))
        this.#wrong(startOf(item), `${capital(one)} has no \`name\`.`);
      return read === null || read.name === "" ? [] : [read];
    });
    this.#twice(wanted, one);
    return wanted;
  }

  /** Of two that are called alike nobody could say later which is which. */
  #twice(wanted: readonly Wanted[], one: string): void {
    const seen = new Set<string>();
    for (const { id, name, place, members } of wanted) {
      const key = id === null ? `${members === null ? "" : "group "}${name}` : `id ${id}`;
      if (seen.has(key))
        this.#say(
          place,
          id === null
            ? `${capital(one)} "${name}" stands here twice: give each an id.`
            : `The id ${id} stands here twice.`,
        );
      seen.add(key);
    }
  }

  #entity(
    map: YAMLMap,
    what: string,
    fields: readonly ConfigField[],
    mayHaveMembers: boolean,
  ): Wanted | null {
    const known = ["id", "name", ...fields.map(({ word }) => word), ...(mayHaveMembers ? ["members"] : [])];
    const entries = this.#entries(map, known, capital(what));
    const values: Record<string, Json> = {};
    for (const field of fields) {
      const pair = entries.get(field.word);
      if (pair === undefined) continue;
      const read = readValue(pair.value, field, this.#options.readFile);
      if (read.ok) values[field.word] = read.value;
      else
        this.#wrong(
          startOf(read.at ?? pair.value ?? pair.key),
          `\`${field.word}\` of ${what} is ${read.wants}.`,
        );
    }
    const members = entries.get("members");
    return {
      id: this.#textOf(entries.get("id"), "id", what),
      name: this.#textOf(entries.get("name"), "name", what) ?? "",
      values,
      place: this.#placeOf(startOf(map)),
      members:
        members === undefined
          ? null
          : this.#list(members.value, "components", "a component of a group", false),
    };
  }

  #textOf(pair: Entry | undefined, word: string, what: string): string | null {
    if (pair === undefined) return null;
    if (isScalar(pair.value) && typeof pair.value.value === "string" && pair.value.value !== "")
      return pair.value.value;
    this.#wrong(startOf(pair.value ?? pair.key), `\`${word}\` of ${what} is a text${quoted(pair.value)}.`);
    return null;
  }

  /** The map's pairs by their words; those that are not known are mistakes. */
  #entries(map: YAMLMap, known: readonly string[], what: string): ReadonlyMap<string, Entry> {
    const found = new Map<string, Entry>();
    for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
      const word = isScalar(key) ? String(key.value) : "";
      if (known.includes(word)) found.set(word, { key, value });
      else
        this.#wrong(
          startOf(key),
          `${what} has no \`${word}\`. ${suggestion(word, known)}Known are ${words(known)}.`,
        );
    }
    return found;
  }

  #placeOf(offset: number): ConfigPlace {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #wrong(offset: number, says: string): void {
    this.#say(this.#placeOf(offset), says);
  }

  #say(place: ConfigPlace, says: string): void {
    this.#mistakes.push(sayAt(this.#options.name, place, says));
  }
}

interface Entry {
  readonly key: Node;
  readonly value: Node | null;
}

export function sayAt(file: string, { line, column }: ConfigPlace, says: string): string {
  return `${file}:${line}:${column}: ${says}`;
}

const startOf = (node: Node | null): number => node?.range?.[0] ?? 0;
const words = (list: readonly string[]): string => list.join(", ");
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A number or a date is quickly written where a text is meant. */
function quoted(node: Node | null): string {
  if (!isScalar(node) || node.value === null || typeof node.value === "string") return "";
  return `: write "${String(node.source ?? node.value)}" in quotes`;
}
