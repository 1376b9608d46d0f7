// Keys that cannot be used: neither a control plane nor a POP starts, and one sentence names the file. Exit code 1, nothing is left behind.
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { keyFiles, makeKeys } from "../../src/cli/key-files.ts";
import { anotherUser, noOtherUserReason, runCommand, type Said, sentenceOf } from "../support/command.ts";
import { skipUnless } from "../support/skip.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [keys, others] = [join(folder, "keys"), join(folder, "others")];
for (const place of [keys, others])
  makeKeys({ folder: place, pages: ["*"], hosts: ["*"], serial: 1 }, systemRandom);
const { publisher, root, delegation } = keyFiles;

/** A copy of the keys, of which one file is then spoilt. */
function keysWith(name: string, file: string, spoil: (path: string) => void): string {
  const place = join(folder, name);
  cpSync(keys, place, { recursive: true });
  spoil(join(place, file));
  return place;
}

const control = (place: string, before: readonly string[] = []): Promise<Said> =>
  runCommand(
    [
      "control",
      "--data",
      join(folder, "data"),
      "--keys",
      place,
      "--listen",
      "127.0.0.1:0",
      "--feed",
      "127.0.0.1:0",
    ],
    { before },
  );
const edge = (path: string, before: readonly string[] = []): Promise<Said> =>
  runCommand(["edge", "--data", join(folder, "pop"), "--root-key", path, "--listen", "127.0.0.1:0"], {
    before,
  });

const remove = (path: string): void => rmSync(path);
const empty = (path: string): void => truncateSync(path);
const scribble = (path: string): void => writeFileSync(path, Buffer.alloc(200, 0xa7));
const makeFolder = (path: string): void => {
  rmSync(path);
  mkdirSync(path);
};
const takeFrom = (from: string) => (path: string) => copyFileSync(from, path);

type Spoilt = readonly [file: string, spoil: (path: string) => void, says: string];

const spoilt: Readonly<Record<string, Spoilt>> = {
  "no publisher key": [publisher.secret, remove, "cannot be read"],
  "a folder for a publisher key": [publisher.secret, makeFolder, "cannot be read"],
  "an empty publisher key": [publisher.secret, empty, "is not a key file"],
  "random bytes for a publisher key": [publisher.secret, scribble, "is not a key file"],
  "the root's public key for the publisher's secret one": [
    publisher.secret,
    takeFrom(join(keys, root.public)),
    "holds a public root key",
  ],
  "no root key": [root.public, remove, "cannot be read"],
  "the root's secret key for its public one": [
    root.public,
    takeFrom(join(keys, root.secret)),
    "holds a secret root key",
  ],
  "no delegation": [delegation, remove, "cannot be read"],
  "an empty delegation": [delegation, empty, "does not hold"],
  "random bytes for a delegation": [delegation, scribble, "does not hold"],
  "a delegation of another key": [delegation, takeFrom(join(others, delegation)), "It names another key"],
};

for (const [name, [file, spoil, says]] of Object.entries(spoilt)) {
  test(`control: ${name}`, async () => {
    const place = keysWith(`control ${name}`, file, spoil);
    const sentence = sentenceOf(await control(place), 1);
    expect(sentence).toContain(join(place, file));
    expect(sentence).toContain(says);
    expect(sentence).toContain("keygen");
    expect(existsSync(join(folder, "data", "store"))).toBe(false);
  });
}

test("control: a delegation that another root signed", async () => {
  const place = keysWith("control foreign root", root.public, takeFrom(join(others, root.public)));
  const sentence = sentenceOf(await control(place), 1);
  expect(sentence).toContain(join(place, delegation));
  expect(sentence).toContain("does not hold");
});

const rootSpoilt: Readonly<Record<string, Spoilt>> = {
  ...Object.fromEntries(Object.entries(spoilt).filter(([, [file]]) => file === root.public)),
  "a folder for a root key": [root.public, makeFolder, "cannot be read"],
  "an empty root key": [root.public, empty, "is not a key file"],
  "the publisher's public key for the root's": [
    root.public,
    takeFrom(join(keys, publisher.public)),
    "holds a public publisher key",
  ],
};

for (const [name, [file, spoil, says]] of Object.entries(rootSpoilt)) {
  test(`edge: ${name}`, async () => {
    const path = join(keysWith(`edge ${name}`, file, spoil), file);
    const sentence = sentenceOf(await edge(path), 1);
    expect(sentence).toContain(path);
    expect(sentence).toContain(says);
    expect(existsSync(join(folder, "pop", "store"))).toBe(false);
  });
}

const nobody = await anotherUser();

skipUnless(nobody !== null, noOtherUserReason)(
  "keys that this user may not read are named, to a control plane and to a POP",
  async () => {
    chmodSync(folder, 0o755);
    const place = keysWith("not ours", publisher.secret, (path) => chmodSync(path, 0o600));
    chmodSync(place, 0o755);
    chmodSync(join(place, root.public), 0o600);
    const refused = sentenceOf(await control(place, nobody ?? []), 1);
    expect(refused).toContain(`${join(place, publisher.secret)} cannot be read`);
    expect(refused).toContain("this user may read");
    expect(sentenceOf(await edge(join(place, root.public), nobody ?? []), 1)).toContain(
      `${join(place, root.public)} cannot be read`,
    );
  },
);
