// Pages that are far larger than what a worker holds: all of it is served, and the worker stays small. The store's pages are the system's.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { limits } from "../../src/base/limits.ts";
import { systemRandom } from "../../src/base/random.ts";
import { assemble } from "../../src/snapshot/assemble.ts";
import { digestOf, digestOfNothing } from "../../src/snapshot/digest.ts";
import type { Digest, Route } from "../../src/snapshot/types.ts";
import type { Apply } from "../../src/store/types.ts";
import { memoryOf } from "../support/memory-of.ts";
import { startPop, type TestPop } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { rawGet } from "../support/raw-http.ts";
import { skipUnless } from "../support/skip.ts";
import { publisher } from "./fixture.ts";

const pages = 10;
const filesAPage = 32;
const fileBytes = 1024 * 1024;
/** A heap between two collections, and sockets. */
const slackBytes = 128 * 1024 * 1024;

const pagesInOrder = Array.from({ length: pages }, (_none, page) => page);
const hostOf = (page: number): string => `page${page}.example`;
const pathOf = (file: number): string => `/files/${file}`;

/** Files that nothing makes smaller. */
function pageOf(page: number): Apply {
  const objects: (readonly [Digest, Uint8Array])[] = [];
  const routes = Array.from({ length: filesAPage }, (_none, file): Route => {
    const body = systemRandom.bytes(fileBytes);
    const packed = gzipSync(body, { level: 0 });
    const variants = {
      identity: { digest: digestOf(body), length: body.length },
      gzip: { digest: digestOf(packed), length: packed.length },
    };
    objects.push([variants.identity.digest, body], [variants.gzip.digest, packed]);
    return { path: pathOf(file), contentType: "video/mp4", cache: "page", slot: false, variants };
  }).sort((one, other) => (one.path < other.path ? -1 : 1));
  const hosts = [hostOf(page)];
  const fields = { page: `page${page}`, hosts, epoch: 1, generation: 1, createdMs: Date.now() };
  const made = assemble({ ...fields, previous: digestOfNothing, banners: {}, routes }, publisher);
  const tree = [[made.head.manifest, made.manifestBytes] as const, ...made.parts];
  return { head: made.head, hosts, createdMs: fields.createdMs, tree, objects };
}

describe("edge/larger than memory", () => {
  const test = skipUnless(
    existsSync("/proc/self/smaps_rollup"),
    "this system does not say what a process weighs",
  );
  let held: PopFolder;
  let pop: TestPop;

  beforeAll(async () => {
    if (!existsSync("/proc/self/smaps_rollup")) return;
    held = await makePopFolder(pagesInOrder.map(pageOf));
    const flags = ["--data", held.folder, "--root-key", held.rootFile, "--listen", "127.0.0.1:0"];
    pop = await startPop([...flags, "--workers", "1"]);
  }, 60_000);
  afterAll(async () => {
    await pop?.stop();
    held?.remove();
  });

  test("320 MiB of bodies are served from a worker that holds no more than its caches", async () => {
    const worker = pop.children().get("worker-1") ?? 0;
    const before = memoryOf([worker]);
    for (const page of [...pagesInOrder, ...pagesInOrder.slice(0, 2)])
      for (let file = 0; file < filesAPage; file++) {
        const { status, body } = await rawGet(pop.visitors, pathOf(file), { Host: hostOf(page) });
        expect([status, body.length]).toEqual([200, fileBytes]);
      }
    const grown = memoryOf([worker]) - before;
    expect(grown).toBeLessThan(limits.hotBytesMax + limits.answersBytesMax + slackBytes);
  }, 60_000);
});
