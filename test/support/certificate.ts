// A self-signed certificate made here. In: names, a span of time. Out: PEM. Small enough to be seen through, so that no test needs openssl.
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface MadeCertificate {
  /** PEM. */
  readonly chain: string;
  readonly key: string;
}

export interface CertificateOptions {
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** Another certificate's key, in place of a new one. */
  readonly key?: string;
}

const dayMs = 24 * 3_600_000;

/** A P-256 certificate (RFC 5280) for these names, valid for a month around now. */
export function makeCertificate(names: readonly string[], options: CertificateOptions = {}): MadeCertificate {
  const nowMs = Date.now();
  const { fromMs = nowMs - dayMs, untilMs = nowMs + 30 * dayMs } = options;
  const key =
    options.key === undefined
      ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
      : createPrivateKey(options.key);
  const subject = sequence(set(sequence(oid("550403"), utf8(names[0] ?? "nobody"))));
  const alternatives = sequence(...names.map((name) => der(0x82, Buffer.from(name, "latin1"))));
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    subject,
    sequence(time(fromMs), time(untilMs)),
    subject,
    publicKeyOf(key),
    der(0xa3, sequence(sequence(oid("551d11"), der(0x04, alternatives)))),
  );
  const signature = sign("sha256", body, key);
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return {
    chain: pem("CERTIFICATE", whole),
    key: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** The same as the files that certbot leaves in a folder, which is made: what `--certs` takes. */
export function writeCertificate(folder: string, names: readonly string[]): void {
  const { chain, key } = makeCertificate(names);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "fullchain.pem"), chain);
  writeFileSync(join(folder, "privkey.pem"), key, { mode: 0o600 });
}

function publicKeyOf(key: KeyObject): Buffer {
  // The last 65 bytes of an EC private key's SEC1 form are its uncompressed point.
  const point = key.export({ type: "sec1", format: "der" }).subarray(-65);
  const algorithm = sequence(oid("2a8648ce3d0201"), oid("2a8648ce3d030107"));
  return sequence(algorithm, der(0x03, Buffer.concat([Buffer.from([0]), point])));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const set = (part: Buffer): Buffer => der(0x31, part);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"));

function time(ms: number): Buffer {
  // UTCTime, as section 4.1.2.5 wants it until 2049.
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
