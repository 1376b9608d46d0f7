// Why a look failed, as one word and one sentence. In: what was thrown on the way. Out: the word of `probeWhys`, the sentence that people read.
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { ProbeWhy } from "../model/check.ts";

/** Thrown inside a look and caught where it began (checks.ts). */
export class Failing extends Error {
  readonly why: ProbeWhy;

  constructor(why: ProbeWhy, sentence: string) {
    super(sentence);
    this.name = "Failing";
    this.why = why;
  }
}

/** This machine is at its end, which says nothing of the target. */
const ownCodes = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL", "EACCES", "EPERM"]);

const byCode: Readonly<Record<string, readonly [ProbeWhy, string]>> = {
  ECONNREFUSED: ["refused", "refused the connection"],
  ETIMEDOUT: ["timeout", "did not answer in time"],
  EHOSTUNREACH: ["unreachable", "cannot be reached: no way leads to its address"],
  ENETUNREACH: ["unreachable", "cannot be reached: no way leads to its network"],
  ECONNRESET: ["silent", "reset the connection before it answered"],
  ECONNABORTED: ["silent", "reset the connection before it answered"],
  EPIPE: ["silent", "closed the connection before it answered"],
};

/** What connecting, reading or writing threw, about `where` (a host and port). */
export function failingOf(thrown: unknown, where: string): Failing {
  if (thrown instanceof Failing) return thrown;
  if (thrown instanceof Fault && thrown.code === "address-refused")
    return new Failing("not-allowed", thrown.message);
  const code = codeOf(thrown);
  if (ownCodes.has(code)) return new Failing("internal", `This POP could not connect to ${where}: ${code}.`);
  const [why, said] = byCode[code] ?? ["silent", `ended the connection: ${messageOf(thrown)}`];
  return new Failing(why, `${where} ${said}.`);
}

function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  if (thrown.cause instanceof Error) return codeOf(thrown.cause);
  return "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}

/** One line of at most `probeSaidCharsMax` characters, whatever a server put into it. */
export function sentenceOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  const max = limits.probeSaidCharsMax;
  return line.length <= max ? line : `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** What somebody's server said, to be quoted in a sentence. */
export function quoted(bytes: Uint8Array, charsMax = 60): string {
  const text = sentenceOf(Buffer.from(bytes.subarray(0, 4 * charsMax)).toString("utf8"));
  return JSON.stringify(text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`);
}
