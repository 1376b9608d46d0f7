// Skipping by name and with a reason, or not at all. In: what must be present. Out: `test`, or its skipping twin.
import { test } from "bun:test";
import { spawnSync } from "node:child_process";

type Tester = (name: string, body: () => unknown, timeoutMs?: number) => void;

/** What stands between a skipped test's name and its reason; test/run.ts prints both and refuses a skip without a reason. */
export const skipMark = " [skipped: ";

/**
 * `test` where `condition` holds; else every test made with it is skipped, and its report says why.
 * `const testWithData = skipUnless(existsSync(captures), "../shared/data is absent");`
 */
export function skipUnless(condition: boolean, reason: string): Tester {
  if (condition)
    return (name, body, timeoutMs) => void test(name, async () => void (await body()), timeoutMs);
  return (name) => void test.skip(`${name}${skipMark}${reason}]`, () => {});
}

/** For commands that are printed for people to copy: they have curl. */
export const testWithCurl = skipUnless(
  spawnSync("curl", ["--version"], { stdio: "ignore" }).status === 0,
  "curl is not installed",
);
