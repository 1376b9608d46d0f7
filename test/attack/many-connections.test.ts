// More connections than a process may have files. In: a POP with a small limit, a crowd that opens connections and keeps them. Out: who is there
// already is answered, the log says it once, nothing crashes, and when the crowd is gone everybody is taken again. Under every runtime.
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { watchCrowding } from "../../src/edge/crowding.ts";
import { type Runtime, runtimes } from "../contract/runtimes.ts";
import { manualClock } from "../support/manual-clock.ts";
import { metricsAt } from "../support/metrics.ts";
import { pharosOn, until } from "../support/pop.ts";
import { answersIn } from "../support/raw-exchange.ts";
import { type AttackedPop, startAttackedPop } from "./attacked-pop.ts";
import { visitedHost } from "./smuggling-cases.ts";

const filesMax = 160;
const crowd = 400;
const full = "as many files open as it may";
const request = `GET /icon.svg HTTP/1.1\r\nHost: ${visitedHost}\r\n\r\n`;

const folder = mkdtempSync(join(tmpdir(), "pharos-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

for (const runtime of runtimes)
  describe(`attack/many connections at ${runtime.name}`, () => crowdAt(runtime));

function crowdAt(runtime: Runtime): void {
  runtime.test(
    `${crowd} connections where ${filesMax} files may be open`,
    async () => {
      const pop = await startAttackedPop(await limited(runtime));
      const visitor = await Visitor.of(pop);
      await visitor.ask();
      const sockets = await crowdOf(pop);
      const answered = (): number => sockets.filter(({ bytesRead }) => bytesRead > 0).length;
      await until("some of the crowd are answered", () => answered() > 20);
      for (let time = 0; time < 50; time++) await visitor.ask();
      if (runtime.name !== "deno") {
        await until("the log says it", () => pop.log.some((line) => line.includes(full)));
        for (let time = 0; time < 50; time++) await visitor.ask();
        expect(pop.log.filter((line) => line.includes(full))).toHaveLength(1);
      }
      expect(answered()).toBeLessThan(filesMax);

      for (const socket of sockets) socket.destroy();
      await until("newcomers are taken again", () =>
        pop.settled().then(
          () => true,
          () => false,
        ),
      );
      const exhausted = async (): Promise<number> =>
        (await metricsAt(`${pop.ops.host}:${pop.ops.port}`)).sum("edge_files_exhausted");
      await until("the gauge says so too", async () => (await exhausted()) === 0);
      await visitor.ask();
      visitor.leave();
      await pop.end();
    },
    60_000,
  );
}

/** A program that is the runtime's with fewer files. */
async function limited(runtime: Runtime): Promise<string> {
  const command = pharosOn(await runtime.program());
  const script = join(folder, runtime.name.replaceAll("/", "-"));
  const quoted = command.map((word) => `'${word}'`).join(" ");
  writeFileSync(script, `#!/bin/sh\nulimit -n ${filesMax}\nexec ${quoted} "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}

/** One who was there before, on one connection. */
class Visitor {
  #text = "";
  #asked = 0;
  readonly #socket: Socket;
  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#text += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
  }
  static of({ visitors }: AttackedPop): Promise<Visitor> {
    return new Promise((done) => {
      const socket = connect(visitors.port, visitors.host, () => done(new Visitor(socket)));
    });
  }
  async ask(): Promise<void> {
    this.#asked++;
    this.#socket.write(request);
    const answers = await until("the visitor is answered", () => {
      if (this.#socket.destroyed) throw new Error("the visitor's connection was closed");
      return (this.#text.match(/<\/svg>/g)?.length ?? 0) === this.#asked && answersIn(this.#text);
    });
    expect(answers.every(({ status, body }) => status === 200 && body === "<svg>calm</svg>")).toBe(true);
  }
  leave(): void {
    this.#socket.destroy();
  }
}

/** Everybody has a connection, as far as the kernel is concerned, and has asked on it. */
async function crowdOf({ visitors }: AttackedPop): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: crowd }, () => {
    const socket = connect(visitors.port, visitors.host, () => socket.write(request));
    socket.on("error", () => undefined);
    return socket.resume();
  });
  await Promise.all(sockets.map((socket) => new Promise((done) => socket.once("connect", done))));
  return sockets;
}

test("attack/many connections: said when it begins, and again only after a minute with room", async () => {
  const clock = manualClock();
  const lines: string[] = [];
  let room = true;
  const timer = watchCrowding({
    clock,
    log: createLog(clock, (line) => lines.push(line)),
    metrics: createMetrics(),
    canOpenFile: () => room,
  });
  const after = async (ms: number, withRoom: boolean): Promise<number> => {
    room = withRoom;
    await clock.advance(ms);
    return lines.length;
  };
  expect(await after(60_000, true)).toBe(0);
  expect(await after(300_000, false)).toBe(1);
  expect(await after(30_000, true)).toBe(1);
  expect(await after(30_000, false)).toBe(1);
  expect(await after(70_000, true)).toBe(1);
  expect(await after(2_000, false)).toBe(2);
  timer.cancel();
});
