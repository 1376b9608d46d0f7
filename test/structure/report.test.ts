import { expect, test } from "bun:test";
import { readReport } from "../junit.ts";

const report = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="bun test">${inner}</testsuites>`;

test("a report gives what passed, what failed, and each skip with its reason", () => {
  const xml = report(`
    <testsuite name="a.test.ts">
      <testcase name="passes" classname="" />
      <testsuite name="outer">
        <testcase name="fails &lt;b&gt; &amp; &quot;q&quot;" classname="outer"><failure type="AssertionError" message="no" /></testcase>
        <testcase name="throws" classname="outer"><error message="no" /></testcase>
        <testcase name="needs data [skipped: ../shared/data is absent]" classname="outer"><skipped /></testcase>
        <testcase name="says nothing" classname="outer"><skipped /></testcase>
        <testcase name="later" classname="outer"><skipped message="TODO" /></testcase>
      </testsuite>
    </testsuite>`);
  expect(readReport(xml)).toEqual({
    passed: 1,
    failed: ['outer > fails <b> & "q"', "outer > throws"],
    skipped: [{ name: "outer > needs data", reason: "../shared/data is absent" }],
    unexplained: ["outer > says nothing", "outer > later"],
  });
});

test("one suite and one test are lists of one", () => {
  const xml = report(`<testsuite name="a.test.ts"><testcase name="1" classname="" /></testsuite>`);
  expect(readReport(xml)).toEqual({ passed: 1, failed: [], skipped: [], unexplained: [] });
});

test("what is no report is refused", () => {
  expect(() => readReport("")).toThrow();
  expect(() => readReport("<html></html>")).toThrow("no <testsuites>");
});
