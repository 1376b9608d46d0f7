// What one test file's report says. In: JUnit XML as `bun test` writes it. Out: names of what passed, failed, was skipped.
import { XMLParser } from "fast-xml-parser";
import { skipMark } from "./support/skip.ts";

export interface FileReport {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Skipped or put off without saying why: counted as failures. */
  readonly unexplained: readonly string[];
}

interface Suite {
  readonly "@name": string;
  readonly testsuite?: readonly Suite[];
  readonly testcase?: readonly Case[];
}
interface Case {
  readonly "@name": string;
  readonly "@classname"?: string;
  readonly failure?: unknown;
  readonly error?: unknown;
  readonly skipped?: unknown;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseAttributeValue: false,
  isArray: (name) => name === "testsuite" || name === "testcase",
});

/** Reads a report; throws where it is no report. */
export function readReport(xml: string): FileReport {
  const root = parser.parse(xml) as { testsuites?: Suite };
  if (root.testsuites === undefined) throw new Error("the report has no <testsuites>");
  const cases = [...casesOf(root.testsuites)];
  const failed: string[] = [];
  const skipped: { name: string; reason: string }[] = [];
  const unexplained: string[] = [];
  for (const one of cases) {
    const name = [one["@classname"], one["@name"]].filter((word) => (word ?? "") !== "").join(" > ");
    if (one.failure !== undefined || one.error !== undefined) failed.push(name);
    else if (one.skipped !== undefined) {
      const at = name.indexOf(skipMark);
      if (at === -1) unexplained.push(name);
      else skipped.push({ name: name.slice(0, at), reason: name.slice(at + skipMark.length, -1) });
    }
  }
  const passed = cases.length - failed.length - skipped.length - unexplained.length;
  return { passed, failed, skipped, unexplained };
}

function* casesOf(suite: Suite): Iterable<Case> {
  yield* suite.testcase ?? [];
  for (const inner of suite.testsuite ?? []) yield* casesOf(inner);
}
