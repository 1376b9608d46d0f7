// What a mail server's answer means for a message. In: what was thrown while it was sent. Out: an outcome.
// | answer                                            | outcome | why                                                                          |
// | 4yz; no connection, no login, no TLS, no answer   | later   | greylisting, a full queue, a server that is away: none of it is the reader's  |
// | 5yz to MAIL FROM, to the login or the greeting    | later   | our own setting is wrong: nobody's message is lost for it                     |
// | 5yz with 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10, 5.2.1 | gone    | RFC 3463, 7505: no such mailbox or domain, moved, no mail there, switched off |
// | 550, 551, 553 to RCPT TO without such a code      | gone    | RFC 5321, 4.2.3: no such mailbox                                              |
// | any other 5yz                                     | refused | policy, a full mailbox, a message that is too large                           |
import { limits } from "../base/limits.ts";
import type { Outcome } from "./types.ts";

/** What nodemailer throws. */
export interface SendingError {
  readonly code?: string | undefined;
  readonly message: string;
  /** The command that was answered. */
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
}

const goneCodes: ReadonlySet<string> = new Set(["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"]);
const noMailbox: ReadonlySet<number> = new Set([550, 551, 553]);
/** Of what was said to the message or its receiver; all else is said to us. */
const ofMessage: ReadonlySet<string> = new Set(["RCPT TO", "DATA"]);

/** `plain`: the address is one that every server understands. */
export function outcomeOf(error: SendingError, plain: boolean): Outcome {
  const { response, responseCode = 0, command = "" } = error;
  const why = sentenceOf(error);
  if (response === undefined || responseCode < 500 || responseCode > 599 || !ofMessage.has(command))
    return { kind: "later", why, afterMs: response === undefined ? null : wishIn(response) };
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  if (enhanced !== undefined && goneCodes.has(enhanced)) return { kind: "gone", why };
  const unnamed = enhanced === undefined && command === "RCPT TO" && noMailbox.has(responseCode);
  // A server that cannot read an international address says so in the same words.
  return unnamed && plain ? { kind: "gone", why } : { kind: "refused", why };
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** "Greylisted, try again in 300 seconds": servers say it in words, if at all. */
function wishIn(response: string): number | null {
  const [, count, unit = ""] = /\b(?:in|after|for) (\d{1,5}) ?(s|m|h)(?:ec|in|our|\b)/i.exec(response) ?? [];
  if (count === undefined) return null;
  return Math.min(limits.retryAfterMsMax, Number(count) * 1_000 * (secondsOf[unit.toLowerCase()] ?? 1));
}

/** What an operator reads: one line, of a bounded length. */
function sentenceOf({ response, message, command = "" }: SendingError): string {
  const said = (response ?? message).replace(/[\p{Cc}\s]+/gu, " ").trim();
  const short = said.length <= 300 ? said : `${said.slice(0, 299).replace(/[\uD800-\uDBFF]$/, "")}…`;
  if (response === undefined) return `The mail server was not reached: ${short}`;
  return `The mail server said${/^[A-Z ]{4,12}$/.test(command) ? ` to ${command}` : ""}: ${short}`;
}
