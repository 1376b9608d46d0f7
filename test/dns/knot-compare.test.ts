// What is found for a question, against Knot on the same zones: rcode, AA, and the records of each section. In: zones made by chance from a seed.
import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { openDnsServer } from "../../src/dns/server.ts";
import { createDnsTally } from "../../src/dns/tally.ts";
import { makeFind } from "../../src/zones/find.ts";
import { isWithin, type Name, nameAt, showName } from "../../src/zones/names.ts";
import { classes, type Finding, rcodes, types, typeWord } from "../../src/zones/types.ts";
import { sourceOf, type Zone, type ZoneSet } from "../../src/zones/zone.ts";
import { dnsWorld } from "../support/dns-world.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";
import { makeQuestions, makeZones } from "../zones/made-zones.ts";
import { noSteer, showSections, visitorFrom, zoneOf } from "../zones/zone-of.ts";
import { askAll, type Knot, startKnot } from "./knot.ts";

const testWithKnot = skipUnless(
  spawnSync("knotd", ["--version"], { stdio: "ignore" }).status === 0,
  "knotd is not installed",
);
const folder = mkdtempSync(join(tmpdir(), "pharos-knot-"));
let knot: Knot | null = null;
afterAll(() => {
  knot?.stop();
  rmSync(folder, { recursive: true });
});

interface Difference {
  readonly why: string;
  /** What is left of a finding when it is put as Knot would; null where it is no such finding. */
  asKnot(finding: Finding, zones: ZoneSet, asked: number): Finding | null;
}

/** Where we differ on purpose. */
const differences: readonly Difference[] = [
  {
    why: "a CNAME that leads into another zone here is followed (RFC 1034, 4.3.2, step 3a); Knot leaves the rest to the resolver",
    asKnot(finding, zones) {
      const { answer } = finding;
      const zone = answer[0] === undefined ? undefined : zoneAbove(zones, answer[0].name);
      const leaving = answer.findIndex(({ type, rdata: [first] }) => {
        const target = type === types.CNAME && first !== undefined ? nameAt(first, 0) : null;
        return target !== null && zoneAbove(zones, target) !== zone;
      });
      if (leaving === -1) return null;
      const kept = answer.slice(0, leaving + 1);
      return { ...finding, rcode: rcodes.NOERROR, answer: kept, authority: [], additional: [] };
    },
  },
  {
    why: "an HTTPS record that leads to its own name brings that name's addresses (RFC 9460, 4.1); Knot sends none of these",
    asKnot(finding) {
      const last = finding.answer.at(-1);
      const kept = finding.additional.filter(({ name }) => name !== last?.name);
      return last?.type === types.HTTPS && kept.length < finding.additional.length
        ? { ...finding, additional: kept }
        : null;
    },
  },
  {
    why: "what a wildcard gives to the target of an HTTPS record has the target's name; Knot leaves the wildcard's there",
    asKnot(finding, zones) {
      const named = finding.additional.map((set) => {
        const zone = zoneAbove(zones, set.name);
        const source = zone === undefined || zone.nodes.has(set.name) ? null : sourceOf(zone, set.name);
        return source === null ? set : { ...set, name: source };
      });
      const isService = finding.answer.at(-1)?.type === types.HTTPS;
      return isService && named.some((set, at) => set !== finding.additional[at])
        ? { ...finding, additional: named }
        : null;
    },
  },
  {
    why: "a CNAME that leads to itself is said once; Knot says it twice where it is what was asked for",
    asKnot(finding, _zones, asked) {
      const [only, more] = finding.answer;
      const [rdata] = only?.type === types.CNAME && asked !== types.CNAME ? only.rdata : [];
      return only !== undefined && more === undefined && rdata !== undefined && nameAt(rdata, 0) === only.name
        ? { ...finding, answer: [only, only] }
        : null;
    },
  },
];

function zoneAbove(zones: ZoneSet, name: Name): Zone | undefined {
  return [...zones.values()].find(({ origin }) => isWithin(name, origin));
}

/** Knot repeats in the additional section what its answer says already, where an HTTPS record leads to its own name by writing it out. */
function withoutRepeats(line: string): string {
  const parts = line.split(" | ");
  return parts
    .filter((part) => !parts.includes(part.replace(/^additional /, "")) || !part.startsWith("additional "))
    .join(" | ");
}

const seed = testLong ? testSeed : 8123;

testWithKnot(
  `what is found is what Knot answers, but for ${differences.length} differences (seed ${seed})`,
  async () => {
    const random = seededRandom(seed);
    const made = makeZones(random, 12);
    const zones: ZoneSet = new Map(
      made.map(({ origin, text }) => zoneOf(origin, text)).map((zone) => [zone.origin, zone]),
    );
    knot = await startKnot(folder, made);
    const find = makeFind(zones, noSteer);
    const questions = makeQuestions(random, zones, count(3_000, 60_000));
    const theirs = await knot.ask(questions);
    const different: string[] = [];
    const told = differences.map(() => 0);
    for (const [at, { name, type }] of questions.entries()) {
      let ours = find({ name, type, class: classes.IN }, visitorFrom("192.0.2.53"));
      for (const [row, { asKnot }] of differences.entries()) {
        const put = asKnot(ours, zones, type);
        if (put === null) continue;
        told[row] = (told[row] ?? 0) + 1;
        ours = put;
      }
      const our = showSections(ours);
      if (our !== withoutRepeats(theirs[at] ?? "no answer"))
        different.push(`${showName(name)} ${typeWord(type)}\n  ours ${our}\n  Knot ${theirs[at]}`);
    }
    expect(different.slice(0, 5).join("\n")).toBe("");
    // A difference that is none any more is to be taken out of the table.
    expect(testLong || told.every((times) => times > 0)).toBe(true);
  },
  120_000,
);

test(`what is found is what comes over a socket (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const zones: ZoneSet = new Map(
    makeZones(random, 12)
      .map(({ origin, text }) => zoneOf(origin, text))
      .map((zone) => [zone.origin, zone]),
  );
  const find = makeFind(zones, noSteer);
  const world = dnsWorld();
  world.answering.replace(find);
  const server = await openDnsServer({
    places: [{ host: "127.0.0.1", port: 0 }],
    shared: false,
    answering: world.answering,
    tally: createDnsTally(world.metrics),
    clock: world.clock,
    metrics: world.metrics,
  });
  // As many, and the same, as Knot is asked: what is found is what Knot answers, and what is found is what comes over a socket.
  const questions = makeQuestions(random, zones, count(3_000, 60_000));
  const lines = await askAll(server.places[0]?.port ?? 0, questions);
  await server.stop();
  for (const [at, { name, type }] of questions.entries()) {
    const found = showSections(find({ name, type, class: classes.IN }, visitorFrom("127.0.0.1")));
    expect(`${showName(name)} ${typeWord(type)}: ${lines[at]}`).toBe(
      `${showName(name)} ${typeWord(type)}: ${found}`,
    );
  }
}, 120_000);

test("every difference says why", () => {
  expect(differences.filter(({ why }) => why.length < 40)).toEqual([]);
});
