// Who may say that there is an emergency, and when it is one: attacks and their honest twins, as a table.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { signAppointment, signRemoval } from "../../src/snapshot/documents.ts";
import {
  emergencyFormat,
  readStoredEmergency,
  signEmergency,
  untimely,
} from "../../src/snapshot/emergency.ts";
import type { SecretKey } from "../../src/snapshot/keys.ts";
import { refusalSentence } from "../../src/snapshot/refusals.ts";
import { type SignedFormat, signAs } from "../../src/snapshot/signed.ts";
import type { Acceptance, DocumentRefusal, Trust } from "../../src/snapshot/trust.ts";
import type { Appointment, Emergency } from "../../src/snapshot/types.ts";
import {
  altered,
  emergency as appointed,
  bytesOf,
  otherEmergency,
  otherRoot,
  publisher,
  root,
  sampleTrust,
} from "./samples.ts";

const nowMs = Date.UTC(2026, 0, 5, 12);
const hourMs = 3_600_000;
const sample: Emergency = { page: "acme", sequence: 10, text: "All down.", untilMs: nowMs + hourMs };
const says = (more: Partial<Emergency> = {}, by: SecretKey = appointed.secretKey): Uint8Array =>
  signEmergency({ ...sample, ...more }, by);
const withdraws = (sequence: number): Uint8Array => says({ sequence, text: "", untilMs: 0 });
const appoints = (more: Partial<Appointment> = {}, by = root): Uint8Array =>
  signAppointment({ emergencyKey: appointed.publicKey, pages: ["acme"], serial: 1, ...more }, by.secretKey);
const revokes = appoints({ pages: [], serial: 2 });
const passesFor = (key: SecretKey): SecretKey => ({ ...key, role: "emergency" });
const farMs = nowMs + limits.emergencyMsMax + limits.stampAheadMsMax;
const longest = "x".repeat(limits.emergencyTextBytesMax);

const give = (trust: Trust, bytes: Uint8Array, door: "hand" | "feed" = "hand"): string => {
  const acceptance: Acceptance = trust.accept(bytes, (emergency) => untimely(emergency, nowMs, door));
  return acceptance.outcome === "refused" ? acceptance.reason : acceptance.outcome;
};

interface Row {
  readonly attack: string;
  readonly given: Uint8Array;
  readonly expected: DocumentRefusal | "accepted" | "known" | "superseded";
  /** By a feed, where it is another. */
  readonly byFeed?: DocumentRefusal | "accepted";
  /** Beside the appointment of the sample for the page acme. */
  readonly documents?: readonly Uint8Array[];
}

const held = says();
const rows: readonly Row[] = [
  { attack: "none: the first one", given: says(), expected: "accepted" },
  { attack: "none: the longest text", given: says({ text: longest }), expected: "accepted" },
  {
    attack: "none: a higher sequence",
    given: says({ sequence: 11 }),
    documents: [held],
    expected: "accepted",
  },
  { attack: "none: the same again", given: held, documents: [held], expected: "known" },
  { attack: "none: withdrawn", given: withdraws(11), documents: [held], expected: "accepted" },
  { attack: "none: withdrawn before it came", given: withdraws(11), expected: "accepted" },
  {
    attack: "replay of what was withdrawn",
    given: held,
    documents: [withdraws(11)],
    expected: "superseded",
  },
  { attack: "a lower sequence", given: says({ sequence: 9 }), documents: [held], expected: "superseded" },
  {
    attack: "the same sequence with other words",
    given: says({ text: "No, all is well." }),
    documents: [held],
    expected: "superseded",
  },
  {
    attack: "a withdrawal of an earlier text",
    given: withdraws(9),
    documents: [held],
    expected: "superseded",
  },
  {
    attack: "wrong key: nobody appointed it",
    given: says({}, otherEmergency.secretKey),
    expected: "not-appointed",
  },
  {
    attack: "wrong key: another root appointed it",
    given: says({}, otherEmergency.secretKey),
    documents: [appoints({ emergencyKey: otherEmergency.publicKey }, otherRoot)],
    expected: "not-appointed",
  },
  {
    attack: "wrong key: a publisher of this very page",
    given: says({}, passesFor(publisher.secretKey)),
    expected: "not-appointed",
  },
  { attack: "wrong key: root itself", given: says({}, passesFor(root.secretKey)), expected: "not-appointed" },
  {
    attack: "wrong key: its appointment was taken back",
    given: says(),
    documents: [revokes],
    expected: "not-appointed",
  },
  {
    attack: "replay of an appointment that was taken back since",
    given: says(),
    documents: [revokes, appoints()],
    expected: "not-appointed",
  },
  {
    attack: "another page than it is appointed for",
    given: says({ page: "beta" }),
    expected: "page-not-appointed",
  },
  {
    attack: "none: appointed for all pages",
    given: says({ page: "beta" }),
    documents: [appoints({ pages: ["*"], serial: 2 })],
    expected: "accepted",
  },
  {
    attack: "a page that root removed",
    given: says(),
    documents: [signRemoval({ page: "acme", hosts: [], serial: 1 }, root.secretKey)],
    expected: "page-removed",
  },
  {
    attack: "until a time that is past",
    given: says({ untilMs: nowMs }),
    expected: "until-past",
    byFeed: "accepted",
  },
  { attack: "none: until a moment from now", given: says({ untilMs: nowMs + 1 }), expected: "accepted" },
  { attack: "none: as long as may be", given: says({ untilMs: farMs }), expected: "accepted" },
  { attack: "for ever", given: says({ untilMs: farMs + 1 }), expected: "until-too-far" },
  { attack: "altered text", given: altered(says(), -70), expected: "bad-signature" },
  { attack: "altered signature", given: altered(says(), -1), expected: "bad-signature" },
  { attack: "unsigned", given: says().fill(0, -64), expected: "bad-signature" },
  { attack: "another release's", given: withWord(says(), "pharos/emergency/2"), expected: "unknown-version" },
  { attack: "endless text", given: saysBytes(3_000), expected: "too-long" },
  { attack: "what is no emergency inside", given: saysBytes(100), expected: "undecodable" },
];

describe("snapshot/an emergency is offered to a POP", () => {
  for (const { attack, given, documents = [], expected, byFeed = expected } of rows) {
    test(`${attack}: ${expected}`, () => {
      expect(give(sampleTrust(appoints(), ...documents), given)).toBe(expected);
      expect(give(sampleTrust(appoints(), ...documents), given, "feed")).toBe(byFeed);
      if (!["accepted", "known", "superseded"].includes(expected))
        expect(refusalSentence(expected as DocumentRefusal)).toEndWith(".");
    });
  }

  test("a stolen key's last sequence stands in nobody's way once root has taken its appointment back", () => {
    const trust = sampleTrust(appoints(), appoints({ emergencyKey: otherEmergency.publicKey }));
    expect(give(trust, says({ sequence: Number.MAX_SAFE_INTEGER }))).toBe("accepted");
    const ours = says({ sequence: 11 }, otherEmergency.secretKey);
    expect(give(trust, ours)).toBe("superseded");
    expect(give(trust, revokes)).toBe("accepted");
    expect(give(trust, ours)).toBe("accepted");
  });

  test("a stolen key fills no more than the limit, and what it took is free once it is revoked", () => {
    const trust = sampleTrust(
      appoints({ pages: ["*"] }),
      appoints({ emergencyKey: otherEmergency.publicKey, pages: ["*"] }),
    );
    for (let at = 0; at < limits.emergenciesMax; at++)
      expect(give(trust, says({ page: `p${at}` }))).toBe("accepted");
    const ours = says({}, otherEmergency.secretKey);
    expect(give(trust, ours)).toBe("emergencies-full");
    expect(give(trust, says({ page: "p7", sequence: 11 }))).toBe("accepted");
    give(trust, revokes);
    expect(give(trust, ours)).toBe("accepted");
  });

  test("whatever order a store gives its documents in, the start is the same", () => {
    const documents = [says(), withdraws(12), says({ sequence: 11 }), appoints()];
    for (const order of [documents, documents.toReversed()]) {
      const trust = sampleTrust(...order);
      expect(trust.refusedAtStart).toEqual([]);
      expect(give(trust, says({ sequence: 12, text: "x" }))).toBe("superseded");
      expect(give(trust, says({ sequence: 13 }))).toBe("accepted");
    }
  });

  test("one that nobody may say any more is no reason to distrust the store", () => {
    expect(sampleTrust(appoints(), says(), revokes).refusedAtStart).toEqual([]);
  });
});

describe("snapshot/an emergency is signed", () => {
  const wrong: readonly (readonly [what: string, more: Partial<Emergency>, by?: SecretKey])[] = [
    ["by a publisher key", {}, publisher.secretKey],
    ["by the root key", {}, root.secretKey],
    ["for every page at once", { page: "*" }],
    ["with a text too long", { text: `${longest}x` }],
    ["with two lines", { text: "one\ntwo" }],
    ["with nothing but blanks", { text: "  " }],
    ["without a text, until a time", { text: "" }],
  ];
  for (const [what, more, by] of wrong)
    test(`${what}: never`, () => {
      expect(() => says(more, by)).toThrow();
    });
});

describe("snapshot/a stored emergency is read by one who knows root alone", () => {
  const stored = (appointment: Uint8Array | null, bytes = says(), roots = [root.publicKey]) =>
    readStoredEmergency(bytes, (key) => (key === appointed.publicKey ? appointment : null), roots);

  test("everything holds", () => {
    expect(stored(appoints())).toEqual(sample);
  });

  const doubts: readonly (readonly [string, ReturnType<typeof stored>])[] = [
    ["no appointment", stored(null)],
    ["an appointment that was taken back", stored(revokes)],
    ["an appointment for other pages", stored(appoints({ pages: ["beta"] }))],
    ["an appointment of another key", stored(appoints({ emergencyKey: otherEmergency.publicKey }))],
    ["an appointment by another root", stored(appoints({}, otherRoot))],
    ["a root that was taken away", stored(appoints(), says(), [otherRoot.publicKey])],
    ["altered on the disk", stored(appoints(), altered(says(), -70))],
    ["an altered appointment", stored(altered(appoints(), -70))],
    ["something else under its name", stored(appoints(), bytesOf("<!doctype html>"))],
  ];
  for (const [what, read] of doubts)
    test(`${what}: nothing is shown`, () => {
      expect(read).toBeNull();
    });
});

/** Rightly signed, and of this length inside. */
function saysBytes(length: number): Uint8Array {
  const loose: SignedFormat<Uint8Array> = {
    ...emergencyFormat,
    bytesMax: limits.documentBytesMax,
    write: (writer, bytes) => void writer.bytes(bytes),
    read: (reader) => reader.bytes(length),
  };
  return signAs(loose, new Uint8Array(length), appointed.secretKey);
}

function withWord(bytes: Uint8Array, word: string): Uint8Array {
  const copy = bytes.slice();
  copy.set(bytesOf(word), 6);
  return copy;
}
