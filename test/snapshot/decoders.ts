// Every decoder of src/snapshot/ behind one shape, for the corpus and the fuzz. Payload decoders are asked directly too: behind a
// signature no mutation would ever reach them.
import type { Result } from "../../src/base/result.ts";
import { decode, Writer } from "../../src/snapshot/bytes.ts";
import { planFormat, unsealPlan } from "../../src/snapshot/check-plan.ts";
import { openProbes, probesFormat, readBatch } from "../../src/snapshot/check-report.ts";
import {
  appointmentFormat,
  delegationFormat,
  epochFormat,
  removalFormat,
} from "../../src/snapshot/documents.ts";
import { emergencyFormat } from "../../src/snapshot/emergency.ts";
import { decodeHeads, encodeHeads, heartbeatFormat } from "../../src/snapshot/heartbeat.ts";
import { joinFormat } from "../../src/snapshot/join.ts";
import { manifestFormat } from "../../src/snapshot/manifest.ts";
import { decodePart, encodePart } from "../../src/snapshot/part.ts";
import { registryFormat } from "../../src/snapshot/registry.ts";
import { reportFormat } from "../../src/snapshot/report.ts";
import { openAs, type SignedFormat } from "../../src/snapshot/signed.ts";
import type { Part } from "../../src/snapshot/types.ts";
import { viewFormat } from "../../src/snapshot/view.ts";
import { noteFields, openNote, type VisitorNote } from "../../src/snapshot/visitor-note.ts";
import { noteSecret } from "./samples.ts";

export interface Decoder {
  /** The golden file that mutations start from. */
  readonly golden: string;
  /** Cuts the decoder's input out of the golden bytes. */
  input(golden: Uint8Array): Uint8Array;
  read(bytes: Uint8Array): Result<unknown, string>;
  /** The bytes of a value that was read: a value has one form. Absent where a secret key would be needed. */
  write?: ((value: unknown) => Uint8Array) | undefined;
}

function payloadDecoder<Value>(golden: string, format: SignedFormat<Value>): Decoder {
  return {
    golden,
    input(bytes) {
      const start = 42 + (bytes[5] ?? 0);
      return bytes.slice(start, -64);
    },
    read: (bytes) => decode(bytes, format.read),
    write(value) {
      const writer = new Writer();
      format.write(writer, value as Value);
      return writer.done();
    },
  };
}

function signedDecoder<Value>(golden: string, format: SignedFormat<Value>): Decoder {
  return { golden, input: (bytes) => bytes, read: (bytes) => openAs(format, bytes) };
}

/** What a later release put behind the fields that this one knows is passed over, so that the same value has other bytes. */
const withoutOneForm = { write: undefined };

export const decoders: Readonly<Record<string, Decoder>> = {
  part: {
    golden: "part-1.bin",
    input: (bytes) => bytes,
    read: decodePart,
    write: (value) => encodePart((value as Part).routes),
  },
  heads: {
    golden: "heads-1.bin",
    input: (bytes) => bytes,
    read: decodeHeads,
    write: (value) => encodeHeads(value as Parameters<typeof encodeHeads>[0]),
  },
  manifest: payloadDecoder("manifest-1.bin", manifestFormat),
  heartbeat: payloadDecoder("heartbeat-1.bin", heartbeatFormat),
  delegation: payloadDecoder("delegation-1.bin", delegationFormat),
  removal: payloadDecoder("removal-1.bin", removalFormat),
  epoch: payloadDecoder("epoch-1.bin", epochFormat),
  appointment: payloadDecoder("appointment-1.bin", appointmentFormat),
  emergency: payloadDecoder("emergency-1.bin", emergencyFormat),
  registry: payloadDecoder("registry-1.bin", registryFormat),
  join: payloadDecoder("join-1.bin", joinFormat),
  report: payloadDecoder("report-1.bin", reportFormat),
  view: payloadDecoder("view-1.bin", viewFormat),
  plan: { ...payloadDecoder("plan-1.bin", planFormat), ...withoutOneForm },
  "sealed-plan": {
    golden: "plan-sealed-1.bin",
    input: (bytes) => bytes,
    read: (bytes) => unsealPlan(noteSecret, bytes),
  },
  probes: payloadDecoder("probes-1.bin", probesFormat),
  batch: {
    golden: "probes-1.bin",
    input(bytes) {
      const opened = openProbes(bytes);
      return opened.ok ? (opened.value.value.batches[0]?.bytes ?? bytes) : bytes;
    },
    read: readBatch,
  },
  note: {
    golden: "note-1.bin",
    input(bytes) {
      const opened = openNote(noteSecret, bytes);
      return opened.ok ? noteFields.write(new Writer(), opened.value).done() : new Uint8Array();
    },
    read: (bytes) => decode(bytes, noteFields.read),
    write: (value) => noteFields.write(new Writer(), value as VisitorNote).done(),
  },
  "sealed-note": {
    golden: "note-1.bin",
    input: (bytes) => bytes,
    read: (bytes) => openNote(noteSecret, bytes),
  },
  "signed-manifest": signedDecoder("manifest-1.bin", manifestFormat),
  "signed-delegation": signedDecoder("delegation-1.bin", delegationFormat),
};
