// What listenHttp promises on each runtime that runs the source: bounds of bodies, streams as they come, silence, an end.
import { afterAll, beforeAll, describe, expect } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { resolve } from "node:path";
import { denoProgram } from "../support/pop.ts";
import { rawAsk } from "../support/raw-http.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

const program = resolve(import.meta.dirname, "listener.ts");
const lines: Readonly<Record<string, readonly string[]>> = {
  bun: [process.execPath, program],
  deno: [denoProgram, "run", "-A", program],
};

for (const runtime of runtimes.filter(({ name }) => lines[name] !== undefined))
  describe(`contract/listener on ${runtime.name}`, () => contractOn(runtime));

function contractOn({ name, present, test }: Runtime): void {
  let child: ChildProcess;
  let port = 0;
  beforeAll(async () => {
    if (!present) return;
    const [file = "", ...args] = lines[name] ?? [];
    child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    port = await new Promise((done) => child.stdout?.once("data", (text) => done(Number(text))));
  });
  afterAll(() => child?.kill("SIGKILL"));
  const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
  const send = async (body: string | ReadableStream<Uint8Array>): Promise<readonly [number, string]> => {
    const answer = await fetch(at("/length"), { method: "POST", body });
    return [answer.status, answer.status === 200 ? await answer.text() : ""];
  };
  const chunks = (...lengths: readonly number[]): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(to) {
        for (const length of lengths) to.enqueue(new Uint8Array(length));
        to.close();
      },
    });

  test("a body of the bound is read, one byte more is 413, with and without a length", async () => {
    expect(await send("x".repeat(100))).toEqual([200, "100"]);
    expect(await send(chunks(60, 40))).toEqual([200, "100"]);
    expect((await send("x".repeat(101)))[0]).toBe(413);
    expect((await send(chunks(60, 41)))[0]).toBe(413);
  });

  test("a body that nobody reads is not in the way of the next request", async () => {
    const first = "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfour";
    const second = "GET /throws HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const text = await new Promise<string>((done) => {
      let all = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(first));
      socket.on("data", (chunk) => {
        all += chunk.toString("latin1");
        if (all.endsWith("unread")) socket.write(second);
      });
      socket.on("close", () => done(all));
    });
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 500"]);
    expect(text).not.toContain("as it was told to");
  });

  test("a stream arrives piece by piece", async () => {
    const pieces: string[] = [];
    const answer = await fetch(at("/stream"));
    for await (const chunk of answer.body ?? []) pieces.push(new TextDecoder().decode(chunk));
    expect(pieces).toEqual(["0\n", "1\n", "2\n"]);
  });

  test("a connection that is silent, or stops within its request, is closed", async () => {
    const body = "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n";
    const halves = ["", "GET / HTTP/1.1\r\nHost: a", body];
    // rawAsk would give up after 20 s, which the limit of this test does not allow for.
    const answers = halves.map((half) => rawAsk("127.0.0.1", port, half, 19_900));
    for (const { status } of await Promise.all(answers)) expect([0, 400, 408, 500]).toContain(status);
  }, 19_000);

  test("forced to stop, it does, also while one is being answered and after it was asked nicely", async () => {
    const left = fetch(at("/never")).catch(() => null);
    await fetch(at("/length"));
    child.stdin?.write("stop\n");
    expect(await new Promise((done) => child.once("exit", done))).toBe(0);
    expect(await left).toBeNull();
  });
}
