// What a check looks at, by flat words that the API, a page's file and a form share. In: a target, words. Out: words, a target. Which kind has which
// words, and what they are where nothing is said, is one table.
import type { CheckKind, CheckTarget, HeartbeatTarget } from "../model/check.ts";
import type { SaidTarget } from "../model/check-target.ts";
import type { Json } from "../model/op.ts";

export type TargetWords = Readonly<Record<string, Json>>;

const talk = { send: null, expect: null };

/** By kind: each word with what it is by itself; null and "" are for who refuses to name. */
export const targetWords: Readonly<Record<CheckKind, TargetWords>> = {
  http: {
    ...{ url: "", method: "GET", headers: [], body: null, statuses: "200-299" },
    ...{ keyword: null, keyword_absent: false, json_path: null, json_equals: null },
    ...{ redirects_max: 5, certificate_days: null },
  },
  tcp: { host: "", port: 0, ...talk },
  tls: { host: "", port: 443, server_name: null, days: 14 },
  dns: { domain: "", record_type: "A", name_server: null, answers: [] },
  websocket: { url: "", ...talk },
  heartbeat: { every_seconds: null, cron: null, time_zone: "Etc/UTC", grace_seconds: 300 },
};

export const kindNames: Readonly<Record<CheckKind, string>> = {
  http: "HTTP",
  tcp: "TCP",
  tls: "TLS certificate",
  dns: "DNS",
  websocket: "WebSocket",
  heartbeat: "Heartbeat",
};

/** Words that the kind has not. */
export function foreignWords(kind: CheckKind, words: TargetWords): readonly string[] {
  return Object.entries(words)
    .filter(([word, value]) => value !== null && !Object.hasOwn(targetWords[kind], word))
    .map(([word]) => word);
}

export function wordsOf(target: CheckTarget | SaidTarget): TargetWords {
  switch (target.kind) {
    case "http": {
      const { url, method, body, statuses, keyword, json } = target;
      return {
        ...{ url, method, body, statuses, keyword },
        headers: target.headers.map(([name, value]) => ({ name, value })),
        keyword_absent: target.keywordAbsent,
        json_path: json?.path ?? null,
        json_equals: json?.equals ?? null,
        redirects_max: target.redirectsMax,
        certificate_days: target.certificateDays,
      };
    }
    case "tcp":
      return { host: target.host, port: target.port, send: target.send, expect: target.expect };
    case "tls":
      return { host: target.host, port: target.port, server_name: target.serverName, days: target.days };
    case "dns":
      return {
        ...{ domain: target.name, record_type: target.type, name_server: target.server },
        answers: target.expect,
      };
    case "websocket":
      return { url: target.url, send: target.send, expect: target.expect };
    case "heartbeat":
      return { ...scheduleWords(target.schedule), grace_seconds: target.graceMs / 1_000 };
  }
}

function scheduleWords(schedule: HeartbeatTarget["schedule"]): TargetWords {
  return "cron" in schedule
    ? { every_seconds: null, cron: schedule.cron, time_zone: schedule.zone }
    : { every_seconds: schedule.everyMs / 1_000, cron: null, time_zone: "Etc/UTC" };
}

/** Words that are not said are as by themselves. Values are what `decide` looks at: types were checked where they came in. */
export function targetOf(kind: CheckKind, said: TargetWords): SaidTarget {
  const words = { ...targetWords[kind], ...said };
  const text = (word: string): string => String(words[word] ?? "");
  const textOrNull = (word: string): string | null => {
    const value = words[word];
    return value === null || value === undefined || value === "" ? null : String(value);
  };
  const whole = (word: string): number => Number(words[word] ?? Number.NaN);
  switch (kind) {
    case "http": {
      const path = textOrNull("json_path");
      return {
        kind,
        ...{ url: text("url"), method: text("method") as "GET", statuses: text("statuses") },
        headers: headersIn(words.headers),
        body: words.body === null ? null : text("body"),
        keyword: textOrNull("keyword"),
        keywordAbsent: words.keyword_absent === true,
        json: path === null ? null : { path, equals: text("json_equals") },
        redirectsMax: whole("redirects_max"),
        certificateDays: words.certificate_days === null ? null : whole("certificate_days"),
      };
    }
    case "tcp":
      return {
        ...{ kind, host: text("host"), port: whole("port") },
        ...{ send: textOrNull("send"), expect: textOrNull("expect") },
      };
    case "tls":
      return {
        ...{ kind, host: text("host"), port: whole("port") },
        ...{ serverName: textOrNull("server_name"), days: whole("days") },
      };
    case "dns":
      return {
        ...{ kind, name: text("domain"), type: text("record_type") as "A" },
        server: textOrNull("name_server"),
        expect: Array.isArray(words.answers) ? words.answers.map(String) : [],
      };
    case "websocket":
      return { kind, url: text("url"), send: textOrNull("send"), expect: textOrNull("expect") };
    case "heartbeat":
      return { kind, schedule: scheduleOf(words), graceMs: Math.round(whole("grace_seconds") * 1_000) };
  }
}

const everySecondsUsual = 3_600;

function scheduleOf(words: TargetWords): HeartbeatTarget["schedule"] {
  const { cron, time_zone: zone, every_seconds: every } = words;
  if (typeof cron === "string" && cron !== "") return { cron, zone: String(zone ?? "Etc/UTC") };
  return { everyMs: Math.round(Number(every ?? everySecondsUsual) * 1_000) };
}

/** A value that is null or "" was left out. */
function headersIn(headers: Json | undefined): readonly (readonly [string, string | null])[] {
  if (!Array.isArray(headers)) return [];
  return (headers as readonly { readonly name: string; readonly value?: string | null }[]).map(
    ({ name, value }) => [name, value === undefined || value === "" ? null : value],
  );
}
