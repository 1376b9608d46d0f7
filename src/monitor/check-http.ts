// A look at an HTTP target. In: URL, method, headers, body; which statuses, keyword and JSON value count as up. Out: up, slow (its certificate ends soon), or why not.
import { STATUS_CODES } from "node:http";
import type { HttpTarget } from "../model/check.ts";
import { statusRanges } from "../model/check-target.ts";
import { jsonAt, jsonPathOf, jsonText } from "../model/json-path.ts";
import { certificateFound, refuseDoubt } from "./certificate-days.ts";
import { type Connection, connectTo, type Seen, stopwatch } from "./connection.ts";
import { Failing, quoted } from "./failing.ts";
import { type HttpAnswer, readAnswer } from "./http-answer.ts";
import { readPast, withBody } from "./http-body.ts";
import { hostOfUrl, requestHead, urlPlace } from "./http-request.ts";
import type { LookTerms, Soon } from "./types.ts";

export const httpHost = ({ url }: HttpTarget): string => hostOfUrl(url);

export async function lookHttp(target: HttpTarget, terms: LookTerms, seen: Seen): Promise<Soon> {
  const end: { soon: Soon } = { soon: null };
  let asked: Asked = { url: new URL(target.url), method: target.method, body: target.body, isForeign: false };
  for (let redirects = 0; ; redirects++) {
    const { connection, answer } = await ask(target, asked, terms, seen);
    try {
      // The certificate that a visitor of this address meets is the first one.
      if (redirects === 0)
        end.soon = certificateFound(connection.certificate, target.certificateDays, terms.clock);
      const next = target.redirectsMax > 0 ? redirected(asked, answer) : null;
      if (next === null) {
        await judge(target, answer, terms, asked.url);
        return end.soon;
      }
      if (redirects >= target.redirectsMax)
        throw new Failing(
          "redirects",
          `More than ${target.redirectsMax} redirects, the last one to ${next.url.href}.`,
        );
      asked = next;
    } finally {
      connection.close();
    }
  }
}

interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly body: string | null;
  /** Another origin than the one that was given headers, which may be secrets. */
  readonly isForeign: boolean;
}

async function ask(
  target: HttpTarget,
  { url, method, body, isForeign }: Asked,
  terms: LookTerms,
  seen: Seen,
): Promise<{ connection: Connection; answer: HttpAnswer }> {
  const connection = await connectTo(urlPlace(url), terms, seen);
  try {
    refuseDoubt(connection.certificate, connection.where);
    const since = stopwatch(terms);
    const bytes = body === null ? null : Buffer.from(body);
    connection.write(
      requestHead({ url, method, headers: isForeign ? [] : target.headers, length: bytes?.length ?? null }),
    );
    if (bytes !== null) connection.write(bytes);
    const answer = await readAnswer(connection, method, () => {
      seen.times = { ...seen.times, firstByteMs: since() };
    });
    return { connection, answer };
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

/** Where an answer sends whoever asked (RFC 9110, 15.4). */
function redirected(from: Asked, { status, header }: HttpAnswer): Asked | null {
  if (![301, 302, 303, 307, 308].includes(status) || header("location") === "") return null;
  const location = header("location");
  if (!URL.canParse(location, from.url.href))
    throw new Failing(
      "redirects",
      `A redirect leads to ${quoted(Buffer.from(location, "latin1"))}, which is no address.`,
    );
  const url = new URL(location, from.url.href);
  if (url.protocol !== "https:" && (url.protocol !== "http:" || from.url.protocol === "https:"))
    throw new Failing(
      "redirects",
      `A redirect leads from ${from.url.protocol} to ${url.protocol}, which is not followed.`,
    );
  const becomesGet = status === 303 ? from.method !== "HEAD" : status < 303 && from.method === "POST";
  return {
    url,
    method: becomesGet ? "GET" : from.method,
    body: becomesGet ? null : from.body,
    isForeign: from.isForeign || url.origin !== from.url.origin,
  };
}

async function judge(target: HttpTarget, answer: HttpAnswer, { room }: LookTerms, url: URL): Promise<void> {
  const { status } = answer;
  if (!isAmong(status, target.statuses))
    throw new Failing("status", `${url.host} answered ${status}${nameOf(status)}; up is ${target.statuses}.`);
  const { keyword, json } = target;
  if (keyword === null && json === null) return readPast(answer);
  await withBody(answer, room, (body, isWhole) => {
    if (keyword !== null) judgeKeyword(target, keyword, body, isWhole);
    if (json !== null) judgeJson(json, body, isWhole);
  });
}

const nameOf = (status: number): string =>
  STATUS_CODES[status] === undefined ? "" : ` ${STATUS_CODES[status]}`;

/** Whether a list such as "200-299,301" has a status. */
const isAmong = (status: number, list: string): boolean =>
  statusRanges(list)?.some(([from, until]) => status >= from && status <= until) === true;

function judgeKeyword({ keywordAbsent }: HttpTarget, keyword: string, body: Buffer, isWhole: boolean): void {
  const isThere = body.includes(keyword, 0, "utf8");
  if (isThere && keywordAbsent)
    throw new Failing("keyword", `The answer says ${JSON.stringify(keyword)}, which it should not.`);
  if (isThere || (keywordAbsent && isWhole)) return;
  if (!isWhole)
    throw new Failing(
      "too-large",
      `The first ${body.length} bytes of the answer do not say ${JSON.stringify(keyword)}, and it is longer.`,
    );
  throw new Failing(
    "keyword",
    `The answer does not say ${JSON.stringify(keyword)}; it begins with ${quoted(body)}.`,
  );
}

function judgeJson({ path, equals }: NonNullable<HttpTarget["json"]>, body: Buffer, isWhole: boolean): void {
  if (!isWhole)
    throw new Failing(
      "too-large",
      `The answer is longer than ${body.length} bytes, too long to be read as JSON.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new Failing("json", `The answer is no JSON; it begins with ${quoted(body)}.`);
  }
  const found = jsonAt(value, jsonPathOf(path) ?? []);
  if (found === undefined) throw new Failing("json", `The answer has nothing at ${path}.`);
  const text = jsonText(found);
  if (text !== equals)
    throw new Failing(
      "json",
      `At ${path} the answer says ${quoted(Buffer.from(text))}, not ${JSON.stringify(equals)}.`,
    );
}
