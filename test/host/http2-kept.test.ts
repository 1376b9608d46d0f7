// Blocks that lean on the client's table: whatever is answered in whatever order, one who reads by the RFC reads what was answered.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Answer } from "../../src/host/asked.ts";
import { createHeadings } from "../../src/host/http2-answer.ts";
import { frameHeadBytes } from "../../src/host/http2-frames.ts";
import { HpackReader } from "../../src/host/http2-hpack.ts";
import { KeptFields } from "../../src/host/http2-kept.ts";
import { check } from "../support/property.ts";
import { keepRemarks } from "../support/remarks.ts";

const date = "date: Thu, 01 Jan 1970 00:00:00 GMT";

function connection() {
  const headings = createHeadings(keepRemarks());
  headings.tick(0);
  const kept = new KeptFields(headings);
  const reader = new HpackReader();
  return {
    kept,
    headings,
    /** What the client reads of `answer`, and bytes of the block. */
    send(answer: Answer): { readonly fields: readonly string[]; readonly bytes: number } {
      const { frame } = kept.of(headings.of(answer));
      const fields: string[] = [];
      const sink = { field: (name: string, value: string) => void fields.push(`${name}: ${value}`) };
      expect(reader.read(frame, frameHeadBytes, frame.length, sink)).toBe(true);
      return { fields, bytes: frame.length - frameHeadBytes };
    },
  };
}

const said = ({ status, fields }: Answer): readonly string[] => [
  `:status: ${status}`,
  ...fields.map(([name, value]) => `${name}: ${value}`),
  date,
];

const held = (tag: string): Answer => ({
  status: 304,
  fields: [
    ["etag", `"${tag.repeat(64)}"`],
    ["vary", "accept-encoding"],
    ["cache-control", "max-age=0, must-revalidate"],
    ["pharos-generation", "12"],
  ],
  body: null,
});

describe("host/http2-kept", () => {
  test("the first answer leaves the table alone, the second fills it, the third is a few bytes and a date", () => {
    const { send } = connection();
    const answer = held("a");
    const [first, second, third] = [send(answer), send(answer), send(answer)];
    for (const { fields } of [first, second, third]) expect(fields).toEqual(said(answer));
    expect(second.bytes).toBeGreaterThan(120);
    expect(third.bytes).toBeLessThan(40);
  });

  test("a line that another answer has too is told once", () => {
    const { send } = connection();
    send(held("a"));
    send(held("a"));
    const other = send(held("b"));
    expect(other.fields).toEqual(said(held("b")));
    expect(other.bytes).toBeLessThan(110);
  });

  test("the date is that of the second in which it is sent", () => {
    const { send, headings } = connection();
    const answer = held("a");
    for (let times = 0; times < 3; times++) send(answer);
    headings.tick(86_400_000);
    expect(send(answer).fields.at(-1)).toBe("date: Fri, 02 Jan 1970 00:00:00 GMT");
  });

  test("told to stop, it counts on nothing that was kept", () => {
    const { send, kept } = connection();
    const answer = held("a");
    const { bytes } = send(answer);
    send(answer);
    kept.stop();
    expect(send(answer)).toEqual({ fields: said(answer), bytes });
  });

  const value = fc.oneof(
    fc.constantFrom("nosniff", "a", "y".repeat(600)),
    fc.stringMatching(/^[!-~]{1,80}$/),
    fc.stringMatching(/^[a-z]{200,300}$/),
  );
  const field = fc.tuple(fc.constantFrom("etag", "vary", "x-one", "x-two", "cache-control"), value);
  const answers = fc.array(
    fc.record({ status: fc.constantFrom(200, 304, 503), fields: fc.array(field, { maxLength: 6 }) }),
    { minLength: 1, maxLength: 20 },
  );
  check(
    "answers in any order are read as they were given, also when the table is full",
    [answers, fc.array(fc.nat(19), { minLength: 1, maxLength: 80 })],
    (some, order) => {
      const all = some.map((one): Answer => ({ ...one, body: null }));
      const { send } = connection();
      for (const at of order) {
        const answer = all[at % all.length] as Answer;
        const length = answer.status === 304 ? [] : ["content-length: 0"];
        const [status = "", ...rest] = said(answer);
        expect(send(answer).fields).toEqual([status, ...rest.slice(0, -1), ...length, date]);
      }
    },
  );
});
