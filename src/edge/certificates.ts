// The certificates of a POP. In: places on the disk. Out: what is shown for which name, and sentences about what is not.
// A pair that was good stays until a good one is in its place: a renewal that goes wrong takes no page off the air.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Certificate } from "../host/http.ts";
import { findPairs, type PairFiles } from "./certificate-files.ts";

export interface HeldCertificate extends Certificate {
  /** File of the chain. */
  readonly file: string;
  readonly expiresMs: number;
}

export interface Reading {
  /** For unknown names the first one; each name stands at one certificate. */
  readonly certificates: readonly HeldCertificate[];
  /** Sentences about pairs that are not used, each said once until its files change. */
  readonly refused: readonly string[];
  /** Whether anything differs from the reading before. */
  readonly changed: boolean;
}

export interface Certificates {
  /** The last reading. */
  readonly current: readonly HeldCertificate[];
  /** Looks at all files, and reads those that changed. Never rejects. */
  read(): Promise<Reading>;
  /** What the files are now, for a caller that waits until they are no longer being written. */
  print(): Promise<string>;
}

interface Known {
  readonly print: string;
  /** The last good one of these files. */
  readonly good: HeldCertificate | null;
}

/** Throws Fault `key-unreadable` where not one pair can be used. */
export async function readCertificates(
  places: readonly string[],
): Promise<{ readonly certificates: Certificates; readonly refused: readonly string[] }> {
  const certificates = createCertificates(places);
  const { refused } = await certificates.read();
  if (certificates.current.length > 0) return { certificates, refused };
  throw new Fault(
    "key-unreadable",
    refused[0] ?? `There is no certificate with its key at ${places.join(", ")}.`,
    "Name with --certs a folder as certbot or lego writes it, or a pair as chain.pem:key.pem, that this user may read.",
  );
}

function createCertificates(places: readonly string[]): Certificates {
  let known: ReadonlyMap<string, Known> = new Map();
  let current: readonly HeldCertificate[] = [];
  let saidMissing = "";
  return {
    get current() {
      return current;
    },
    async read() {
      const { pairs, missing } = await findPairs(places);
      const refused = missing.join() === saidMissing ? [] : [...missing];
      saidMissing = missing.join();
      const next = new Map<string, Known>();
      for (const pair of pairs) {
        const before = known.get(pair.chain);
        next.set(pair.chain, before?.print === pair.print ? before : await renewed(pair, before, refused));
      }
      known = next;
      const good = [...next.values()].flatMap((one) => one.good ?? []);
      // Files that went away altogether are as wrong as files that cannot be read: what is shown stays.
      const held = good.length === 0 ? current : namedOnce(good);
      const changed = held.length !== current.length || held.some((one, at) => !isSame(one, current[at]));
      current = held;
      return { certificates: held, refused, changed };
    },
    print: async () =>
      (await findPairs(places)).pairs.map(({ chain, print }) => `${chain} ${print}`).join("\n"),
  };
}

async function renewed(pair: PairFiles, before: Known | undefined, refused: string[]): Promise<Known> {
  const { print } = pair;
  try {
    return { print, good: await certificateOf(pair) };
  } catch (thrown) {
    const good = before?.good ?? null;
    const instead = good === null ? "" : " The one before it stays.";
    refused.push(`The certificate ${pair.chain} is not used: ${messageOf(thrown)}.${instead}`);
    return { print, good };
  }
}

async function certificateOf({ chain: file, key: keyFile }: PairFiles): Promise<HeldCertificate> {
  const [chain, key] = await Promise.all([readPem(file), readPem(keyFile)]);
  const leaf = new X509Certificate(chain);
  if (!leaf.checkPrivateKey(createPrivateKey(key)))
    throw new Error(`the key in ${keyFile} is not the one that it was made for`);
  return { names: namesOf(leaf), chain, key, file, expiresMs: Date.parse(leaf.validTo) };
}

async function readPem(path: string): Promise<string> {
  const text = await readFile(path, "latin1");
  if (text.length > limits.certificateBytesMax) throw new Error(`${path} is too long for what it should be`);
  return text;
}

/** Browsers look at the alternative names alone (RFC 9525, 2). */
function namesOf({ subjectAltName = "" }: X509Certificate): readonly string[] {
  return (subjectAltName ?? "").split(", ").flatMap((entry) => {
    const name = /^DNS:((?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/.exec(entry)?.[1];
    return name === undefined ? [] : name.toLowerCase();
  });
}

/** Of several certificates for a name the one that is good for longest: the others are what it replaced. */
function namedOnce(certificates: readonly HeldCertificate[]): readonly HeldCertificate[] {
  const best = new Map<string, HeldCertificate>();
  for (const one of certificates)
    for (const name of one.names)
      if (one.expiresMs > (best.get(name)?.expiresMs ?? Number.NEGATIVE_INFINITY)) best.set(name, one);
  return certificates
    .map((one) => ({ ...one, names: one.names.filter((name) => best.get(name) === one) }))
    .filter(({ names }, at) => at === 0 || names.length > 0);
}

function isSame(one: HeldCertificate, other: HeldCertificate | undefined): boolean {
  return one.chain === other?.chain && one.key === other.key && one.names.join() === other.names.join();
}
