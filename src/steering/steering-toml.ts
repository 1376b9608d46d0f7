// The operator's file of steering. In: TOML. Out: a plan, or a sentence that names what is wrong and where.
// A table of readers, one a kind of entry; what nobody reads is refused, for a word with a slip in it would be obeyed by nobody.
import { parse, TomlError } from "smol-toml";
import { limits } from "../base/limits.ts";
import { suggestion } from "../base/nearest.ts";
import { type PublicKey, publicKeyBytes } from "../snapshot/keys.ts";
import { isPopName } from "../snapshot/registry.ts";
import { addressBytes, showAddress } from "../zones/addresses.ts";
import { type Name, parseName } from "../zones/names.ts";
import { type Address, type Network, parseNetwork } from "../zones/networks.ts";
import { centreOf } from "./country-centres.ts";
import { isPlace, type Place } from "./distance.ts";
import {
  type AddressProbe,
  mapOfAll,
  type PlanCdn,
  type PlanMap,
  type PlanNode,
  type PlanPop,
  type PlanStatic,
  type ProbeAt,
  type SteeringPlan,
} from "./steering-plan.ts";

/** What is wrong with a file: a sentence, and the line where the parser knew it. */
export class PlanError extends Error {}

type Table = Readonly<Record<string, unknown>>;

const usual = { nearKm: 100, weight: 100, capacity: 900 };

/** Reads the file's text; `path` is for the sentences. Throws PlanError. */
export function readPlan(text: string, path: string): SteeringPlan {
  const root = new Entry(parsed(text, path), path);
  root.knows(["geo", "near_km", "pop", "cdn", "static", "map", "override", "node"]);
  const pops = byName(root, "pop", readPop);
  const cdns = byName(root, "cdn", readCdn);
  const seen = [...pops.values()].reduce((sum, pop) => sum + 1 + pop.probesMore.length, cdns.size);
  if (seen > limits.viewSeenMax)
    throw new PlanError(
      `${path}: POPs, their further addresses and CDNs are ${seen}, and ${limits.viewSeenMax} are the most that DNS nodes tell each other of. Give POPs of many addresses a probe that names one.`,
    );
  const fallback = root.has("static") ? readStatic(root.table("static", "[static]")) : null;
  const overrides = root.tables("override").map((entry) => readOverride(entry, pops));
  const networks = overrides.flatMap(({ networks, pops }) => networks.map((one) => [one, pops] as const));
  if (networks.length > limits.planNetworksMax)
    throw new PlanError(`${path}: more than ${limits.planNetworksMax} networks are overridden.`);
  return {
    geo: root.texts("geo"),
    nearKm: root.number("near_km", 0, 20_000, usual.nearKm),
    pops,
    cdns,
    fallback,
    maps: readMaps(root, pops, cdns),
    networks,
    countries: new Map(
      overrides.flatMap(({ countries, pops }) => countries.map((one) => [one, pops] as const)),
    ),
    nodes: [...byName(root, "node", readNode).values()],
  };
}

function parsed(text: string, path: string): Table {
  if (text.length > limits.planBytesMax)
    throw new PlanError(`${path} is longer than ${limits.planBytesMax} characters.`);
  try {
    return parse(text);
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const says = thrown.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    throw new PlanError(`${path} line ${thrown.line}, column ${thrown.column}: ${says}.`);
  }
}

function byName<Value extends { readonly name: string }>(
  root: Entry,
  kind: string,
  read: (entry: Entry) => Value,
): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  for (const entry of root.tables(kind)) {
    const value = read(entry);
    if (found.has(value.name)) throw entry.wrong("name", `two entries are named ${value.name}`);
    found.set(value.name, value);
  }
  return found;
}

function readPop(entry: Entry): PlanPop {
  entry.knows(["name", "key", "place", "addresses", "weight", "capacity", "probe"]);
  const addresses = entry.addresses("addresses");
  const four = addresses.find(({ length }) => length === 4);
  const six = addresses.find(({ length }) => length === 16);
  const first = four ?? six;
  if (first === undefined) throw entry.wrong("addresses", "a POP needs an address that visitors reach");
  const probeAt = (address: Address): AddressProbe => ({
    address,
    probe: entry.probe(showAddress(address), true),
  });
  const isApart = !entry.asksAnAddress();
  return {
    name: entry.named(),
    key: entry.has("key") ? entry.key("key") : null,
    place: entry.place("place"),
    addresses,
    weight: entry.number("weight", 0, 1_000_000, usual.weight),
    capacity: entry.number("capacity", 1, 65_535, usual.capacity),
    probe: entry.probe(showAddress(first), true),
    probed: isApart ? first : null,
    probeSix: isApart && six !== undefined && six !== first ? probeAt(six) : null,
    probesMore: isApart ? addresses.filter((one) => one !== first && one !== six).map(probeAt) : [],
  };
}

function readCdn(entry: Entry): PlanCdn {
  entry.knows(["name", "target", "weight", "probe"]);
  return {
    name: entry.named(),
    target: entry.dnsName("target"),
    weight: entry.number("weight", 0, 1_000_000, usual.weight),
    probe: entry.probe(entry.text("target"), false),
  };
}

function readStatic(entry: Entry): PlanStatic {
  entry.knows(["addresses", "target", "probe"]);
  const target = entry.has("target") ? entry.dnsName("target") : null;
  const addresses = entry.addresses("addresses");
  if ((target === null) === (addresses.length === 0))
    throw entry.wrong("target", "the static host has a target or addresses, and not both");
  const [first = entry.text("target", "")] = entry.texts("addresses");
  return { addresses, target, probe: entry.probe(first, target === null) };
}

function readMaps(root: Entry, pops: SteeringPlan["pops"], cdns: SteeringPlan["cdns"]): SteeringPlan["maps"] {
  const all: PlanMap = { pops: [...pops.keys()], cdns: [], addressesMax: limits.steeredAddressesMax };
  const maps = new Map([[mapOfAll, all]]);
  const table = root.has("map") ? root.table("map", "[map]") : null;
  for (const name of table?.keys() ?? []) {
    if (!isPopName(name)) throw root.wrong("map", `${JSON.stringify(name)} is no name for a map`);
    const entry = (table as Entry).table(name, `[map.${name}]`);
    entry.knows(["pops", "cdns", "addresses"]);
    const map = {
      pops: entry.has("pops") ? entry.among("pops", pops) : entry.has("cdns") ? [] : all.pops,
      cdns: entry.among("cdns", cdns),
      addressesMax: entry.number("addresses", 1, limits.steeredAddressesMax, limits.steeredAddressesMax),
    };
    if (map.pops.length + map.cdns.length === 0) throw entry.wrong("pops", "a map leads somewhere");
    maps.set(name, map);
  }
  return maps;
}

function readOverride(
  entry: Entry,
  pops: SteeringPlan["pops"],
): {
  readonly networks: readonly Network[];
  readonly countries: readonly string[];
  readonly pops: readonly string[];
} {
  entry.knows(["networks", "countries", "pops"]);
  const networks = entry.texts("networks").map((text) => {
    const network = parseNetwork(text);
    if (network === null)
      throw entry.wrong(
        "networks",
        `${JSON.stringify(text)} is no network such as 192.0.2.0/24 or 2001:db8::/32`,
      );
    return network;
  });
  const countries = entry.texts("countries").map((text) => {
    if (!/^[A-Z]{2}$/.test(text))
      throw entry.wrong("countries", `${JSON.stringify(text)} is no code of two capitals such as DE`);
    return text;
  });
  if (networks.length + countries.length === 0)
    throw entry.wrong("networks", "an override names networks or countries");
  const led = entry.among("pops", pops);
  if (led.length === 0) throw entry.wrong("pops", "an override names POPs");
  return { networks, countries, pops: led };
}

function readNode(entry: Entry): PlanNode {
  entry.knows(["name", "key", "url"]);
  return { name: entry.named(), key: entry.key("key"), url: entry.url("url") };
}

/** One table of the file, and its place in it for the sentences. */
class Entry {
  readonly #table: Table;
  readonly #where: string;

  constructor(table: Table, where: string) {
    this.#table = table;
    this.#where = where;
  }

  wrong(field: string, why: string): PlanError {
    return new PlanError(`${this.#where}, ${field}: ${why}.`);
  }

  has(field: string): boolean {
    return this.#table[field] !== undefined;
  }

  keys(): readonly string[] {
    return Object.keys(this.#table);
  }

  knows(fields: readonly string[]): void {
    for (const field of this.keys())
      if (!fields.includes(field))
        throw this.wrong(field, `${suggestion(field, fields)}known are ${fields.join(", ")}`);
  }

  tables(field: string): readonly Entry[] {
    const list = this.#table[field] ?? [];
    if (!Array.isArray(list) || !list.every(isTable))
      throw this.wrong(field, `each one stands below its own [[${field}]]`);
    return list.map((table: Table, at) => {
      const name = typeof table.name === "string" ? ` (${table.name})` : "";
      return new Entry(table, `${this.#where}, [[${field}]] number ${at + 1}${name}`);
    });
  }

  table(field: string, title: string): Entry {
    const table = this.#table[field];
    if (!isTable(table)) throw this.wrong(field, `it is a table: ${title}`);
    return new Entry(table, `${this.#where}, ${title}`);
  }

  text(field: string, otherwise?: string): string {
    const value = this.#table[field] ?? otherwise;
    if (value === undefined) throw this.wrong(field, "it is missing");
    if (typeof value !== "string") throw this.wrong(field, `${JSON.stringify(value)} is no text`);
    return value;
  }

  texts(field: string): readonly string[] {
    const value = this.#table[field] ?? [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.map((one) => {
      if (typeof one !== "string") throw this.wrong(field, `${JSON.stringify(one)} is no text`);
      return one;
    });
  }

  number(field: string, min: number, max: number, otherwise: number): number {
    const value = this.#table[field] ?? otherwise;
    if (typeof value !== "number" || !Number.isFinite(value) || value < min || value > max)
      throw this.wrong(field, `${JSON.stringify(value)} is no number from ${min} to ${max}`);
    return value;
  }

  named(): string {
    const name = this.text("name");
    if (!isPopName(name))
      throw this.wrong("name", `${JSON.stringify(name)} is no name: letters, digits, ".", "_" and "-"`);
    return name;
  }

  among(field: string, known: ReadonlyMap<string, unknown>): readonly string[] {
    const names = this.texts(field);
    for (const name of names)
      if (!known.has(name))
        throw this.wrong(
          field,
          `there is no ${JSON.stringify(name)} in this file. ${suggestion(name, [...known.keys()])}Known are ${[...known.keys()].join(", ")}`,
        );
    return [...new Set(names)];
  }

  addresses(field: string): readonly Address[] {
    return this.texts(field).map((text) => {
      const address = addressBytes(text);
      if (address === null) throw this.wrong(field, `${JSON.stringify(text)} is no IP address`);
      return address;
    });
  }

  dnsName(field: string): Name {
    const name = parseName(this.text(field));
    if (!name.ok) throw this.wrong(field, name.reason);
    return name.value;
  }

  key(field: string): PublicKey {
    const text = this.text(field);
    if (publicKeyBytes(text) === null)
      throw this.wrong(field, `${JSON.stringify(text)} is no public key: 43 characters of base64url`);
    return text;
  }

  url(field: string): string {
    const text = this.text(field);
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !["http:", "https:"].includes(url.protocol))
      throw this.wrong(field, `${JSON.stringify(text)} is no address such as http://192.0.2.1:8080`);
    return text.replace(/\/$/, "");
  }

  /** `host` is who is asked where no `probe` says so; `pinned`: that very address, where the URL has a name. */
  probe(host: string, pinned: boolean): ProbeAt {
    const shown = addressBytes(host)?.length === 16 ? `[${host}]` : host.replace(/\.$/, "");
    const url = this.has("probe") ? this.url("probe") : `http://${shown}`;
    const named = hostBytes(url) === null;
    return { url, at: pinned && named ? host : null };
  }

  /** True where `probe` says at which address. */
  asksAnAddress(): boolean {
    return this.has("probe") && hostBytes(this.url("probe")) !== null;
  }

  /** `[latitude, longitude]`, or a country's code for its middle; null where it is not said. */
  place(field: string): Place | null {
    const value = this.#table[field];
    if (value === undefined) return null;
    if (typeof value === "string") {
      const centre = centreOf(value);
      if (centre === null)
        throw this.wrong(field, `${JSON.stringify(value)} is no country's code such as DE`);
      return centre;
    }
    const [latitude, longitude, ...more]: readonly unknown[] = Array.isArray(value) ? value : [];
    if (
      typeof latitude !== "number" ||
      typeof longitude !== "number" ||
      more.length > 0 ||
      !isPlace(latitude, longitude)
    )
      throw this.wrong(field, `${JSON.stringify(value)} is not [latitude, longitude] in degrees`);
    return { latitude, longitude };
  }
}

const hostBytes = (url: string): Address | null =>
  addressBytes(new URL(url).hostname.replace(/^\[|\]$/g, ""));

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
