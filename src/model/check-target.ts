// What a check looks at, as an editor asks for it. In: a target, of which secrets may be left out, and the one that is held. Out: the target as it is
// kept; sentences on what is wrong with it; which secrets nobody gave yet.
import { limits } from "../base/limits.ts";
import { type CheckTarget, checkMethods, dnsTypes, type HeartbeatTarget, type HttpTarget } from "./check.ts";
import { checkTimeZone, checkWord, hostOfUrl, type Sentences } from "./checks.ts";
import { checkCron } from "./cron.ts";
import { jsonPathOf } from "./json-path.ts";

/**
 * A target in a command. A header whose value is null, and a body that is "", were left out where it comes from, as files do with what may be a
 * secret: what is held stays, and where nothing is held they wait to be given.
 */
export type SaidTarget =
  | (Omit<HttpTarget, "headers"> & { readonly headers: readonly (readonly [string, string | null])[] })
  | Exclude<CheckTarget, HttpTarget>;

export function withSecrets(said: SaidTarget, held: CheckTarget | null): CheckTarget {
  if (said.kind !== "http") return said;
  const was = held?.kind === "http" ? held : null;
  const values = new Map(was?.headers.map(([name, value]) => [name.toLowerCase(), value]));
  return {
    ...said,
    headers: said.headers.map(([name, value]) => [name, value ?? values.get(name.toLowerCase()) ?? ""]),
    body: said.body === "" ? (was?.body ?? "") : said.body,
  };
}

/** The same with nothing in it that may be a secret. */
export function withoutSecrets(target: CheckTarget): SaidTarget {
  if (target.kind !== "http") return target;
  const headers = target.headers.map(([name]) => [name, null] as const);
  return { ...target, headers, body: target.body === null ? null : "" };
}

/** What a check waits for: names of headers, and "body". While there is one it is not carried out: it would find an outage that is none. */
export function missingSecrets(target: CheckTarget): readonly string[] {
  if (target.kind !== "http") return [];
  return [
    ...target.headers.filter(([, value]) => value === "").map(([name]) => name),
    ...(target.body === "" ? ["body"] : []),
  ];
}

/** What it is in a few words: the address, the name, the schedule. */
export function targetSaid(target: CheckTarget): string {
  switch (target.kind) {
    case "http":
      return `${target.method} ${target.url}`;
    case "tcp":
    case "tls":
      return `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
    case "dns":
      return `${target.type} ${target.name}${target.server === null ? "" : ` at ${target.server}`}`;
    case "websocket":
      return target.url;
    case "heartbeat":
      return "cron" in target.schedule
        ? `${target.schedule.cron} (${target.schedule.zone})`
        : `every ${target.schedule.everyMs / 1_000} s`;
  }
}

export function checkTarget(target: CheckTarget): Sentences {
  switch (target.kind) {
    case "http":
      return checkHttp(target);
    case "tcp":
      return [...checkAddress(target), ...checkTalk(target)];
    case "tls":
      return [
        ...checkAddress(target),
        ...(target.serverName === null ? [] : checkHost(target.serverName, "server name")),
        ...checkWhole(target.days, 0, limits.checkDaysMax, "days before a certificate ends"),
      ];
    case "dns":
      return [
        ...checkHost(target.name, "name"),
        ...checkWord(target.type, dnsTypes, "type of record"),
        ...(target.server === null ? [] : checkHost(target.server, "name server")),
        ...(target.expect.length > limits.checkAnswersMax
          ? [`At most ${limits.checkAnswersMax} answers can be expected.`]
          : target.expect.flatMap((answer) => checkText(answer, "expected answer"))),
      ];
    case "websocket":
      return [...checkUrl(target.url, ["ws:", "wss:"]), ...checkTalk(target)];
    case "heartbeat":
      return checkSchedule(target);
  }
}

function checkHttp(target: HttpTarget): Sentences {
  const { headers, body, keyword, json, certificateDays } = target;
  return [
    ...checkUrl(target.url, ["http:", "https:"]),
    ...checkWord(target.method, checkMethods, "method"),
    ...(headers.length > limits.checkHeadersMax
      ? [`A check has at most ${limits.checkHeadersMax} headers.`]
      : headers.flatMap(checkHeader)),
    ...(body === null ? [] : checkText(body, "body")),
    ...(body !== null && ["GET", "HEAD"].includes(target.method)
      ? [`A body is sent with POST, PUT or OPTIONS, not with ${target.method}.`]
      : []),
    ...(statusRanges(target.statuses) === null
      ? [`The statuses "${target.statuses}" are not numbers and ranges such as 200-299,301.`]
      : []),
    ...(keyword === null ? [] : [...checkText(keyword, "keyword"), ...checkSaid(keyword, "keyword")]),
    ...(json === null
      ? []
      : [
          ...checkSaid(json.path, "path into the JSON"),
          ...checkText(json.path, "path into the JSON"),
          ...(jsonPathOf(json.path) === null
            ? [`The path into the JSON "${json.path.slice(0, 200)}" is none such as status.checks[0].state.`]
            : []),
          ...checkText(json.equals, "expected value"),
        ]),
    ...checkWhole(target.redirectsMax, 0, limits.checkRedirectsMax, "redirects that are followed"),
    ...(certificateDays === null
      ? []
      : checkWhole(certificateDays, 0, limits.checkDaysMax, "days before a certificate ends")),
  ];
}

/** Pairs of lowest and highest; null where the text is none. "200-299,301" is 200 to 299 and 301. */
export function statusRanges(statuses: string): readonly (readonly [number, number])[] | null {
  if (statuses.length > limits.checkStatusesCharsMax) return null;
  const ranges = statuses.split(",").map((part) => {
    const [, from = "", until = from] = /^\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*$/.exec(part) ?? [];
    return [Number(from), Number(until)] as const;
  });
  return ranges.every(([from, until]) => from >= 100 && until >= from) ? ranges : null;
}

/** Ours to say: they tell where a request ends, and to whom it goes. */
const ownHeaders = new Set(["connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer"]);

function checkHeader([name, value]: readonly [string, string]): Sentences {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name)) return [`"${name}" is no name of a header.`];
  if (ownHeaders.has(name.toLowerCase())) return [`The header ${name} is not the check's to set.`];
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && value.length <= limits.checkHeaderCharsMax
    ? []
    : [
        `The value of the header ${name} is not one line of at most ${limits.checkHeaderCharsMax} characters of Latin-1.`,
      ];
}

function checkUrl(url: string, schemes: readonly string[]): Sentences {
  const wanted = schemes.map((scheme) => `${scheme}//`).join(" or ");
  if (url.length > limits.checkUrlCharsMax || !URL.canParse(url) || !schemes.includes(new URL(url).protocol))
    return [`The address "${url.slice(0, 200)}" is none that begins with ${wanted}.`];
  const { username, password, hostname } = new URL(url);
  if (username !== "" || password !== "")
    return ["The address has a user name or a password in it: put them into a header, which is kept apart."];
  return hostname === "" ? [`The address "${url}" has no host.`] : [];
}

const hostShape = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;
const addressShape = /^(?=.*:)[0-9a-f:.]{2,45}$/i;

function checkHost(host: string, what: string): Sentences {
  return hostShape.test(host) || (addressShape.test(host) && hostOfUrl(`http://[${host}]`) !== null)
    ? []
    : [`The ${what} "${host.slice(0, 300)}" is neither a host name nor an address.`];
}

function checkAddress({ host, port }: { readonly host: string; readonly port: number }): Sentences {
  return [...checkHost(host, "host"), ...checkWhole(port, 1, 65_535, "port")];
}

interface Talk {
  readonly send: string | null;
  readonly expect: string | null;
}

function checkTalk({ send, expect }: Talk): Sentences {
  return [
    ...(send === null ? [] : checkText(send, "text that is sent")),
    ...(expect === null
      ? []
      : [...checkText(expect, "expected text"), ...checkSaid(expect, "expected text")]),
  ];
}

function checkText(text: string, what: string): Sentences {
  return text.length <= limits.checkTextCharsMax
    ? []
    : [`The ${what} has ${text.length} characters; ${limits.checkTextCharsMax} are allowed.`];
}

const checkSaid = (text: string, what: string): Sentences => (text === "" ? [`The ${what} is empty.`] : []);

export function checkWhole(value: number, from: number, to: number, what: string): Sentences {
  return Number.isSafeInteger(value) && value >= from && value <= to
    ? []
    : [`The ${what}: a whole number from ${from} to ${to}, not ${value}.`];
}

export function checkSpan(ms: number, from: number, to: number, what: string): Sentences {
  return Number.isSafeInteger(ms) && ms >= from && ms <= to
    ? []
    : [`The ${what} is from ${from / 1_000} to ${to / 1_000} seconds, not ${ms / 1_000}.`];
}

function checkSchedule({ schedule, graceMs }: HeartbeatTarget): Sentences {
  const grace = checkSpan(graceMs, 0, limits.heartbeatGraceMsMax, "grace of a heartbeat");
  if (!("cron" in schedule))
    return [
      ...checkSpan(
        schedule.everyMs,
        limits.heartbeatEveryMsMin,
        limits.heartbeatEveryMsMax,
        "time between heartbeats",
      ),
      ...grace,
    ];
  return [...checkTimeZone(schedule.zone), ...checkCron(schedule.cron), ...grace];
}
