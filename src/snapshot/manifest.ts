// The root of a snapshot. In: a manifest and a publisher's key, or bytes. Out: signed bytes, or a manifest. Byte table in README.md.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { Reader, Writer } from "./bytes.ts";
import type { SecretKey } from "./keys.ts";
import { hostCharsMax, isHostName, isLanguage, isPageId, languageCharsMax, pageCharsMax } from "./names.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Digest, Manifest } from "./types.ts";

export const manifestFormat: SignedFormat<Manifest> = {
  context: "pharos/manifest/1",
  signer: "publisher",
  bytesMax: limits.manifestBytesMax,
  write(writer, manifest) {
    writer
      .name(manifest.page, pageCharsMax, isPageId)
      .u64(manifest.epoch)
      .u64(manifest.generation)
      .digest(manifest.previous)
      .u64(manifest.createdMs);
    writer.count(manifest.hosts.length, limits.hostsPerPageMax);
    for (const host of manifest.hosts) writer.name(host, hostCharsMax, isHostName);
    writer.count(manifest.parts.length, limits.manifestPartsMax);
    for (const part of manifest.parts) writer.digest(part);
    writeBanners(writer, manifest.banners);
  },
  read(reader) {
    return {
      page: reader.name(pageCharsMax, isPageId),
      epoch: reader.u64(),
      generation: reader.u64(),
      previous: reader.digest(),
      createdMs: reader.u64(),
      hosts: readHosts(reader),
      parts: readParts(reader),
      banners: readBanners(reader),
    };
  },
};

/** Signed bytes of a manifest. */
export function signManifest(manifest: Manifest, secretKey: SecretKey): Uint8Array {
  return signAs(manifestFormat, manifest, secretKey);
}

/** A manifest whose signature holds, and the key that signed it. Whether that key may say so is for `trust.ts`. */
export function openManifest(bytes: Uint8Array): Result<Opened<Manifest>, OpenReason> {
  return openAs(manifestFormat, bytes);
}

function readHosts(reader: Reader): readonly string[] {
  const count = reader.count(limits.hostsPerPageMax);
  const hosts = Array.from({ length: count }, () => reader.name(hostCharsMax, isHostName));
  return new Set(hosts).size === count ? hosts : reader.stop("not-canonical");
}

function readParts(reader: Reader): readonly Digest[] {
  const count = reader.count(limits.manifestPartsMax);
  if (count === 0 || (count & (count - 1)) !== 0) reader.stop("not-canonical");
  return Array.from({ length: count }, () => reader.digest());
}

function writeBanners(writer: Writer, banners: Manifest["banners"]): void {
  const languages = Object.keys(banners).sort();
  writer.count(languages.length, limits.bannersMax);
  for (const language of languages)
    writer.name(language, languageCharsMax, isLanguage).text(banners[language] ?? "", limits.bannerBytesMax);
}

function readBanners(reader: Reader): Record<string, string> {
  const count = reader.count(limits.bannersMax);
  const banners: Record<string, string> = {};
  let before = "";
  for (let at = 0; at < count; at++) {
    const language = reader.name(languageCharsMax, isLanguage);
    if (language <= before) reader.stop("not-canonical");
    before = language;
    banners[language] = reader.text(limits.bannerBytesMax);
  }
  return banners;
}
