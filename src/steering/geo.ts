// Where an address is. In: MMDB files by path, an address. Out: place and country as far as the files know them, and the prefix they know it for.
// A file that is missing or damaged takes nobody down: it is said once and counted, and whoever it would have placed has no place.
import { readFileSync } from "node:fs";
import { Reader } from "mmdb-lib";
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { showAddress } from "../zones/addresses.ts";
import type { Address } from "../zones/networks.ts";
import { centreOf } from "./country-centres.ts";
import { isPlace, type Place } from "./distance.ts";

export interface Located {
  readonly place: Place | null;
  /** ISO 3166-1, two capitals. */
  readonly country: string | null;
  /** The file says the same of every address that shares so many bits. */
  readonly bits: number;
}

export interface Geo {
  locate(address: Address): Located;
  /** What the files are, for `explain` and the health view. */
  readonly files: readonly GeoFile[];
}

export interface GeoFile {
  readonly path: string;
  /** Null where it is in use. */
  readonly trouble: string | null;
  /** Its own name for what it is, and when it was made (ms since 1970). */
  readonly type: string | null;
  readonly builtMs: number | null;
}

const nowhere: Located = { place: null, country: null, bits: 0 };

/** Knows nobody's place: weights alone decide. */
export const noGeo: Geo = { locate: () => nowhere, files: [] };

interface Opened {
  readonly file: GeoFile;
  readonly reader: Reader<object & never> | null;
}

export interface GeoOptions {
  readonly paths: readonly string[];
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Reads the files whole: one for both families, or one each. Never throws. */
export function openGeo({ paths, log, metrics }: GeoOptions): Geo {
  const failures = metrics.counter(
    "dns_geo_failures_total",
    "Location files that could not be opened, and look-ups that one failed to answer.",
    "what",
  );
  const opened = paths.map(openFile);
  for (const { file } of opened) {
    if (file.trouble === null) continue;
    failures.add(1, "open");
    log.error("A location file is of no use; visitors whom it would have placed are led by weights.", {
      path: file.path,
      why: file.trouble,
    });
  }
  const readers = opened.flatMap(({ reader }) => (reader === null ? [] : [reader]));
  // A file of one family is asked before one of both, which may hold nothing of the other.
  const four = readers.toSorted((a, b) => a.metadata.ipVersion - b.metadata.ipVersion);
  const six = readers.filter(({ metadata }) => metadata.ipVersion === 6);
  let said = false;
  const sayOnce = (thrown: unknown): void => {
    failures.add(1, "look-up");
    if (said) return;
    said = true;
    log.error("A location file failed at a look-up: it is damaged. Who is not found is led by weights.", {
      why: messageOf(thrown),
    });
  };
  return {
    files: opened.map(({ file }) => file),
    locate(address) {
      let bits = 0;
      for (const reader of address.length === 4 ? four : six) {
        try {
          const [record, depth] = reader.getWithPrefixLength(textOf(address));
          bits = Math.max(bits, depth);
          if (record !== null) return { ...readRecord(record), bits };
        } catch (thrown) {
          sayOnce(thrown);
        }
      }
      return { ...nowhere, bits };
    },
  };
}

function openFile(path: string): Opened {
  try {
    const reader = new Reader<object & never>(readFileSync(path), { cache: recentRecords() });
    const { databaseType, buildEpoch, nodeCount, ipVersion } = reader.metadata;
    if (nodeCount < 1 || (ipVersion !== 4 && ipVersion !== 6)) throw new Error("it has no addresses");
    for (const probe of ["192.0.2.1", ...(ipVersion === 6 ? ["2001:db8:0:0:0:0:0:1"] : [])])
      reader.getWithPrefixLength(probe);
    const builtMs = buildEpoch instanceof Date ? buildEpoch.getTime() : null;
    return { file: { path, trouble: null, type: databaseType, builtMs }, reader };
  } catch (thrown) {
    return { file: { path, trouble: messageOf(thrown), type: null, builtMs: null }, reader: null };
  }
}

const recordsKept = 4_096;

/** Countries are a few hundred records and cities some ten thousand: those asked for most are decoded once. */
function recentRecords(): {
  get(key: number | string): unknown;
  set(key: number | string, value: unknown): void;
} {
  const held = new Map<number | string, unknown>();
  return {
    get: (key) => held.get(key),
    set(key, value) {
      if (held.size >= recordsKept) held.clear();
      held.set(key, value);
    },
  };
}

/** mmdb-lib reads text; IPv6 without `::`, which it takes apart soonest. */
function textOf(address: Address): string {
  if (address.length === 4) return showAddress(address);
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2)
    groups.push((((address[at] ?? 0) << 8) | (address[at + 1] ?? 0)).toString(16));
  return groups.join(":");
}

/** As MaxMind and DB-IP write records (`location.latitude`, `country.iso_code`), and as flat ones are written (`latitude`, `country_code`). */
function readRecord(record: unknown): Pick<Located, "place" | "country"> {
  const country = countryOf(record);
  const own = placeOf(at(record, "location")) ?? placeOf(record);
  return { place: own ?? (country === null ? null : centreOf(country)), country };
}

function countryOf(record: unknown): string | null {
  const candidates = [
    at(at(record, "country"), "iso_code"),
    at(record, "country_code"),
    at(record, "country"),
    at(at(record, "registered_country"), "iso_code"),
  ];
  const found = candidates.find((one) => typeof one === "string" && /^[A-Za-z]{2}$/.test(one));
  return typeof found === "string" ? found.toUpperCase() : null;
}

function placeOf(record: unknown): Place | null {
  const latitude = degrees(at(record, "latitude"));
  const longitude = degrees(at(record, "longitude"));
  return latitude !== null && longitude !== null && isPlace(latitude, longitude)
    ? { latitude, longitude }
    : null;
}

/** Some files write their numbers as text. */
function degrees(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
