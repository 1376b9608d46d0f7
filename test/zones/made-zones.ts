// Zones and questions by chance. In: a random source. Out: master files that hold, with wildcards, empty non-terminals, CNAMEs, delegations and all types.
import type { Random } from "../../src/base/random.ts";
import { type Name, parent, under } from "../../src/zones/names.ts";
import { types } from "../../src/zones/types.ts";
import type { ZoneSet } from "../../src/zones/zone.ts";

export interface MadeZone {
  readonly origin: string;
  readonly text: string;
}

export interface MadeQuestion {
  readonly name: Name;
  readonly type: number;
}

const words = ["a", "b", "c", "d", "*"];

const one = <Value>(random: Random, list: readonly Value[]): Value =>
  list[random.below(list.length)] as Value;
const chance = (random: Random, percent: number): boolean => random.below(100) < percent;

export function makeZones(random: Random, howMany: number): readonly MadeZone[] {
  const origins = Array.from({ length: howMany }, (_none, at) => `z${at}.test.`);
  return origins.map((origin) => ({ origin, text: makeZone(random, origin, origins) }));
}

function makeZone(random: Random, origin: string, origins: readonly string[]): string {
  const lines = [
    "$TTL 300",
    `@ ${60 * random.below(9)} SOA ns1 host 1 3600 600 86400 ${60 * random.below(9)}`,
    "@ NS ns1",
    "ns1 A 192.0.2.1",
    ...(chance(random, 50) ? ["ns1 AAAA 2001:db8::1"] : []),
    ...(chance(random, 50) ? ["@ NS ns.outside.example."] : []),
    ...(chance(random, 50) ? ["@ MX 10 a", "@ MX 20 x.b"] : []),
    ...(chance(random, 50) ? ["@ HTTPS 1 . alpn=h2,h3", "@ A 192.0.2.80"] : []),
  ];
  const cuts: string[] = [];
  for (const name of makeNames(random)) {
    if (cuts.some((cut) => name === cut || name.endsWith(`.${cut}`))) continue;
    lines.push(...recordsOf(random, name, origin, origins, cuts));
  }
  return `${lines.join("\n")}\n`;
}

/** The shorter first, so that a cut is known before what would lie below it. */
function makeNames(random: Random): readonly string[] {
  const names = new Set<string>();
  for (let at = 0; at < 60; at++)
    names.add(Array.from({ length: 1 + random.below(4) }, () => one(random, words)).join("."));
  return [...names].sort((left, right) => left.length - right.length);
}

function recordsOf(
  random: Random,
  name: string,
  origin: string,
  origins: readonly string[],
  cuts: string[],
): readonly string[] {
  const pick = random.below(100);
  if (pick < 20) return [`${name} CNAME ${makeTarget(random, origin, origins)}`];
  if (pick < 35 && !name.startsWith("*")) {
    cuts.push(name);
    return [
      `${name} NS ns.${name}`,
      `ns.${name} A 192.0.2.${random.below(256)}`,
      ...(chance(random, 50) ? [`ns.${name} AAAA 2001:db8::${random.below(9)}`] : []),
      ...(chance(random, 50) ? [`${name} NS ns1`] : []),
      ...(chance(random, 50) ? [`${name} NS ns.outside.example.`] : []),
      ...(chance(random, 50) ? [`${name} DS 1 8 2 ${"00ff".repeat(16)}`] : []),
    ];
  }
  return [...Array(1 + random.below(3))].map(() => `${name} ${makeData(random, origin, origins)}`);
}

function makeTarget(random: Random, origin: string, origins: readonly string[]): string {
  const word = Array.from({ length: 1 + random.below(3) }, () => one(random, words)).join(".");
  const pick = random.below(100);
  if (pick < 70) return word;
  if (pick < 80) return "outside.example.";
  return pick < 90 ? `${word}.${one(random, origins)}` : origin;
}

function makeData(random: Random, origin: string, origins: readonly string[]): string {
  const byte = random.below(256);
  const target = makeTarget(random, origin, origins);
  return one(random, [
    `A 10.0.0.${byte}`,
    `A 10.0.1.${byte}`,
    `AAAA 2001:db8::${byte.toString(16)}`,
    `TXT "text ${byte}"`,
    `MX ${byte} ${target}`,
    `SRV 1 2 ${byte} ${target}`,
    `CAA 0 issue "ca${byte}.example"`,
    `HTTPS 1 ${target} alpn=h2 port=${byte}`,
    `HTTPS ${1 + byte} . ipv4hint=10.0.0.${byte}`,
    `PTR ${target}`,
    `TYPE65280 \\# 2 00${byte.toString(16).padStart(2, "0")}`,
  ]);
}

const asked = [
  ...[types.A, types.AAAA, types.NS, types.SOA, types.CNAME, types.TXT, types.MX, types.SRV, types.CAA],
  ...[types.HTTPS, types.PTR, types.DS, 65_280],
];

/** Names that exist, names above and below them, and names beside. */
export function makeQuestions(random: Random, zones: ZoneSet, howMany: number): readonly MadeQuestion[] {
  const names = [...zones.values()].flatMap(({ nodes }) => [...nodes.keys()]);
  return Array.from({ length: howMany }, () => {
    let name = one(random, names);
    const turns = random.below(4);
    for (let turn = 0; turn < turns; turn++)
      name = chance(random, 30) ? (parent(name) ?? name) : under(one(random, [...words, "x", "ns"]), name);
    return { name, type: one(random, asked) };
  });
}
