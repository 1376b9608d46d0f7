// The commands of snapshots as an operator gives them, with no control plane running. In: folders of files. Out: what each says, and exit codes.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { makeKeys } from "../../src/cli/key-files.ts";
import { snapshotsFile } from "../../src/store/open.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-snapshot-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const clock = manualClock();
const [keys, otherKeys] = [join(place, "keys"), join(place, "other-keys")];
beforeAll(() => {
  makeKeys({ folder: keys, pages: ["*"], hosts: ["*"], serial: 1 }, seededRandom(1));
  makeKeys({ folder: otherKeys, pages: ["*"], hosts: ["*"], serial: 1 }, seededRandom(2));
});

const host = "docs.example.org";
const css = "body { color: #123456; background: #654321 }";

const pharos = commandLine({ clock, random: () => seededRandom(1) });

/** The object that a command says with --json; throws what it complained of. */
async function said(...argv: readonly string[]): Promise<Record<string, never>> {
  const { code, out, err } = await pharos(...argv, "--json");
  if (code !== 0) throw new Error(`${err}${out}`);
  return JSON.parse(out) as Record<string, never>;
}

let sites = 0;
function newSite(): { site: string; data: string } {
  const site = join(place, `site-${sites}`);
  mkdirSync(join(site, "sub"), { recursive: true });
  writeFileSync(join(site, "index.html"), "<!doctype html><body><h1>Handbook</h1></body>");
  writeFileSync(join(site, "sub", "index.html"), "<p>No body is written out");
  writeFileSync(join(site, "style.css"), css);
  return { site, data: join(place, `data-${sites++}`) };
}

const publish = (site: string, data: string, ...more: readonly string[]) =>
  said("publish", site, "--data", data, "--host", host, "--keys", keys, ...more);

describe("publish", () => {
  test("says what it made, what changed, and what has no place for the banner", async () => {
    const { site, data } = newSite();
    writeFileSync(join(site, ".env"), "SECRET=1");
    expect(await publish(site, data)).toMatchObject({
      page: host,
      generation: 1,
      changed: true,
      hosts: [host],
      files: 3,
      compressed: 3,
      bannerPut: 1,
      bannerNone: ["sub/index.html"],
      leftOut: [".env"],
    });
    expect(await publish(site, data)).toMatchObject({ generation: 1, changed: false, compressed: 0 });
    const { out } = await pharos(
      "publish",
      site,
      "--data",
      data,
      "--host",
      host,
      "--keys",
      keys,
      "--no-banner",
    );
    const [first, files, ...rest] = out.split("\n");
    expect(first).toBe(`Page ${host} at ${host}: generation 2, sent to POPs when the control plane runs.`);
    expect(files).toMatch(/^3 files, 1 of them new in content \(\d+ bytes compressed\)\.$/);
    expect(rest).toEqual(["Left out, for the dot: .env."]);
  });

  const wrong: readonly (readonly [what: string, argv: readonly string[], code: number, sentence: string])[] =
    [
      ["a host with a port", ["--host", "a.example:80"], 2, '--host: "a.example:80" is not allowed.'],
      ["a host in capitals", ["--host", "A.example"], 2, '--host: "A.example" is not allowed.'],
      ["a page id that is none", ["--host", host, "--page", "a/b"], 2, '--page: "a/b" is not allowed.'],
      [
        "an immutable path that is none",
        ["--host", host, "--immutable", "assets"],
        2,
        '--immutable: "assets" is not allowed.',
      ],
      ["all immutable", ["--host", host, "--immutable", "/"], 2, '--immutable: "/" is not allowed.'],
      [
        "too many hosts",
        Array.from({ length: 65 }, (_, at) => ["--host", `h${at}.example`]).flat(),
        2,
        "Give 64 names at most.",
      ],
      ["no host", [], 2, "--host is missing"],
      ["no keys where none runs", ["--host", host], 2, "--keys is missing: no control plane runs"],
      ["a folder without keys", ["--host", host, "--keys", "absent"], 1, "cannot be read"],
    ];
  for (const [what, argv, code, sentence] of wrong)
    test(`refused: ${what}`, async () => {
      const { site, data } = newSite();
      const done = await pharos("publish", site, "--data", data, ...argv);
      expect(done.code).toBe(code);
      expect(done.err).toContain(sentence);
      expect(done.out).toBe("");
    });

  test("a host that can be no id gets one of its own, the same each time", async () => {
    const { site, data } = newSite();
    const publishAt = (name: string) => said("publish", site, "--data", data, "--host", name, "--keys", keys);
    const long = `${"a".repeat(60)}.example.org`;
    const { page } = await publishAt(long);
    expect(page).toMatch(/^host-[0-9a-f]{16}$/);
    expect(await publishAt(long)).toMatchObject({ page, changed: false });
    expect((await publishAt("[::1]")).page).not.toBe(page);
  });
});

describe("inspect and diff", () => {
  test("generations, signer, parts, routes with their sizes, pin", async () => {
    const { site, data } = newSite();
    await publish(site, data);
    writeFileSync(join(site, "style.css"), "body { color: red }");
    writeFileSync(join(site, "new.txt"), "new");
    rmSync(join(site, "sub"), { recursive: true });
    await publish(site, data);
    const inspected = await said("snapshot", "inspect", "--data", data);
    expect(inspected).toMatchObject({ page: host, hosts: [host], pinned: null, generation: 2, epoch: 1 });
    const routes = inspected.routes as unknown as { path: string; identity: number; gzip: number }[];
    expect(routes.map(({ path }) => path)).toEqual(["/", "/_event", "/index.html", "/new.txt", "/style.css"]);
    expect(routes.at(-1)).toMatchObject({ identity: 19, contentType: "text/css; charset=utf-8", zstd: null });
    const first = await said("snapshot", "inspect", "--data", data, "--generation", "1");
    expect((first.routes as unknown as unknown[]).length).toBe(6);

    const compared = await said("snapshot", "diff", "1", "2", "--data", data);
    expect(compared).toMatchObject({
      added: ["/new.txt"],
      removed: ["/sub", "/sub/index.html"],
      changed: ["/_event", "/style.css"],
    });
    const bytes = compared.bytes as unknown as { manifest: number; parts: number; bodies: number };
    expect(bytes.bodies).toBeLessThan(200);
    expect(await said("snapshot", "diff", "2", "2", "--data", data)).toMatchObject({
      added: [],
      removed: [],
      changed: [],
      bytes: { parts: 0, bodies: 0 },
    });

    expect(await said("snapshot", "rollback", "--data", data, "--to", "1", "--keys", keys)).toEqual({
      page: host,
      generation: 3,
      to: 1,
    } as never);
    expect((await said("snapshot", "inspect", "--data", data)).pinned).toMatchObject({ to: 1 });
    expect((await pharos("snapshot", "inspect", "--data", data)).out).toContain(
      "pinned      to generation 1 since",
    );
    await said("snapshot", "release", "--data", data, "--keys", keys);
    expect((await said("snapshot", "inspect", "--data", data)).pinned).toBeNull();
  });

  test("what is not there is said with what is", async () => {
    const { site, data } = newSite();
    await publish(site, data);
    const asked: readonly (readonly [argv: readonly string[], code: number, sentence: string])[] = [
      [
        ["inspect", "--generation", "7"],
        1,
        `Generation 7 of page ${host} is not kept here. Kept are generations 1 to 1.`,
      ],
      [["inspect", "--page", "other"], 1, `has published no page other. It holds ${host}.`],
      [["diff", "1", "two"], 2, '<newer>: "two" is not allowed.'],
      [["diff", "1"], 2, "needs <newer>"],
      [["verify", "--page", "other"], 1, "has published no page other."],
    ];
    for (const [[verb = "", ...rest], code, sentence] of asked) {
      const done = await pharos("snapshot", verb, ...rest, "--data", data);
      expect([done.code, done.err]).toEqual([code, expect.stringContaining(sentence)]);
    }
    await said("publish", site, "--data", data, "--host", "b.example.org", "--keys", keys);
    const several = await pharos("snapshot", "inspect", "--data", data);
    expect([several.code, several.err]).toEqual([
      2,
      expect.stringContaining("--page is missing, and there are several"),
    ]);
    expect((await pharos("snapshot", "inspect", "--data", join(place, "nothing"))).code).toBe(1);
  });
});

describe("verify", () => {
  test("a whole store holds, whoever is root to it; a foreign root key finds the delegation wanting", async () => {
    const { site, data } = newSite();
    await publish(site, data);
    const root = join(keys, "root.pub");
    expect(await said("snapshot", "verify", "--data", data)).toMatchObject({
      ok: true,
      generations: 1,
      parts: 1,
    });
    expect(await said("snapshot", "verify", "--data", data, "--root-key", root)).toMatchObject({ ok: true });
    const foreign = await pharos(
      "snapshot",
      "verify",
      "--data",
      data,
      "--root-key",
      join(otherKeys, "root.pub"),
    );
    expect(foreign.code).toBe(1);
    expect(foreign.out).toContain("It is signed by a key that is not one of the root keys.");
    expect(foreign.out).toContain(`Page ${host}, generation 1: its manifest does not hold. No delegation`);
  });

  test("one flipped byte of a body is found and named", async () => {
    const { site, data } = newSite();
    await publish(site, data);
    const file = snapshotsFile(data);
    const bytes = readFileSync(file);
    let flipped = 0;
    for (let at = bytes.indexOf(css); at !== -1; at = bytes.indexOf(css, at + 1), flipped++)
      bytes.writeUInt8(bytes.readUInt8(at + 9) ^ 1, at + 9);
    expect(flipped).toBeGreaterThan(0);
    writeFileSync(file, bytes);
    const { code, out } = await pharos("snapshot", "verify", "--data", data);
    expect(code).toBe(1);
    expect(out).toContain(
      `Page ${host}, generation 1: /style.css in identity does not hold. Its bytes do not have the digest`,
    );
    expect(out.split("\n").at(-1)).toStartWith("1 fault, in 2 documents, 1 generation, 1 part,");
    const asJson = await pharos("snapshot", "verify", "--data", data, "--json");
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.out)).toMatchObject({ ok: false, wrongCount: 1 });
  });
});

describe("build and export", () => {
  const signer = ["--key", join(keys, "publisher.key"), "--delegation", join(keys, "delegation.signed")];

  test("a folder becomes a store and a mirror with nothing running, and a second run goes on from it", async () => {
    const { site, data } = newSite();
    const mirror = `${data}-mirror`;
    const build = () =>
      said(
        "snapshot",
        "build",
        site,
        "--host",
        host,
        "--page",
        "handbook",
        ...signer,
        "--out",
        data,
        "--mirror",
        mirror,
      );
    expect(await build()).toMatchObject({
      page: "handbook",
      generation: 1,
      changed: true,
      out: data,
      mirror,
    });
    expect(readFileSync(join(mirror, "pages", host, "style.css"), "utf8")).toBe(css);
    expect(await build()).toMatchObject({ generation: 1, changed: false });
    writeFileSync(join(site, "style.css"), "changed");
    expect(await build()).toMatchObject({ generation: 2, changed: true, compressed: 1 });
    expect(readFileSync(join(mirror, "pages", host, "style.css"), "utf8")).toBe("changed");
    expect(
      await said("snapshot", "verify", "--data", data, "--root-key", join(keys, "root.pub")),
    ).toMatchObject({
      ok: true,
      generations: 2,
    });
    const out = `${data}-export`;
    expect(await said("snapshot", "export", "--data", data, "--out", out)).toMatchObject({
      pages: 1,
      unplaced: [],
    });
    expect(existsSync(join(out, "pages", host, "sub", "index.html"))).toBe(true);
    const none = await pharos("snapshot", "export", "--data", data, "--out", out, "--page", "other");
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("has published no page other.")]);
  });

  test("a delegation of another key, and none at all, are refused", async () => {
    const { site, data } = newSite();
    const given: readonly (readonly [delegation: string, sentence: string])[] = [
      [join(otherKeys, "delegation.signed"), "It names another key than"],
      [join(keys, "root.pub"), "does not hold. Its bytes are not the format"],
      [join(keys, "absent"), "cannot be read"],
    ];
    for (const [delegation, sentence] of given) {
      const argv = ["--key", join(keys, "publisher.key"), "--delegation", delegation, "--out", data];
      const done = await pharos("snapshot", "build", site, "--host", host, ...argv);
      expect([done.code, done.err]).toEqual([1, expect.stringContaining(sentence)]);
      expect(existsSync(data)).toBe(false);
    }
  });
});
