// A page for people. In: HTML, a CSS selector. Out: what the words of the first element that it finds mean.
import { textAt } from "../host/html-text.ts";
import { asNamed, type FormatReader, unread } from "./upstream-types.ts";
import { statusOfWords } from "./upstream-words.ts";

export const bySelector: FormatReader = {
  asks: asNamed,
  read(text, { selector = "", words }) {
    const found = textAt(text, selector);
    if (!found.ok) return unread(found.reason);
    if (found.value === null) return unread(`nothing matches ${JSON.stringify(selector)}`);
    const status = statusOfWords(found.value, words);
    if (status === null) return unread(`the words ${JSON.stringify(found.value.slice(0, 60))} are unknown`);
    return { ok: true, status, said: null, updatedAt: null };
  },
};
