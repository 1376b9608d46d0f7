// The smuggling corpus at a POP's visitors' port, on every runtime. In: a table of bytes. Out: each refused or answered as one request, never
// two; a working visitor beside it; and no more requests counted than were answered.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { type Runtime, runtimes } from "../contract/runtimes.ts";
import { exchange } from "../support/raw-exchange.ts";
import { type AttackedPop, startAttackedPop } from "./attacked-pop.ts";
import { smugglingCases, visitedHost } from "./smuggling-cases.ts";
import { verdictOf } from "./smuggling-verdict.ts";

for (const runtime of runtimes) describe(`attack/smuggling on ${runtime.name}`, () => corpusOn(runtime));

function corpusOn(runtime: Runtime): void {
  let pop: AttackedPop;
  beforeAll(async () => {
    if (runtime.present) pop = await startAttackedPop(await runtime.program());
  }, 60_000);
  afterAll(() => pop?.end());

  for (const { name, pieces, outcome, on } of smugglingCases)
    runtime.test(`${name}: ${on[runtime.name] ?? outcome}`, async () => {
      const before = await pop.requests();
      const exchanged = await exchange(pop.visitors, pieces, pop.settled);
      expect(verdictOf(exchanged)).toBe(on[runtime.name] ?? outcome);
      const most = outcome === "two" ? 2 : 1;
      expect((await pop.requests()) - before).toBeLessThanOrEqual(most);
    });

  runtime.test("after a request with a body the next connection's answers end nothing", async () => {
    const head = `GET /icon.svg HTTP/1.1\r\nHost: ${visitedHost}\r\n`;
    for (const line of ["Content-Length: 1\r\n\r\nx", "\r\n"]) {
      const { answers, closed } = await exchange(pop.visitors, [`${head}${line}`], pop.settled);
      const ends = answers.map(({ headers }) => headers.get("connection") === "close");
      expect([line, ends, closed]).toEqual([line, [line !== "\r\n"], line !== "\r\n"]);
    }
  });
}
