// The attacks that The Update Framework lists (specification 1.0, section 1.5), as a table: what is given, and the one reason
// with which it is refused. Beside each attack stands the honest twin that is accepted, so that the table can fail.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { signDelegation, signEpoch, signRemoval } from "../../src/snapshot/documents.ts";
import { signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { signManifest } from "../../src/snapshot/manifest.ts";
import { refusalSentence } from "../../src/snapshot/refusals.ts";
import type { Acceptance, ManifestCheck, Refusal } from "../../src/snapshot/trust.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import type { Delegation, Manifest } from "../../src/snapshot/types.ts";
import {
  altered,
  bytesOf,
  otherPublisher,
  otherRoot,
  publisher,
  root,
  sampleDelegation,
  sampleHead,
  sampleManifest,
  sampleTrust,
  signedSample,
  stranger,
} from "./samples.ts";

type Expected = Refusal | "accepted";
type Became = Refusal | Exclude<Acceptance["outcome"], "refused">;

const delegation = (more: Partial<Delegation>) => signDelegation(sampleDelegation(more), root.secretKey);
const by = (secret: typeof publisher, more: Partial<Manifest> = {}) =>
  signManifest(sampleManifest(more), secret.secretKey);
const outcome = (check: ManifestCheck): Expected => (check.ok ? "accepted" : check.reason);
const epoch = (value: number, serial = value) =>
  signEpoch({ page: "acme", epoch: value, serial }, root.secretKey);
const removal = signRemoval({ page: "acme", hosts: ["status.acme.example"], serial: 1 }, root.secretKey);
const heartbeat = (sequence: number, secret = publisher) =>
  signHeartbeat({ sequence, headsDigest: digestOf(bytesOf("heads")), timeMs: 1 }, secret.secretKey);
const far = 6 + limits.generationJumpMax;

interface ManifestRow {
  readonly attack: string;
  readonly expected: Expected;
  readonly given: Uint8Array;
  /** Root documents beside the one delegation of the sample. */
  readonly documents?: readonly Uint8Array[];
  /** Generation 6 of epoch 1 where nothing else is said. */
  readonly held?: ReturnType<typeof sampleHead> | null;
}

const manifestRows: readonly ManifestRow[] = [
  { attack: "none: the next generation", expected: "accepted", given: signedSample() },
  { attack: "none: the first one of a page", expected: "accepted", given: signedSample(), held: null },
  {
    attack: "rollback to an older generation",
    expected: "generation-not-above",
    given: signedSample({ generation: 5 }),
  },
  {
    attack: "rollback: the same generation with other content",
    expected: "generation-not-above",
    given: signedSample({ generation: 6 }),
  },
  {
    attack: "rollback to an ended epoch",
    expected: "epoch-behind",
    given: signedSample({ generation: 90 }),
    documents: [epoch(2)],
  },
  {
    attack: "rollback of the epoch to what root says, below what is held",
    expected: "epoch-behind",
    given: signedSample(),
    held: sampleHead({ epoch: 2 }),
  },
  {
    attack: "none: a new epoch begins below the old generation",
    expected: "accepted",
    given: signedSample({ epoch: 2, generation: 1 }),
    documents: [epoch(2)],
  },
  { attack: "an epoch that root did not begin", expected: "epoch-ahead", given: signedSample({ epoch: 2 }) },
  { attack: "fast-forward", expected: "generation-jump", given: signedSample({ generation: far + 1 }) },
  {
    attack: "fast-forward hidden behind a new epoch",
    expected: "generation-jump",
    given: signedSample({ epoch: 2, generation: far + 1 }),
    documents: [epoch(2)],
  },
  { attack: "none: as far as the limit", expected: "accepted", given: signedSample({ generation: far }) },
  {
    attack: "none: a new POP begins at a high generation",
    expected: "accepted",
    given: signedSample({ generation: far + 1 }),
    held: null,
  },
  { attack: "wrong key: no delegation names it", expected: "unknown-key", given: by(stranger) },
  {
    attack: "wrong key: revoked by a delegation without pages",
    expected: "unknown-key",
    given: signedSample(),
    documents: [delegation({ pages: [], serial: 2 })],
  },
  {
    attack: "wrong key: root's own word is not a publisher's",
    expected: "unknown-key",
    given: by({ ...root, secretKey: { ...root.secretKey, role: "publisher" } }),
  },
  {
    attack: "key that may not publish this page",
    expected: "page-not-delegated",
    given: by(otherPublisher),
    documents: [delegation({ publisherKey: otherPublisher.publicKey, pages: ["other"], hosts: ["*"] })],
  },
  {
    attack: "none: another key that may publish this page",
    expected: "accepted",
    given: by(otherPublisher),
    documents: [delegation({ publisherKey: otherPublisher.publicKey, pages: ["*"], hosts: ["*"] })],
  },
  {
    attack: "key that may not claim one of the hosts",
    expected: "host-not-delegated",
    given: signedSample({ hosts: ["status.acme.example", "bank.example"] }),
  },
  {
    attack: "none: the hosts are delegated by a later serial",
    expected: "accepted",
    given: signedSample({ hosts: ["status.acme.example", "bank.example"] }),
    documents: [delegation({ hosts: ["bank.example", "status.acme.example"], serial: 2 })],
  },
  {
    attack: "replay of a delegation that was narrowed since",
    expected: "host-not-delegated",
    given: signedSample(),
    documents: [delegation({ hosts: [], serial: 3 }), delegation({ serial: 2 })],
  },
  {
    attack: "a removed page comes back",
    expected: "page-removed",
    given: signedSample({ generation: 99 }),
    documents: [removal],
  },
  { attack: "altered payload", expected: "bad-signature", given: altered(signedSample(), 70) },
  { attack: "altered signature", expected: "bad-signature", given: altered(signedSample(), -1) },
  { attack: "unsigned: a signature of zeros", expected: "bad-signature", given: signedSample().fill(0, -64) },
  { attack: "unsigned: the signature cut off", expected: "undecodable", given: signedSample().slice(0, -64) },
  {
    attack: "the key swapped for a known one",
    expected: "bad-signature",
    given: withKey(by(stranger), publisher.publicKey),
  },
  {
    attack: "a heartbeat's signature under the manifest's word",
    expected: "bad-signature",
    given: withContext(heartbeat(1), "pharos/manifest/1"),
  },
  { attack: "a heartbeat in place of a manifest", expected: "wrong-context", given: heartbeat(1) },
  { attack: "a delegation in place of a manifest", expected: "wrong-context", given: delegation({}) },
  {
    attack: "another release's manifest",
    expected: "unknown-version",
    given: withContext(signedSample(), "pharos/manifest/2"),
  },
  { attack: "another release's envelope", expected: "unknown-version", given: altered(signedSample(), 4, 3) },
  {
    attack: "endless data: over the limit by one byte",
    expected: "too-long",
    given: new Uint8Array(limits.manifestBytesMax + 1),
  },
  {
    attack: "arbitrary data of the allowed length",
    expected: "undecodable",
    given: new Uint8Array(limits.manifestBytesMax),
  },
  { attack: "something appended", expected: "undecodable", given: joined(signedSample(), new Uint8Array(1)) },
  { attack: "nothing at all", expected: "undecodable", given: new Uint8Array() },
];

describe("snapshot/a manifest is offered to a POP that holds generation 6", () => {
  for (const row of manifestRows) {
    test(`${row.attack}: ${row.expected}`, () => {
      const trust = sampleTrust(...(row.documents ?? []));
      const held = row.held === undefined ? sampleHead() : row.held;
      expect(outcome(trust.checkManifest(row.given, held))).toBe(row.expected);
      expect(outcome(trust.checkManifest(row.given, () => held))).toBe(row.expected);
      if (row.expected !== "accepted") expect(refusalSentence(row.expected)).toEndWith(".");
    });
  }
});

describe("snapshot/a heartbeat is offered to a POP whose last one had sequence 40", () => {
  const rows: readonly [string, Uint8Array, number | null, Expected][] = [
    ["none: the next", heartbeat(41), 40, "accepted"],
    ["none: the first", heartbeat(1), null, "accepted"],
    ["none: some were lost", heartbeat(90), 40, "accepted"],
    ["freeze: the last one again", heartbeat(40), 40, "sequence-not-rising"],
    ["freeze: an older one", heartbeat(12), 40, "sequence-not-rising"],
    ["wrong key", heartbeat(41, stranger), 40, "unknown-key"],
    ["altered sequence", altered(heartbeat(41), 64), 40, "bad-signature"],
    ["a manifest in its place", signedSample(), 40, "wrong-context"],
    ["endless data", new Uint8Array(1025), 40, "too-long"],
  ];
  for (const [attack, given, last, expected] of rows) {
    test(`${attack}: ${expected}`, () => {
      const check = sampleTrust().checkHeartbeat(given, last);
      expect(check.ok ? "accepted" : check.reason).toBe(expected);
    });
  }
});

describe("snapshot/a document is offered to a POP that holds serial 5 of each kind", () => {
  const held = [
    delegation({ serial: 5 }),
    signRemoval({ page: "gone", hosts: [], serial: 5 }, root.secretKey),
    epoch(5),
  ];
  const otherwise = delegation({ serial: 5, hosts: ["*"] });
  const forged = signDelegation(sampleDelegation({ serial: 9, hosts: ["*"] }), otherRoot.secretKey);
  const rows: readonly [string, Uint8Array, Became][] = [
    ["none: a delegation of a higher serial", delegation({ serial: 6 }), "accepted"],
    ["none: a first delegation of another key", delegation({ publisherKey: stranger.publicKey }), "accepted"],
    ["none: the same document again", held[0] ?? forged, "known"],
    ["none: the same removal again", held[1] ?? forged, "known"],
    ["replay of a lower serial", delegation({ serial: 4, hosts: ["*"] }), "superseded"],
    ["the same serial with other content", otherwise, "superseded"],
    ["none: a higher epoch", epoch(6), "accepted"],
    ["a lower epoch under a higher serial", epoch(4, 9), "superseded"],
    [
      "none: a removal of a higher serial",
      signRemoval({ page: "gone", hosts: ["a.example"], serial: 6 }, root.secretKey),
      "accepted",
    ],
    ["signed by another root", forged, "not-root"],
    [
      "signed by a publisher",
      signDelegation(sampleDelegation({ serial: 9 }), { ...publisher.secretKey, role: "root" }),
      "not-root",
    ],
    ["altered", altered(delegation({ serial: 6 }), -80), "bad-signature"],
    ["a removal's signature under the epoch's word", withContext(removal, "pharos/epoch/1"), "bad-signature"],
    ["a manifest in its place", signedSample(), "wrong-context"],
    ["a kind that this release does not know", withContext(removal, "pharos/decree/1"), "wrong-context"],
    ["another release's removal", withContext(removal, "pharos/removal/2"), "unknown-version"],
    ["endless data", new Uint8Array(limits.documentBytesMax + 1), "too-long"],
    ["not a document", bytesOf("<!doctype html>"), "undecodable"],
  ];
  for (const [attack, given, expected] of rows) {
    test(`${attack}: ${expected}`, () => {
      const acceptance = sampleTrust(...held).accept(given);
      const became: string = acceptance.outcome === "refused" ? acceptance.reason : acceptance.outcome;
      expect(became).toBe(expected);
    });
  }

  test("in whatever order documents arrive, the end is the same", () => {
    const said = [
      epoch(3),
      epoch(5, 1),
      epoch(4, 9),
      delegation({ serial: 2, hosts: [] }),
      delegation({ serial: 3 }),
    ];
    for (const order of [said, said.toReversed(), said.toSorted(() => 1)]) {
      const trust = createTrust({ rootKeys: [root.publicKey], documents: order });
      expect(trust.epochOf("acme")).toBe(5);
      expect(outcome(trust.checkManifest(signedSample({ epoch: 5 }), null))).toBe("accepted");
    }
  });

  test("a root that was taken away: its documents are refused at the start, and counted", () => {
    const trust = createTrust({ rootKeys: [otherRoot.publicKey], documents: held });
    expect(trust.refusedAtStart).toEqual(["not-root", "not-root", "not-root"]);
    expect(trust.mayPublish(publisher.publicKey, "acme")).toBe(false);
    expect(trust.epochOf("acme")).toBe(1);
  });
});

/** The same envelope under another word: what an attacker does who has a signature of one kind and wants another. */
function withContext(bytes: Uint8Array, context: string): Uint8Array {
  const length = bytes[5] ?? 0;
  const head = joined(bytes.slice(0, 5), Uint8Array.of(context.length));
  return joined(joined(head, bytesOf(context)), bytes.slice(6 + length));
}

function withKey(bytes: Uint8Array, key: string): Uint8Array {
  const copy = bytes.slice();
  copy.set(Buffer.from(key, "base64url"), 6 + (bytes[5] ?? 0));
  return copy;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([a, b]));
}
