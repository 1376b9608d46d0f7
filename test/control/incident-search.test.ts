// A search through incidents whose words nobody has read yet. Pages of it, several at once, letters of any case.
import { expect, test } from "bun:test";
import { incidentsSaying } from "../../src/control/incident-search.ts";
import { incident, now, update } from "../render/invented.ts";

const all = Array.from({ length: 450 }, (_none, at) =>
  incident(`i${at}`, `Incident ${at}`, {
    updates: [update(`i${at}`, now, "resolved", at % 3 === 0 ? "ΟΔΟΣ straße, Kelvin" : "Nothing.")],
  }),
);
const ids = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id);
const wanted = ids(all.filter((_one, at) => at % 3 === 0));

test("its pages are parts of one list, whichever is asked for first", async () => {
  const list = [...all];
  const page = (offset: number, limit: number) => incidentsSaying(list, "kelvin", { offset, limit });
  expect(ids(await page(100, 100))).toEqual(wanted.slice(100));
  expect(ids(await page(0, 100))).toEqual(wanted.slice(0, 100));
  expect(ids(await page(149, 1))).toEqual(wanted.slice(149));
  expect(await page(150, 10)).toEqual([]);
});

test("two who search at once disturb neither each other nor a search for something else", async () => {
  const list = [...all];
  const part = { offset: 0, limit: 1_000 };
  const found = await Promise.all(
    ["Kelvin", "KELVIN", "Incident 44", "kelvin"].map((words) => incidentsSaying(list, words, part)),
  );
  expect(ids(found[0] ?? [])).toEqual(wanted);
  expect(ids(found[1] ?? [])).toEqual(wanted);
  expect(ids(found[2] ?? [])).toEqual(["i44", ...Array.from({ length: 10 }, (_none, at) => `i44${at}`)]);
  expect(ids(found[3] ?? [])).toEqual(wanted);
});

test("letters are the same in any case, and signs are letters", async () => {
  const found = async (words: string): Promise<number> =>
    (await incidentsSaying(all, words, { offset: 0, limit: 1_000 })).length;
  for (const words of ["οδος", "οδοσ", "Οδός".normalize("NFD").replace(/\p{M}/gu, ""), "STRASSE", "straße"])
    expect([words, await found(words)]).toEqual([words, wanted.length]);
  for (const words of ["stra.e", "(kelvin", "^", "kelvin|x"])
    expect([words, await found(words)]).toEqual([words, 0]);
  expect(await found("resolved")).toBe(all.length);
});
