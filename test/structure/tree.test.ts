import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { skipUnless } from "../support/skip.ts";
import { files, isSource, read, root } from "./source.ts";

const linesMax = 500;
const topLevel = new Set(
  ".ci .gitignore .npmrc ARCHITECTURE.md CHANGELOG.md LICENSE README.md bench biome.json build.ts bunfig.toml deploy loadtest package-lock.json package.json src test tsconfig.json".split(
    " ",
  ),
);

// Written in pieces, so that this file does not find itself.
const unwanted: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "a path of one machine", pattern: /(?<![\w$.\-/:])\/(?:root|home|Users|work)\/[\w.-]+/ },
  {
    what: "a package registry's host",
    pattern: /https?:\/\/[^/\s"']*(?:registry|artifactory|verdaccio|nexus)[^/\s"']*/,
  },
  { what: "a private key", pattern: new RegExp(`-----BEGIN ${"[A-Z ]*PRIVATE"} KEY-----`) },
  { what: "a registry token", pattern: new RegExp(`${"_auth"}(?:Token)?\\s*=`) },
  {
    what: "an access token",
    pattern: /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{20})/,
  },
];

const testInCheckout = skipUnless(files !== null, "this is no git checkout");
const tracked = files ?? [];

testInCheckout("the top level holds what the design names", () => {
  const entries = [...new Set(tracked.map((file) => file.split("/")[0] ?? ""))];
  expect(entries.filter((entry) => !topLevel.has(entry))).toEqual([]);
});

testInCheckout(`no source file is longer than ${linesMax} lines`, () => {
  const long = tracked.filter(isSource).flatMap((file) => {
    const lines = read(file).split("\n").length - 1;
    return lines > linesMax ? [`${file}: ${lines} lines`] : [];
  });
  expect(long).toEqual([]);
});

testInCheckout("each folder of src/ says in a README what it owns", () => {
  const folders = [
    ...new Set(tracked.filter((file) => /^src\/[^/]+\//.test(file)).map((file) => file.split("/")[1])),
  ];
  expect(folders.filter((folder) => !existsSync(join(root, "src", folder ?? "", "README.md")))).toEqual([]);
});

testInCheckout("each source file opens with what it owns", () => {
  const silent = tracked
    .filter((file) => file.startsWith("src/") && isSource(file))
    .filter((file) => !/^(\/\/|\/\*\*?)/.test(read(file)));
  expect(silent).toEqual([]);
});

testInCheckout("no file names a machine, a registry or a credential", () => {
  const found = tracked.filter(isText).flatMap((file) => unwantedIn(file, read(file)));
  expect(found).toEqual([]);
});

testInCheckout("the lock names packages by version and hash, not by host", () => {
  expect(read("package-lock.json")).not.toContain('"resolved"');
  expect(read("package-lock.json")).toContain('"integrity"');
});

const caught: readonly (readonly [what: string, text: string])[] = [
  ["a path of one machine", `const data = "/${"home"}/ada/pharos";`],
  ["a path of one machine", `see /${"work"}/tree/file`],
  ["a package registry's host", `registry=https://${"registry"}.example.org/`],
  ["a private key", `-----BEGIN ${"PRIVATE"} KEY-----`],
  ["a registry token", `//host/:${"_auth"}Token=abc`],
  ["an access token", `gh${"p"}_${"a".repeat(36)}`],
];
for (const [what, text] of caught) {
  test(`caught: ${what}: ${text.slice(0, 24)}`, () => {
    expect(unwantedIn("file", text)).toEqual([`file: ${what}`]);
  });
}

function unwantedIn(file: string, text: string): readonly string[] {
  return unwanted.filter(({ pattern }) => pattern.test(text)).map(({ what }) => `${file}: ${what}`);
}

function isText(file: string): boolean {
  return /\.(tsx?|js|json|md|toml|sh|service|conf|yml|yaml|txt|css|html)$|(^|\/)(run|\.npmrc|\.gitignore)$/.test(
    file,
  );
}
