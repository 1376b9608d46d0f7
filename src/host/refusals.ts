// What a listener for visitors answers by itself. In: nothing. Out: an answer for each reason to refuse a head, and for a failure of ours.
import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import type { Answer } from "./asked.ts";
import { failedText } from "./http-types.ts";
import type { Refusal } from "./http1-head.ts";

function textAnswer(status: number, sentence: string): Answer {
  const fields = [
    ["content-type", "text/plain; charset=utf-8"],
    ["cache-control", "no-store"],
  ] as const;
  return { status, fields, body: Buffer.from(sentence, "utf8"), last: true };
}

export const refusals: Readonly<Record<Refusal, Answer>> = {
  syntax: textAnswer(400, "These bytes are no HTTP request as RFC 9112 has it.\n"),
  target: textAnswer(400, "The target of a request is a path, or an absolute URL of its own Host.\n"),
  framing: textAnswer(400, "A request says how long its body is once, and plainly.\n"),
  version: textAnswer(505, "This port speaks HTTP/1.1.\n"),
  "head-too-long": textAnswer(
    431,
    `A request line and its headers have at most ${limits.requestHeadBytesMax} bytes.\n`,
  ),
  "body-too-long": textAnswer(413, "This port takes no bodies.\n"),
};

/** What is sent where who answers failed to. */
export const failedAnswer: Answer = textAnswer(500, failedText);
