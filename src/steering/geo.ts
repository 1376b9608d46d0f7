// Where an address is. In: MMDB files by path, an address. Out: place and country as far as the files know them, and the prefix they know it for.
// A file that is missing or damaged takes nobody down: it is said once and counted, and whoever it would have placed has no place.
import { readFileSync } from "node:fs";
import { Reader } from "mmdb-lib";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { showAddress } from "../zones/addresses.ts";
import type { Address } from "../zones/networks.ts";
import { centreOf } from "./country-centres.ts";
import { isPlace, type Place } from "./distance.ts";
import { createMmdbTree, noLeaf } from "./mmdb-tree.ts";

export interface Located {
  readonly place: Place | null;
  /** ISO 3166-1, two capitals. */
  readonly country: string | null;
  /** Every address that shares so many bits is said to be there. */
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
  /** What it says of itself, which is where makers name themselves and their licence; "" where it says nothing. */
  readonly about: string;
}

const nowhere: Located = { place: null, country: null, bits: 0 };

/** Knows nobody's place: weights alone decide. */
export const noGeo: Geo = { locate: () => nowhere, files: [] };

/** What a record says of an address: one object for all records that say the same. */
type Said = Pick<Located, "place" | "country">;

/** A file that is in use. */
interface OpenFile {
  readonly ipVersion: number;
  locate(address: Address): Located;
}

interface Opened {
  readonly file: GeoFile;
  readonly reader: OpenFile | null;
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
  const four = readers.toSorted((a, b) => a.ipVersion - b.ipVersion);
  const six = readers.filter(({ ipVersion }) => ipVersion === 6);
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
          const located = reader.locate(address);
          bits = Math.max(bits, located.bits);
          if (located.place !== null || located.country !== null) return { ...located, bits };
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
    const bytes = readFileSync(path);
    const reader = new Reader<object & never>(bytes);
    const { databaseType, buildEpoch, nodeCount, ipVersion } = reader.metadata;
    if (nodeCount < 1 || (ipVersion !== 4 && ipVersion !== 6)) throw new Error("it has no addresses");
    const tree = createMmdbTree(bytes, reader.metadata);
    const says = sayings(reader);
    const locate = (address: Address): Located => {
      const { said, bits } = tree.find(address, limits.geoLooks, says);
      return { ...said, bits };
    };
    locate(Buffer.of(192, 0, 2, 1));
    if (ipVersion === 6) locate(Buffer.from("20010db8000000000000000000000001", "hex"));
    const builtMs = buildEpoch instanceof Date ? buildEpoch.getTime() : null;
    const about = aboutOf(reader.metadata.description);
    return {
      file: { path, trouble: null, type: databaseType, builtMs, about },
      reader: { ipVersion, locate },
    };
  } catch (thrown) {
    return { file: { path, trouble: messageOf(thrown), type: null, builtMs: null, about: "" }, reader: null };
  }
}

/** Texts by language (MaxMind DB, metadata): the English one, else any. */
function aboutOf(description: unknown): string {
  const texts = typeof description === "object" && description !== null ? Object.entries(description) : [];
  const [, text] = texts.find(([language]) => language === "en") ?? texts[0] ?? [];
  return typeof text === "string" ? text : "";
}

/** Of records by their places: countries are a few hundred, cities some ten thousand. Those asked for since it was full last are read once. */
function sayings(reader: Reader<object & never>): (leaf: number, address: Address) => Said {
  const byLeaf = new Map<number, Said>();
  const byText = new Map<string, Said>();
  return (leaf, address) => {
    if (leaf === noLeaf) return nowhere;
    const held = byLeaf.get(leaf);
    if (held !== undefined) return held;
    if (byLeaf.size >= limits.geoRecordsMax) {
      byLeaf.clear();
      byText.clear();
    }
    const read = readRecord(reader.get(textOf(address)));
    const text = `${read.country} ${read.place?.latitude} ${read.place?.longitude}`;
    const said = byText.get(text) ?? read;
    byText.set(text, said);
    byLeaf.set(leaf, said);
    return said;
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
