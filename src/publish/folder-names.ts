// From the name of a file to the path that answers with it. In: a place in a folder. Out: paths as POPs look them up, or why there is none.
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { eventPath, eventsPath, isRoutePath } from "../snapshot/names.ts";

/** The file that answers for its folder. */
const index = "index.html";

/**
 * The paths of a file, `/`-separated below its folder: its own, and for `index.html` first that of its folder (`/`, `/sub`: a POP takes
 * the slash at an end of a request away). Names are composed (NFC) and escaped as a browser escapes a link (URL standard, path
 * percent-encode set). The refusal says what is wrong with the name.
 */
export function pathsOf(file: string): Result<readonly string[], string> {
  if (file.includes("\uFFFD")) return refuse("its name is not UTF-8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(file)) return refuse("its name holds a control character");
  const own = escaped(file);
  if (own.length > limits.pathBytesMax || !isRoutePath(own))
    return refuse(`its path is ${own.length} bytes long, and ${limits.pathBytesMax} are the limit`);
  if (own === eventPath || own === eventsPath) return refuse(`Pharos itself answers at ${own}`);
  if (own !== `/${index}` && !own.endsWith(`/${index}`)) return ok([own]);
  return ok([own.slice(0, -index.length - 1) || "/", own]);
}

function escaped(file: string): string {
  const marked = file.normalize("NFC").replace(/[%?#\\]/g, (character) => encodeURIComponent(character));
  return new URL(`http://folder.internal/${marked}`).pathname;
}
