// JSON of no known kind. In: a document, the path of a word in it. Out: what the word means.
import { dictOf, listOf, readJson } from "./upstream-json.ts";
import { asNamed, type FormatReader, unread } from "./upstream-types.ts";
import { statusOfWords } from "./upstream-words.ts";

export const byPath: FormatReader = {
  asks: asNamed,
  read: (text, { path = "", words }) =>
    readJson(text, (document) => {
      const found = at(document, path);
      if (typeof found !== "string" && typeof found !== "boolean" && typeof found !== "number")
        return unread(`there is no word at ${JSON.stringify(path)}`);
      const status = statusOfWords(String(found), words);
      if (status === null) return unread(`the word ${JSON.stringify(String(found).slice(0, 60))} is unknown`);
      return { ok: true, status, said: null, updatedAt: null };
    }),
};

/** `a.b[0].c`, with or without `$.` before it. */
function at(document: unknown, path: string): unknown {
  let value = document;
  for (const name of path.replace(/^\$\.?/, "").split(/[.[\]]+/)) {
    if (name === "") continue;
    const list = listOf(value);
    if (list !== null) value = /^\d+$/.test(name) ? list[Number(name)] : undefined;
    else {
      const dict = dictOf(value);
      value = dict !== null && Object.hasOwn(dict, name) ? dict[name] : undefined;
    }
  }
  return value;
}
