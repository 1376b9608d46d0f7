// What root says: who publishes what, who may speak in an emergency, which page is forgotten, which epoch holds.
// In: a value and the root key. Out: signed bytes.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { Reader, Writer } from "./bytes.ts";
import { keyBytes, publicKeyFrom, requireKeyBytes, type SecretKey } from "./keys.ts";
import {
  hostCharsMax,
  isHostName,
  isHostOrEverything,
  isPageId,
  isPageOrEverything,
  pageCharsMax,
} from "./names.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Appointment, Delegation, EpochRaise, Removal } from "./types.ts";

/** A list is bounded by the document's own length; its count has two bytes. */
const listMax = 0xffff;

export const delegationFormat: SignedFormat<Delegation> = {
  context: "pharos/delegation/1",
  signer: "root",
  bytesMax: limits.documentBytesMax,
  write(writer, delegation) {
    writer.u64(delegation.serial).bytes(requireKeyBytes(delegation.publisherKey));
    writeList(writer, delegation.pages, pageCharsMax, isPageOrEverything);
    writeList(writer, delegation.hosts, hostCharsMax, isHostOrEverything);
  },
  read(reader) {
    return {
      serial: reader.u64(),
      publisherKey: publicKeyFrom(reader.bytes(keyBytes)),
      pages: readList(reader, pageCharsMax, isPageOrEverything),
      hosts: readList(reader, hostCharsMax, isHostOrEverything),
    };
  },
};

export const removalFormat: SignedFormat<Removal> = {
  context: "pharos/removal/1",
  signer: "root",
  bytesMax: limits.documentBytesMax,
  write(writer, removal) {
    writer.u64(removal.serial).name(removal.page, pageCharsMax, isPageId);
    writeList(writer, removal.hosts, hostCharsMax, isHostName);
  },
  read(reader) {
    return {
      serial: reader.u64(),
      page: reader.name(pageCharsMax, isPageId),
      hosts: readList(reader, hostCharsMax, isHostName),
    };
  },
};

export const epochFormat: SignedFormat<EpochRaise> = {
  context: "pharos/epoch/1",
  signer: "root",
  bytesMax: limits.documentBytesMax,
  write(writer, raise) {
    writer.u64(raise.serial).name(raise.page, pageCharsMax, isPageId).u64(raise.epoch);
  },
  read: (reader) => ({
    serial: reader.u64(),
    page: reader.name(pageCharsMax, isPageId),
    epoch: reader.u64(),
  }),
};

export const appointmentFormat: SignedFormat<Appointment> = {
  context: "pharos/appointment/1",
  signer: "root",
  bytesMax: limits.documentBytesMax,
  write(writer, appointment) {
    writer.u64(appointment.serial).bytes(requireKeyBytes(appointment.emergencyKey));
    writeList(writer, appointment.pages, pageCharsMax, isPageOrEverything);
  },
  read(reader) {
    return {
      serial: reader.u64(),
      emergencyKey: publicKeyFrom(reader.bytes(keyBytes)),
      pages: readList(reader, pageCharsMax, isPageOrEverything),
    };
  },
};

/** Signed bytes: this key may publish these pages under these hosts. No pages at all revokes the key. */
export function signDelegation(delegation: Delegation, rootKey: SecretKey): Uint8Array {
  return signAs(delegationFormat, delegation, rootKey);
}

/** Signed bytes: this page is to be forgotten and its hosts answered 410. */
export function signRemoval(removal: Removal, rootKey: SecretKey): Uint8Array {
  return signAs(removalFormat, removal, rootKey);
}

/** Signed bytes: this page's snapshots carry this epoch from now on. */
export function signEpoch(raise: EpochRaise, rootKey: SecretKey): Uint8Array {
  return signAs(epochFormat, raise, rootKey);
}

/** Signed bytes: this key may put emergency texts on these pages. No pages at all revokes it, and takes down what it put up. */
export function signAppointment(appointment: Appointment, rootKey: SecretKey): Uint8Array {
  return signAs(appointmentFormat, appointment, rootKey);
}

/** A delegation whose signature holds, and its signer. Whether that is a root is for `trust.ts`; so with the next three. */
export function openDelegation(bytes: Uint8Array): Result<Opened<Delegation>, OpenReason> {
  return openAs(delegationFormat, bytes);
}

export function openRemoval(bytes: Uint8Array): Result<Opened<Removal>, OpenReason> {
  return openAs(removalFormat, bytes);
}

export function openEpoch(bytes: Uint8Array): Result<Opened<EpochRaise>, OpenReason> {
  return openAs(epochFormat, bytes);
}

export function openAppointment(bytes: Uint8Array): Result<Opened<Appointment>, OpenReason> {
  return openAs(appointmentFormat, bytes);
}

type Allowed = (text: string) => boolean;

function writeList(writer: Writer, names: readonly string[], max: number, allowed: Allowed): void {
  writer.count(names.length, listMax);
  for (const name of names) writer.name(name, max, allowed);
}

function readList(reader: Reader, max: number, allowed: Allowed): readonly string[] {
  const count = reader.count(listMax);
  const names: string[] = [];
  for (let at = 0; at < count; at++) names.push(reader.name(max, allowed));
  return names;
}
