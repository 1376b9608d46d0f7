// What --purge and --purge-token-file take, and the sentences for what they do not.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../src/base/fault.ts";
import { purgeAdapters } from "../../src/cli/purge-flags.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-purge-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const zone = "023e105f4ecef8ad9ca31a8372d0c353";
const token = file("token", "first\n");

test("cli/CDNs are named with a file for their secret, which is read at each purge", () => {
  const [fastly, cloudflare, webhook, ...none] = purgeAdapters(
    ["fastly:SU1Z0isxPaozGVKXdv0eY", `cloudflare:${zone}`, "webhook:http://127.0.0.1:6081/.pharos/purge"],
    [`fastly:${token}`, `cloudflare:${token}`],
  );
  expect(none).toEqual([]);
  expect(fastly?.call(["acme"]).headers["fastly-key"]).toBe("first");
  expect(cloudflare?.call(["acme"]).headers.authorization).toBe("Bearer first");
  expect(webhook?.call(["acme"]).headers.authorization).toBeUndefined();
  writeFileSync(token, "second");
  expect(fastly?.call(["acme"]).headers["fastly-key"]).toBe("second");
  rmSync(token);
  expect(() => fastly?.call(["acme"])).toThrow(`The token file ${token} cannot be read`);
  writeFileSync(token, "third");
});

const refusals: readonly (readonly [readonly string[], readonly string[], string, string])[] = [
  [["akamai:1"], [], "usage", '--purge: "akamai:1" is not allowed. Give fastly:<service id> or cloudflare:'],
  [["fastly"], [], "usage", '--purge: "fastly" is not allowed. Give fastly:<service id>'],
  [["fastly:abc"], [], "usage", "--purge fastly needs a token. Write it into a file"],
  [
    ["fastly:../purge_all"],
    [`fastly:${token}`],
    "usage",
    '"fastly:../purge_all" is not allowed. Give fastly:<service',
  ],
  [
    ["cloudflare:example.org"],
    [`cloudflare:${token}`],
    "usage",
    "Give cloudflare:<zone id of 32 hex digits>.",
  ],
  [
    ["webhook:http://user:secret@cache/"],
    [],
    "usage",
    "Give webhook:<http or https address, its secret in a file>.",
  ],
  [[], [`fastly:${token}`], "usage", '--purge-token-file: "fastly" is not allowed.'],
  [
    ["webhook:http://cache/"],
    ["token"],
    "usage",
    '--purge-token-file: "token" is not allowed. Give <vendor>:<file>.',
  ],
  [
    ["fastly:abc"],
    ["fastly:/nonexistent/token"],
    "key-unreadable",
    "The token file /nonexistent/token cannot be read",
  ],
  [["fastly:abc"], [`fastly:${file("empty", "\n")}`], "key-unreadable", "does not hold one token"],
  [["fastly:abc"], [`fastly:${file("two", "a\r\nX-Other: b")}`], "key-unreadable", "does not hold one token"],
];

test("cli/what names no CDN, or has no secret, is refused by a sentence", () => {
  for (const [places, files, code, sentence] of refusals) {
    let fault: unknown;
    try {
      purgeAdapters(places, files);
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault).toBeInstanceOf(Fault);
    if (!(fault instanceof Fault)) continue;
    expect(`${fault.message} ${fault.remedy}`).toContain(sentence);
    expect(fault.code).toBe(code as Fault["code"]);
  }
});
