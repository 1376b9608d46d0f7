// What a feed asks of who it speaks to, and what a proof of a key is worth.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { KeyPair } from "../../src/snapshot/keys.ts";
import type { Members, Standing } from "../../src/sync/members.ts";
import { createGate, type FeedAccess, type Gate } from "../../src/sync/members-gate.ts";
import {
  bodyDigest,
  challengeText,
  createProver,
  proofText,
  readChallenge,
  readClaim,
} from "../../src/sync/members-proof.ts";
import { other, pop } from "./members-world.ts";
import { origin } from "./world.ts";

describe("members/what a feed asks of who it speaks to", () => {
  const random = seededRandom(43);
  const body = new TextEncoder().encode("frames");
  const path = "/sync/follow";

  function gateFor(standing: Standing, access: FeedAccess): Gate {
    const members: Members = {
      standing: (key) => (key === "" ? "unknown" : standing),
      entry: () => null,
      named: () => null,
      gets: () => true,
      reload: () => {},
    };
    return createGate({ members, access, random });
  }

  /** Asks as a feed does; `proof` is the text of the header. */
  function asks(gate: Gate, key: string, proof: string | null, sent = body, to = path): string {
    const greeting = gate.greet(new Headers(proof === null ? {} : { authorization: proof }));
    if (greeting.kind !== "go-on") return greeting.kind;
    return gate.judge(greeting.claim, key, to, bodyDigest(sent)).kind;
  }

  const challengeOf = (gate: Gate) => {
    const judged = gate.judge(null, pop.publicKey, path, bodyDigest(body));
    const challenge = judged.kind === "unproven" ? readChallenge(judged.challenge) : null;
    if (challenge === null) throw new Error(judged.kind);
    return challenge;
  };
  const proof = (
    gate: Gate,
    more: { count?: number; nonce?: string; by?: KeyPair; path?: string } = {},
  ): string => {
    const { nonce } = challengeOf(gate);
    return proofText(
      (more.by ?? pop).secretKey,
      { nonce: more.nonce ?? nonce, count: more.count ?? 1 },
      more.path ?? path,
      body,
    );
  };

  const open: readonly (readonly [string, string, Standing, FeedAccess, string])[] = [
    ["nobody in particular, at an open feed", "", "unknown", "open", "allowed"],
    ["nobody in particular, at a feed for members", "", "unknown", "members", "not-allowed"],
    ["an unknown key, at an open feed", pop.publicKey, "unknown", "open", "allowed"],
    ["an unknown key, at a feed for members", pop.publicKey, "unknown", "members", "not-allowed"],
    ["a listed key without a proof, at an open feed", pop.publicKey, "member", "open", "unproven"],
    ["a listed key without a proof, at a feed for members", pop.publicKey, "member", "members", "unproven"],
    ["a revoked key, at an open feed", pop.publicKey, "revoked", "open", "not-allowed"],
    ["a revoked key, at a feed for members", pop.publicKey, "revoked", "members", "not-allowed"],
  ];
  for (const [who, key, standing, access, expected] of open)
    test(`${who}: ${expected}`, () => expect(asks(gateFor(standing, access), key, null)).toBe(expected));

  test("an unknown key that brings a proof is let in as one without, a revoked one is not", () => {
    const gate = gateFor("member", "open");
    const text = proof(gate);
    expect(asks(gateFor("unknown", "open"), pop.publicKey, text)).toBe("allowed");
    expect(asks(gateFor("unknown", "members"), pop.publicKey, text)).toBe("not-allowed");
    expect(asks(gateFor("revoked", "open"), pop.publicKey, text)).toBe("not-allowed");
  });

  /** What becomes of the last of several, asked one after the other. */
  const askedAll = (gate: Gate, ...proofs: readonly string[]): string =>
    proofs.map((text) => asks(gate, pop.publicKey, text)).at(-1) ?? "";

  const rows: readonly (readonly [string, (gate: Gate) => string, string])[] = [
    ["none: the proof that was asked for", (gate) => asks(gate, pop.publicKey, proof(gate)), "allowed"],
    ["replay: the same proof again", (gate) => askedAll(gate, proof(gate), proof(gate)), "unproven"],
    [
      "none: one that was overtaken by another",
      (gate) => askedAll(gate, proof(gate, { count: 2 }), proof(gate)),
      "allowed",
    ],
    [
      "replay: one from long ago",
      (gate) => askedAll(gate, proof(gate, { count: limits.proofsInFlightMax + 1 }), proof(gate)),
      "unproven",
    ],
    [
      "replay: one of another feed, or of this one before it was restarted",
      (gate) => asks(gate, pop.publicKey, proof(gate, { nonce: "A".repeat(22) })),
      "unproven",
    ],
    ["another body", (gate) => asks(gate, pop.publicKey, proof(gate), new Uint8Array([1])), "not-allowed"],
    ["another path", (gate) => asks(gate, pop.publicKey, proof(gate, { path: "/sync/ack" })), "not-allowed"],
    [
      "another POP's proof for this key",
      (gate) => asks(gate, pop.publicKey, proof(gate, { by: other })),
      "unproven",
    ],
    [
      "another POP's signature in it",
      (gate) => asks(gate, pop.publicKey, proof(gate, { by: other }).replace(other.publicKey, pop.publicKey)),
      "not-allowed",
    ],
    ["a header that is damaged", (gate) => asks(gate, pop.publicKey, proof(gate).slice(0, -3)), "unproven"],
    ["a header of another kind", (gate) => asks(gate, pop.publicKey, "Bearer x"), "unproven"],
  ];
  for (const [what, ask, expected] of rows)
    test(`${what}: ${expected}`, () => expect(ask(gateFor("member", "members"))).toBe(expected));

  test("a proof that does not hold uses up no count", () => {
    const gate = gateFor("member", "members");
    const forged = proof(gate, { by: other, count: 1_000 }).replace(other.publicKey, pop.publicKey);
    expect(asks(gate, pop.publicKey, forged)).toBe("not-allowed");
    expect(challengeOf(gate).count).toBe(0);
    expect(asks(gate, pop.publicKey, proof(gate))).toBe("allowed");
    expect(challengeOf(gate).count).toBe(1);
  });

  test("headers of anyone are read or passed over, never an exception", () => {
    for (const text of ["", "Pharos", "Pharos key=", 'Pharos nonce="x", count="1"', "x".repeat(9_000)]) {
      expect(readClaim(text)).toBeNull();
      expect(readChallenge(text)).toBeNull();
    }
    expect(readClaim(null)).toBeNull();
    expect(readChallenge(undefined)).toBeNull();
    expect(createProver(pop.secretKey).learn(origin, "Basic")).toBe(false);
  });

  test("counts of requests that are under way are not given again when a feed says how far it has seen", () => {
    const prover = createProver(pop.secretKey);
    const nonce = "A".repeat(22);
    const countOf = (): number => readClaim(prover.prove(origin, path, body))?.count ?? 0;
    const learn = (count: number, of = nonce) => prover.learn(origin, challengeText({ nonce: of, count }));
    expect(prover.prove(origin, path, body)).toBeNull();
    learn(0);
    expect([countOf(), countOf(), countOf()]).toEqual([1, 2, 3]);
    learn(1);
    expect(countOf()).toBe(4);
    learn(90);
    expect(countOf()).toBe(91);
    learn(5, "B".repeat(22));
    expect(countOf()).toBe(6);
  });
});
