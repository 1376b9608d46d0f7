// What browsers see of a mirror: each page entirely of one generation, at each publish, whatever its writer meets.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headFile } from "../../src/sync/mirror.ts";
import { createMirrorWriter, writeMirror } from "../../src/sync/mirror-write.ts";
import { createMirrored, filesIn, type Mirrored } from "./mirror-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pharos-site-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mirrored = (): Promise<Mirrored> => createMirrored(folder);
const files = (below: string): string[] => filesIn(join(folder, "status", below));
const text = (path: string): string => readFileSync(join(folder, "status", path), "utf8");
/** What stands at `path` itself: a web server follows a link, `ls -l` shows it. */
const linkAt = (path: string): string => readlinkSync(join(folder, "status", path));
const html = { "/": "front", "/about": "us", "/api/v2/summary.json": "{}", "/api/v2/incidents.json": "[]" };

test("mirror/a publish is shown as a whole: whichever file its writer died at, browsers have the old page, then the new one", async () => {
  const world = await mirrored();
  const { store } = world.publisher;
  const target = join(folder, "status");
  const says = (word: string): Record<string, string> =>
    Object.fromEntries(
      ["/about", "/api/v2/summary.json", "/a/b/c", `/${word}`].map((path) => [path, `${word} at ${path}`]),
    );
  const shown = (): Record<string, string> =>
    Object.fromEntries(files("pages/acme.test").map((path) => [`/${path}`, text(`pages/acme.test/${path}`)]));
  await world.publisher.publish("acme", says("one"));
  await writeMirror({ store, folder: target });
  expect(shown()).toEqual(says("one"));
  for (const [before, now] of [
    ["one", "two"],
    ["two", "three"],
  ] as const) {
    await world.publisher.publish("acme", says(now));
    let deaths = 0;
    for (let reads = 0; ; reads++) {
      let left = reads;
      const dying = { ...store, object: (digest: string) => (left-- <= 0 ? null : store.object(digest)) };
      const died = await createMirrorWriter({ store: dying, folder: target })
        .show()
        .catch((thrown) => thrown);
      if (!(died instanceof Error)) break;
      deaths++;
      expect(shown()).toEqual(says(before));
    }
    expect(deaths).toBeGreaterThan(2);
    expect(shown()).toEqual(says(now));
  }
});

test("mirror/plain files are shown at a publish, before its heartbeat, and never turn back to what an older heartbeat names", async () => {
  const world = await mirrored();
  const { store } = world.publisher;
  await world.publisher.publish("acme", html);
  await world.write();
  const beat = { heartbeat: world.publisher.beat(), heads: store.heads() };
  const head = text(headFile);
  await world.publisher.publish("acme", { ...html, "/about": "them" });
  await world.writer.show();
  expect(text("pages/acme.test/about")).toBe("them");
  expect(text(headFile)).toBe(head);
  await world.writer.write(beat);
  expect(text("pages/acme.test/about")).toBe("them");
  expect(text(headFile)).not.toBe(head);
});

test("mirror/a writer that goes on after many publishes touches what changed, and shares what did not", async () => {
  const world = await mirrored();
  const many = Object.fromEntries(Array.from({ length: 200 }, (_none, at) => [`/i/${at}.json`, `i${at}`]));
  await world.publisher.publish("acme", { ...many, "/about": "0" });
  await world.writer.show();
  const inode = (path: string): number => statSync(join(folder, "status", path)).ino;
  const targets = new Set<string>();
  for (let generation = 1; generation < 6; generation++) {
    await world.publisher.publish("acme", { ...many, "/about": String(generation) });
    const { written } = await world.writer.show();
    expect(written).toBe(1);
    targets.add(linkAt("pages/acme.test"));
    expect(text("pages/acme.test/about")).toBe(String(generation));
  }
  expect([...targets].toSorted()).toEqual(["../.pharos/sites/acme/a", "../.pharos/sites/acme/b"]);
  const [a, b] = ["a", "b"].map((tree) => inode(`.pharos/sites/acme/${tree}/i/7.json`));
  expect(a).toBe(b ?? 0);
});

test("mirror/files that a power failure emptied are found at the next start, and made whole", async () => {
  const world = await mirrored();
  const { store } = world.publisher;
  await world.publisher.publish("acme", html);
  await writeMirror({ store, folder: join(folder, "status") });
  truncateSync(join(folder, "status", "pages/acme.test/about"), 0);
  await writeMirror({ store, folder: join(folder, "status") });
  expect(text("pages/acme.test/about")).toBe("us");
});

test("mirror/a host that goes to another page shows that one, and one that is given up shows nothing", async () => {
  const world = await mirrored();
  const { publisher } = world;
  await publisher.publish("acme", html);
  await publisher.publish("other", { "/about": "others" });
  await world.write();
  await publisher.publish("acme", html, { hosts: ["new.test"] });
  await publisher.publish("other", { "/about": "others" }, { hosts: ["other.test", "acme.test"] });
  await world.write();
  expect(text("pages/new.test/about")).toBe("us");
  expect(text("pages/acme.test/about")).toBe("others");
  await publisher.publish("other", { "/about": "others" }, { hosts: ["other.test"] });
  await world.write();
  expect(existsSync(join(folder, "status", "pages/acme.test"))).toBe(false);
});
