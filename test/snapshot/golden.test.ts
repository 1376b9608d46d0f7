// Bytes that a release wrote are read for ever, and today's release still writes the same ones. A new version of a format adds a row;
// no row is ever changed.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import {
  type CheckPlan,
  openPlan,
  pingName,
  sealPlan,
  signPlan,
  unsealPlan,
} from "../../src/snapshot/check-plan.ts";
import {
  batchesOf,
  type CheckReport,
  openProbes,
  type ReportEntry,
  readBatch,
  signProbes,
} from "../../src/snapshot/check-report.ts";
import {
  openAppointment,
  openDelegation,
  openEpoch,
  openRemoval,
  signAppointment,
  signDelegation,
  signEpoch,
  signRemoval,
} from "../../src/snapshot/documents.ts";
import { openEmergency, signEmergency } from "../../src/snapshot/emergency.ts";
import { decodeHeads, encodeHeads, openHeartbeat, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { openJoin, signJoin } from "../../src/snapshot/join.ts";
import { parsePublicKey, parseSecretKey } from "../../src/snapshot/keys.ts";
import { openManifest, signManifest } from "../../src/snapshot/manifest.ts";
import { decodePart, encodePart } from "../../src/snapshot/part.ts";
import { openRegistry, signRegistry } from "../../src/snapshot/registry.ts";
import { openReport, signReport } from "../../src/snapshot/report.ts";
import { boxPublicKey } from "../../src/snapshot/sealed-box.ts";
import type {
  Appointment,
  Delegation,
  Emergency,
  EpochRaise,
  Head,
  Heartbeat,
  Join,
  Manifest,
  Part,
  Registry,
  Removal,
  Report,
} from "../../src/snapshot/types.ts";
import { type NodeView, openView, signView } from "../../src/snapshot/view.ts";
import { notePublicKey, openNote, sealNote, type VisitorNote } from "../../src/snapshot/visitor-note.ts";
import { bytesOf, emergency, noteSecret, otherPop, pop, publisher, root } from "./samples.ts";

const folder = resolve(import.meta.dirname, "../golden");
const digest = (byte: string): string => byte.repeat(32);
const variant = (byte: string, length: number) => ({ digest: digest(byte), length });

const part: Part = {
  routes: [
    {
      path: "/",
      contentType: "text/html; charset=utf-8",
      cache: "page",
      slot: true,
      variants: {
        identity: variant("a1", 40_321),
        gzip: variant("a2", 8_123),
        br: variant("a3", 7_001),
        zstd: variant("a4", 6_999),
      },
    },
    {
      path: "/api/v2/summary.json",
      contentType: "application/json; charset=utf-8",
      cache: "page",
      slot: false,
      variants: { identity: variant("b1", 12_934), gzip: variant("b2", 2_174), br: variant("b3", 1_986) },
    },
    {
      path: "/history.atom",
      contentType: "application/atom+xml",
      cache: "feed",
      slot: false,
      variants: { identity: variant("c1", 0), gzip: variant("c2", 20) },
    },
    {
      path: "/logo-%C3%A9.svg",
      contentType: "image/svg+xml",
      cache: "immutable",
      slot: false,
      variants: { identity: variant("d1", 33_554_432), gzip: variant("d2", 1), zstd: variant("d3", 1) },
    },
  ],
};

/** Routes that came with bits 5 and 6. */
const laterPart: Part = {
  routes: [
    {
      path: "/incidents/old",
      contentType: "text/html; charset=utf-8",
      cache: "page",
      slot: true,
      lazy: true,
      variants: { identity: variant("a5", 9_321), gzip: variant("a6", 2_123), br: variant("a7", 1_998) },
    },
    {
      path: "/video.mp4",
      contentType: "video/mp4",
      cache: "immutable",
      slot: false,
      lazy: true,
      framed: true,
      variants: { identity: variant("b5", 4_194_304), gzip: variant("b6", 4_194_304) },
    },
    {
      path: "/widget",
      contentType: "text/html; charset=utf-8",
      cache: "page",
      slot: false,
      framed: true,
      variants: { identity: variant("c5", 900), gzip: variant("c6", 500), zstd: variant("c7", 400) },
    },
  ],
};

const manifest: Manifest = {
  page: "kctbh9vrtdwd",
  hosts: ["www.githubstatus.com", "status.example", "[::1]", "127.0.0.11"],
  epoch: 2,
  generation: 9_007_199_254_740_991,
  previous: digest("e1"),
  createdMs: 1_767_614_400_000,
  parts: [digest("f1"), digest("f2")],
  banners: {
    de: "Kein Kontakt seit {time}; die Störung kann größer sein.",
    en: "No contact since {time}.",
    "zh-Hant": "自 {time} 起無法連線",
  },
};

const heartbeat: Heartbeat = {
  sequence: 4_294_967_296,
  headsDigest: digest("17"),
  timeMs: 1_767_614_402_000,
};
const heads: readonly Head[] = [
  { page: "acme", epoch: 1, generation: 1, manifest: digest("21") },
  { page: "kctbh9vrtdwd", epoch: 2, generation: 4_294_967_297, manifest: digest("22") },
];
const delegation: Delegation = {
  publisherKey: publisher.publicKey,
  pages: ["acme", "kctbh9vrtdwd"],
  hosts: ["*"],
  serial: 3,
};
const removal: Removal = { page: "acme", hosts: ["status.acme.example"], serial: 4 };
const epoch: EpochRaise = { page: "kctbh9vrtdwd", epoch: 2, serial: 5 };
const appointment: Appointment = {
  emergencyKey: emergency.publicKey,
  pages: ["*", "kctbh9vrtdwd"],
  serial: 6,
};
const said: Emergency = {
  page: "kctbh9vrtdwd",
  sequence: 1_767_614_400_000,
  untilMs: 1_767_621_600_000,
  text: "Alle Regionen sind gestört <https://status.example>: wir wissen davon. 🏮",
};
const withdrawn: Emergency = { ...said, sequence: said.sequence + 1, untilMs: 0, text: "" };
const joinedMs = 1_767_614_400_000;
const registry: Registry = {
  serial: 1_767_614_400_001,
  pops: [
    {
      key: otherPop.publicKey,
      name: "sin.2",
      pages: ["acme", "beta"],
      drained: false,
      revoked: true,
      joinedMs,
    },
    { key: pop.publicKey, name: "fra-1", pages: ["*"], drained: true, revoked: false, joinedMs },
  ],
};
const joining: Join = { name: "fra-1", timeMs: joinedMs, token: digest("c3") };
const report: Report = {
  sequence: 1_767_614_400_123,
  timeMs: joinedMs,
  level: 1,
  load: 1_250,
  beat: 1_767_614_399_000,
  pages: 70_000,
  differing: 2,
  held: [
    { page: "acme", generation: 0 },
    { page: "beta", generation: 9_007_199_254_740_991 },
  ],
};

const view: NodeView = {
  sequence: 1_767_614_400_456,
  timeMs: joinedMs,
  sees: [
    { name: "fra-1", up: true },
    { name: "iad-1", up: false },
  ],
};

const plan: CheckPlan = {
  sequence: 1_790_000_000_000,
  pop: pop.publicKey,
  checks: [
    {
      ...{ page: "acme", id: "web", everyMs: 10_000, timeoutMs: 5_000, slowMs: 800, latency: true },
      target: {
        ...{ kind: "http", url: "https://acme.example/health?Grüße", method: "POST", body: '{"a":1}' },
        ...{ headers: [["authorization", "Bearer secret"]], statuses: "200-299,301" },
        ...{ keyword: "ok", keywordAbsent: false, json: { path: "$.state", equals: "up" } },
        ...{ redirectsMax: 3, certificateDays: 14 },
      },
    },
    {
      ...{ page: "acme", id: "db", everyMs: 60_000, timeoutMs: 10_000, slowMs: null, latency: false },
      target: { kind: "tcp", host: "db.acme.example", port: 5432, send: null, expect: null },
    },
    {
      ...{ page: "acme", id: "tls", everyMs: 3_600_000, timeoutMs: 10_000, slowMs: null, latency: false },
      target: { kind: "tls", host: "192.0.2.1", port: 443, serverName: "acme.example", days: 21 },
    },
    {
      ...{ page: "acme", id: "dns", everyMs: 60_000, timeoutMs: 3_000, slowMs: 100, latency: false },
      target: {
        kind: "dns",
        name: "acme.example",
        type: "AAAA",
        server: "192.0.2.53",
        expect: ["2001:db8::1"],
      },
    },
    {
      ...{ page: "other", id: "ws", everyMs: 30_000, timeoutMs: 5_000, slowMs: null, latency: false },
      target: { kind: "websocket", url: "wss://acme.example/ws", send: "ping", expect: "pong" },
    },
  ],
  pings: [{ page: "acme", id: "nightly", name: pingName("0123456789abcdefghijkl") }],
};
const probeEntries: readonly ReportEntry[] = [
  {
    probe: {
      ...{ check: "acme/web", atMs: 1_790_000_001_000, state: "slow", ms: 950, why: null, said: null },
      certificateEndsMs: 1_800_000_000_000,
    },
  },
  {
    probe: {
      ...{ check: "acme/db", atMs: 1_790_000_001_500, state: "down", ms: null, why: "refused" },
      ...{ said: "192.0.2.7:5432 refused the connection – Grüße.", certificateEndsMs: null },
    },
  },
  {
    ping: { check: "acme/nightly", atMs: 1_790_000_002_000, word: "fail", exit: 137, said: "killed" },
  },
  {
    ping: { check: "acme/nightly", atMs: 1_790_000_003_000, word: "success", exit: null, said: null },
  },
];
const probes: CheckReport = {
  timeMs: 1_790_000_004_000,
  origin: "000102030405060708090a0b0c0d0e0f",
  plan: plan.sequence,
  receiver: boxPublicKey(noteSecret),
  batches: batchesOf(probeEntries).map((bytes, at) => ({ number: 1_790_000_003_500 + at, bytes })),
};

interface Row {
  readonly file: string;
  readonly value: unknown;
  read(bytes: Uint8Array): unknown;
  write(): Uint8Array;
}

const note: VisitorNote = {
  page: "acme",
  path: "/subscribe",
  query: "from=m%C3%BCnchen",
  contentType: "application/x-www-form-urlencoded",
  body: bytesOf("email=reader%40acme.example&components=all"),
  atMs: Date.UTC(2026, 0, 5, 12, 1, 2, 3),
  language: "de",
};

const rows: readonly Row[] = [
  { file: "part-1.bin", value: part, read: decodePart, write: () => encodePart(part.routes) },
  { file: "part-2.bin", value: laterPart, read: decodePart, write: () => encodePart(laterPart.routes) },
  { file: "heads-1.bin", value: heads, read: decodeHeads, write: () => encodeHeads(heads) },
  {
    file: "manifest-1.bin",
    value: { value: manifest, key: publisher.publicKey },
    read: openManifest,
    write: () => signManifest(manifest, publisher.secretKey),
  },
  {
    file: "heartbeat-1.bin",
    value: { value: heartbeat, key: publisher.publicKey },
    read: openHeartbeat,
    write: () => signHeartbeat(heartbeat, publisher.secretKey),
  },
  {
    file: "delegation-1.bin",
    value: { value: delegation, key: root.publicKey },
    read: openDelegation,
    write: () => signDelegation(delegation, root.secretKey),
  },
  {
    file: "removal-1.bin",
    value: { value: removal, key: root.publicKey },
    read: openRemoval,
    write: () => signRemoval(removal, root.secretKey),
  },
  {
    file: "epoch-1.bin",
    value: { value: epoch, key: root.publicKey },
    read: openEpoch,
    write: () => signEpoch(epoch, root.secretKey),
  },
  {
    file: "registry-1.bin",
    value: { value: registry, key: publisher.publicKey },
    read: openRegistry,
    write: () => signRegistry(registry, publisher.secretKey),
  },
  {
    file: "join-1.bin",
    value: { value: joining, key: pop.publicKey },
    read: openJoin,
    write: () => signJoin(joining, pop.secretKey),
  },
  {
    file: "report-1.bin",
    value: { value: report, key: pop.publicKey },
    read: openReport,
    write: () => signReport(report, pop.secretKey),
  },
  {
    file: "view-1.bin",
    value: { value: view, key: pop.publicKey },
    read: (bytes) => openView(bytes),
    write: () => signView(view, pop.secretKey),
  },
  {
    file: "plan-1.bin",
    value: { value: plan, key: publisher.publicKey },
    read: (bytes) => openPlan(bytes),
    write: () => signPlan(plan, publisher.secretKey),
  },
  {
    file: "plan-sealed-1.bin",
    value: signPlan(plan, publisher.secretKey),
    read(bytes) {
      const plain = unsealPlan(noteSecret, bytes);
      return plain.ok ? ok(new Uint8Array(plain.value)) : plain;
    },
    write: () => sealPlan(signPlan(plan, publisher.secretKey), boxPublicKey(noteSecret), seededRandom(12)),
  },
  {
    file: "probes-1.bin",
    value: { value: probes, key: pop.publicKey, entries: [probeEntries] },
    read(bytes) {
      const opened = openProbes(bytes);
      if (!opened.ok) return opened;
      const entries = opened.value.value.batches.map((batch) => readBatch(batch.bytes));
      return ok({ ...opened.value, entries: entries.map((read) => (read.ok ? read.value : read.reason)) });
    },
    write: () => signProbes(probes, pop.secretKey),
  },
  {
    file: "note-1.bin",
    value: note,
    read: (bytes) => openNote(noteSecret, bytes),
    write: () => sealNote(notePublicKey(noteSecret), note, seededRandom(11)),
  },
  {
    file: "pop-secret-1.key",
    value: pop.secretKey.publicKey,
    read: (bytes) => ok(parseSecretKey(Buffer.from(bytes).toString(), "pop", "golden").publicKey),
    write: () => bytesOf(pop.secretText),
  },
  {
    file: "appointment-1.bin",
    value: { value: appointment, key: root.publicKey },
    read: openAppointment,
    write: () => signAppointment(appointment, root.secretKey),
  },
  {
    file: "emergency-1.bin",
    value: { value: said, key: emergency.publicKey },
    read: openEmergency,
    write: () => signEmergency(said, emergency.secretKey),
  },
  {
    file: "emergency-withdrawn-1.bin",
    value: { value: withdrawn, key: emergency.publicKey },
    read: openEmergency,
    write: () => signEmergency(withdrawn, emergency.secretKey),
  },
  {
    file: "root-secret-1.key",
    value: root.secretKey.publicKey,
    read: (bytes) => ok(parseSecretKey(Buffer.from(bytes).toString(), "root", "golden").publicKey),
    write: () => bytesOf(root.secretText),
  },
  {
    file: "publisher-public-1.key",
    value: publisher.publicKey,
    read: (bytes) => ok(parsePublicKey(Buffer.from(bytes).toString(), "publisher", "golden")),
    write: () => bytesOf(publisher.publicText),
  },
];

const ok = (value: unknown) => ({ ok: true, value });

for (const row of rows) {
  test(`golden/${row.file} is read as it was meant`, () => {
    const bytes = new Uint8Array(readFileSync(join(folder, row.file)));
    expect(row.read(bytes)).toEqual(ok(row.value));
  });

  test(`golden/${row.file} is what this release writes`, () => {
    const written = Buffer.from(row.write()).toString("hex");
    expect(written).toBe(readFileSync(join(folder, row.file)).toString("hex"));
  });
}
