// The envelope of everything that is signed. In: a value and a key, or bytes from anyone. Out: bytes, or a value and its signer.
// The signature is over the context word, a zero byte and the payload exactly as stored, so no document passes for another kind.
import { Buffer } from "node:buffer";
import { assert } from "../base/fault.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { decode, type Reader, Writer } from "./bytes.ts";
import { digestOf } from "./digest.ts";
import {
  type KeyRole,
  keyBytes,
  type PublicKey,
  publicKeyFrom,
  requireKeyBytes,
  type SecretKey,
  signatureBytes,
  signBytes,
  verifyBytes,
} from "./keys.ts";
import type { Digest } from "./types.ts";

const magic = "PHSD";
const version = 1;
const contextCharsMax = 64;
const isContext = (text: string): boolean => /^pharos\/[a-z]+\/[0-9]+$/.test(text);

/** One kind of signed document: its context word, who signs it, its bound and its payload. */
export interface SignedFormat<Value> {
  readonly context: string;
  readonly signer: KeyRole;
  readonly bytesMax: number;
  write(writer: Writer, value: Value): void;
  read(reader: Reader): Value;
}

/** Why bytes are not a document of the wanted kind, signed by the key that they name. */
export type OpenReason =
  | "too-long" // refused before anything is read
  | "undecodable" // not the format
  | "unknown-version" // this kind of document, of another release
  | "wrong-context" // a signed document of another kind
  | "unknown-key" // its key is not among those asked for
  | "bad-signature"; // altered, or never signed

export interface Opened<Value> {
  readonly value: Value;
  readonly key: PublicKey;
}

interface Envelope {
  readonly context: string;
  readonly key: PublicKey;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Signs `value` and opens it again, so that nothing leaves here that a POP would refuse. A key of another role or a value beyond the
 * format is a defect of the caller: Fault `internal`.
 */
export function signAs<Value>(format: SignedFormat<Value>, value: Value, secretKey: SecretKey): Uint8Array {
  assert(
    secretKey.role === format.signer,
    `${format.context} is signed by a ${format.signer} key, not by a ${secretKey.role} key.`,
  );
  const writer = new Writer();
  format.write(writer, value);
  const payload = writer.done();
  const bytes = new Writer()
    .head(magic, version)
    .name(format.context, contextCharsMax, isContext)
    .bytes(requireKeyBytes(secretKey.publicKey))
    .u32(payload.length)
    .bytes(payload)
    .bytes(signBytes(signedMessage(format.context, payload), secretKey))
    .done();
  const opened = openAs(format, bytes);
  assert(opened.ok, `A document of ${format.context} does not open: ${opened.ok ? "" : opened.reason}.`);
  return bytes;
}

/**
 * Opens a document: length, envelope, kind, key, signature, payload, in this order. `knows` says which keys are worth a
 * verification; without it any key is, and the caller decides what its word is worth.
 */
export function openAs<Value>(
  format: SignedFormat<Value>,
  bytes: Uint8Array,
  knows: (key: PublicKey) => boolean = () => true,
): Result<Opened<Value>, OpenReason> {
  if (bytes.length > format.bytesMax) return refuse("too-long");
  const envelope = decode(bytes, readEnvelope);
  if (!envelope.ok) return refuse(envelope.reason === "unknown-version" ? "unknown-version" : "undecodable");
  const { context, key, payload, signature } = envelope.value;
  if (context !== format.context)
    return refuse(kindOf(context) === kindOf(format.context) ? "unknown-version" : "wrong-context");
  if (!knows(key)) return refuse("unknown-key");
  if (!isVerified(bytes, () => verifyBytes(signedMessage(context, payload), signature, key)))
    return refuse("bad-signature");
  const value = decode(payload, format.read);
  return value.ok ? ok({ value: value.value, key }) : refuse("undecodable");
}

/**
 * Documents whose signature held, by the digest of all their bytes, the latest asked for last. One heartbeat is opened by those who follow,
 * introduce and hand it on, one manifest five times on its way into a store; a digest takes a hundredth of a verification. Only the
 * signature is remembered: whether its key counts is asked each time.
 */
const verified = new Set<Digest>();
/** 64 hex characters each: what is on its way at one time, of some hundred pages. */
const verifiedMax = 512;

function isVerified(bytes: Uint8Array, verify: () => boolean): boolean {
  const name = digestOf(bytes);
  const known = verified.delete(name);
  if (!known && !verify()) return false;
  verified.add(name);
  for (const oldest of verified) {
    if (verified.size <= verifiedMax) break;
    verified.delete(oldest);
  }
  return true;
}

/** The context word of a signed document, not yet verified, or null where the bytes are none. */
export function contextOf(bytes: Uint8Array): string | null {
  const envelope = decode(bytes, readEnvelope);
  return envelope.ok ? envelope.value.context : null;
}

function readEnvelope(reader: Reader): Envelope {
  reader.head(magic, version);
  const context = reader.name(contextCharsMax, isContext);
  const key = publicKeyFrom(reader.bytes(keyBytes));
  const payload = reader.bytes(reader.u32());
  return { context, key, payload, signature: reader.bytes(signatureBytes) };
}

function signedMessage(context: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${context}\0`, "latin1"), payload]);
}

function kindOf(context: string): string {
  return context.slice(0, context.lastIndexOf("/"));
}
