// A receiver that verifies a mail's signature (RFC 6376, relaxed/relaxed, rsa-sha256). In: a mail as it came, the key of its domain. Out: whether body and headers are as signed.
import { createHash, createVerify, type KeyObject } from "node:crypto";

export interface Verified {
  readonly body: boolean;
  readonly head: boolean;
  readonly domain: string;
  readonly selector: string;
  /** Names of headers that the signature covers. */
  readonly covers: readonly string[];
}

/** Null where nothing was signed. */
export function verifyDkim(raw: string, publicKey: KeyObject): Verified | null {
  const split = raw.indexOf("\r\n\r\n");
  const head = raw.slice(0, split).split(/\r\n(?![ \t])/);
  const signature = head.find((line) => /^dkim-signature:/i.test(line));
  if (signature === undefined) return null;
  const tags = new Map(
    relaxed(signature)
      .slice("dkim-signature:".length)
      .split(";")
      .map((tag) => [tag.slice(0, tag.indexOf("=")).trim(), tag.slice(tag.indexOf("=") + 1).trim()]),
  );
  const bodyHash = createHash("sha256")
    .update(relaxedBody(raw.slice(split + 4)), "latin1")
    .digest("base64");
  const covers = (tags.get("h") ?? "").toLowerCase().replace(/\s/g, "").split(":");
  // Headers of one name are signed from the last one upwards; a name that is not there counts as nothing.
  const left = head.toReversed();
  const lines = covers.flatMap((name) => {
    const place = left.findIndex((line) => line.toLowerCase().startsWith(`${name}:`));
    return place < 0 ? [] : left.splice(place, 1).map(relaxed);
  });
  const signed = [...lines, relaxed(signature).replace(/(\bb=)[^;]*/, "$1")].join("\r\n");
  return {
    body: tags.get("bh")?.replace(/\s/g, "") === bodyHash,
    head: createVerify("RSA-SHA256")
      .update(signed, "latin1")
      .verify(publicKey, Buffer.from((tags.get("b") ?? "").replace(/\s/g, ""), "base64")),
    domain: tags.get("d") ?? "",
    selector: tags.get("s") ?? "",
    covers,
  };
}

function relaxed(line: string): string {
  const colon = line.indexOf(":");
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
  return `${line.slice(0, colon).trim().toLowerCase()}:${value}`;
}

function relaxedBody(body: string): string {
  const lines = body.replace(/[ \t]+(?=\r\n|$)/g, "").replace(/[ \t]+/g, " ");
  const text = lines.replace(/(\r\n)*$/, "");
  return text === "" ? "" : `${text}\r\n`;
}
