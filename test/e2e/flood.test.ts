// A flood of clients that ask for much and read nothing. In: a POP as processes, with one long file. Shown: visitors are told 503 and when to come
// back, health is answered in time, memory stays bounded, and afterwards everything is as before.
import { afterEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { limits } from "../../src/base/limits.ts";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { metricsAt } from "../support/metrics.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { type RawAnswer, rawGet } from "../support/raw-http.ts";

const host = "status.example";
/** More than the kernel's buffers of a loopback connection take. */
const longBytes = 8 * 1024 * 1024;
const routes = {
  ...frontRoutes("calm"),
  "/long.bin": { body: "x".repeat(longBytes), contentType: "application/octet-stream" },
};
const page = await signedPage({ page: "p1", hosts: [host], generation: 7, routes });
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function popOf(...flags: readonly string[]): Promise<TestPop> {
  const held = await makePopFolder([page]);
  ended.push(held.remove);
  const places = ["--data", held.folder, "--root-key", held.rootFile, "--listen", "127.0.0.1:0"];
  const pop = await startPop([...places, "--ops", "127.0.0.1:0", ...flags]);
  ended.push(() => pop.stop());
  return pop;
}

/** Clients that ask for the long file as it is and read nothing; every answer that is no refusal gets stuck. */
async function flood({ visitors }: TestPop, count: number): Promise<() => void> {
  const asked = Array.from({ length: count }, async () => {
    const socket: Socket = connect(visitors.port, visitors.host);
    socket.on("error", () => undefined);
    socket.pause();
    await new Promise((done) => socket.once("connect", done));
    socket.write(`GET /long.bin HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return socket;
  });
  const sockets = await Promise.all(asked);
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  ended.push(close);
  return close;
}

const visit = ({ visitors }: TestPop): Promise<RawAnswer> => rawGet(visitors, "/", { Host: host });

const opsOf = ({ ops }: TestPop): string => `${ops?.host}:${ops?.port}`;

/** Memory of a POP's processes that is theirs (bytes). */
function memoryOf(pop: TestPop): number {
  return [pop.pid, ...pop.children().values()].reduce((sum, pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return sum + Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
  }, 0);
}

/** Visits until the whole POP refuses: with several workers each has to be full. */
async function refusing(pop: TestPop): Promise<readonly RawAnswer[]> {
  return until("every worker refuses", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => visit(pop)));
    return answers.every(({ status }) => status === 503) && answers;
  });
}

async function withstand(flags: readonly string[], clients: number, reason: string): Promise<void> {
  const pop = await popOf(...flags);
  expect((await visit(pop)).status).toBe(200);
  const before = memoryOf(pop);
  const close = await flood(pop, clients);
  for (const refused of await refusing(pop)) {
    expect(Number(refused.headers.get("retry-after"))).toBeWithin(1, 11);
    expect(refused.headers.get("cache-control")).toBe("no-store");
    expect(refused.body.length).toBeLessThan(100);
  }
  for (let at = 0; at < 10; at++) {
    const began = performance.now();
    const [health, ready] = await Promise.all(
      ["/healthz", "/readyz"].map((path) => rawGet(pop.ops ?? pop.visitors, path)),
    );
    expect([health?.status, ready?.status]).toEqual([200, 200]);
    expect(performance.now() - began).toBeLessThan(1_000);
  }
  expect(memoryOf(pop) - before).toBeLessThan(250 * 1024 * 1024);
  const during = await until("the refusals are counted", async () => {
    const counted = await metricsAt(opsOf(pop));
    return counted.sum("edge_refused_total", `reason="${reason}"`) >= 12 && counted;
  });
  expect(during.sum("edge_pending_bytes")).toBeGreaterThan(longBytes);
  expect(during.sum("edge_requests_total", 'status="503"')).toBe(during.sum("edge_refused_total"));
  close();
  await until("visitors are answered again", async () => (await visit(pop)).status === 200);
  expect(
    (await Promise.all(Array.from({ length: 40 }, () => visit(pop)))).map(({ status }) => status),
  ).toEqual(Array(40).fill(200));
  await until("nothing is pending", async () => {
    const counted = await metricsAt(opsOf(pop));
    return counted.sum("edge_pending_bytes") === 0 && counted.sum("edge_requests_pending") === 0;
  });
}

const stuckMax = Math.ceil(limits.pendingBytesMax / longBytes);

describe("a flood of clients that read nothing", () => {
  test("two workers, refused by bytes", async () => {
    await withstand(["--workers", "2"], 6 * stuckMax, "bytes");
  }, 60_000);

  test("two workers, refused by their number", async () => {
    await withstand(["--workers", "2", "--pending-max", "8"], 60, "requests");
  }, 60_000);

  test("all in one process: its health is answered too", async () => {
    await withstand(["--workers", "0"], 2 * stuckMax, "bytes");
  }, 60_000);
});
