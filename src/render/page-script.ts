// The pages' own script in each language, a file named by its bytes. In: a voice. Out: one document that never changes under its name.
// It needs no inline policy, and a page that was kept for long finds the script that it was made with. Its few words travel in it and not in
// every page: a page is loaded more often than its script.
import { createHash } from "node:crypto";
import { keyOf } from "./key.ts";
import type { Voice } from "./languages.ts";
import { scriptText } from "./page-script-text.ts";
import type { Document, Scene } from "./types.ts";

interface Script {
  readonly path: string;
  readonly body: string;
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Of what the script does, whatever it says. */
export const scriptDigest = digestOf(scriptText);

const scripts = new Map<Voice["code"], Script>();

/** The script and where it is. */
export function scriptOf({ code, words }: Pick<Voice, "code" | "words">): Script {
  const known = scripts.get(code);
  if (known !== undefined) return known;
  const said = Object.entries(words.live).map(([name, text]) => `${name}:${JSON.stringify(text)}`);
  const body = `{const say={${said}};${scriptText}}`;
  const script = { path: `/_live.${digestOf(body)}.js`, body };
  scripts.set(code, script);
  return script;
}

/** The script of one language. */
export function* pageScript(scene: Scene): Iterable<Document> {
  const { path, body } = scriptOf(scene);
  yield {
    path,
    contentType: "text/javascript; charset=utf-8",
    cache: "immutable",
    slot: false,
    key: keyOf("script", [path]),
    body: () => body,
  };
}
