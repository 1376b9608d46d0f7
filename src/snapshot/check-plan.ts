// What one POP is to check: the plan. In: checks and a publisher's key, or bytes from anyone. Out: signed bytes, or the plan and who signed it; sealed for the
// POP on its way, for headers and bodies of checks may be secrets. What a later release adds (kinds of checks, fields) is passed over by an older POP.
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { Result } from "../base/result.ts";
import type { CheckTarget, HeartbeatTarget } from "../model/check.ts";
import { type DecodeReason, Reader, Writer } from "./bytes.ts";
import { targetOf } from "./check-target.ts";
import { keyBytes, type PublicKey, publicKeyFrom, requireKeyBytes, type SecretKey } from "./keys.ts";
import { isPageId, pageCharsMax } from "./names.ts";
import { type BoxKind, type BoxReason, openBox, sealBox } from "./sealed-box.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Digest } from "./types.ts";

/** What a POP looks at by itself. */
export type ProbedTarget = Exclude<CheckTarget, HeartbeatTarget>;

export interface PlannedCheck {
  readonly page: string;
  readonly id: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Slow above; null: never. */
  readonly slowMs: number | null;
  /** Its times are shown to readers. */
  readonly latency: boolean;
  readonly target: ProbedTarget;
}

/** A check that waits for pings. */
export interface PlannedPing {
  readonly page: string;
  readonly id: string;
  /** `pingName` of its token: who reads a plan cannot ping. */
  readonly name: Digest;
}

/** `sequence` rises with each one of a POP, and is near the time of its making (ms). */
export interface CheckPlan {
  readonly sequence: number;
  readonly pop: PublicKey;
  readonly checks: readonly PlannedCheck[];
  readonly pings: readonly PlannedPing[];
}

/** What a check is called in results. */
export const checkName = ({ page, id }: { readonly page: string; readonly id: string }): string =>
  `${page}/${id}`;

/** What stands for a ping's token: it has 128 random bits, so one hash hides it. */
export const pingName = (token: string): Digest => hash("sha256", `pharos/ping/1\0${token}`, "hex");

const kindCharsMax = 32;
const isKind = (text: string): boolean => /^[a-z-]+$/.test(text);
const latencyBit = 1;

export const planFormat: SignedFormat<CheckPlan> = {
  context: "pharos/plan/1",
  signer: "publisher",
  bytesMax: limits.planBytesMax,
  write(writer, plan) {
    writer.u64(plan.sequence).bytes(requireKeyBytes(plan.pop));
    writeItems(writer, plan.checks, writeCheck);
    writeItems(writer, plan.pings, writePing);
  },
  read(reader) {
    const sequence = reader.u64();
    const pop = publicKeyFrom(reader.bytes(keyBytes));
    return { sequence, pop, checks: readItems(reader, readCheck), pings: readItems(reader, readPing) };
  },
};

/** Signed bytes of a plan. */
export function signPlan(plan: CheckPlan, secretKey: SecretKey): Uint8Array {
  return signAs(planFormat, plan, secretKey);
}

/** A plan of one of the keys that `knows` names. Whether it is for this POP, and newer, is for who holds the last one. */
export function openPlan(
  bytes: Uint8Array,
  knows: (key: PublicKey) => boolean = () => true,
): Result<Opened<CheckPlan>, OpenReason> {
  return openAs(planFormat, bytes, knows);
}

const box: BoxKind = {
  magic: "PHPL",
  version: 1,
  info: "pharos/plan/1",
  bytesMax: limits.planBytesMax + 256,
};

/** Seals a signed plan for the key that a POP's report named. */
export function sealPlan(signed: Uint8Array, receiver: Uint8Array, random: Random): Uint8Array {
  return sealBox(box, receiver, signed, random);
}

export function unsealPlan(privateKey: Uint8Array, bytes: Uint8Array): Result<Uint8Array, BoxReason> {
  return openBox(box, privateKey, bytes);
}

/** Each behind its length, so that what stands behind the known fields is passed over. */
function writeItems<Item>(
  writer: Writer,
  items: readonly Item[],
  write: (writer: Writer, item: Item) => void,
): void {
  writer.count(items.length, limits.planChecksMax);
  for (const item of items) {
    const own = new Writer();
    write(own, item);
    const bytes = own.done();
    writer.u32(bytes.length).bytes(bytes);
  }
}

function readItems<Item>(reader: Reader, read: (reader: Reader) => Item | null): readonly Item[] {
  const count = reader.count(limits.planChecksMax);
  const items: Item[] = [];
  for (let at = 0; at < count; at++) {
    const item = read(new Reader(reader.bytes(reader.u32())));
    if (item !== null) items.push(item);
  }
  return items;
}

function writeCheck(writer: Writer, check: PlannedCheck): void {
  const { kind, ...target } = check.target;
  writer.name(check.page, pageCharsMax, isPageId).name(check.id, pageCharsMax, isPageId);
  writer
    .u32(check.everyMs)
    .u32(check.timeoutMs)
    .u32(check.slowMs ?? 0);
  writer.u8(check.latency ? latencyBit : 0).name(kind, kindCharsMax, isKind);
  const said = Buffer.from(JSON.stringify(target), "utf8");
  writer.u32(said.length).bytes(said);
}

/** Null for a kind, or a shape of one, that this release does not know. */
function readCheck(reader: Reader): PlannedCheck | null {
  const page = reader.name(pageCharsMax, isPageId);
  const id = reader.name(pageCharsMax, isPageId);
  const [everyMs, timeoutMs, slowMs] = [reader.u32(), reader.u32(), reader.u32()];
  const latency = (reader.u8() & latencyBit) !== 0;
  const kind = reader.name(kindCharsMax, isKind);
  const length = reader.u32();
  if (length > limits.planTargetBytesMax) reader.stop("over-limit");
  const target = targetOf(kind, reader.bytes(length));
  if (target === null || everyMs === 0 || timeoutMs === 0) return null;
  return { page, id, everyMs, timeoutMs, slowMs: slowMs === 0 ? null : slowMs, latency, target };
}

function writePing(writer: Writer, { page, id, name }: PlannedPing): void {
  writer.name(page, pageCharsMax, isPageId).name(id, pageCharsMax, isPageId).digest(name);
}

function readPing(reader: Reader): PlannedPing {
  const page = reader.name(pageCharsMax, isPageId);
  return { page, id: reader.name(pageCharsMax, isPageId), name: reader.digest() };
}

export type PlanReason = DecodeReason | OpenReason | BoxReason;
