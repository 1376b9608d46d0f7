// JSON of no known kind. In: a document, the path of a word in it. Out: what the word means.
import { jsonAt, jsonPathOf } from "../model/json-path.ts";
import { readJson } from "./upstream-json.ts";
import { asNamed, type FormatReader, unread } from "./upstream-types.ts";
import { statusOfWords } from "./upstream-words.ts";

export const byPath: FormatReader = {
  asks: asNamed,
  read: (text, { path = "", words }) =>
    readJson(text, (document) => {
      const found = jsonAt(document, jsonPathOf(path) ?? []);
      if (typeof found !== "string" && typeof found !== "boolean" && typeof found !== "number")
        return unread(`there is no word at ${JSON.stringify(path)}`);
      const status = statusOfWords(String(found), words);
      if (status === null) return unread(`the word ${JSON.stringify(String(found).slice(0, 60))} is unknown`);
      return { ok: true, status, said: null, updatedAt: null };
    }),
};
