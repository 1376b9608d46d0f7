// What the snapshot tests are made of: keys from seeds, routes, manifests. Everything here is the same on every run.
import { seededRandom } from "../../src/base/random.ts";
import { digestOf, digestOfNothing } from "../../src/snapshot/digest.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { signManifest } from "../../src/snapshot/manifest.ts";
import { createTrust, type Trust } from "../../src/snapshot/trust.ts";
import type { Delegation, Head, Manifest, Route } from "../../src/snapshot/types.ts";

export const root = generateKeyPair("root", seededRandom(1));
export const publisher = generateKeyPair("publisher", seededRandom(2));
export const otherPublisher = generateKeyPair("publisher", seededRandom(3));
export const stranger = generateKeyPair("publisher", seededRandom(4));
export const otherRoot = generateKeyPair("root", seededRandom(5));

export const pop = generateKeyPair("pop", seededRandom(6));
export const otherPop = generateKeyPair("pop", seededRandom(7));

export const emergency = generateKeyPair("emergency", seededRandom(8));
export const otherEmergency = generateKeyPair("emergency", seededRandom(9));

/** What opens visitors' notes. */
export const noteSecret = seededRandom(10).bytes(32);

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A route whose digests follow from its path and `body`. */
export function sampleRoute(path: string, body = "body", more: Partial<Route> = {}): Route {
  const variant = (encoding: string) => ({
    digest: digestOf(bytesOf(`${path} ${body} ${encoding}`)),
    length: body.length + encoding.length,
  });
  return {
    path,
    contentType: "text/html; charset=utf-8",
    cache: "page",
    slot: true,
    variants: { identity: variant("identity"), gzip: variant("gzip"), br: variant("br") },
    ...more,
  };
}

export function sampleRoutes(count: number, body = "body"): Route[] {
  return Array.from({ length: count }, (_, at) => sampleRoute(`/incidents/${at.toString(36)}`, body));
}

export function sampleManifest(more: Partial<Manifest> = {}): Manifest {
  return {
    page: "acme",
    hosts: ["status.acme.example"],
    epoch: 1,
    generation: 7,
    previous: digestOfNothing,
    createdMs: Date.UTC(2026, 0, 5, 12),
    parts: [digestOf(bytesOf("part"))],
    banners: { en: "No contact since {time}." },
    ...more,
  };
}

export function sampleDelegation(more: Partial<Delegation> = {}): Delegation {
  return {
    publisherKey: publisher.publicKey,
    pages: ["acme"],
    hosts: ["status.acme.example"],
    serial: 1,
    ...more,
  };
}

/** Trust in one root and its one publisher of one page. */
export function sampleTrust(...more: readonly Uint8Array[]): Trust {
  const delegation = signDelegation(sampleDelegation(), root.secretKey);
  return createTrust({ rootKeys: [root.publicKey], documents: [delegation, ...more] });
}

export const signedSample = (more: Partial<Manifest> = {}): Uint8Array =>
  signManifest(sampleManifest(more), publisher.secretKey);

export function sampleHead(more: Partial<Head> = {}): Head {
  return { page: "acme", epoch: 1, generation: 6, manifest: digestOf(bytesOf("held")), ...more };
}

/** `bytes` with one of them changed; a negative place counts from the end. */
export function altered(bytes: Uint8Array, at: number, by = 1): Uint8Array {
  const copy = bytes.slice();
  const place = at < 0 ? copy.length + at : at;
  copy[place] = (copy[place] ?? 0) ^ by;
  return copy;
}
