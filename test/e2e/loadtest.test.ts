// `pharos loadtest` as a user runs it, from the binary where there is one: what it refuses, and one run to its report, at a server of this test.
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds } from "../../loadtest/lib/mix.ts";
import { findK6, k6Version } from "../../loadtest/run/k6.ts";
import { runCommand } from "../support/command.ts";
import { skipUnless } from "../support/skip.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-loadtest-e2e-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const k6 = findK6();
const testWithK6 = skipUnless(k6 !== null, `k6 is not installed: go install go.k6.io/k6@${k6Version}`);

test.each([
  [[], "Which scenario?"],
  [["spike"], "Did you mean spike-1000x?"],
  [["smoke", "--target", "https://status.example.org"], "--i-own-this status.example.org"],
  [["smoke", "--compare", join(folder, "nothing.json")], "cannot be read"],
] as const)("%j ends with 2 and a sentence", async (args, sentence) => {
  const { code, out, err } = await runCommand(["loadtest", ...args]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(sentence);
});

testWithK6("a run at a server that is there: passed, with a report and its numbers", async () => {
  const lost = new Set(kinds.lost?.paths);
  const server = createServer(({ url = "" }, response) => {
    response.writeHead(lost.has(url) ? 404 : 200, { "pharos-generation": 7, "pharos-level": 0 });
    response.end("well\n");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [report, summary] = [join(folder, "report.html"), join(folder, "summary.json")];
  try {
    const { code, out, err } = await runCommand(
      ["loadtest", "smoke", "--profile", "ci", "--target", target, "--report", report, "--summary", summary],
      { env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" }, deadlineMs: 60_000 },
    );
    expect({ code, out, err }).toMatchObject({ code: 0, out: expect.stringContaining("PASSED: smoke") });
    expect(readFileSync(report, "utf8")).toContain("smoke: <b>passed</b>");
    expect(JSON.parse(readFileSync(summary, "utf8"))).toMatchObject({ format: 1, scenario: "smoke", target });
    expect(existsSync(join(folder, ".pharos"))).toBe(false);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});
