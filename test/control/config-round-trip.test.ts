// Any page as a file, of every word that a file knows: it goes both ways, what was there before counts for nothing, and one mistake is said where it is.
import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parse,
  parseDocument,
  stringify,
  type ToStringOptions,
  type YAMLMap,
} from "yaml";
import { readConfig } from "../../src/control/config-read.ts";
import { lists, pageFields } from "../../src/control/config-shape.ts";
import { seed } from "../support/property.ts";
import { count } from "../support/seed.ts";
import { pages, type Said } from "./config-pages.ts";
import { configName, openConfigWorld, readFile } from "./config-world.ts";

const ordered: ReadonlySet<string> = new Set(
  lists.flatMap(({ word, isOrdered }) => (isOrdered ? [word] : [])),
);

const textOf = (page: Said, more: ToStringOptions = {}): string =>
  stringify(page, { aliasDuplicateObjects: false, ...more });

/** The order of what has none on a page is that of its making. */
function unordered(text: string): unknown {
  const said: Readonly<Record<string, unknown>> = parse(text);
  return Object.fromEntries(
    Object.entries(said).map(([word, list]) => [
      word,
      word === "page" || ordered.has(word)
        ? list
        : (list as readonly { readonly id: string }[]).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ]),
  );
}

test(`what is exported is nothing to apply, and makes the same page elsewhere and over any other (seed ${seed})`, async () => {
  const words = new Set<string>();
  await fc.assert(
    fc.asyncProperty(pages, pages, async (first, second) => {
      const [here, there] = [openConfigWorld(), openConfigWorld()];
      for (const page of [first, second]) {
        const text = textOf(page);
        await here.apply(text, true);
        expect(here.plan(text, true).changes).toEqual([]);
      }
      const exported = await here.exported();
      expect(here.plan(exported, true).changes).toEqual([]);
      await there.apply(exported);
      expect(await there.exported()).toBe(exported);
      // On a page that never was another one it says the same.
      const fresh = openConfigWorld();
      await fresh.apply(textOf(second));
      expect(unordered(await fresh.exported())).toEqual(unordered(exported));
      for (const { close } of [here, there, fresh]) await close();
      for (const [word] of exported.matchAll(/(?<=^[ -]*)\w+(?=:)/gm)) words.add(word);
    }),
    { numRuns: count(8, 400), seed, endOnFailure: true },
  );
  // Each word of the file was exported some time, or nothing was shown of it.
  const known = [...pageFields, ...lists.flatMap(({ fields }) => fields)].map(({ word }) => word);
  expect(known.filter((word) => !words.has(word))).toEqual([]);
}, 300_000);

interface Place {
  readonly word: string;
  readonly key: Node;
  readonly value: Node;
}

/** Each field in the file that a mistake can be made in. */
function placesIn(map: YAMLMap): readonly Place[] {
  return map.items.flatMap(({ key, value }): readonly Place[] => {
    if (!isScalar(key)) return [];
    const word = String(key.value);
    if (isSeq(value) && (word === "members" || lists.some((list) => list.word === word)))
      return value.items.flatMap((item) => (isMap(item) ? placesIn(item) : []));
    if (word === "page" && isMap(value)) return placesIn(value);
    return [{ word, key, value: value as Node }];
  });
}

const mistakes = ["key", "map", "twice"] as const;

/** The text with one mistake in it, and where that stands. */
function withMistake(
  text: string,
  { word, key, value }: Place,
  kind: (typeof mistakes)[number],
  lines: LineCounter,
): { readonly wrong: string; readonly line: number; readonly column: number } {
  const [keyFrom, keyTo] = key.range as [number, number, number];
  const [from, to] = value.range as [number, number, number];
  const at = (offset: number, wrong: string, below = 0) => {
    const { line, col } = lines.linePos(offset);
    return { wrong, line: line + below, column: col };
  };
  switch (kind) {
    case "key":
      return at(keyFrom, `${text.slice(0, keyTo)}xyz${text.slice(keyTo)}`);
    case "map": {
      const end = text[to - 1] === "\n" ? "\n" : "";
      return at(from, `${text.slice(0, from)}{ wrong: 1 }${end}${text.slice(to)}`);
    }
    case "twice": {
      const indent = " ".repeat(lines.linePos(keyFrom).col - 1);
      return at(keyFrom, `${text.slice(0, keyFrom)}${word}: null\n${indent}${text.slice(keyFrom)}`, 1);
    }
  }
}

test(`a mistake anywhere is said with its line and column, and no other one (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      pages,
      fc.constantFrom(...mistakes),
      fc.nat(),
      fc.constantFrom(0, 1, 2),
      (page, kind, which, above) => {
        const lines = new LineCounter();
        const text = "# A line\n".repeat(above) + textOf(page, plainStyle);
        const root = parseDocument(text, { lineCounter: lines }).contents as YAMLMap;
        const places = placesIn(root);
        const place = places[which % places.length] as Place;
        // Without its name an entity is wrong in two ways.
        fc.pre(kind !== "key" || place.word !== "name");
        const { wrong, line, column } = withMistake(text, place, kind, lines);
        const says = `${configName}:${line}:${column}: .*${kind === "twice" ? "unique" : place.word}`;
        expect(sentencesOf(wrong)).toEqual([expect.stringMatching(new RegExp(`^${says}`))]);
        expect(sentencesOf(text)).toEqual([]);
      },
    ),
    { numRuns: count(60, 5_000), seed },
  );
}, 300_000);

/** Every text in quotes on one line, so that a mistake can be put in place of any. */
const plainStyle: ToStringOptions = {
  defaultStringType: "QUOTE_DOUBLE",
  defaultKeyType: "PLAIN",
  lineWidth: 0,
};

function sentencesOf(text: string): readonly string[] {
  try {
    readConfig(text, { name: configName, readFile });
    return [];
  } catch (thrown) {
    return (thrown as Error).message.split("\n");
  }
}
