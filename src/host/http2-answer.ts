// Answers as HTTP/2 sends them. In: an answer. Out: its HEADERS frame, made once for as long as that answer is given, good on any connection.
import { type Answer, isStream } from "./asked.ts";
import { fieldBlock, plainFieldBlock } from "./http2-block.ts";
import { flags, frameHeadBytes, frameTypes, payloadBytesMax, putHead } from "./http2-frames.ts";
import { failedAnswer } from "./refusals.ts";
import type { Remarks } from "./remarks.ts";

type Line = readonly [name: string, value: string];

export interface Heading {
  /** The frame; who sends it writes the stream's number, and whether a body follows. */
  readonly frame: Uint8Array;
  /** What it says, but for the date, which stands at its end. */
  readonly lines: readonly Line[];
  /** Its date is that of this second. */
  second: number;
}

const dateBytes = "Thu, 01 Jan 1970 00:00:00 GMT".length;

export interface Headings {
  /** What an answer is sent with. */
  of(answer: Answer): Heading;
  /** The same heading with the date of now. */
  dated(heading: Heading): Heading;
  /** Called at least once a second: what the date is now. */
  tick(wallMs: number): void;
}

export function createHeadings({ onDefect }: Pick<Remarks, "onDefect">): Headings {
  const made = new WeakMap<Answer, Heading>();
  let second = -1;
  let date: Uint8Array = new Uint8Array(dateBytes);
  const dated = (heading: Heading): Heading => {
    if (heading.second !== second) {
      heading.frame.set(date, heading.frame.length - dateBytes);
      heading.second = second;
    }
    return heading;
  };
  return {
    dated,
    tick(wallMs) {
      const now = Math.floor(wallMs / 1_000);
      if (now === second) return;
      second = now;
      date = Buffer.from(new Date(now * 1_000).toUTCString(), "latin1");
    },
    of(answer) {
      let heading = made.get(answer);
      if (heading === undefined) {
        heading = headingOf(answer) ?? noHeading;
        if (heading === noHeading) {
          onDefect(new Error(`The headers of an answer ${answer.status} do not fit into a frame.`));
          // Of the body that follows all the same.
          heading = headingOf({ ...failedAnswer, body: answer.body }) ?? noHeading;
        }
        made.set(answer, heading);
      }
      return dated(heading);
    },
  };
}

const noHeading: Heading = { frame: new Uint8Array(frameHeadBytes + dateBytes), lines: [], second: -1 };

function headingOf(answer: Answer): Heading | null {
  const lines = [...linesOf(answer)];
  const heading = headingFrame(
    lines.map(([name, value]) => fieldBlock(name, value)),
    lines,
  );
  return heading.frame.length > frameHeadBytes + payloadBytesMax ? null : heading;
}

/** `fields` are the blocks of `lines`. */
export function headingFrame(fields: readonly Uint8Array[], lines: readonly Line[]): Heading {
  const block = Buffer.concat([...fields, dateField]);
  const frame = new Uint8Array(frameHeadBytes + block.length);
  putHead(frame, 0, block.length, frameTypes.headers, flags.endHeaders, 0);
  frame.set(block, frameHeadBytes);
  return { frame, lines, second: -1 };
}

/** It changes each second: in the table it would push out what stays. */
const dateField = plainFieldBlock("date", " ".repeat(dateBytes));

function* linesOf({ status, fields, body, length }: Answer): Generator<Line> {
  yield [":status", String(status)];
  yield* fields;
  const bytes = body === null ? length : isStream(body) ? undefined : body.length;
  // RFC 9110, 8.6: not in these, and in all others whose length is known.
  const isBare = status === 204 || status === 304 || status < 200;
  if (!isBare && bytes !== undefined) yield ["content-length", String(bytes)];
  else if (!isBare && body === null) yield ["content-length", "0"];
}
