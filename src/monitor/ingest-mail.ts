// Alerts by mail. In: a message as it came (RFC 5322), piped here by whoever receives it. Out: one alert of its source: its subject says that it is down or up.
// Pharos receives no mail itself: a mail server is a large thing to leave open for one word, and whoever is monitored by mail has one.
import { Buffer } from "node:buffer";
import { ok, refuse } from "../base/result.ts";
import type { IngestFormat } from "./ingest.ts";
import { nameOf, saidOf } from "./ingest-fields.ts";

export const mailFormat: IngestFormat = {
  title: "Mail",
  setUp: 'an alias of your mail server: "|curl -fsS --data-binary @- THIS-ADDRESS || exit 75"',
  takes: "text",
  read(body, { name }) {
    const subject = subjectOf(String(body));
    if (subject === null) return refuse("The message has no subject.");
    const isUp = up.test(subject);
    // "UP again after DOWN" and "OK: was CRITICAL" tell of an end.
    if (!isUp && !down.test(subject))
      return refuse(
        `The subject "${saidOf(subject)}" says neither that it is down (DOWN, PROBLEM, CRITICAL, ALERT, FIRING, FAILED) nor up (UP, OK, RECOVERY, RESOLVED).`,
      );
    return ok([
      {
        ...{ key: "the-one", stands: !isUp, severity: "fault", component: null },
        name: nameOf(name) ?? "A mail",
        said: saidOf(subject),
      },
    ]);
  },
};

const up = /\b(?:UP|OK|RECOVER(?:Y|ED)|RESOLVED|RESTORED|OPERATIONAL)\b/i;
const down = /\b(?:DOWN|PROBLEM|CRITICAL|ALERT|FIRING|FAIL(?:ED|URE|ING)?|TRIGGERED|OUTAGE)\b/i;

/** Unfolded (RFC 5322, 2.2.3) and decoded (RFC 2047). */
export function subjectOf(message: string): string | null {
  const head = /^[\s\S]*?(?=\r?\n\r?\n|$)/.exec(message)?.[0] ?? "";
  const unfolded = head.replaceAll(/\r?\n[ \t]+/g, " ");
  const subject = /^subject:[ \t]*(.*?)[ \t]*\r?$/im.exec(unfolded)?.[1];
  if (subject === undefined || subject === "") return null;
  return subject
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(
      /=\?([\w-]+)(?:\*[\w-]+)?\?([bq])\?([^?]*)\?=/gi,
      (_, charset: string, how: string, text: string) =>
        decoded(charset, /b/i.test(how) ? Buffer.from(text, "base64") : quoted(text)),
    );
}

function quoted(text: string): Buffer {
  const bytes = text
    .replaceAll("_", " ")
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}

function decoded(charset: string, bytes: Buffer): string {
  return /^(?:iso-8859-1|us-ascii|windows-1252)$/i.test(charset)
    ? bytes.toString("latin1")
    : bytes.toString("utf8");
}
