// An old page that nobody holds but its publisher, and then everybody wants: visitors, two workers, a syncer, a relay, the origin, as processes.
import { afterAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { limits } from "../../src/base/limits.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Route } from "../../src/snapshot/types.ts";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { metricsAt } from "../support/metrics.ts";
import { startOrigin } from "../support/origin.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { rawGet } from "../support/raw-http.ts";
import { count } from "../support/seed.ts";

const visitors = count(1_000, 10_000);
const asksOfEach = 10_000 / visitors;
const ended: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const body = (words: string): string => `<p>${words}`.repeat(2_000);
const pageOf = (generation: number, ...old: readonly string[]) =>
  signedPage({
    page: "p1",
    hosts: ["status.example"],
    generation,
    routes: {
      ...frontRoutes("calm"),
      ...Object.fromEntries(old.map((path) => [path, { body: body(path), lazy: true as const }])),
    },
  });
const page = await pageOf(7, "/wanted");
const next = await pageOf(8, "/wanted", "/withheld");
const routes = next.tree.flatMap(([, bytes]): readonly Route[] => {
  const part = decodePart(bytes);
  return part.ok ? part.value.routes : [];
});
const gzipOf = (path: string): string =>
  routes.find((route) => route.path === path)?.variants.gzip.digest ?? "";

/** Asks so many times on one connection, one after the other; gives each status with the digest of the body. */
function visit({ host, port }: TestPop["visitors"], path: string, asks: number): Promise<readonly string[]> {
  const request = `GET ${path} HTTP/1.1\r\nHost: status.example\r\nAccept-Encoding: gzip\r\n\r\n`;
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  const answers: string[] = [];
  const socket = connect(port, host, () => socket.write(request));
  let bytes = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf("\r\n\r\n") + 4;
    const length = Number(/content-length: *(\d+)/i.exec(bytes.subarray(0, end).toString("latin1"))?.[1]);
    if (end < 4 || bytes.length < end + length) return;
    answers.push(
      `${bytes.subarray(9, 12).toString("latin1")} ${digestOf(bytes.subarray(end, end + length))}`,
    );
    bytes = Buffer.alloc(0);
    if (answers.length < asks) socket.write(request);
    else socket.end(() => resolve(answers));
  });
  socket.once("error", reject);
  socket.once("close", () => resolve(answers));
  return promise;
}

test(`10,000 asks of ${visitors} visitors for one old page: the publisher sends it once; withheld by the publisher, it is asked for once a second`, async () => {
  const sent = new Map<string, number>();
  const askedFor: string[] = [];
  const open = Promise.withResolvers<void>();
  const held = await makePopFolder([]);
  const relayed = await makePopFolder([]);
  const origin = await startOrigin(held.root.secretKey, [page], 250, {
    onBody: (digest) => sent.set(digest, (sent.get(digest) ?? 0) + 1),
    async beforeFetch(digests) {
      if (digests.includes(gzipOf("/withheld"))) {
        askedFor.push("/withheld");
        throw new Error("withheld");
      }
      if (!digests.includes(gzipOf("/wanted"))) return;
      askedFor.push("/wanted");
      await open.promise;
    },
  });
  ended.push(held.remove, relayed.remove, () => origin.stop());
  const flags = (folder: string, source: string): string[] => [
    "--data",
    folder,
    "--root-key",
    held.rootFile,
    "--source",
    source,
    "--listen",
    "127.0.0.1:0",
    "--ops",
    "127.0.0.1:0",
  ];
  const relay = await startPop([...flags(relayed.folder, origin.url), "--feed", "127.0.0.1:0"]);
  ended.push(() => relay.stop());
  const pop = await startPop([
    ...flags(held.folder, `http://127.0.0.1:${relay.feed?.port}`),
    "--workers",
    "2",
  ]);
  ended.push(() => pop.stop());
  await until(
    "the POP has the page",
    async () => (await rawGet(pop.visitors, "/", { Host: "status.example" })).status === 200,
  );

  const wanted = Array.from({ length: visitors }, () => visit(pop.visitors, "/wanted", asksOfEach));
  const ops = `127.0.0.1:${pop.ops?.port}`;
  await until(
    "visitors wait",
    async () => (await metricsAt(ops)).sum("edge_lazy_waiting", "worker") > visitors / 2,
    4_000,
  );
  open.resolve();
  const answers = (await Promise.all(wanted)).flat();
  expect([answers.length, [...new Set(answers)].join()]).toEqual([10_000, `200 ${gzipOf("/wanted")}`]);
  expect([sent.get(gzipOf("/wanted")), askedFor.filter((path) => path === "/wanted").length]).toEqual([1, 1]);

  await origin.publish(next);
  await until(
    "the POP has the next generation",
    async () =>
      (await rawGet(pop.visitors, "/", { Host: "status.example" })).headers.get("pharos-generation") === "8",
  );
  askedFor.length = 0;
  const beganMs = performance.now();
  const refused = new Set<string>();
  while (performance.now() - beganMs < 3 * limits.lazyAgainMs) {
    const some = Array.from({ length: 20 }, () =>
      rawGet(pop.visitors, "/withheld", { Host: "status.example" }),
    );
    for (const { status, headers } of await Promise.all(some))
      refused.add(`${status} ${headers.get("retry-after")}`);
  }
  const seconds = (performance.now() - beganMs) / limits.lazyAgainMs;
  expect([...refused]).toEqual(["503 5"]);
  expect(askedFor.length).toBeGreaterThan(0);
  expect(askedFor.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
}, 60_000);
