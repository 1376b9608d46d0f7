// Certificates as files: the ways in which ACME clients lay them out, what is wrong with some, and which is shown for a name.
import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readCertificates } from "../../src/edge/certificates.ts";
import { makeCertificate } from "../support/certificate.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-certs-"));
  folders.push(folder);
  write(folder, files);
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const namesOf = (held: readonly { readonly names: readonly string[] }[]): string[][] =>
  held.map(({ names }) => [...names]);

const a = makeCertificate(["a.example", "*.a.example"]);
const b = makeCertificate(["B.example"]);

const layouts: readonly (readonly [says: string, files: Record<string, string>])[] = [
  ["certbot", { "live/a/fullchain.pem": a.chain, "live/a/privkey.pem": a.key, "live/README": "…" }],
  ["lego", { "_.a.example.crt": a.chain, "_.a.example.key": a.key, "_.a.example.issuer.crt": b.chain }],
  ["acme.sh", { "a/fullchain.cer": a.chain, "a/a.cer": a.chain, "a/ca.cer": b.chain, "a/a.key": a.key }],
  ["Caddy", { "acme/a/a.crt": a.chain, "acme/a/a.key": a.key, "acme/a/a.json": "{}" }],
  ["mkcert", { "a.example.pem": a.chain, "a.example-key.pem": a.key }],
  [
    "Kubernetes",
    { "tls.crt": a.chain, "tls.key": a.key, "..data/tls.crt": b.chain, "..data/tls.key": b.key },
  ],
];

describe("edge/certificates", () => {
  for (const [says, files] of layouts)
    test(`a folder as ${says} writes it`, async () => {
      const { certificates, refused } = await readCertificates([folderWith(files)]);
      expect(namesOf(certificates.current)).toEqual([["a.example", "*.a.example"]]);
      expect(refused).toEqual([]);
    });

  test("a pair by its two names, which comes first because it was named first; names in small letters", async () => {
    const folder = folderWith({
      "x/1.pem": b.chain,
      "x/2.pem": b.key,
      "all/a.crt": a.chain,
      "all/a.key": a.key,
    });
    const pair = `${join(folder, "x/1.pem")}:${join(folder, "x/2.pem")}`;
    const { certificates } = await readCertificates([pair, join(folder, "all")]);
    expect(namesOf(certificates.current)).toEqual([["b.example"], ["a.example", "*.a.example"]]);
  });

  const useless: readonly (readonly [says: string, files: Record<string, string>, sentence: string])[] = [
    ["another's key", { "a.crt": a.chain, "a.key": b.key }, "is not the one that it was made for"],
    ["no certificate", { "a.crt": "hello", "a.key": a.key }, "a.crt is not used"],
    ["no key", { "a.crt": a.chain, "a.key": "hello" }, "a.crt is not used"],
    ["a file without end", { "a.crt": a.chain + "x".repeat(100_000), "a.key": a.key }, "a.crt is too long"],
    ["nothing", { "a.crt": a.chain }, "There is no certificate with its key at"],
  ];
  for (const [says, files, sentence] of useless)
    test(`${says} alone is a sentence`, async () => {
      await expect(readCertificates([folderWith(files)])).rejects.toThrow(sentence);
    });

  test("a folder that is not there is a sentence", async () => {
    await expect(readCertificates(["/nowhere/at/all"])).rejects.toThrow(
      "The certificates at /nowhere/at/all",
    );
  });

  test("a bad pair is left out beside a good one, said once, and read again when its files change", async () => {
    const folder = folderWith({ "a.crt": a.chain, "a.key": a.key, "b.crt": b.chain, "b.key": a.key });
    const { certificates, refused } = await readCertificates([folder]);
    expect(refused).toHaveLength(1);
    expect(await certificates.read()).toMatchObject({ refused: [], changed: false });
    write(folder, { "b.key": b.key });
    expect(await certificates.read()).toMatchObject({ refused: [], changed: true });
    expect(namesOf(certificates.current)).toEqual([["a.example", "*.a.example"], ["b.example"]]);
  });

  test("a good pair that turns bad stays as it was; so do all when the folder goes away", async () => {
    const folder = folderWith({ "a.crt": a.chain, "a.key": a.key });
    const { certificates } = await readCertificates([folder]);
    write(folder, { "a.key": "half a k" });
    const { refused, changed } = await certificates.read();
    expect([refused.length, changed]).toEqual([1, false]);
    expect(refused[0]).toEndWith("The one before it stays.");
    rmSync(folder, { recursive: true });
    const gone = await certificates.read();
    expect([gone.refused.length, gone.changed]).toEqual([1, false]);
    expect((await certificates.read()).refused).toEqual([]);
    expect(certificates.current).toHaveLength(1);
  });

  test("of two certificates for a name the one that is good for longer is shown", async () => {
    const soon = makeCertificate(["a.example"], { untilMs: Date.now() + 1_000_000 });
    const folder = folderWith({ "1.crt": b.chain, "1.key": b.key, "2.crt": soon.chain, "2.key": soon.key });
    write(folder, { "3.crt": a.chain, "3.key": a.key });
    const { certificates } = await readCertificates([folder]);
    expect(namesOf(certificates.current)).toEqual([["b.example"], ["a.example", "*.a.example"]]);
  });

  test("a folder that leads back into itself is read once", async () => {
    const folder = folderWith({ "a/a.crt": a.chain, "a/a.key": a.key });
    symlinkSync(folder, join(folder, "a", "again"));
    expect((await readCertificates([folder])).certificates.current).toHaveLength(1);
  });
});
