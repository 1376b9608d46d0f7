import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { openDelegation, signDelegation, signEpoch, signRemoval } from "../../src/snapshot/documents.ts";
import { decodeHeads, encodeHeads, headsDigest, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { openManifest, signManifest } from "../../src/snapshot/manifest.ts";
import { isHostName, isRoutePath } from "../../src/snapshot/names.ts";
import {
  bytesOf,
  publisher,
  root,
  sampleDelegation,
  sampleHead,
  sampleManifest,
  signedSample,
} from "./samples.ts";

const digest = digestOf(bytesOf("any"));

test("manifest: the largest that the limits allow fits, is read again, and one item more is not signed", () => {
  const hosts = Array.from({ length: limits.hostsPerPageMax }, (_, at) => `${at}.`.padEnd(253, "h"));
  const languages = Array.from(
    { length: limits.bannersMax },
    (_, at) => `en-${"abcdefgh-".repeat(3)}${at + 10}`,
  );
  const largest = sampleManifest({
    page: "p".repeat(64),
    hosts,
    parts: new Array(limits.manifestPartsMax).fill(digest),
    banners: Object.fromEntries(
      languages.map((language) => [language, "é".repeat(limits.bannerBytesMax / 2)]),
    ),
  });
  const opened = openManifest(signManifest(largest, publisher.secretKey));
  expect(opened).toEqual({ ok: true, value: { value: largest, key: publisher.publicKey } });
  const sign = (more: Partial<typeof largest>) => () =>
    signManifest({ ...largest, ...more }, publisher.secretKey);
  expect(sign({ hosts: [...hosts, "one.more"] })).toThrow();
  expect(sign({ parts: [...largest.parts, digest] })).toThrow();
  expect(sign({ banners: { ...largest.banners, fr: "" } })).toThrow();
});

test("manifest: hosts keep their order, and a banner every one of its characters", () => {
  const manifest = sampleManifest({
    hosts: ["b.example", "a.example"],
    banners: { en: "\ufeff\0{time} 🏮" },
  });
  const opened = openManifest(signManifest(manifest, publisher.secretKey));
  expect(opened.ok && opened.value.value).toEqual(manifest);
});

test("documents: each kind is signed by its own role of key, and no longer than its limit", () => {
  const delegation = sampleDelegation();
  const heartbeat = { sequence: 1, headsDigest: digest, timeMs: 1 };
  expect(() => signDelegation(delegation, publisher.secretKey)).toThrow("root key");
  expect(() => signRemoval({ page: "a", hosts: [], serial: 1 }, publisher.secretKey)).toThrow("root key");
  expect(() => signEpoch({ page: "a", epoch: 2, serial: 1 }, publisher.secretKey)).toThrow("root key");
  expect(() => signHeartbeat(heartbeat, root.secretKey)).toThrow("publisher key");
  const hosts = Array.from({ length: 3_000 }, (_, at) => `status-${at}.customers.example`);
  expect(() => signDelegation({ ...delegation, hosts }, root.secretKey)).toThrow("too-long");
  expect(() => signDelegation({ ...delegation, publisherKey: "short" }, root.secretKey)).toThrow(
    "not a public key",
  );
});

test("documents: the same words give the same bytes, so a document signed twice is one document", () => {
  expect(signedSample()).toEqual(signedSample());
  const signed = signDelegation(sampleDelegation(), root.secretKey);
  expect(openDelegation(signed)).toEqual({
    ok: true,
    value: { value: sampleDelegation(), key: root.publicKey },
  });
});

test("heads: their digest knows no order, and every field matters to it", () => {
  const [a, b] = [sampleHead(), sampleHead({ page: "beta" })];
  expect(headsDigest([a, b])).toBe(headsDigest([b, a]));
  expect(decodeHeads(encodeHeads([b, a]))).toEqual({ ok: true, value: [a, b] });
  const others = [{ page: "acm" }, { epoch: 2 }, { generation: 7 }, { manifest: digest }].map(sampleHead);
  expect(new Set([a, ...others].map((head) => headsDigest([head]))).size).toBe(5);
  expect(headsDigest([])).not.toBe(headsDigest([a]));
});

test("names: hosts as a request may name them, paths as a request line carries them", () => {
  for (const host of [
    "a",
    "localhost",
    "127.0.0.11",
    "[::1]",
    "xn--bcher-kva.example",
    "_acme.example",
    "a".repeat(253),
  ])
    expect([host, isHostName(host)]).toEqual([host, true]);
  for (const host of [
    "",
    ".",
    "a.",
    "-a",
    "A",
    "a b",
    "a:80",
    "a\n",
    "é",
    "*",
    "[::1",
    "a/b",
    "a".repeat(254),
  ])
    expect([host, isHostName(host)]).toEqual([host, false]);
  for (const path of ["/", "/a/b.json", "/%C3%A9", "/~a;b=c,d@e:f!$&'()*+", "/_event"])
    expect([path, isRoutePath(path)]).toEqual([path, true]);
  for (const path of ["", "a", "/a b", "/a?b", "/a#b", "/a\r", "/é", "/<script>", "/\0"])
    expect([path, isRoutePath(path)]).toEqual([path, false]);
});
