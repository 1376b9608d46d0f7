import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { makeFind } from "../../src/zones/find.ts";
import { createLastGood } from "../../src/zones/last-good.ts";
import type { ZoneSet } from "../../src/zones/zone.ts";
import { type KnownMaps, openZoneFiles, type ZoneFiles } from "../../src/zones/zone-files.ts";
import { manualClock } from "../support/manual-clock.ts";
import { until } from "../support/pop.ts";
import { ask, noSteer } from "./zone-of.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-zones-"));
const opened: ZoneFiles[] = [];
afterAll(() => {
  for (const files of opened) files.stop();
  rmSync(folder, { recursive: true });
});

let written = 0;
function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  // Two changes of one length within one tick of the file system's clock would look like none.
  utimesSync(path, 1, ++written);
  return path;
}

const zone = (address: string): string =>
  `$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nwww A ${address}\n`;
const maps: KnownMaps = { has: (map) => map !== "nothing", mayAlias: (map) => map === "cdn" };

/** Zones as a node has them, its clock, and what it said. */
async function open(...paths: readonly string[]) {
  const clock = manualClock();
  const said: string[] = [];
  const metrics = createMetrics();
  const log = createLog(clock, (line) =>
    said.push((JSON.parse(line) as { says: string }).says.replaceAll(`${folder}/`, "")),
  );
  let now: ZoneSet | null = null;
  const lastGood = createLastGood(join(folder, "data"), true, log);
  const onZones = (zones: ZoneSet) => (now = zones);
  const files = await openZoneFiles({ paths, maps, lastGood, clock, log, metrics, onZones });
  opened.push(files);
  return {
    clock,
    said,
    metrics,
    files,
    told: () => now,
    www: (origin: string) => ask(makeFind(now ?? files.zones, noSteer), `www.${origin} A`),
  };
}

async function refusal(...paths: readonly string[]): Promise<string> {
  try {
    await open(...paths);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message.replaceAll(`${folder}/`, "") : "";
  }
  return "not refused";
}

test("zones: a change of a file is answered once the file stands still", async () => {
  const path = write("a.test.zone", zone("192.0.2.10"));
  const { www, clock, told, said, metrics } = await open(path);
  expect(www("a.test.")).toEqual(["NOERROR aa", "www.a.test. 60 A 192.0.2.10"]);
  await clock.advance(10_000);
  expect(told()).toBeNull();
  write("a.test.zone", zone("192.0.2.11"));
  await clock.advance(2_000);
  write("a.test.zone", zone("192.0.2.12"));
  await clock.advance(2_000);
  expect(told()).toBeNull();
  await clock.advance(4_000);
  expect(www("a.test.")).toEqual(["NOERROR aa", "www.a.test. 60 A 192.0.2.12"]);
  expect(said).toEqual(["Zones were read again: a.test."]);
  expect(metrics.text()).toContain('pharos_dns_zone_reads_total{outcome="taken"} 2');
});

test("zones: a broken zone is refused once, by line and column, and the old one stays", async () => {
  const good = write("b.test.zone", zone("192.0.2.10"));
  const other = write("c.test.zone", zone("192.0.2.20"));
  const { www, clock, said, metrics, files } = await open(good, other);
  write("b.test.zone", zone("192.0.2.x"));
  write("c.test.zone", zone("192.0.2.21"));
  await clock.advance(30_000);
  expect(www("b.test.")).toEqual(["NOERROR aa", "www.b.test. 60 A 192.0.2.10"]);
  expect(www("c.test.")).toEqual(["NOERROR aa", "www.c.test. 60 A 192.0.2.21"]);
  const sentence = 'b.test.zone:5:7: "192.0.2.x" is not an IPv4 address such as 192.0.2.1.';
  expect(said).toEqual(["Zones were read again: c.test.", `A zone stays as it was. ${sentence}`]);
  expect(metrics.text()).toContain('pharos_dns_zone_reads_total{outcome="refused"} 1');
  // Who asks for a reading is told again.
  const again = await files.reload();
  expect(again.changed).toEqual(["c.test."]);
  expect(again.refused.map((line) => line.replaceAll(`${folder}/`, ""))).toEqual([sentence]);
  write("b.test.zone", zone("192.0.2.12"));
  await clock.advance(6_000);
  expect(www("b.test.")).toEqual(["NOERROR aa", "www.b.test. 60 A 192.0.2.12"]);
});

test("zones: a file that is gone leaves its zone as it was", async () => {
  const path = write("d.test.zone", zone("192.0.2.10"));
  const { www, clock, said } = await open(path);
  unlinkSync(path);
  await clock.advance(10_000);
  expect(www("d.test.")).toEqual(["NOERROR aa", "www.d.test. 60 A 192.0.2.10"]);
  expect(said.length).toBe(1);
  expect(said[0]).toStartWith("A zone stays as it was. d.test.zone:1:1: ENOENT");
});

test("zones: a master file beside TOML is watched with it", async () => {
  write("e.master", zone("192.0.2.10"));
  const path = write("e.test.toml", 'master = "e.master"\n[names.pop]\nsteer = "pops"\n');
  const { www, clock } = await open(path);
  expect(www("e.test.")).toEqual(["NOERROR aa", "www.e.test. 60 A 192.0.2.10"]);
  write("e.master", zone("192.0.2.11"));
  await clock.advance(6_000);
  expect(www("e.test.")).toEqual(["NOERROR aa", "www.e.test. 60 A 192.0.2.11"]);
});

test("zones: two readings at a time are one after the other", async () => {
  const { files } = await open(write("f.test.zone", zone("192.0.2.10")));
  const [first, second] = await Promise.all([files.reload(), files.reload()]);
  expect(first).toEqual({ changed: ["f.test."], refused: [] });
  expect(second).toEqual({ changed: ["f.test."], refused: [] });
});

test("zones: a start without an older zone is refused with every mistake", async () => {
  const one = write("g.test.zone", zone("192.0.2.x"));
  const two = write("h.test.zone", `${zone("192.0.2.1")}www CNAME ns\n`);
  expect(await refusal(one, two)).toBe(
    'g.test.zone:5:7: "192.0.2.x" is not an IPv4 address such as 192.0.2.1.\n' +
      "h.test.zone:6:5: www.h.test. has a CNAME, and beside it A on line 5: a CNAME stands alone (RFC 1034, 3.6.2).",
  );
});

test("zones: a start that finds a zone broken answers it as it was when it last held, and says so", async () => {
  write("m.master", zone("192.0.2.10"));
  const path = write("m.test.toml", 'master = "m.master"\n[names.pop]\nsteer = "pops"\n');
  const { files } = await open(path);
  const kept = createLastGood(join(folder, "data"), false, silentLog);
  await until("it is kept", () => kept.read(path)?.size === 2);
  files.stop();
  write("m.master", zone("192.0.2.x"));
  const { www, said, clock, metrics } = await open(path);
  expect(www("m.test.")).toEqual(["NOERROR aa", "www.m.test. 60 A 192.0.2.10"]);
  expect(said).toEqual([
    'A zone stays as it was. m.master:5:7: "192.0.2.x" is not an IPv4 address such as 192.0.2.1.',
  ]);
  expect(metrics.text()).toContain('pharos_dns_zone_reads_total{outcome="refused"} 1');
  write("m.master", zone("192.0.2.11"));
  await clock.advance(6_000);
  expect(www("m.test.")).toEqual(["NOERROR aa", "www.m.test. 60 A 192.0.2.11"]);
  // One broken zone that never held is still no start.
  expect(await refusal(path, write("l.test.zone", zone("192.0.2.x")))).toStartWith("l.test.zone:5:7: ");
});

test("zones: what a file cannot be", async () => {
  expect(await refusal(join(folder, "missing.zone"))).toStartWith("missing.zone:1:1: ENOENT");
  expect(await refusal(write("latin.test.zone", Uint8Array.of(0x3b, 0xe4, 0x0a)))).toBe(
    "latin.test.zone:1:1: the file is not UTF-8.",
  );
  expect(await refusal(write("big.test.toml", `#${"x".repeat(300_000)}\n`))).toBe(
    "big.test.toml:1:1: the file has 300002 bytes, and 262144 are the most; put its records into a master file beside it, and name that by `master`.",
  );
  expect(await refusal(write("out.test.toml", 'master = "../x.zone"\n'))).toBe(
    "out.test.toml:1:10: ../x.zone is not in the folder of out.test.toml.",
  );
  const same = write("i.test.zone", zone("192.0.2.10"));
  expect(await refusal(same, write("other.toml", 'origin = "i.test"\n[names."@"]\nNS = "ns.test."\n'))).toBe(
    "other.toml:1:1: i.test.zone is the zone i.test. already.",
  );
});

test("zones: maps that steering does not know, or that may answer with a CNAME", async () => {
  const head = '[names."@"]\nNS = "ns.test."\n';
  expect(await refusal(write("j.test.toml", `${head}[names.www]\nsteer = "nothing"\n`))).toBe(
    'j.test.toml:4:9: no map of the steering file is called "nothing".',
  );
  expect(await refusal(write("k.test.toml", `${head}[names.www]\nsteer = "cdn"\nTXT = "x"\n`))).toBe(
    "k.test.toml:4:9: the map cdn may answer with a CNAME, so www.k.test. has no records of its own.",
  );
  expect(await refusal(write("l.test.toml", `${head}steer = "cdn"\n`))).toContain(
    "l.test.toml:3:9: the map cdn may answer",
  );
});
