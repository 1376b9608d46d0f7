// What was verified once is not verified again, and nothing else is let through for it.
import { expect, test } from "bun:test";
import { openHeartbeat, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { openManifest, signManifest } from "../../src/snapshot/manifest.ts";
import { publisher, sampleManifest } from "./samples.ts";

const heartbeat = (sequence: number) =>
  signHeartbeat({ sequence, headsDigest: "0".repeat(64), timeMs: 1_000 }, publisher.secretKey);

test("a document that held is refused once a bit of it is another, in the same bytes too", () => {
  const bytes = heartbeat(7);
  expect(openHeartbeat(bytes).ok).toBe(true);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect({ at, ok: openHeartbeat(bytes).ok }).toEqual({ at, ok: false });
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  expect(openHeartbeat(bytes).ok).toBe(true);
});

test("a document that held is still no document of another kind", () => {
  const bytes = signManifest(sampleManifest(), publisher.secretKey);
  expect(openManifest(bytes).ok).toBe(true);
  expect(openHeartbeat(bytes)).toEqual({ ok: false, reason: "wrong-context" });
});

test("a document that held and fell out of memory holds again, an altered one does not", () => {
  const bytes = heartbeat(8);
  for (let sequence = 100; sequence < 800; sequence++) heartbeat(sequence);
  expect(openHeartbeat(bytes).ok).toBe(true);
  const altered = bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1);
  expect(openHeartbeat(altered)).toEqual({ ok: false, reason: "bad-signature" });
});
