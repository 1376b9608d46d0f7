// Exports are loaded into the servers that they are for; what these answer to a grid of client subnets is what we answer.
import { afterAll, expect, test } from "bun:test";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ExportFormat, exportZones } from "../../src/steering/export.ts";
import { steeringTable } from "../../src/steering/export-table.ts";
import type { Geo } from "../../src/steering/geo.ts";
import { createSteer, networksOf } from "../../src/steering/steering.ts";
import type { SteeringView } from "../../src/steering/steering-decision.ts";
import { noFacts } from "../../src/steering/steering-facts.ts";
import { readPlan } from "../../src/steering/steering-toml.ts";
import { addressBytes, showAddress } from "../../src/zones/addresses.ts";
import { makeFind } from "../../src/zones/find.ts";
import { showName } from "../../src/zones/names.ts";
import { cut } from "../../src/zones/networks.ts";
import { classes, types, typeWord } from "../../src/zones/types.ts";
import { askAll, freePort, listening } from "../dns/knot.ts";
import { skipUnless } from "../support/skip.ts";
import { nameOf, showSections, zoneOf } from "../zones/zone-of.ts";

const key = (at: number): string => Buffer.alloc(32, at).toString("base64url");
const plan = readPlan(
  `
near_km = 0
[[pop]]
name = "fra"
key = "${key(1)}"
place = [50.1, 8.7]
addresses = ["192.0.2.1", "2001:db8::1"]
[[pop]]
name = "iad"
key = "${key(2)}"
place = [39.0, -77.5]
addresses = ["192.0.2.2", "2001:db8::2"]
[[pop]]
name = "sin"
key = "${key(3)}"
place = [1.35, 103.8]
addresses = ["192.0.2.3"]
[[cdn]]
name = "one"
target = "status.one.example"
[[override]]
networks = ["198.51.100.64/26", "2001:db8:aa00::/40"]
pops = ["sin"]
[[override]]
networks = ["10.0.0.0/8", "2001:db8:bb00::/40"]
pops = ["iad"]
[[override]]
networks = ["10.1.0.0/16"]
pops = ["fra"]
[map.cdn]
cdns = ["one"]
[map.few]
pops = ["fra", "sin"]
addresses = 1
`,
  "steering.toml",
);

/** Of 60/8 every second /16 lives in Singapore; by IPv6, all of 2a00::/8 in Frankfurt; the rest in New York. */
const geo: Geo = {
  files: [],
  locate: (address) => {
    const place = (latitude: number, longitude: number, bits: number) => ({
      place: { latitude, longitude },
      country: null,
      bits,
    });
    const [first = 0, second = 0] = address;
    if (address.length === 16 && first === 0x2a) return place(50, 8, 8);
    if (address.length === 16 || first !== 60) return place(40, -75, 8);
    return second % 2 === 1 ? place(1, 104, 16) : place(40, -75, 16);
  },
};
const view: SteeringView = { plan, facts: noFacts, geo, networks: networksOf(plan) };

const zone = zoneOf(
  "example.com.",
  `$TTL 300
@ SOA ns1 host 1 3600 600 86400 60
@ NS ns1
@ MX 10 mail
@ CAA 0 issue "ca.example; x=100%"
ns1 A 192.0.2.53
mail A 192.0.2.25
www TXT "static; text"
www HTTPS 1 . alpn=h2
* TXT "wild"
a.b.c A 192.0.2.77
`,
  {
    "www.example.com.": "pops",
    "few.example.com.": "few",
    "cdn.example.com.": "cdn",
    "_status.example.com.": "status/www.example.com",
  },
);

const subnets = [
  "9.9.9.9",
  "10.0.0.1",
  "10.1.2.3",
  "10.2.0.0",
  "60.0.0.1",
  "60.1.0.1",
  "198.51.100.1",
  "198.51.100.65",
  "198.51.100.127",
  "198.51.100.128",
  "203.0.113.7",
  "255.255.255.255",
  "2001:db8::5",
  "2001:db8:aa00::1",
  "2001:db8:bb7f::1",
  "2a00::1",
  "2a10::1",
  "2400::1",
];
const steeredQuestions = ["www", "few", "cdn"].flatMap((name) =>
  [types.A, types.AAAA].map((type) => ({ name: nameOf(`${name}.example.com.`), type })),
);
const fixedQuestions = [
  ["example.com.", types.MX],
  ["example.com.", types.NS],
  ["example.com.", types.CAA],
  ["www.example.com.", types.TXT],
  ["x.y.example.com.", types.TXT],
  ["a.b.c.example.com.", types.A],
  ["b.c.example.com.", types.A],
  ["mail.example.com.", types.AAAA],
].map(([name, type]) => ({ name: nameOf(String(name)), type: Number(type) }));

const folder = mkdtempSync(join(tmpdir(), "pharos-export-"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** Answer sections alone: servers differ in what they add. */
const answerOf = (line: string): string =>
  line
    .split(" | ")
    .filter((part) => !part.startsWith("authority ") && !part.startsWith("additional "))
    .join(" | ");

/** Writes the export, starts the server over it, and asks it for the grid. What differs from us, a line each. */
async function differences(
  format: ExportFormat,
  start: (out: string, port: number) => ChildProcess,
): Promise<readonly string[]> {
  const out = join(folder, format);
  for (const { path, text } of exportZones(format, [zone], view, out).files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
  }
  const port = await freePort();
  const child = start(out, port);
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  ended.catch(() => undefined);
  await Promise.race([listening(port), ended]);
  const found: string[] = [];
  const steer = createSteer(() => view);
  const find = makeFind(new Map([[zone.origin, zone]]), steer);
  for (const text of [null, ...subnets]) {
    const subnet = text === null ? undefined : (addressBytes(text) as Uint8Array);
    const questions = text === null ? fixedQuestions : steeredQuestions;
    const theirs = await Promise.race([askAll(port, questions, subnet), ended]);
    for (const [at, { name, type }] of questions.entries()) {
      const visitor = {
        resolver: Uint8Array.of(127, 0, 0, 1),
        subnet: subnet === undefined ? null : { address: subnet, bits: subnet.length * 8 },
      };
      const ours = answerOf(showSections(find({ name, type, class: classes.IN }, visitor)));
      const their = answerOf(theirs[at] ?? "");
      if (ours !== their)
        found.push(`${text} ${showName(name)} ${typeWord(type)}: ours ${ours}, theirs ${their}`);
    }
  }
  return found;
}

const has = (program: string): boolean =>
  spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
/** Debian keeps them in a folder of the architecture. */
const hasModule = (pattern: string): boolean => globSync(`/usr/lib/*/${pattern}`).length > 0;

skipUnless(has("knotd") && hasModule("knot/modules-*/geoip.so"), "knotd with mod-geoip is not installed")(
  "Knot answers as its export says",
  async () => {
    const found = await differences("knot", (out, port) => {
      writeFileSync(
        join(out, "knot.conf"),
        `server:\n    rundir: "${out}"\n    listen: 127.0.0.1@${port}\n    edns-client-subnet: on\nlog:\n  - target: stderr\n    any: warning\ndatabase:\n    storage: "${out}"\ninclude: "${out}/pharos.conf"\n`,
      );
      return spawn("knotd", ["-c", join(out, "knot.conf")], { stdio: ["ignore", "pipe", "pipe"] });
    });
    expect(found).toEqual([]);
  },
);

skipUnless(has("gdnsd"), "gdnsd is not installed")("gdnsd answers as its export says", async () => {
  const found = await differences("gdnsd", (out, port) => {
    for (const name of ["run", "state"]) mkdirSync(join(out, name), { recursive: true });
    writeFileSync(
      join(out, "config"),
      `options => { listen => 127.0.0.1:${port}, run_dir => ${out}/run, state_dir => ${out}/state }\n$include{pharos.conf}\n`,
    );
    return spawn("gdnsd", ["-c", out, "-R", "start"], { stdio: ["ignore", "pipe", "pipe"] });
  });
  expect(found).toEqual([]);
});

skipUnless(
  has("pdns_server") && hasModule("pdns/libgeoipbackend.so"),
  "pdns_server with its GeoIP backend is not installed",
)("PowerDNS answers as its export says", async () => {
  const found = await differences("powerdns", (out, port) =>
    spawn(
      "pdns_server",
      [
        ...[
          `--config-dir=${out}`,
          `--socket-dir=${out}`,
          "--local-address=127.0.0.1",
          `--local-port=${port}`,
        ],
        ...[
          "--launch=geoip",
          `--geoip-zones-file=${out}/pharos.yaml`,
          "--geoip-database-files=",
          "--edns-subnet-processing=yes",
        ],
        ...["--daemon=no", "--guardian=no", "--loglevel=3"],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    ),
  );
  expect(found).toEqual([]);
});

test("exports say what they leave out", () => {
  const { remarks } = exportZones("knot", [zone], view, folder);
  expect(remarks).toEqual([
    "_status.example.com. of example.com. is left out: its records change with the state of a page.",
  ]);
});

test("a table of networks says what steering says, in as few networks as can be", () => {
  const table = steeringTable(view, "pops");
  const steer = createSteer(() => view);
  for (const text of subnets) {
    const address = addressBytes(text) as Uint8Array;
    const held = table.networks.filter(
      ({ network }) =>
        network.address.length === address.length &&
        showAddress(cut(address, network.bits)) === showAddress(network.address),
    );
    const choice = table.choices[held.at(-1)?.choice ?? 0];
    const { sets } = steer("pops", types.A, { resolver: address, subnet: null });
    expect(`${text} ${choice?.records.A}`).toBe(
      `${text} ${sets[0]?.rdata.map((rdata) => showAddress(rdata))}`,
    );
  }
  // 128 for every second /16, one for IPv6, and the overrides that differ from what is usual.
  expect(table.networks.length).toBeLessThan(128 + 1 + 6);
  expect(steeringTable(view, "cdn")).toEqual({
    choices: [{ records: { A: [], AAAA: [], CNAME: ["status.one.example."] }, ttl: 20 }],
    networks: [],
  });
});
