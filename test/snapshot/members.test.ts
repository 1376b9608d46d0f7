// Registry, join and report against the attacks that The Update Framework lists (specification 1.0, section 1.5): what is given, and the one
// outcome. Beside each attack stands the honest twin that is accepted, so that the tables can fail.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { openJoin, signJoin } from "../../src/snapshot/join.ts";
import { acceptRegistry, registryFits, signRegistry } from "../../src/snapshot/registry.ts";
import { openReport, signReport } from "../../src/snapshot/report.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import type { Join, PopEntry, Registry, Report } from "../../src/snapshot/types.ts";
import { openView, signView } from "../../src/snapshot/view.ts";
import {
  altered,
  bytesOf,
  otherPop,
  otherPublisher,
  pop,
  publisher,
  root,
  sampleDelegation,
  sampleTrust,
  stranger,
} from "./samples.ts";

const entry = (more: Partial<PopEntry> = {}): PopEntry => ({
  key: pop.publicKey,
  name: "fra-1",
  pages: ["*"],
  drained: false,
  revoked: false,
  joinedMs: 1,
  ...more,
});
const registry = (more: Partial<Registry> = {}, by = publisher): Uint8Array =>
  signRegistry({ serial: 6, pops: [entry()], ...more }, by.secretKey);
const token = digestOf(bytesOf("token"));
const join = (more: Partial<Join> = {}, by = pop): Uint8Array =>
  signJoin({ name: "fra-1", timeMs: 1, token, ...more }, by.secretKey);
const report = (more: Partial<Report> = {}, by = pop): Uint8Array =>
  signReport(
    { sequence: 7, timeMs: 1, level: 0, load: 0, beat: 5, pages: 1, differing: 0, held: [], ...more },
    by.secretKey,
  );
const asPublisher = { ...pop, secretKey: { ...pop.secretKey, role: "publisher" as const } };
const withWord = (bytes: Uint8Array, from: string, to: string): Uint8Array =>
  new Uint8Array(Buffer.from(Buffer.from(bytes).toString("latin1").replace(from, to), "latin1"));
const delegation = (more: object): Uint8Array =>
  signDelegation({ ...sampleDelegation(), ...more }, root.secretKey);

describe("snapshot/a registry is offered to a POP that holds serial 5 of this publisher", () => {
  const rows: readonly (readonly [string, Uint8Array, string, (readonly Uint8Array[])?])[] = [
    ["none: the next", registry(), "accepted"],
    ["none: the one that is held", registry({ serial: 5 }), "known"],
    ["rollback: an older one, in which the POP was not revoked", registry({ serial: 4 }), "superseded"],
    ["rollback: the same serial with other content", registry({ serial: 5, pops: [] }), "superseded"],
    [
      "none: the first of another publisher",
      registry({ serial: 1 }, otherPublisher),
      "accepted",
      [delegation({ publisherKey: otherPublisher.publicKey })],
    ],
    ["wrong key: no delegation names it", registry({}, stranger), "unknown-key"],
    ["wrong key: revoked", registry(), "unknown-key", [delegation({ pages: [], serial: 2 })]],
    ["wrong key: a POP lists itself", registry({}, asPublisher), "unknown-key"],
    [
      "wrong key: root is no publisher",
      registry({}, { ...root, secretKey: { ...root.secretKey, role: "publisher" } }),
      "unknown-key",
    ],
    [
      "a mark taken away",
      altered(registry({ pops: [entry({ revoked: true })] }), 42 + 17 + 2 + 8 + 38),
      "bad-signature",
    ],
    ["altered signature", altered(registry(), -1), "bad-signature"],
    [
      "a heartbeat under the registry's word",
      withWord(
        signHeartbeat({ sequence: 1, headsDigest: token, timeMs: 1 }, publisher.secretKey),
        "pharos/heartbeat/1",
        "pharos/registry/1",
      ),
      "undecodable",
    ],
    ["a delegation in its place", delegation({}), "wrong-context"],
    ["another release's registry", withWord(registry(), "registry/1", "registry/2"), "unknown-version"],
    ["endless data", new Uint8Array(limits.documentBytesMax + 1), "too-long"],
    ["arbitrary data", new Uint8Array(200), "undecodable"],
  ];
  const held = registry({ serial: 5 });
  for (const [attack, given, expected, more = []] of rows) {
    test(`${attack}: ${expected}`, () => {
      const heldOf = (key: string) => (key === publisher.publicKey ? held : null);
      const accepted = acceptRegistry(sampleTrust(...more), heldOf, given);
      const became: string = accepted.outcome === "refused" ? accepted.reason : accepted.outcome;
      expect(became).toBe(expected);
    });
  }

  test("in whatever order they arrive, the highest serial is held in the end", () => {
    const all = [1, 2, 3].map((serial) => registry({ serial }));
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ]) {
      let now = null as Uint8Array | null;
      for (const at of order) {
        const bytes = all[at] ?? new Uint8Array();
        if (acceptRegistry(sampleTrust(), () => now, bytes).outcome === "accepted") now = bytes;
      }
      expect(now).toEqual(all[2] ?? null);
    }
  });

  test("as many POPs as there may be fit into one document; pages beyond it do not", () => {
    const pops = Array.from({ length: limits.popsMax }, (_, at) =>
      entry({
        key: Buffer.alloc(32, at)
          .fill(at >> 8, 0, 1)
          .toString("base64url"),
        name: "n".repeat(64),
      }),
    );
    expect(registryFits(pops)).toBe(true);
    expect(registry({ pops }).length).toBeLessThanOrEqual(limits.documentBytesMax);
    expect(registryFits([...pops, entry()])).toBe(false);
    expect(
      registryFits([entry({ pages: Array.from({ length: 1_100 }, (_, at) => `${at}`.padStart(64, "p")) })]),
    ).toBe(false);
  });
});

describe("snapshot/a request to join is offered with its token", () => {
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    ["none", join(), "opened"],
    ["altered name", altered(join(), 42 + 13 + 1), "bad-signature"],
    ["another token's digest put in", altered(join(), -70), "bad-signature"],
    ["a report in its place", report(), "wrong-context"],
    ["another release's", withWord(join(), "join/1", "join/2"), "unknown-version"],
    ["endless data", new Uint8Array(limits.joinBytesMax + 1), "too-long"],
    ["nothing", new Uint8Array(), "undecodable"],
  ];
  for (const [attack, given, expected] of rows)
    test(`${attack}: ${expected}`, () => {
      const opened = openJoin(given);
      expect(opened.ok ? "opened" : opened.reason).toBe(expected);
    });

  test("only a POP's key signs it, and a POP's key signs nothing else", () => {
    expect(() => join({}, publisher)).toThrow("pop key");
    expect(() => registry({}, pop)).toThrow("publisher key");
    expect(() => join({ name: "a b" })).toThrow();
  });
});

describe("snapshot/a report is offered to who knows one POP", () => {
  const held = [{ page: "acme", generation: 4 }];
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    ["none", report(), "opened"],
    ["none: a page that differs", report({ differing: 1, held }), "opened"],
    ["another POP's word for this one", report({}, otherPop), "unknown-key"],
    ["altered level", altered(report({ level: 1 }), 42 + 15 + 16), "bad-signature"],
    ["a join in its place", join(), "wrong-context"],
    ["another release's", withWord(report(), "report/1", "report/2"), "unknown-version"],
    ["endless data", new Uint8Array(limits.reportBytesMax + 1), "too-long"],
  ];
  for (const [attack, given, expected] of rows)
    test(`${attack}: ${expected}`, () => {
      const opened = openReport(given, (key) => key === pop.publicKey);
      expect(opened.ok ? "opened" : opened.reason).toBe(expected);
    });

  test("the longest fits; one that says less than it counts is not signed", () => {
    const many = Array.from({ length: limits.reportPagesMax }, (_, at) => ({
      page: `p${at + 10}`.padEnd(64, "x"),
      generation: Number.MAX_SAFE_INTEGER,
    }));
    expect(report({ differing: 4_000_000_000, held: many }).length).toBeLessThan(limits.reportBytesMax);
    expect(() => report({ differing: 2, held })).toThrow();
    expect(() => report({ differing: 2, held: [...held, ...held] })).toThrow();
  });

  test("a publisher that trust does not know lists nobody", () => {
    const trust = createTrust({ rootKeys: [root.publicKey] });
    expect(acceptRegistry(trust, () => null, registry())).toEqual({
      outcome: "refused",
      reason: "unknown-key",
    });
  });
});

test("view: what a node sees comes back: POPs over each family, CDNs, the static host, addresses", () => {
  const sees = [
    { name: "ams", up: true },
    { name: "fra", up: false, upSix: true },
    { name: "iad", up: true, upSix: false },
    { name: "ams", up: false, kind: "cdn" as const },
    { name: "static", up: true, kind: "static" as const },
    { name: "c0000201", up: false, kind: "address" as const },
    { name: "c0000202", up: true, kind: "address" as const },
  ];
  const signed = signView({ sequence: 7, timeMs: 8, sees }, pop.secretKey);
  const opened = openView(signed);
  expect(opened.ok && opened.value.value.sees).toEqual(sees);
});
