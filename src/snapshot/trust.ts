// Who may say what. In: root keys, documents, manifests and heartbeats from anyone. Out: what holds, or the reason why not.
// Nothing but a key is read from bytes before their signature holds. Knows no store: the caller keeps what is accepted.
import { limits } from "../base/limits.ts";
import { digestOf } from "./digest.ts";
import { appointmentFormat, delegationFormat, epochFormat, removalFormat } from "./documents.ts";
import { createEmergencies, type Emergencies, type EmergencyRefusal, type Untimely } from "./emergency.ts";
import { heartbeatFormat } from "./heartbeat.ts";
import type { PublicKey } from "./keys.ts";
import { manifestFormat } from "./manifest.ts";
import { isNamed } from "./names.ts";
import { contextOf, type OpenReason, openAs, type SignedFormat } from "./signed.ts";
import type {
  Appointment,
  Delegation,
  Emergency,
  EpochRaise,
  Head,
  Heartbeat,
  Manifest,
  Removal,
} from "./types.ts";

/** The epoch of a page that root never raised. */
export const epochFirst = 1;

/** Why a manifest is refused. */
export type ManifestRefusal =
  | OpenReason
  | "page-removed"
  | "page-not-delegated"
  | "host-not-delegated"
  | "epoch-behind"
  | "epoch-ahead"
  | "generation-not-above"
  | "generation-jump";

/** Why a heartbeat is refused: it then confirms nothing. */
export type HeartbeatRefusal = OpenReason | "sequence-not-rising";

/** Why a document is refused. One that is only older than what is known is `superseded`, not refused. */
export type DocumentRefusal = Exclude<OpenReason, "unknown-key"> | "not-root" | EmergencyRefusal;

export type Refusal = ManifestRefusal | HeartbeatRefusal | DocumentRefusal;

/** What root signed, or a key that root appointed, told apart by `kind`. `subject` is the key or page it speaks of: one document of a kind and subject holds. */
export type RootDocument =
  | { readonly kind: "delegation"; readonly subject: PublicKey; readonly value: Delegation }
  | { readonly kind: "removal"; readonly subject: string; readonly value: Removal }
  | { readonly kind: "epoch"; readonly subject: string; readonly value: EpochRaise }
  | { readonly kind: "appointment"; readonly subject: PublicKey; readonly value: Appointment }
  | { readonly kind: "emergency"; readonly subject: string; readonly value: Emergency };

/** What became of a document: `accepted` is to be stored, `known` and `superseded` change nothing. */
export type Acceptance =
  | { readonly outcome: "accepted"; readonly document: RootDocument }
  | { readonly outcome: "known" | "superseded"; readonly document: RootDocument }
  | { readonly outcome: "refused"; readonly reason: DocumentRefusal };

export type ManifestCheck =
  | { readonly ok: true; readonly manifest: Manifest; readonly head: Head; readonly key: PublicKey }
  | { readonly ok: false; readonly reason: ManifestRefusal };

export type HeartbeatCheck =
  | { readonly ok: true; readonly heartbeat: Heartbeat; readonly key: PublicKey }
  | { readonly ok: false; readonly reason: HeartbeatRefusal };

export interface Trust {
  /**
   * Takes what root signs, in any order: the end is the same. And an emergency, once its key is appointed: `untimely` is what the caller's clock
   * has against it, for trust has none. Safe to repeat.
   */
  accept(bytes: Uint8Array, untimely?: (emergency: Emergency) => Untimely | null): Acceptance;
  /** May these bytes follow `current` (what is held of this page, null for nothing)? Says nothing of parts and bodies. */
  checkManifest(bytes: Uint8Array, current: CurrentHead): ManifestCheck;
  /** Does this heartbeat confirm anything, after the one of `lastSequence` (null for none)? */
  checkHeartbeat(bytes: Uint8Array, lastSequence: number | null): HeartbeatCheck;
  /** The epoch that this page's manifests must carry. */
  epochOf(page: string): number;
  isRemoved(page: string): boolean;
  /** May this key publish this page? */
  mayPublish(key: PublicKey, page: string): boolean;
  /** May this key publish anything at all? A revoked one may not. */
  isPublisher(key: PublicKey): boolean;
  /** Root's documents given at the start that did not hold, as when a root key was taken away: for one line in the log. */
  readonly refusedAtStart: readonly DocumentRefusal[];
}

/** What is held of the page that a manifest names: known in advance, or looked up once its signature holds. */
export type CurrentHead = Head | null | ((page: string) => Head | null);

export interface TrustOptions {
  readonly rootKeys: readonly PublicKey[];
  /** Stored documents, in any order. */
  readonly documents?: Iterable<Uint8Array>;
}

/** What is known of one kind, by subject. */
type Known<Value> = Map<string, { readonly value: Value; readonly digest: string }>;

interface Knowledge {
  readonly roots: ReadonlySet<PublicKey>;
  readonly delegations: Known<Delegation>;
  readonly removals: Known<Removal>;
  readonly epochs: Known<EpochRaise>;
  readonly appointments: Known<Appointment>;
}

/** Trust that begins at `rootKeys` and grows by the documents they sign. */
export function createTrust(options: TrustOptions): Trust {
  const knowledge: Knowledge = {
    roots: new Set(options.rootKeys),
    delegations: new Map(),
    removals: new Map(),
    epochs: new Map(),
    appointments: new Map(),
  };
  const emergencies = createEmergencies({
    pagesOf: (key) => knowledge.appointments.get(key)?.value.pages,
    isRemoved: (page) => knowledge.removals.has(page),
  });
  const refusedAtStart: DocumentRefusal[] = [];
  const stored = [...(options.documents ?? [])];
  for (const bytes of stored.filter((one) => !isEmergency(one))) {
    const acceptance = accept(knowledge, bytes);
    if (acceptance.outcome === "refused") refusedAtStart.push(acceptance.reason);
  }
  // After root has spoken. One whose key is appointed no more is left where it is and shown nowhere.
  for (const bytes of stored.filter(isEmergency)) acceptEmergency(emergencies, bytes, () => null);
  return {
    accept: (bytes, untimely = () => null) =>
      isEmergency(bytes) ? acceptEmergency(emergencies, bytes, untimely) : accept(knowledge, bytes),
    checkManifest: (bytes, current) => checkManifest(knowledge, bytes, current),
    checkHeartbeat: (bytes, lastSequence) => checkHeartbeat(knowledge, bytes, lastSequence),
    epochOf: (page) => epochOf(knowledge, page),
    isRemoved: (page) => knowledge.removals.has(page),
    mayPublish: (key, page) => mayPublish(knowledge, key, page),
    isPublisher: (key) => isPublisher(knowledge, key),
    refusedAtStart,
  };
}

const kindOf = (bytes: Uint8Array): string | undefined => contextOf(bytes)?.split("/")[1];
const isEmergency = (bytes: Uint8Array): boolean => kindOf(bytes) === "emergency";

function acceptEmergency(
  emergencies: Emergencies,
  bytes: Uint8Array,
  untimely: (emergency: Emergency) => Untimely | null,
): Acceptance {
  const acceptance = emergencies.accept(bytes, untimely);
  if (acceptance.outcome === "refused") return acceptance;
  const { outcome, emergency } = acceptance;
  return { outcome, document: { kind: "emergency", subject: emergency.page, value: emergency } };
}

function accept(knowledge: Knowledge, bytes: Uint8Array): Acceptance {
  const kind = kindOf(bytes);
  if (kind === "removal") {
    return take(knowledge, removalFormat, bytes, knowledge.removals, newerSerial, (value) => ({
      kind: "removal",
      subject: value.page,
      value,
    }));
  }
  if (kind === "epoch") {
    return take(knowledge, epochFormat, bytes, knowledge.epochs, newerEpoch, (value) => ({
      kind: "epoch",
      subject: value.page,
      value,
    }));
  }
  if (kind === "appointment") {
    return take(knowledge, appointmentFormat, bytes, knowledge.appointments, newerSerial, (value) => ({
      kind: "appointment",
      subject: value.emergencyKey,
      value,
    }));
  }
  // Anything else is measured as a delegation, and refused with the reason why it is none.
  return take(knowledge, delegationFormat, bytes, knowledge.delegations, newerSerial, (value) => ({
    kind: "delegation",
    subject: value.publisherKey,
    value,
  }));
}

const newerSerial = (given: { serial: number }, known: { serial: number }): boolean =>
  given.serial > known.serial;
/** An epoch is its own serial: the highest wins, so that the order in which documents arrive cannot matter. */
const newerEpoch = (given: EpochRaise, known: EpochRaise): boolean => given.epoch > known.epoch;

function take<Value>(
  knowledge: Knowledge,
  format: SignedFormat<Value>,
  bytes: Uint8Array,
  known: Known<Value>,
  isNewer: (given: Value, known: Value) => boolean,
  document: (value: Value) => RootDocument,
): Acceptance {
  const opened = openAs(format, bytes, (key) => knowledge.roots.has(key));
  if (!opened.ok) {
    const { reason } = opened;
    return { outcome: "refused", reason: reason === "unknown-key" ? "not-root" : reason };
  }
  const { value } = opened.value;
  const said = document(value);
  const digest = digestOf(bytes);
  const before = known.get(said.subject);
  if (before?.digest === digest) return { outcome: "known", document: said };
  if (before !== undefined && !isNewer(value, before.value)) {
    return { outcome: "superseded", document: said };
  }
  known.set(said.subject, { value, digest });
  return { outcome: "accepted", document: said };
}

function checkManifest(knowledge: Knowledge, bytes: Uint8Array, current: CurrentHead): ManifestCheck {
  const opened = openAs(manifestFormat, bytes, (key) => isPublisher(knowledge, key));
  if (!opened.ok) return opened;
  const { value: manifest, key } = opened.value;
  const held = typeof current === "function" ? current(manifest.page) : current;
  const reason = manifestRefusal(knowledge, manifest, key, held);
  if (reason !== null) return { ok: false, reason };
  const { page, epoch, generation } = manifest;
  return { ok: true, manifest, head: { page, epoch, generation, manifest: digestOf(bytes) }, key };
}

function manifestRefusal(
  knowledge: Knowledge,
  manifest: Manifest,
  key: PublicKey,
  held: Head | null,
): ManifestRefusal | null {
  const { page, epoch, generation, hosts } = manifest;
  if (!mayPublish(knowledge, key, page)) return "page-not-delegated";
  if (!hosts.every((host) => mayClaim(knowledge, key, host))) return "host-not-delegated";
  if (knowledge.removals.has(page)) return "page-removed";
  const epochNow = epochOf(knowledge, page);
  if (epoch > epochNow) return "epoch-ahead";
  if (epoch < epochNow || (held !== null && epoch < held.epoch)) return "epoch-behind";
  if (held === null) return null;
  if (epoch === held.epoch && generation <= held.generation) return "generation-not-above";
  if (generation > held.generation + limits.generationJumpMax) return "generation-jump";
  return null;
}

function checkHeartbeat(
  knowledge: Knowledge,
  bytes: Uint8Array,
  lastSequence: number | null,
): HeartbeatCheck {
  const opened = openAs(heartbeatFormat, bytes, (key) => isPublisher(knowledge, key));
  if (!opened.ok) return opened;
  const { value: heartbeat, key } = opened.value;
  if (lastSequence !== null && heartbeat.sequence <= lastSequence) {
    return { ok: false, reason: "sequence-not-rising" };
  }
  return { ok: true, heartbeat, key };
}

function epochOf(knowledge: Knowledge, page: string): number {
  return Math.max(epochFirst, knowledge.epochs.get(page)?.value.epoch ?? 0);
}

/** A key that may publish anything at all; a revoked one has no pages left. */
function isPublisher(knowledge: Knowledge, key: PublicKey): boolean {
  return (knowledge.delegations.get(key)?.value.pages.length ?? 0) > 0;
}

function mayPublish(knowledge: Knowledge, key: PublicKey, page: string): boolean {
  return isNamed(knowledge.delegations.get(key)?.value.pages, page);
}

function mayClaim(knowledge: Knowledge, key: PublicKey, host: string): boolean {
  return isNamed(knowledge.delegations.get(key)?.value.hosts, host);
}
