// The command line of a load test: what it may be aimed at, and what is refused with a sentence.
import { expect, test } from "bun:test";
import { isLoopback, readAsked } from "../../loadtest/run/asked.ts";
import { questionOf, readAnswer } from "../../loadtest/run/desk.ts";
import { askedName } from "../support/dns-wire.ts";

const read = (...argv: readonly string[]) => readAsked(argv, ["smoke", "spike-1000x"], ["laptop", "ci"]);

test("a scenario alone takes the demo network and the laptop's profile", () => {
  expect(read("smoke")).toEqual({
    kind: "asked",
    asked: {
      scenario: "smoke",
      profile: "laptop",
      target: null,
      report: null,
      summary: null,
      compare: null,
      peak: null,
      holdS: null,
      withoutControls: false,
      saves: false,
    },
  });
});

test.each([
  [[], "Which scenario?"],
  [["smok"], 'There is no scenario "smok". Did you mean smoke?'],
  [["smoke", "spike-1000x"], "One scenario at a time"],
  [["smoke", "--profile", "huge"], '--profile: there is no "huge"'],
  [["smoke", "--peak", "-5"], "--peak"],
  [["smoke", "--peak", "many"], '--peak: "many" is no number'],
  [["smoke", "--hold", "0"], "--hold"],
  [["smoke", "--speed", "9"], "--speed"],
  [["smoke", "--save"], "--save is for ci"],
  [["smoke", "--target", "status.example.org"], "--target"],
  [["smoke", "--target", "ftp://127.0.0.1/"], "no http or https address"],
  [["smoke", "--target", "https://status.example.org"], "say --i-own-this status.example.org if it is"],
  [["smoke", "--target", "https://status.example.org", "--i-own-this", "example.org"], "is not this machine"],
  [["smoke", "--target", "http://127.0.0.1.example.org"], "is not this machine"],
  [["smoke", "--target", "http://0.0.0.0:80"], "is not this machine"],
] as const)("%j is refused: %s", (argv, sentence) => {
  const said = read(...argv);
  expect(said).toEqual({ kind: "wrong", sentence: expect.stringContaining(sentence) });
});

test("what is not this machine is aimed at by who says that it is theirs", () => {
  const said = read("smoke", "--target", "https://status.example.org", "--i-own-this", "status.example.org");
  expect(said).toMatchObject({ kind: "asked", asked: { target: new URL("https://status.example.org") } });
  expect(read("smoke", "--target", "http://127.0.0.11:8080").kind).toBe("asked");
});

test("this machine is told by the text of the address alone", () => {
  expect(["127.0.0.1", "127.9.9.9", "localhost", "[::1]"].every(isLoopback)).toBe(true);
  expect(["128.0.0.1", "10.0.0.1", "localhost.example.org", "[::2]", ""].some(isLoopback)).toBe(false);
});

test("the resolver's question is a question, and an answer is read with its shortest time", () => {
  const question = questionOf(7, "status.example.org");
  expect(question.subarray(12, -4)).toEqual(askedName("status.example.org"));
  const record = (ttl: number, last: number): Buffer =>
    Buffer.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, ttl, 0, 4, 127, 0, 0, last);
  const answer = Buffer.concat([question, record(20, 11), record(10, 12)]);
  answer.writeUInt16BE(2, 6);
  expect(readAnswer(answer, 7)).toEqual({ addresses: ["127.0.0.11", "127.0.0.12"], ttlMs: 10_000 });
  expect(readAnswer(answer, 8)).toBeNull();
  for (let length = 0; length < answer.length; length++)
    expect(readAnswer(answer.subarray(0, length), 7)).toBeNull();
  answer.writeUInt8(2, 3);
  expect(readAnswer(answer, 7)).toBeNull();
});
