import { expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { seededRandom, systemRandom } from "../../src/base/random.ts";
import {
  generateKeyPair,
  parsePublicKey,
  parseSecretKey,
  publicKeyBytes,
  signBytes,
  verifyBytes,
} from "../../src/snapshot/keys.ts";
import { bytesOf, publisher, root, stranger } from "./samples.ts";

const message = bytesOf("a message");

test("keys: Ed25519 as RFC 8032 has it (7.1, TEST 2)", () => {
  const seed = Buffer.from("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "hex");
  const pair = generateKeyPair("root", { ...systemRandom, bytes: () => seed });
  const publicHex = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
  expect(publicKeyBytes(pair.publicKey)).toEqual(Buffer.from(publicHex, "hex"));
  const signature = signBytes(Uint8Array.of(0x72), pair.secretKey);
  expect(Buffer.from(signature).toString("hex")).toBe(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  );
});

test("keys: what a file holds signs and verifies; another key does not", () => {
  const pair = generateKeyPair("publisher", systemRandom);
  const secretKey = parseSecretKey(pair.secretText, "publisher", "a");
  const publicKey = parsePublicKey(pair.publicText, "publisher", "b");
  const signature = signBytes(message, secretKey);
  expect(verifyBytes(message, signature, publicKey)).toBe(true);
  expect(verifyBytes(bytesOf("another"), signature, publicKey)).toBe(false);
  expect(verifyBytes(message, signature, stranger.publicKey)).toBe(false);
  expect(secretKey.publicKey).toBe(publicKey);
});

test("keys: blanks and line ends around the line do no harm", () => {
  const text = `\r\n  ${root.publicText.replace(/ /g, "\t ")}\r\n\n`;
  expect(parsePublicKey(text, "root", "a")).toBe(root.publicKey);
});

test("keys: a text that is not the one form of 32 bytes verifies nothing", () => {
  const key = publisher.publicKey;
  for (const text of ["", "x", `${key}A`, `${key}=`, `${key.slice(0, -1)}x`, key.slice(1)]) {
    expect([text, publicKeyBytes(text)]).toEqual([text, null]);
    expect(verifyBytes(message, new Uint8Array(64), text)).toBe(false);
  }
});

test("keys: any 32 bytes as a key and any length as a signature are refused without an exception", () => {
  const random = seededRandom(6);
  for (let at = 0; at < 300; at++) {
    const key = Buffer.from(random.bytes(32)).toString("base64url");
    expect(verifyBytes(message, random.bytes(random.below(80)), key)).toBe(false);
  }
});

test("keys: each unreadable file gets a sentence that names it and what is wrong, and no secret", () => {
  const secret = root.secretText.trim().split(" ")[3] ?? "";
  const rows: readonly [string, string][] = [
    ["", "is not a key file"],
    ["-----BEGIN CERTIFICATE-----", "is not a key file"],
    [`pharos-key/2 root secret ${secret}`, "is a key file of another release"],
    [root.publicText, "holds a public root key"],
    [publisher.secretText, "holds a secret publisher key"],
    [`pharos-key/1 king secret ${secret}`, "names no kind of key"],
    ["pharos-key/1 root secret", "is damaged"],
    [`pharos-key/1 root secret ${secret.slice(1)}`, "is damaged"],
    [`pharos-key/1 root secret ${secret} ${secret}`, "is damaged"],
    [`${root.secretText}${root.secretText}`, "is damaged"],
  ];
  for (const [text, says] of rows) {
    let fault: unknown;
    try {
      parseSecretKey(text, "root", "/keys/root.secret");
    } catch (thrown) {
      fault = thrown;
    }
    if (!(fault instanceof Fault)) throw new Error(`No fault for ${says}`);
    expect(fault.code).toBe("key-unreadable");
    expect(fault.message).toStartWith(`/keys/root.secret ${says}`);
    expect(fault.remedy).toContain("secret root key");
    expect(fault.message + fault.remedy).not.toContain(secret.slice(1));
  }
});
