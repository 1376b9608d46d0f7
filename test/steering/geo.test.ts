// The location of an address: files of either shape and family, and files that are none.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { centreOf } from "../../src/steering/country-centres.ts";
import { distanceKm } from "../../src/steering/distance.ts";
import { type Geo, openGeo } from "../../src/steering/geo.ts";
import { addressBytes } from "../../src/zones/addresses.ts";
import { manualClock } from "../support/manual-clock.ts";
import { mmdb } from "../support/mmdb.ts";
import { check } from "../support/property.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-geo-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.mmdb`);
  writeFileSync(path, bytes);
  return path;
}
const at = (text: string): Uint8Array => addressBytes(text) ?? new Uint8Array();
function open(...paths: string[]): { readonly geo: Geo; readonly said: string[]; metrics(): string } {
  const said: string[] = [];
  const metrics = createMetrics();
  const log = createLog(manualClock(), (line) => said.push(line));
  return { geo: openGeo({ paths, log, metrics }), said, metrics: metrics.text };
}

describe("geo/files", () => {
  const city = fileOf(
    mmdb([
      ["192.0.2.0/24", { country: { iso_code: "DE" }, location: { latitude: 52.5, longitude: 13.4 } }],
      ["198.51.100.0/25", { country_code: "FR", latitude: "48.9", longitude: "2.35" }],
      ["203.0.113.0/24", { country_code: "jp" }],
      ["2001:db8::/32", { country: { iso_code: "BR" } }],
    ]),
  );

  test.each([
    ["192.0.2.77", "DE", 52.5, 24],
    ["198.51.100.1", "FR", 48.9, 25],
    ["203.0.113.9", "JP", centreOf("JP")?.latitude, 24],
    ["2001:db8:7::1", "BR", centreOf("BR")?.latitude, 32],
  ])("%s is in %s", (address, country, latitude, bits) => {
    const located = open(city).geo.locate(at(address));
    expect([located.country, located.place?.latitude, located.bits]).toEqual([country, latitude, bits]);
  });

  test("an address of no record has no place, and the bits that say so", () => {
    const located = open(city).geo.locate(at("198.51.100.200"));
    expect(located).toEqual({ place: null, country: null, bits: 25 });
  });

  // As files do that also tell postal codes: records that differ, and lie in one place.
  const near = { country: { iso_code: "DE" }, location: { latitude: 52.5, longitude: 13.4 } };
  const neighbours = fileOf(
    mmdb([
      ["10.0.0.0/24", { ...near, postal: 1 }],
      ["10.0.1.0/24", { ...near, postal: 2 }],
      ["10.0.2.0/25", { ...near, postal: 3 }],
      ["10.0.2.128/25", { ...near, postal: 4 }],
      ["10.0.3.0/24", { ...near, postal: 5 }],
      ["10.0.4.0/22", { ...near, country: { iso_code: "PL" } }],
      ["10.1.0.0/17", { ...near, postal: 6 }],
      ["10.1.128.0/18", near],
      ["2001:db8::/33", { ...near, postal: 7 }],
      ["2001:db8:8000::/33", near],
    ]),
  );
  test.each([
    ["10.0.0.9", 22],
    ["10.0.2.129", 22],
    // Its neighbours are in another country, and what steers may go by that.
    ["10.0.5.1", 22],
    // Of the half beside it a half is nowhere.
    ["10.1.0.1", 17],
    ["10.1.130.1", 18],
    ["2001:db8:8000::1", 32],
  ])("%s shares its place with all of its /%p", (address, bits) =>
    expect(open(neighbours).geo.locate(at(address)).bits).toBe(bits),
  );

  const low = fc.integer({ min: 0, max: 2 ** 17 - 1 });
  const { geo: opened } = open(neighbours);
  check("all of a network that shares its place is said to be there", [low, low], (one, other) => {
    const bytesOf = (bits: number) => Uint8Array.of(10, bits >> 16, (bits >> 8) & 255, bits & 255);
    const [located, beside] = [opened.locate(bytesOf(one)), opened.locate(bytesOf(other))];
    if (Math.clz32((one ^ other) >>> 0) >= located.bits) expect(beside).toEqual(located);
  });

  test("one file a family: each is asked for its own", () => {
    const four = fileOf(mmdb([["192.0.2.0/24", { country_code: "SE" }]], 4));
    const six = fileOf(mmdb([["2001:db8::/32", { country_code: "NO" }]]));
    const { geo } = open(six, four);
    expect(geo.locate(at("192.0.2.1")).country).toBe("SE");
    expect(geo.locate(at("2001:db8::1")).country).toBe("NO");
    expect(open(four).geo.locate(at("2001:db8::1"))).toEqual({ place: null, country: null, bits: 0 });
  });

  test("the free database of countries: both families, in one file", () => {
    const require = createRequire(import.meta.url);
    const path = require.resolve("@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb");
    const { geo, said } = open(path);
    expect(said).toEqual([]);
    expect(geo.locate(at("193.0.6.139")).country).toBe("NL"); // RIPE NCC, in Amsterdam
    expect(geo.locate(at("2001:67c:2e8:22::c100:68b")).country).toBe("NL");
    expect(geo.locate(at("133.11.0.1")).country).toBe("JP"); // the University of Tokyo
    expect(geo.locate(at("127.0.0.1")).country).toBeNull();
  });
});

describe("geo/a file that is none", () => {
  const whole = mmdb([["192.0.2.0/24", { country_code: "DE" }]]);
  test.each([
    ["missing", join(folder, "nothing.mmdb")],
    ["empty", fileOf(new Uint8Array())],
    ["text", fileOf(Buffer.from("<html>404</html>"))],
    ["without its end", fileOf(whole.subarray(0, whole.length - 40))],
    ["a folder", folder],
  ])("%s: said once, counted, and nobody has a place", (_what, path) => {
    const { geo, said, metrics } = open(path);
    expect(geo.locate(at("192.0.2.1"))).toEqual({ place: null, country: null, bits: 0 });
    expect(said.length).toBe(1);
    expect(said[0]).toContain(path);
    expect(metrics()).toContain('pharos_dns_geo_failures_total{what="open"} 1');
    expect(geo.files[0]?.trouble).not.toBeNull();
  });

  test("a good file beside a bad one is used", () => {
    const { geo } = open(join(folder, "nothing.mmdb"), fileOf(whole));
    expect(geo.locate(at("192.0.2.1")).country).toBe("DE");
  });

  check(
    "a file with flipped bytes never throws and never hangs",
    [
      fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
        minLength: 1,
        maxLength: 12,
      }),
    ],
    (flips) => {
      const bytes = Buffer.from(whole);
      for (const [place, value] of flips) bytes[place] = value;
      const { geo, said } = open(fileOf(bytes));
      for (const address of ["192.0.2.1", "10.0.0.1", "2001:db8::1"]) geo.locate(at(address));
      expect(said.length).toBeLessThanOrEqual(2);
    },
  );
});

describe("distance", () => {
  test.each([
    [52.52, 13.4, 48.86, 2.35, 878],
    [51.5, -0.12, 40.71, -74, 5_570],
    [0, 179.5, 0, -179.5, 111],
    [90, 0, -90, 0, 20_015],
    [10, 10, 10, 10, 0],
  ])("%d,%d to %d,%d is %d km", (a, b, c, d, km) => {
    const found = distanceKm({ latitude: a, longitude: b }, { latitude: c, longitude: d });
    expect(Math.abs(found - km)).toBeLessThan(2);
  });

  const place = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  check("the same both ways, never more than half the earth", [place, place], (from, to) => {
    const km = distanceKm(from, to);
    expect(Math.abs(km - distanceKm(to, from))).toBeLessThan(1e-6);
    expect(km).toBeGreaterThanOrEqual(0);
    expect(km).toBeLessThanOrEqual(20_016);
  });
});
