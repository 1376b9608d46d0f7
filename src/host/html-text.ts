// What an HTML page of others says at one place. In: HTML, a CSS selector. Out: the words of the first element that it finds.
// By the runtime's streaming rewriter (lol-html): no tree is made of what others send, so its size is all that it costs.
import { messageOf } from "../base/fault.ts";
import { ok, type Result, refuse } from "../base/result.ts";

/** What is kept of an element. */
const charsMax = 500;

/** Null where nothing matches. Refuses a selector that the rewriter does not know, by the end of a sentence. */
export function textAt(html: string, selector: string): Result<string | null, string> {
  let [seen, words, isFirst] = [false, "", false];
  try {
    new HTMLRewriter()
      .on(selector, {
        element() {
          isFirst = !seen;
          seen = true;
        },
        text(chunk) {
          if (isFirst && words.length < charsMax) words += chunk.text;
        },
      })
      .transform(html);
  } catch (thrown) {
    return refuse(`the selector ${JSON.stringify(selector)} cannot be used: ${messageOf(thrown)}`);
  }
  return ok(seen ? words.replace(/\s+/g, " ").trim().slice(0, charsMax) : null);
}
