// A POP that starts on what it holds: 1,000 pages of 200 routes. From the start of the process to the first byte of a 200, and what its processes
// weigh once each page was asked for. The binary, as it is installed; no source, so that nothing but the start is measured.
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { assemble } from "../../src/snapshot/assemble.ts";
import { compressBody } from "../../src/snapshot/body.ts";
import { digestOfNothing } from "../../src/snapshot/digest.ts";
import type { Route } from "../../src/snapshot/types.ts";
import { openStore } from "../../src/store/open.ts";
import { publisher } from "../../test/edge/fixture.ts";
import { builtBinary } from "../../test/support/binary.ts";
import { freePort } from "../../test/support/installation.ts";
import { memoryOf } from "../../test/support/memory-of.ts";
import { makePopFolder, type PopFolder } from "../../test/support/pop-folder.ts";
import { childrenOf } from "../servers.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";

const routesAPage = 200;
const shapes = [
  { name: "parent, syncer and worker", workers: 1 },
  { name: "one process", workers: 0 },
] as const;

export const suite: Suite = {
  about: "start to first byte, and memory, of a POP that holds 1,000 pages of 200 routes",
  async run(run) {
    const pages = run.quick ? 200 : 1_000;
    const held = await folderOf(pages);
    run.say(`a POP's folder with ${pages} pages of ${routesAPage} routes is made`);
    try {
      const binary = await builtBinary();
      const figures: Figure[] = [];
      for (const shape of shapes) figures.push(...(await startsOf(run, binary, held, pages, shape)));
      return figures;
    } finally {
      held.remove();
    }
  },
};

const hostOf = (page: number): string => `page${page}.example`;

/** Each page has parts of its own; the bodies are shared, for making them is not what is measured. */
async function folderOf(pages: number): Promise<PopFolder> {
  const held = await makePopFolder([]);
  const store = openStore({ folder: held.folder, clock: systemClock, log: silentLog });
  const { variants, objects } = await compressBody(
    new TextEncoder().encode("<p>All systems operational.".repeat(200)),
  );
  for (let at = 0; at < pages; at++) {
    const routes = Array.from({ length: routesAPage }, (_none, route): Route => {
      const path = route === 0 ? "/" : `/incidents/${at}-${route}`;
      return { path, contentType: "text/html; charset=utf-8", cache: "page", slot: false, variants };
    });
    const hosts = [hostOf(at)];
    const fields = { page: `page${at}`, hosts, epoch: 1, generation: 1, createdMs: systemClock.wallMs() };
    const made = assemble({ ...fields, previous: digestOfNothing, banners: {}, routes }, publisher);
    const tree = [[made.head.manifest, made.manifestBytes] as const, ...made.parts];
    await store.snapshots.apply({ head: made.head, hosts, createdMs: fields.createdMs, tree, objects });
  }
  await store.close();
  return held;
}

async function startsOf(
  { quick, say }: Run,
  binary: string,
  held: PopFolder,
  pages: number,
  { name, workers }: (typeof shapes)[number],
): Promise<readonly Figure[]> {
  const firstMs: number[] = [];
  const anonBytes: number[] = [];
  for (let at = 0; at < (quick ? 3 : 5); at++) {
    const port = await freePort();
    const beganMs = performance.now();
    const pop = startOn(binary, held, port, workers);
    await firstByte(port, `GET / HTTP/1.1\r\nHost: ${hostOf(pages - 1)}\r\n\r\n`);
    firstMs.push(performance.now() - beganMs);
    for (let page = 0; page < pages; page++) await fetchPage(port, page);
    anonBytes.push(memoryOf([pop.pid, ...childrenOf(pop.pid)]));
    await pop.stop();
    say(`${name}: ${Math.round(firstMs.at(-1) ?? 0)} ms, ${Math.round((anonBytes.at(-1) ?? 0) / 1e6)} MB`);
  }
  return [
    {
      what: `${name}: start to first byte`,
      value: quantile(firstMs, 0.5),
      unit: "ms",
      contract: "< 500",
      aim: "< 300",
    },
    {
      what: `${name}: memory less file-backed pages`,
      value: quantile(anonBytes, 0.5) / 1e6,
      unit: "MB",
      contract: "< 200",
    },
  ];
}

function startOn(binary: string, { folder, rootFile }: PopFolder, port: number, workers: number) {
  const flags = ["--data", folder, "--root-key", rootFile, "--listen", `127.0.0.1:${port}`];
  const child = spawn(binary, ["edge", ...flags, "--workers", String(workers), "--tied"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Connects until somebody answers with a 200: to a parent that looks whether the port is free, it is 503. */
async function firstByte(port: number, request: string): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (performance.now() < endMs) {
    if ((await statusOf(port, request)) === "200") return;
    await new Promise((next) => setTimeout(next, 1));
  }
  throw new Error("No 200 within 30 s.");
}

/** The status of the first bytes, or none. */
function statusOf(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.once("data", (bytes) => {
      resolve(bytes.subarray(9, 12).toString("latin1"));
      socket.destroy();
    });
    socket.once("error", () => undefined);
    socket.once("close", () => resolve(""));
  });
}

async function fetchPage(port: number, page: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/incidents/${page}-7`, {
    headers: { host: hostOf(page) },
  });
  if (response.status !== 200) throw new Error(`${hostOf(page)} answered ${response.status}.`);
  await response.arrayBuffer();
}
