// The proof that a request comes from the holder of a key, as HTTP's Digest does it with a nonce and a count (RFC 7616, 3.4), but signed.
// In: a feed's nonce, a count, the path and the body. Out: header texts, and what stands in those of anyone.
// No clock takes part: a POP whose clock is wrong proves its key like any other. The nonce is the feed's, for as long as its process lives;
// a count serves once. So the first request to a feed costs one more round trip, and none after it does, polls included.
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { Writer } from "../snapshot/bytes.ts";
import {
  type PublicKey,
  publicKeyBytes,
  type SecretKey,
  signatureBytes,
  signBytes,
  verifyBytes,
} from "../snapshot/keys.ts";

export const nonceBytes = 16;
const context = "pharos/ask/1";

/** What a feed asks for: a signature over this nonce and a count above `count`. */
export interface Challenge {
  /** 16 bytes as base64url. */
  readonly nonce: string;
  readonly count: number;
}

/** What a request claims, not yet verified. */
export interface Claim extends Challenge {
  readonly key: PublicKey;
  readonly signature: Uint8Array;
}

/** sha256 of a request's body, raw. */
export function bodyDigest(body: Uint8Array): Uint8Array {
  return hash("sha256", body, "buffer");
}

/** The text of `WWW-Authenticate`. */
export function challengeText({ nonce, count }: Challenge): string {
  return `Pharos nonce="${nonce}", count="${count}"`;
}

/** What a feed's `WWW-Authenticate` asks for, or null. */
export function readChallenge(text: string | undefined): Challenge | null {
  const fields = /^Pharos nonce="([A-Za-z0-9_-]{22})", count="(\d{1,15})"$/.exec(text ?? "");
  return fields === null ? null : { nonce: fields[1] ?? "", count: Number(fields[2]) };
}

/** The text of `Authorization` for one request. */
export function proofText(key: SecretKey, challenge: Challenge, path: string, body: Uint8Array): string {
  const { nonce, count } = challenge;
  const signature = signBytes(messageOf(challenge, path, bodyDigest(body)), key);
  const encoded = Buffer.from(signature).toString("base64url");
  return `Pharos key="${key.publicKey}", nonce="${nonce}", count="${count}", signature="${encoded}"`;
}

/** The claim of a request's `Authorization`, or null where there is none in this form. */
export function readClaim(text: string | null): Claim | null {
  const form =
    /^Pharos key="([A-Za-z0-9_-]{43})", nonce="([A-Za-z0-9_-]{22})", count="(\d{1,15})", signature="([A-Za-z0-9_-]{86})"$/;
  const [, key = "", nonce = "", count = "", encoded = ""] = form.exec(text ?? "") ?? [];
  const signature = Buffer.from(encoded, "base64url");
  if (signature.length !== signatureBytes || publicKeyBytes(key) === null) return null;
  return { key, nonce, count: Number(count), signature };
}

/** True where the holder of the claim's key signed this path and body. */
export function holds(claim: Claim, path: string, digest: Uint8Array): boolean {
  return verifyBytes(messageOf(claim, path, digest), claim.signature, claim.key);
}

/** Context word, a zero byte, nonce (16), count (8), path (length (2), UTF-8), sha256 of the body (32). */
function messageOf({ nonce, count }: Challenge, path: string, digest: Uint8Array): Uint8Array {
  return new Writer()
    .bytes(Buffer.from(`${context}\0`, "latin1"))
    .bytes(Buffer.from(nonce, "base64url"))
    .u64(count)
    .text(path, 0xff)
    .bytes(digest)
    .done();
}

/** Proves a POP's key to any number of feeds. One for all requests of a process: a count must not be used twice. */
export interface Prover {
  readonly key: PublicKey;
  readonly secretKey: SecretKey;
  /** The text of `Authorization`, or null for a feed that has asked for nothing. */
  prove(url: string, path: string, body: Uint8Array): string | null;
  /** Takes what a feed asks for. False where it is nothing that can be answered. */
  learn(url: string, challenge: string | undefined): boolean;
}

export function createProver(key: SecretKey): Prover {
  const feeds = new Map<string, Challenge>();
  return {
    key: key.publicKey,
    secretKey: key,
    prove(url, path, body) {
      const last = feeds.get(url);
      if (last === undefined) return null;
      const next = { nonce: last.nonce, count: last.count + 1 };
      feeds.set(url, next);
      return proofText(key, next, path, body);
    },
    learn(url, text) {
      const challenge = readChallenge(text);
      if (challenge === null) return false;
      const known = feeds.get(url);
      // Requests under way have counts above the one that the feed has seen.
      const count =
        known?.nonce === challenge.nonce ? Math.max(known.count, challenge.count) : challenge.count;
      feeds.set(url, { nonce: challenge.nonce, count });
      return true;
    },
  };
}
