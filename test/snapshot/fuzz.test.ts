// Decoders take bytes from anyone. In: golden files and the corpus, mutated by seed. Out: never an exception, always a known reason,
// and what is read has exactly one form. A mutation that ever failed here joins the corpus as <decoder>.<reason>.<what>.bin.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { count, testSeed } from "../support/seed.ts";
import { type Decoder, decoders } from "./decoders.ts";

const golden = resolve(import.meta.dirname, "../golden");
const corpus = resolve(import.meta.dirname, "corpus");
const reasons = new Set([
  ..."truncated trailing bad-magic unknown-version bad-text over-limit not-canonical".split(" "),
  ..."too-long undecodable wrong-context bad-signature not-for-this-key".split(" "),
]);
const bytesOfFile = (...path: string[]): Uint8Array => new Uint8Array(readFileSync(join(...path)));

interface Kept {
  readonly file: string;
  readonly decoder: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

const kept: readonly Kept[] = readdirSync(corpus).map((file) => {
  const [decoder = "", reason = ""] = file.split(".");
  return { file, decoder, reason, bytes: bytesOfFile(corpus, file) };
});

describe("fuzz/kept corpus", () => {
  for (const { file, decoder, reason, bytes } of kept) {
    test(`${file}`, () => {
      expect(decoders[decoder]?.read(bytes)).toEqual({ ok: false, reason });
    });
  }

  test("every decoder has kept cases", () => {
    expect([...new Set(kept.map((one) => one.decoder))].sort()).toEqual(Object.keys(decoders).sort());
  });
});

const edges = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** One to four changes: a bit, a byte at an edge, a cut, a doubled or removed stretch, a stretch of another input. */
function mutated(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let now = Buffer.from(bytes);
  for (let turn = random.below(4); turn >= 0; turn--) {
    const at = random.below(now.length + 1);
    const length = random.below(40);
    const rest = now.subarray(at + length);
    const kind = random.below(7);
    if (kind === 0 && at < now.length) now[at] = (now[at] ?? 0) ^ (1 << random.below(8));
    else if (kind === 1 && at < now.length) now[at] = edges[random.below(edges.length)] ?? 0;
    else if (kind === 2 && at + 2 <= now.length) now.writeUInt16BE(random.below(65_536), at);
    else if (kind === 3) now = Buffer.from(now.subarray(0, at));
    else if (kind === 4) now = Buffer.concat([now.subarray(0, at), rest]);
    else if (kind === 5)
      now = Buffer.concat([now.subarray(0, at), now.subarray(at, at + length), now.subarray(at)]);
    else now = Buffer.concat([now.subarray(0, at), other.subarray(at, at + length), rest]);
  }
  return new Uint8Array(now);
}

/** Reads mutations of `seeds`; answers how often each outcome came. Throws with the bytes of the first that broke a rule. */
function fuzz(
  decoder: Decoder,
  seeds: readonly Uint8Array[],
  turns: number,
  random: Random,
): Map<string, number> {
  const outcomes = new Map<string, number>();
  for (let turn = 0; turn < turns; turn++) {
    const pick = (): Uint8Array => seeds[random.below(seeds.length)] ?? new Uint8Array();
    const bytes = mutated(pick(), pick(), random);
    const outcome = outcomeOf(decoder, bytes);
    if (outcome !== "ok" && !reasons.has(outcome))
      throw new Error(`${outcome} for ${Buffer.from(bytes).toString("hex")}`);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return outcomes;
}

function outcomeOf(decoder: Decoder, bytes: Uint8Array): string {
  try {
    const read = decoder.read(bytes);
    if (!read.ok) return read.reason;
    const again = decoder.write?.(read.value);
    return again === undefined || Buffer.compare(again, bytes) === 0 ? "ok" : "read, but written otherwise";
  } catch (thrown) {
    return `thrown ${thrown}`;
  }
}

describe("fuzz/mutations", () => {
  for (const [name, decoder] of Object.entries(decoders)) {
    test(`${name}: never an exception, a known reason, one form (seed ${testSeed})`, () => {
      const whole = decoder.input(bytesOfFile(golden, decoder.golden));
      const seeds = [whole, ...kept.filter((one) => one.decoder === name).map((one) => one.bytes)];
      const turns = decoder.write === undefined ? count(1_000, 50_000) : count(4_000, 400_000);
      const outcomes = fuzz(decoder, seeds, turns, seededRandom(testSeed));
      // A fuzz that only ever hits the first check tests the first check.
      expect(outcomes.size).toBeGreaterThan(2);
    }, 300_000);

    test(`${name}: every shorter prefix is refused`, () => {
      const whole = decoder.input(bytesOfFile(golden, decoder.golden));
      expect(decoder.read(whole).ok).toBe(true);
      for (let length = 0; length < whole.length; length++)
        expect(decoder.read(whole.subarray(0, length)).ok).toBe(false);
    });
  }

  test("noise of any length is refused by each decoder", () => {
    const random = seededRandom(testSeed);
    for (let turn = 0; turn < count(500, 20_000); turn++) {
      const noise = random.bytes(random.below(300));
      for (const decoder of Object.values(decoders)) {
        const outcome = outcomeOf(decoder, noise);
        if (outcome !== "ok") expect(reasons).toContain(outcome);
      }
    }
  });
});
