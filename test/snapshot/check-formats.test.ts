// Plans and results between releases. In: what a later release would write. Out: what this one understands of it, and nothing invented.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { decode, Writer } from "../../src/snapshot/bytes.ts";
import {
  openPlan,
  type PlannedCheck,
  planFormat,
  sealPlan,
  signPlan,
  unsealPlan,
} from "../../src/snapshot/check-plan.ts";
import { batchesOf, type ReportEntry, readBatch } from "../../src/snapshot/check-report.ts";
import { boxPublicKey } from "../../src/snapshot/sealed-box.ts";
import { bytesOf, noteSecret, pop, publisher } from "./samples.ts";

const check: PlannedCheck = {
  ...{ page: "acme", id: "db", everyMs: 60_000, timeoutMs: 5_000, slowMs: null, latency: false },
  target: { kind: "tcp", host: "db", port: 5432, send: null, expect: null },
};

/** As a later release may write it. */
function itemOf(kind: string, target: unknown, more = ""): Uint8Array {
  const name = (text: string): Uint8Array => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  const said = Buffer.from(JSON.stringify(target));
  const writer = new Writer().bytes(name("acme")).bytes(name("db")).u32(60_000).u32(5_000).u32(0).u8(0);
  return writer.bytes(name(kind)).u32(said.length).bytes(said).bytes(Buffer.from(more)).done();
}

function planOf(items: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer().u64(7).bytes(Buffer.from(pop.publicKey, "base64url")).u16(items.length);
  for (const item of items) writer.u32(item.length).bytes(item);
  return writer.u16(0).done();
}

test("plan/a check of a kind that this release does not know is passed over, the others are not", () => {
  const { kind, ...target } = check.target;
  const read = (items: readonly Uint8Array[]) => decode(planOf(items), planFormat.read);
  const known = itemOf(kind, target);
  const plan = (checks: readonly PlannedCheck[]) => ({
    ok: true as const,
    value: { sequence: 7, pop: pop.publicKey, checks, pings: [] },
  });
  expect(read([itemOf("quic", { host: "db" }), known])).toEqual(plan([check]));
  expect(read([itemOf(kind, { ...target, port: "5432" }), known])).toEqual(plan([check]));
  expect(read([itemOf(kind, { ...target, later: true }, "more fields")])).toEqual(plan([check]));
});

test("plan/only the POP that asked can open it, and only its publisher can have written it", () => {
  const signed = signPlan(
    { sequence: 7, pop: pop.publicKey, checks: [check], pings: [] },
    publisher.secretKey,
  );
  const sealed = sealPlan(signed, boxPublicKey(noteSecret), seededRandom(1));
  expect(Buffer.from(sealed).includes("5432")).toBe(false);
  expect(unsealPlan(seededRandom(2).bytes(32), sealed)).toEqual({ ok: false, reason: "not-for-this-key" });
  expect(openPlan(signed, (key) => key === pop.publicKey)).toEqual({ ok: false, reason: "unknown-key" });
  const altered = Uint8Array.from(signed);
  altered[200] = (altered[200] ?? 0) ^ 1;
  expect(openPlan(altered)).toEqual({ ok: false, reason: "bad-signature" });
});

const probe = (at: number, said: string | null = null): ReportEntry => ({
  probe: {
    ...{ check: "acme/db", atMs: 1_790_000_000_000 + at, state: "down", ms: null, why: "timeout", said },
    certificateEndsMs: null,
  },
});

test("batch/however much comes at once, each batch is within its bounds and nothing is lost", () => {
  const entries = Array.from({ length: 2_500 }, (_none, at) =>
    probe(at, at % 7 === 0 ? "ü".repeat(200) : null),
  );
  const batches = batchesOf(entries);
  for (const bytes of batches) expect(bytes.length).toBeLessThanOrEqual(limits.probesBatchBytesMax);
  expect(batches.flatMap((bytes) => readBatch(bytes)).flatMap((read) => (read.ok ? read.value : []))).toEqual(
    entries,
  );
  expect(batches.length).toBeGreaterThan(2);
});

test("batch/what stands behind an entry's known fields, and entries of other kinds, are passed over", () => {
  const [known = new Uint8Array()] = batchesOf([probe(1)]);
  const entry = Buffer.concat([known.subarray(4), bytesOf("later")]);
  const other = Buffer.from([9, 1, 2, 3]);
  const writer = new Writer().u16(2).u16(entry.length).bytes(entry).u16(other.length).bytes(other);
  expect(readBatch(writer.done())).toEqual({ ok: true, value: [probe(1)] });
});

test("batch/a sentence that is too long is cut off between two characters", () => {
  const [bytes = new Uint8Array()] = batchesOf([probe(1, "😀".repeat(300))]);
  const read = readBatch(bytes);
  const [first] = read.ok ? read.value : [];
  const said = first !== undefined && "probe" in first ? (first.probe.said ?? "") : "";
  expect(Buffer.byteLength(said)).toBeLessThanOrEqual(limits.probeSaidBytesMax);
  expect(/^(?:😀)+$/u.test(said)).toBe(true);
});
