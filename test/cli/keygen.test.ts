import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPublisherKeys } from "../../src/cli/read-keys.ts";
import { listenHttp } from "../../src/host/http.ts";
import { openAppointment, openDelegation, openEpoch, openRemoval } from "../../src/snapshot/documents.ts";
import { parsePublicKey, parseSecretKey } from "../../src/snapshot/keys.ts";
import { commandLine } from "../support/command-line.ts";
import { manualClock } from "../support/manual-clock.ts";

const base = mkdtempSync(join(tmpdir(), "pharos-keygen-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const clock = manualClock();

const pharos = commandLine({ clock });

const folder = join(base, "keys");
const file = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(file(name), "utf8");

test("new keys: secret ones for their owner alone, and a delegation that root signed", async () => {
  const said = await pharos("keygen", "--out", folder, "--pages", "abc", "--hosts", "status.example.org");
  expect(said).toMatchObject({ code: 0, err: "" });
  for (const role of ["root", "publisher", "emergency"] as const) {
    expect(statSync(file(`${role}.key`)).mode & 0o777).toBe(0o600);
    const secret = parseSecretKey(text(`${role}.key`), role, "the file");
    expect(parsePublicKey(text(`${role}.pub`), role, "the file")).toBe(secret.publicKey);
    expect(said.out).toContain(secret.publicKey);
    expect(said.out).not.toContain(text(`${role}.key`).trim().split(" ").at(-1) ?? "");
  }
  const opened = openDelegation(readFileSync(file("delegation.signed")));
  expect(opened).toEqual({
    ok: true,
    value: {
      key: parsePublicKey(text("root.pub"), "root", "the file"),
      value: {
        publisherKey: parsePublicKey(text("publisher.pub"), "publisher", "the file"),
        pages: ["abc"],
        hosts: ["status.example.org"],
        serial: clock.wallMs(),
      },
    },
  });
});

test("the emergency key is appointed for the same pages, by root", () => {
  expect(openAppointment(readFileSync(file("appointment.signed")))).toEqual({
    ok: true,
    value: {
      key: parsePublicKey(text("root.pub"), "root", "the file"),
      value: {
        emergencyKey: parsePublicKey(text("emergency.pub"), "emergency", "the file"),
        pages: ["abc"],
        serial: clock.wallMs(),
      },
    },
  });
});

test("another publisher key and another emergency key, by the root key that is there", async () => {
  const [root, other] = [["--root", file("root.key")], join(base, "other")];
  expect(await pharos("keygen", "publisher", ...root, "--out", other, "--pages=a")).toMatchObject({
    code: 0,
  });
  expect(readdirSync(other).toSorted()).toEqual([
    "delegation.signed",
    "publisher.key",
    "publisher.pub",
    "root.pub",
  ]);
  expect(readFileSync(join(other, "root.pub"), "utf8")).toBe(text("root.pub"));
  const keys = readPublisherKeys(other);
  expect(keys).toMatchObject({ rootKey: parsePublicKey(text("root.pub"), "root", ""), appointment: null });
  const delegated = openDelegation(keys.delegation);
  expect(delegated.ok && delegated.value).toEqual({
    key: keys.rootKey,
    value: {
      publisherKey: keys.secretKey.publicKey,
      pages: ["a"],
      hosts: ["*"],
      serial: clock.wallMs(),
    },
  });
  const laptop = join(base, "laptop");
  expect(await pharos("keygen", "emergency", ...root, "--out", laptop)).toMatchObject({ code: 0 });
  expect(readdirSync(laptop).toSorted()).toEqual(["appointment.signed", "emergency.key", "emergency.pub"]);
  const appointed = openAppointment(readFileSync(join(laptop, "appointment.signed")));
  const emergencyKey = parsePublicKey(readFileSync(join(laptop, "emergency.pub"), "utf8"), "emergency", "");
  expect(appointed.ok && appointed.value).toMatchObject({
    key: keys.rootKey,
    value: { emergencyKey, pages: ["*"] },
  });
  expect((await pharos("keygen", "emergency", ...root, "--out", laptop)).code).toBe(1);
  for (const made of [other, laptop]) rmSync(made, { recursive: true });
});

test("what a key may do is said again: a delegation, an appointment, and each taken back", async () => {
  const of = (kind: string, key: string, out: string, ...more: readonly string[]) =>
    pharos(
      ...["keygen", kind, "--root", file("root.key"), "--key", file(key), "--out", file(out)],
      ...["--serial=9", ...more],
    );
  const made = [
    of("delegation", "publisher.pub", "delegation-2", "--pages=a,b", "--hosts=*"),
    of("delegation", "publisher.pub", "delegation-3", "--revoke"),
    of("appointment", "emergency.pub", "appointment-2", "--pages=*"),
    of("appointment", "emergency.pub", "appointment-3", "--revoke"),
  ];
  for (const said of await Promise.all(made)) expect(said).toMatchObject({ code: 0, err: "" });
  const [publisherKey, emergencyKey] = [
    parsePublicKey(text("publisher.pub"), "publisher", "the file"),
    parsePublicKey(text("emergency.pub"), "emergency", "the file"),
  ];
  const valueIn = (opened: ReturnType<typeof openDelegation> | ReturnType<typeof openAppointment>) =>
    opened.ok ? opened.value.value : opened.reason;
  expect([
    valueIn(openDelegation(readFileSync(file("delegation-2")))),
    valueIn(openDelegation(readFileSync(file("delegation-3")))),
    valueIn(openAppointment(readFileSync(file("appointment-2")))),
    valueIn(openAppointment(readFileSync(file("appointment-3")))),
  ]).toEqual([
    { publisherKey, pages: ["a", "b"], hosts: ["*"], serial: 9 },
    { publisherKey, pages: [], hosts: [], serial: 9 },
    { emergencyKey, pages: ["*"], serial: 9 },
    { emergencyKey, pages: [], serial: 9 },
  ]);
});

test("keys that are there are never overwritten, and nothing else is written", async () => {
  const before = readdirSync(folder).map((name) => [name, text(name)]);
  const said = await pharos("keygen", "--out", folder);
  expect(said.code).toBe(1);
  expect(said.err).toContain("root.key exists");
  expect(readdirSync(folder).map((name) => [name, text(name)])).toEqual(before);
  const other = join(base, "half");
  await pharos("keygen", "--out", other);
  for (const name of readdirSync(other)) if (name !== "emergency.pub") rmSync(join(other, name));
  expect((await pharos("keygen", "--out", other)).code).toBe(1);
  expect(readdirSync(other)).toEqual(["emergency.pub"]);
});

test("a removal and an epoch, signed by root", async () => {
  const root = parsePublicKey(text("root.pub"), "root", "the file");
  const common = ["--root", file("root.key"), "--page", "abc"];
  await pharos(
    "keygen",
    "removal",
    ...common,
    "--hosts",
    "a.example,b.example",
    "--out",
    file("removal.signed"),
  );
  expect(openRemoval(readFileSync(file("removal.signed")))).toEqual({
    ok: true,
    value: { key: root, value: { page: "abc", hosts: ["a.example", "b.example"], serial: clock.wallMs() } },
  });
  const said = await pharos(
    "keygen",
    "epoch",
    ...common,
    "--epoch=2",
    "--serial=7",
    "--json",
    `--out=${file("epoch.signed")}`,
  );
  expect(JSON.parse(said.out)).toEqual({ file: file("epoch.signed"), serial: 7, sent: null });
  expect(openEpoch(readFileSync(file("epoch.signed")))).toEqual({
    ok: true,
    value: { key: root, value: { page: "abc", epoch: 2, serial: 7 } },
  });
});

test("a document is sent where asked, and a refusal is told while the file stays", async () => {
  const bodies: Uint8Array[] = [];
  const pop = listenHttp({
    bodyBytesMax: 65_536,
    async fetch(request) {
      bodies.push(await request.bytes());
      return bodies.length === 1
        ? new Response("taken\n")
        : new Response("serial too low\n", { status: 409 });
    },
  });
  const send = (name: string) =>
    pharos(
      ...["keygen", "epoch", "--root", file("root.key"), "--page", "abc", "--epoch", "3"],
      ...["--out", file(name), "--send", `http://127.0.0.1:${pop.port}/ingest`],
    );
  try {
    expect(await send("sent-1")).toMatchObject({ code: 0, err: "" });
    const refused = await send("sent-2");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("status 409: serial too low");
    expect(bodies.map((body) => Buffer.from(body))).toEqual([
      readFileSync(file("sent-1")),
      readFileSync(file("sent-2")),
    ]);
  } finally {
    await pop.stop(true);
  }
});

/** Arguments after `keygen`, the exit code, and words of the sentence. */
const refused: readonly (readonly [argv: readonly string[], code: number, says: string])[] = [
  [["--out", join(base, "x"), "--pages", "a b"], 2, '--pages: "a b"'],
  [["--out", join(base, "x"), "--hosts", "Status.Example.org:80"], 2, "--hosts"],
  [
    ["removal", "--root=gone.key", "--page=a", "--hosts=a", `--out=${join(base, "y")}`],
    1,
    "gone.key cannot be read",
  ],
  [
    ["removal", `--root=${file("publisher.key")}`, "--page=a", "--hosts=a", `--out=${join(base, "y")}`],
    1,
    "publisher",
  ],
  [
    ["removal", `--root=${file("root.pub")}`, "--page=a", "--hosts=a", `--out=${join(base, "y")}`],
    1,
    "public root key",
  ],
  [
    ["removal", `--root=${file("root.key")}`, "--page=a", "--hosts=*", `--out=${join(base, "y")}`],
    2,
    '--hosts: "*"',
  ],
  [
    ["epoch", `--root=${file("root.key")}`, "--page=a", "--epoch=0", `--out=${join(base, "y")}`],
    2,
    "--epoch",
  ],
  [
    ["epoch", `--root=${file("root.key")}`, "--page=a", "--epoch=1", `--out=${join(base, "no", "y")}`],
    1,
    "cannot be written",
  ],
  [
    [
      "epoch",
      `--root=${file("root.key")}`,
      "--page=a",
      "--epoch=1",
      `--out=${join(base, "z")}`,
      "--send=ftp://x",
    ],
    2,
    "--send",
  ],
  [
    [
      "delegation",
      `--root=${file("root.key")}`,
      `--key=${file("publisher.pub")}`,
      `--out=${join(base, "y")}`,
    ],
    2,
    "--pages and --hosts say what the key may do",
  ],
  [
    [
      ...["delegation", `--root=${file("root.key")}`, `--key=${file("publisher.pub")}`],
      ...[`--out=${join(base, "y")}`, "--revoke", "--pages=a"],
    ],
    2,
    "--revoke goes without",
  ],
  [
    [
      ...["appointment", `--root=${file("root.key")}`, `--key=${file("publisher.pub")}`],
      ...[`--out=${join(base, "y")}`, "--pages=*"],
    ],
    1,
    "holds a public publisher key",
  ],
];
for (const [argv, code, says] of refused) {
  test(`refused: keygen ${argv[0]} ${says}`, async () => {
    const said = await pharos("keygen", ...argv);
    expect(said.code).toBe(code);
    expect(said.err).toContain(says);
    expect(said.out).toBe("");
    expect(readdirSync(base).toSorted()).toEqual(["half", "keys"]);
  });
}

test("a damaged root key is named, and its text is not", async () => {
  const damaged = join(base, "damaged.key");
  writeFileSync(damaged, text("root.key").replace(/.{5}\n$/, "\n"));
  chmodSync(damaged, 0o600);
  const said = await pharos(
    "keygen",
    "epoch",
    `--root=${damaged}`,
    "--page=a",
    "--epoch=1",
    `--out=${join(base, "w")}`,
  );
  expect(said.code).toBe(1);
  expect(said.err).toContain("damaged.key");
  expect(said.err).not.toContain(text("root.key").trim().split(" ").at(-1)?.slice(0, 20) ?? "");
});
