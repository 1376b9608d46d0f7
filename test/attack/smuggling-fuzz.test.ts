// The smuggling corpus, changed by chance. In: a seed. Out: however its bytes are bent, a request that speaks of a body is the last of its
// connection, nothing is answered behind the last answer, and the next visitor is answered. A failure prints the bytes, which belong into the table.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import fc from "fast-check";
import { type Runtime, runtimes } from "../contract/runtimes.ts";
import { exchange } from "../support/raw-exchange.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { type AttackedPop, startAttackedPop } from "./attacked-pop.ts";
import { smugglingCases } from "./smuggling-cases.ts";
import { verdictOf } from "./smuggling-verdict.ts";

const seed = testLong ? testSeed : 8123;
const numRuns = count(150, 3_000);

const words = [
  ..."\r\n\t\0 :;,\x0b\xff0+-",
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  "Content-Length: 5\r\n",
  "Content-Length: 0\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Connection: keep-alive\r\n",
  "Host: other.example\r\n",
  "Expect: 100-continue\r\n",
  "chunked",
  "0\r\n\r\n",
  "5\r\nhello\r\n",
  " HTTP/1.1\r\n",
  " HTTP/1.0\r\n",
];

interface Edit {
  /** Where, in thousandths of the bytes. */
  readonly at: number;
  /** Bytes taken out there. */
  readonly out: number;
  readonly word: string;
}

const edits = fc.array(
  fc.record({
    at: fc.nat(999),
    out: fc.oneof(fc.constant(0), fc.nat(3)),
    word: fc.oneof(fc.constantFrom(...words), fc.constant("")),
  }),
  { minLength: 1, maxLength: 4 },
);
const bases = fc.constantFrom(...smugglingCases.filter(({ pieces }) => pieces.join("").length < 2_000));

function edited(text: string, changes: readonly Edit[]): string {
  let bytes = text;
  for (const { at, out, word } of changes) {
    const place = Math.floor((bytes.length * at) / 1_000);
    bytes = bytes.slice(0, place) + word + bytes.slice(place + out);
  }
  return bytes;
}

/** True where the first head has a line that speaks of a body, by the laxest reading of lines and names that any proxy has. */
function speaksOfBody(bytes: string): boolean {
  const [head = ""] = bytes.replace(/^[\r\n]+/, "").split("\r\n\r\n", 1);
  return head
    .split(/[\r\n]+/)
    .some((line) => /^[ \t]*(?:content-length|transfer-encoding)[ \t]*:/i.test(line));
}

for (const runtime of runtimes)
  describe(`attack/smuggling by chance on ${runtime.name}`, () => fuzzOn(runtime));

function fuzzOn(runtime: Runtime): void {
  let pop: AttackedPop;
  beforeAll(async () => {
    if (runtime.present) pop = await startAttackedPop(await runtime.program());
  }, 60_000);
  afterAll(() => pop?.end());

  runtime.test(
    `${numRuns} times (seed ${seed})`,
    async () => {
      const bent = fc.asyncProperty(bases, edits, async ({ pieces }, changes) => {
        const bytes = edited(pieces.join(""), changes);
        const exchanged = await exchange(pop.visitors, [bytes], pop.settled);
        const verdict = verdictOf(exchanged, "any number");
        if (speaksOfBody(bytes)) expect(["refused", "one, closed", "waits"]).toContain(verdict);
      });
      await fc.assert(bent, { seed, numRuns });
      expect(pop.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    },
    count(60_000, 1_800_000),
  );
}
