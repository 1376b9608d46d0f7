// A store and a stream that an earlier release wrote: today's code reads the one, goes on with it, and follows by the other. The files
// are copied first, and never written again.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Dialled } from "../../src/host/dial.ts";
import { openStore } from "../../src/store/open.ts";
import { createFrameDecoder } from "../../src/sync/frame-decoder.ts";
import {
  clockAt,
  editorsOf,
  follow,
  openControl,
  page,
  snapshotOf,
  storeMs,
  streamMs,
} from "./installation.ts";

const place = mkdtempSync(join(tmpdir(), "pharos-golden-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const bytesOf = (name: string): Buffer => readFileSync(join(import.meta.dirname, name));
const readingOf = (name: string): Record<string, unknown> => JSON.parse(bytesOf(`${name}.json`).toString());
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A data folder with the golden store in it. */
function copyOf(name: string, as = name): string {
  const folder = join(place, as);
  mkdirSync(join(folder, "store"), { recursive: true });
  writeFileSync(join(folder, "store", "data.mdb"), gunzipSync(bytesOf(`${name}.mdb.gz`)));
  return folder;
}

/** A source that says what was recorded and then is silent. */
function replaying(stream: Uint8Array) {
  return async (url: string, { signal }: { signal?: AbortSignal }): Promise<Dialled> => {
    const path = new URL(url).pathname;
    if (path !== "/sync/follow" && path !== "/sync/ack") throw new Error(`The stream is not all: ${path}`);
    const ended = new Promise<void>((done) => signal?.addEventListener("abort", () => done()));
    async function* body(): AsyncGenerator<Uint8Array> {
      if (path === "/sync/ack") return;
      yield stream;
      await ended;
    }
    return {
      status: path === "/sync/ack" ? 204 : 200,
      header: () => undefined,
      body: body(),
      close: () => {},
    };
  };
}

test("golden/the control plane's store of format 1: pages, ops, tokens, documents, heads and bodies are read as they were", async () => {
  const control = openControl(copyOf("store-control-1"), clockAt(storeMs));
  expect(plain({ ...snapshotOf(control.store), ...editorsOf(control) })).toMatchObject(
    readingOf("store-control-1"),
  );
  const token = `pharos_${Buffer.from(seededRandom(106).bytes(32)).toString("base64url")}`;
  expect(control.tokens.check(token)).toMatchObject({ name: "golden", grants: [["*", "admin"]], expiresMs: null, createdBy: null });
  await control.store.close();
});

test("golden/a control plane goes on from the store of format 1: an update is one more generation", async () => {
  const control = openControl(copyOf("store-control-1", "goes-on"), clockAt(storeMs));
  const before = snapshotOf(control.store).head.generation;
  const open = control.ledger.view(page)?.incidents.find(({ name }) => name === "Web is slow");
  control.publisher.start();
  await control.publisher.settled();
  await control.submit(page, {
    kind: "incident.update",
    id: open?.id ?? "",
    fields: { status: "resolved", body: "Done." },
  });
  expect(snapshotOf(control.store).head.generation).toBeGreaterThan(before);
  await control.publisher.stop();
  await control.store.close();
});

test("golden/a POP's store of format 1 is read as it was; by the recorded stream it follows on, and holds what was sent", async () => {
  const store = openStore({ folder: copyOf("store-pop-1"), clock: clockAt(streamMs), log: silentLog });
  expect(plain(snapshotOf(store))).toMatchObject(readingOf("store-pop-1"));
  const after = readingOf("stream-1") as ReturnType<typeof snapshotOf>;
  await follow(store, replaying(bytesOf("stream-1.bin")), after.head.generation);
  const { freshness: _then, ...sent } = after;
  expect(plain(snapshotOf(store))).toMatchObject(sent);
  await store.close();
});

test("golden/the recorded stream of format 1 is decoded to its end", () => {
  const decoder = createFrameDecoder("hello");
  decoder.push(bytesOf("stream-1.bin"));
  const kinds: string[] = [];
  for (let decoded = decoder.next(); decoded.kind !== "more"; decoded = decoder.next()) {
    if (decoded.kind === "bad") throw new Error(`After ${kinds.length} frames: ${decoded.reason}.`);
    kinds.push(decoded.frame.kind);
  }
  const known = ["hello", "document", "heads", "heartbeat", "manifest", "part", "body", "pushed"];
  expect([...new Set(kinds)].toSorted()).toEqual(known.toSorted());
  expect(kinds[0]).toBe("hello");
});
