// The commands about zones as an operator gives them. In: zone files. Out: what each says, and exit codes.
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-dns-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const pharos = commandLine({ clock: manualClock(), random: () => seededRandom(1) });

function write(name: string, text: string): string {
  writeFileSync(join(place, name), text);
  return join(place, name);
}

async function said(...argv: readonly string[]) {
  const { code, out, err } = await pharos(...argv);
  return { code, out: out.replaceAll(`${place}/`, "").trim(), err: err.replaceAll(`${place}/`, "").trim() };
}

const head = "$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";
const good = write("good.test.zone", head);
const odd = write("odd.test.zone", `${head}a CNAME nothing\n`);
const bad = write("bad.test.zone", `${head}a A 192.0.2.x\nb CNAME ns ns\n`);
const steering = write("steering.toml", '[[pop]]\nname = "fra"\nplace = "DE"\naddresses = ["192.0.2.9"]\n');

test("dns check: a zone that holds, and one that is odd", async () => {
  expect(await said("dns", "check", good, odd)).toEqual({
    code: 0,
    out:
      "good.test.zone: good.test. holds: 2 names, 3 records.\n" +
      "note odd.test.zone:5:3: CNAME leads to nothing.odd.test., which does not exist.\n" +
      "odd.test.zone: odd.test. holds: 3 names, 4 records.",
    err: "",
  });
});

test("dns check: every mistake by line and column, exit code 1", async () => {
  expect(await said("dns", "check", bad, good)).toEqual({
    code: 1,
    out:
      'bad.test.zone:5:5: "192.0.2.x" is not an IPv4 address such as 192.0.2.1.\n' +
      'bad.test.zone:6:12: "ns" is one word too many for a record of type CNAME.\n' +
      "good.test.zone: good.test. holds: 2 names, 3 records.",
    err: "",
  });
});

test("dns check: figures for programs", async () => {
  const { code, out } = await said("dns", "check", "--json", good, join(place, "missing.zone"));
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual([
    {
      file: "good.test.zone",
      zone: "good.test.",
      names: 2,
      records: 3,
      steered: 0,
      mistakes: [],
      remarks: [],
    },
    expect.objectContaining({ zone: null, mistakes: [expect.stringMatching(/^missing\.zone:1:1: ENOENT/)] }),
  ]);
});

test("dns check: maps are looked for where a steering file says which there are", async () => {
  const lost = write("lost.test.toml", '[names."@"]\nNS = "ns.test."\n[names.www]\nsteer = "popps"\n');
  expect((await said("dns", "check", lost)).code).toBe(0);
  expect(await said("dns", "check", lost, "--steering", steering)).toEqual({
    code: 1,
    out: 'lost.test.toml:4:9: no map of the steering file is called "popps".',
    err: "",
  });
  expect((await said("dns", "check", lost, "--steering", join(place, "none.toml"))).code).toBe(2);
});

test("dns check: used wrongly", async () => {
  expect((await said("dns", "check")).code).toBe(2);
  expect((await said("dns", "check", good, "--colour")).code).toBe(2);
});

for (const [format, files] of [
  ["knot", ["example.test.geoip", "example.test.zone", "pharos.conf"]],
  ["gdnsd", ["pharos.conf", "zones"]],
  ["powerdns", ["pharos.yaml"]],
] as const)
  test(`dns export: ${format}`, async () => {
    const zone = write("example.test.toml", '[names."@"]\nNS = "ns.test."\n[names.www]\nsteer = "pops"\n');
    const out = join(place, format);
    const { code, err } = await said(
      "dns",
      "export",
      zone,
      "--steering",
      steering,
      "--format",
      format,
      "--out",
      out,
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(readdirSync(out).sort()).toEqual([...files]);
    const all = readdirSync(out, { recursive: true, encoding: "utf8" }).filter(
      (path) => !path.endsWith("zones"),
    );
    expect(all.map((path) => readFileSync(join(out, path), "utf8")).join("")).toContain("192.0.2.9");
  });

test("dns export: what cannot be exported", async () => {
  const out = join(place, "none");
  const wrong = await said("dns", "export", bad, "--format", "knot", "--out", out);
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('bad.test.zone:5:5: "192.0.2.x" is not an IPv4 address');
  const unsteered = await said(
    "dns",
    "export",
    write("s.test.toml", '[names."@"]\nNS = "ns.test."\nsteer = "pops"\n'),
    "--format",
    "knot",
    "--out",
    out,
  );
  expect(unsteered.code).toBe(2);
  expect(unsteered.err).toContain("--steering is missing");
  expect((await said("dns", "export", good, "--format", "bind", "--out", out)).code).toBe(2);
});
