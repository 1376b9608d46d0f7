// Accept-Encoding as a table: RFC 9110, section 12.5.3, its examples and its corners.
import { describe, expect, test } from "bun:test";
import { acceptable, candidates } from "../../src/edge/negotiate.ts";
import type { Route } from "../../src/snapshot/types.ts";

const all: Route["variants"] = {
  identity: { digest: "i", length: 1000 },
  gzip: { digest: "g", length: 300 },
  br: { digest: "b", length: 200 },
  zstd: { digest: "z", length: 250 },
};
const zstdSmaller: Route["variants"] = { ...all, zstd: { digest: "z", length: 150 } };
const gzipAlone: Route["variants"] = { identity: all.identity, gzip: all.gzip };

const table: readonly (readonly [
  says: string,
  header: string | null,
  variants: Route["variants"],
  best: string,
])[] = [
  ["no header: identity alone is sure", null, all, "identity"],
  ["empty header: only identity", "", all, "identity"],
  ["RFC example: compress, gzip", "compress, gzip", all, "gzip identity"],
  ["RFC example: anything", "*", all, "br zstd gzip identity"],
  ["RFC example: compress;q=0.5, gzip;q=1.0", "compress;q=0.5, gzip;q=1.0", all, "gzip identity"],
  [
    "RFC example: gzip first, identity half, nothing else",
    "gzip;q=1.0, identity; q=0.5, *;q=0",
    all,
    "gzip identity",
  ],
  ["a browser of today", "gzip, deflate, br, zstd", all, "br zstd gzip identity"],
  [
    "the shorter wins where weights are equal",
    "gzip, deflate, br, zstd",
    zstdSmaller,
    "zstd br gzip identity",
  ],
  ["weights beat length", "br;q=0.1, gzip;q=0.9", all, "gzip br identity"],
  ["q=0 refuses", "gzip;q=0, br;q=0.000, zstd", all, "zstd identity"],
  ["identity;q=0 refuses the plain body", "gzip, identity;q=0", all, "gzip"],
  ["*;q=0 refuses identity too", "br, *;q=0", all, "br"],
  ["*;q=0 alone refuses everything", "*;q=0", all, ""],
  ["identity;q=0 alone refuses everything", "identity;q=0", all, ""],
  ["identity preferred by name", "identity, gzip;q=0.5", all, "identity gzip"],
  ["identity over * by name", "identity;q=0.5, *;q=0.2", all, "identity br zstd gzip"],
  [
    "* gives its weight to unnamed codings, not to identity",
    "gzip;q=0.2, *;q=0.8",
    all,
    "br zstd gzip identity",
  ],
  ["x-gzip is gzip", "x-gzip", all, "gzip identity"],
  ["case does not matter", "GZIP;Q=0.5, Br", all, "br gzip identity"],
  ["blanks do not matter", "  gzip ; q = 0.5 ,, br  ", all, "br gzip identity"],
  ["an unknown coding says nothing", "dcb, pack200-gzip", all, "identity"],
  ["a weight that is none voids its element", "gzip;q=2, br;q=-1, zstd;q=a", all, "identity"],
  ["a weight of four digits is none", "gzip;q=0.1234", all, "identity"],
  ["the first of two wins", "gzip;q=0, gzip;q=1", all, "identity"],
  ["two headers joined by the runtime", "gzip;q=0, br", all, "br identity"],
  ["the route has gzip alone", "br, gzip;q=0.5", gzipAlone, "gzip identity"],
  ["the route lacks what is accepted", "br, identity;q=0", gzipAlone, ""],
];

describe("edge/negotiate", () => {
  for (const [says, header, variants, best] of table) {
    test(says, () => {
      expect(candidates(acceptable(header), variants).join(" ")).toBe(best);
    });
  }

  test("ten thousand invented headers leave the memory bounded and the answers right", () => {
    for (let at = 0; at < 10_000; at++) acceptable(`gzip;q=0.${at % 1000}, x${at}`);
    expect(candidates(acceptable("br"), all)).toEqual(["br", "identity"]);
  });
});
