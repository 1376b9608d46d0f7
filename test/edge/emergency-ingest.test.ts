// An emergency is brought to a POP's ops address: what is answered, what is counted, what is kept.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createIngest } from "../../src/edge/ingest.ts";
import { signAppointment } from "../../src/snapshot/documents.ts";
import { signEmergency } from "../../src/snapshot/emergency.ts";
import { generateKeyPair, type SecretKey } from "../../src/snapshot/keys.ts";
import type { Emergency } from "../../src/snapshot/types.ts";
import { trustOf } from "../../src/store/trusted.ts";
import { manualClock } from "../support/manual-clock.ts";
import { frontRoutes, memoryStore, signedPage } from "./fixture.ts";

const root = generateKeyPair("root", seededRandom(1)).secretKey;
const key = generateKeyPair("emergency", seededRandom(2)).secretKey;
const stranger = generateKeyPair("emergency", seededRandom(3)).secretKey;
const publisher = generateKeyPair("publisher", seededRandom(4)).secretKey;
const passesFor = (secret: SecretKey): SecretKey => ({ ...secret, role: "emergency" });
const start = manualClock().wallMs();
const sample: Emergency = { page: "p1", sequence: 10, text: "Down.", untilMs: start + 3_600_000 };
const says = (more: Partial<Emergency> = {}, by = key): Uint8Array =>
  signEmergency({ ...sample, ...more }, by);
const appoints = signAppointment({ emergencyKey: key.publicKey, pages: ["p1", "p9"], serial: 1 }, root);

async function setUp() {
  const clock = manualClock();
  const store = memoryStore();
  const metrics = createMetrics();
  await store.apply(
    await signedPage({ page: "p1", hosts: ["status.example"], generation: 7, routes: frontRoutes("calm") }),
  );
  const trust = trustOf(store, [root.publicKey]);
  let taken = 0;
  const ingest = createIngest({
    store,
    trust,
    clock,
    log: silentLog,
    metrics,
    onTaken: () => {
      taken += 1;
    },
  });
  const bring = async (bytes: Uint8Array) => {
    const response = await ingest(new Request("http://ops/ingest", { method: "POST", body: bytes }));
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  await bring(appoints);
  return { bring, store, clock, metrics, taken: () => taken };
}

const altered = says();
altered[altered.length - 70] = (altered.at(-70) ?? 0) ^ 1;

describe("edge/ingest, an emergency", () => {
  test("is stored, and whoever brought it hears whether the page is here", async () => {
    const { bring, store, taken } = await setUp();
    expect(await bring(says())).toEqual({
      status: 200,
      body: { outcome: "accepted", kind: "emergency", subject: "p1", holds_page: true },
    });
    expect(await bring(says({ page: "p9" }))).toMatchObject({ status: 200, body: { holds_page: false } });
    expect(store.document("emergency", "p1")).toEqual(says());
    expect(store.document("emergency", "p9")).toEqual(says({ page: "p9" }));
    expect(taken()).toBe(3);
    expect(await bring(says())).toMatchObject({ status: 200, body: { outcome: "known" } });
  });

  const rows: readonly (readonly [what: string, given: Uint8Array, reason: string, sentence: string])[] = [
    ["of a key that nobody appointed", says({}, stranger), "not-appointed", "has not appointed its key"],
    ["of a publisher key", says({}, passesFor(publisher)), "not-appointed", "has not appointed its key"],
    ["of the root key", says({}, passesFor(root)), "not-appointed", "has not appointed its key"],
    ["of another page", says({ page: "p2" }), "page-not-appointed", "emergencies of this page"],
    ["of a lower sequence", says({ sequence: 4 }), "sequence-not-above", "of sequence 5: only a higher one"],
    ["of the same sequence", says({ sequence: 5 }), "sequence-not-above", "of sequence 5: only a higher one"],
    ["that is over", says({ untilMs: start - 1 }), "until-past", "clock says 2026-01-05T12:00:00.000Z."],
    [
      "that would stand too long",
      says({ untilMs: start + limits.emergencyMsMax + limits.stampAheadMsMax + 1 }),
      "until-too-far",
      "clock says 2026-01-05T12:00:00.000Z.",
    ],
    ["that was altered", altered, "bad-signature", "does not hold"],
  ];
  for (const [what, given, reason, sentence] of rows)
    test(`${what} is refused with a sentence, counted, and what stands stays`, async () => {
      const { bring, store, metrics } = await setUp();
      const standing = says({ sequence: 5, text: "Standing." });
      await bring(standing);
      const said = await bring(given);
      expect(said).toMatchObject({ status: 403, body: { reason } });
      expect(said.body.error).toContain(sentence);
      expect(metrics.text()).toContain(`pharos_ingest_total{outcome="${reason}"} 1`);
      expect(store.document("emergency", "p1")).toEqual(standing);
      expect(store.documents("emergency").length).toBe(1);
    });

  test("is not forgotten by a full disk: brought again, it is stored", async () => {
    const { bring, store } = await setUp();
    const put = store.putDocument;
    (store as { putDocument: unknown }).putDocument = async () => {
      throw new Error("ENOSPC");
    };
    expect((await bring(says())).status).toBe(507);
    (store as { putDocument: unknown }).putDocument = put;
    expect(await bring(says())).toMatchObject({ status: 200, body: { outcome: "known" } });
    expect(store.document("emergency", "p1")).toEqual(says());
  });
});
