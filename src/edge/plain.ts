// Answers that no snapshot holds: errors and preflights. In: a trouble, what was asked. Out: small answers, HTML, JSON or a line of text, as the one
// who asked understands it.
// Each is made once: there are a few hundred of them at most, whatever is asked for, so that a flood of errors leaves nothing behind.
import { Buffer } from "node:buffer";
import type { Answer, Asked, Fields } from "../host/asked.ts";
import { type Form, formOf, isJsonPath } from "./form.ts";
import { everywhere, linesOf, missingCaching } from "./headers.ts";
import { plainHtml, plainPolicy } from "./plain-html.ts";
import { languageIn, plainWords, type Trouble } from "./plain-words.ts";
import { allowedMethods } from "./receive.ts";

type Extra = Readonly<Record<string, string>>;

/** What an error is told by: the header fields, and the path in normal form, "" where it has none. */
export interface Asking {
  readonly asked: Pick<Asked, "field">;
  readonly path: string;
}

interface Kind {
  readonly status: number;
  readonly extra?: Extra;
  /** There is a front page to go to. */
  readonly hasFront?: true;
  /** Nothing more of its connection is read: no visitor sends it, and a proxy may have cut the requests on it elsewhere. */
  readonly last?: true;
}

/** The source is expected to bring it within seconds. */
const soon: Kind = { status: 503, extra: { "retry-after": "5" } };
const kinds: Readonly<Record<Trouble, Kind>> = {
  badHost: { status: 400, last: true },
  badPath: { status: 400, last: true },
  badMethod: { status: 405, last: true, extra: { allow: allowedMethods } },
  misdirected: { status: 421 },
  gone: { status: 410 },
  notAcceptable: { status: 406 },
  notFound: { status: 404, hasFront: true },
  noEvents: { status: 404, hasFront: true },
  noChallenge: { status: 404 },
  notYet: soon,
  damaged: soon,
  absent: soon,
  late: soon,
  busy: soon,
  failed: soon,
  badType: { status: 415, extra: { accept: "application/x-www-form-urlencoded, application/json" } },
  badBody: { status: 400 },
  longBody: { status: 413 },
  slowBody: { status: 408, last: true },
  tooMany: { status: 429 },
  unkept: soon,
  full: { status: 503 },
  overloaded: { status: 503 },
};

const types: Readonly<Record<Form, string>> = {
  page: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  json: "application/json; charset=utf-8",
  text: "text/plain; charset=utf-8",
};

/** The answer to a trouble, always the same object for the same trouble, language and form. */
export function plain(trouble: Trouble, { asked, path }: Asking): Answer {
  const accept = asked.field("accept");
  return madeOf(trouble, languageIn(path), formOf(path, accept), isJsonPath(path));
}

/** With headers that are of this answer alone. */
export function plainWith(trouble: Trouble, asking: Asking, extra: Extra): Answer {
  const answer = plain(trouble, asking);
  const own = linesOf(extra);
  const others = answer.fields.filter(([name]) => !Object.hasOwn(extra, name));
  return { ...answer, fields: [...others, ...own] };
}

const made = new Map<string, Answer>();

function madeOf(trouble: Trouble, code: string, form: Form, byPath: boolean): Answer {
  const key = `${trouble} ${code} ${form} ${byPath}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const { status, last } = kinds[trouble];
  const fields = fieldsOf(trouble, form, byPath);
  const body = Buffer.from(bodyOf(trouble, code, form), "utf8");
  const answer = { status, fields, body, ...(last && { last }) };
  made.set(key, answer);
  return answer;
}

function fieldsOf(trouble: Trouble, form: Form, byPath: boolean): Fields {
  // The encodings are what 406 is about; all of them vary by what their reader understands.
  const varies = [...(trouble === "notAcceptable" ? ["accept-encoding"] : []), ...(byPath ? [] : ["accept"])];
  return linesOf({
    "cache-control": "no-store",
    ...everywhere,
    "content-type": types[form],
    "content-security-policy": plainPolicy,
    ...(varies.length > 0 && { vary: varies.join(", ") }),
    ...kinds[trouble].extra,
  });
}

/** Programs are told in English, which is what their authors look for. */
function bodyOf(trouble: Trouble, code: string, form: Form): string {
  const hasFront = kinds[trouble].hasFront === true;
  if (form === "page" || form === "html") {
    const words = plainWords[code] ?? plainWords.en;
    if (words === undefined) throw new Error("There are no words.");
    return plainHtml(words.says[trouble], code, words, hasFront);
  }
  const [title = "", sentence = ""] = plainWords.en?.says[trouble] ?? [];
  const message = hasFront ? `${sentence} Its front page is at /.` : sentence;
  return form === "json" ? `${JSON.stringify({ error: title, message })}\n` : `${message}\n`;
}

export const notFound = (asking: Asking, generation: Extra): Answer =>
  plainWith("notFound", asking, { ...generation, ...missingCaching });

/** A preflight is asked once: browsers keep the answer for up to a day (each has its own cap). */
export const preflighted: Answer = {
  status: 204,
  fields: linesOf({
    ...everywhere,
    allow: allowedMethods,
    // Where a page takes something from visitors is for the POST to find out.
    "access-control-allow-methods": `${allowedMethods}, POST`,
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
  }),
  body: null,
};
