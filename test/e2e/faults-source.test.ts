// Sources that are none: the POP serves what it has and says once what is wrong, however often it tries again.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { sampleHost, writeSampleSummary } from "../support/summary.ts";

const there = new Installation();
const listening: { server: Server; sockets: Set<Socket> }[] = [];
afterAll(async () => {
  await there.end();
  for (const { server, sockets } of listening) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** A server of its own manners; counts who comes. */
async function listen(meet: (socket: Socket) => void): Promise<{ url: string; met(): number }> {
  const sockets = new Set<Socket>();
  let met = 0;
  const server = createServer((socket) => {
    met += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    meet(socket);
  });
  listening.push({ server, sockets });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, met: () => met };
}

const noise = Buffer.from(seededRandom(3).bytes(5_000));
const answering =
  (status: string, type: string, body: Buffer | string): ((socket: Socket) => void) =>
  (socket) =>
    void socket.once("data", () => {
      socket.write(`HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n`);
      socket.end(body);
    });

/** What a source does, and words of the one line that says so. */
const manners: Readonly<Record<string, readonly [meet: (socket: Socket) => void, says: string]>> = {
  "closes at once": [(socket) => socket.destroy(), "Lost a source"],
  "never answers": [() => undefined, "Lost a source"],
  "speaks no HTTP": [(socket) => void socket.end(noise), "Lost a source"],
  "answers 404 with a page": [
    answering("404 Not Found", "text/html", "<!doctype html><title>Not here</title>"),
    "answered 404",
  ],
  "answers 500": [answering("500 Internal Server Error", "text/plain", "oh"), "answered 500"],
  "leads elsewhere": [
    (socket) =>
      void socket.once("data", () =>
        socket.end("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"),
      ),
    "answered 302",
  ],
  "sends a page in place of frames": [
    answering("200 OK", "text/html", "<!doctype html><title>Welcome</title>".padEnd(500)),
    "Refused what a source sent",
  ],
  "sends random bytes": [
    answering("200 OK", "application/octet-stream", noise),
    "Refused what a source sent",
  ],
  "ends without a word": [answering("200 OK", "application/octet-stream", ""), "answered with nothing"],
};

const flagsOf = async (name: string, source: string): Promise<readonly string[]> => [
  "edge",
  ...["--data", join(there.folder, name), "--root-key", there.rootKeyFile, "--source", source],
  ...["--listen", await there.address(name), "--ops", await there.address(`${name}-ops`), "--workers", "0"],
];
const status = async (name: string): Promise<number | undefined> =>
  (await get(await there.address(name), "/", { host: sampleHost }).catch(() => null))?.status;
/** What it said beside the ordinary, and beside its pages' age, which it also says once. */
const complaints = (running: Running): readonly string[] =>
  running
    .log()
    .split("\n")
    .filter(
      (line) =>
        line !== "" && !line.includes('"level":"info"') && !line.includes("has confirmed these pages"),
    );

beforeAll(async () => {
  const control = await there.control();
  const sample = writeSampleSummary(there.folder);
  expect(
    await there.run("import", "statuspage", sample, "--data", join(there.folder, "control")),
  ).toMatchObject({ code: 0 });
  const pop = await there.start("filled", await flagsOf("filled", String(control.says.feed)));
  await until("the POP has the page", async () => (await status("filled")) === 200);
  await pop.dismiss();
  await control.dismiss();
});

for (const [name, [meet, says]] of Object.entries(manners)) {
  test.concurrent(`a source that ${name}`, async () => {
    cpSync(join(there.folder, "filled"), join(there.folder, name), { recursive: true });
    const source = await listen(meet);
    const pop = await there.start(name, await flagsOf(name, source.url));
    expect(await status(name)).toBe(200);
    // Who never answers is left after five seconds.
    await until("it has tried again and again", () => source.met() >= 3, 20_000);
    expect(await status(name)).toBe(200);
    const lines = complaints(pop);
    expect(lines).toEqual([expect.stringContaining(says)]);
    await pop.dismiss();
    expect(await pop.exited).toBe(0);
  }, 40_000);
}

test("a source that is not there at the start, comes, goes and comes again", async () => {
  const pop = await there.start("early", await flagsOf("early", `http://${await there.address("feed")}`));
  expect(await status("early")).toBe(421);
  const tries = async (): Promise<number> => {
    const text = await (await fetch(`${pop.says.ops}/metrics`)).text();
    return Number(/follow_connections_total\{.*ended="lost".*\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  await until("it has tried again and again", async () => (await tries()) >= 3);
  expect(complaints(pop).length).toBe(1);
  const control = await there.control();
  await until("it has the page", async () => (await status("early")) === 200);
  await control.kill("SIGKILL");
  const before = await tries();
  await until("it has lost its source, and tried again", async () => (await tries()) >= before + 3);
  expect(await status("early")).toBe(200);
  expect(complaints(pop).length).toBe(2);
  for (const line of complaints(pop)) expect(line).toContain(await there.address("feed"));
  const again = await there.control();
  await until("its page is confirmed again", async () => {
    const answer = await get(await there.address("early"), "/", { host: sampleHost });
    return answer.headers["pharos-level"] === "0" && complaints(pop).length === 2;
  });
  await pop.dismiss();
  await again.dismiss();
}, 40_000);

test("a source whose name nobody knows", async () => {
  const pop = await there.start("nameless", await flagsOf("nameless", "http://origin.invalid:8401"));
  await until("it says so", () => complaints(pop).length > 0);
  expect(complaints(pop)).toEqual([expect.stringContaining("origin.invalid")]);
  await pop.dismiss();
});
