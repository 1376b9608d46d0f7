// Unix sockets: asking, a stale path, nobody there, an answer that is too long.
import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askUnix, listenUnix } from "../../src/host/unix.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-unix-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (path: string, more: object = {}) =>
  askUnix(path, {
    method: "POST",
    path: "/local/x",
    body: new TextEncoder().encode("four"),
    timeoutMs: 5_000,
    answerBytesMax: 100,
    ...more,
  });
const echo = {
  bodyBytesMax: 1_000,
  fetch: async (request: Request) =>
    new Response(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`),
};

test("a request and its body arrive, also behind a path longer than a socket address", async () => {
  const deep = join(folder, "d".repeat(120));
  mkdirSync(deep);
  for (const path of [join(folder, "a.sock"), join(deep, "a.sock")]) {
    const listener = listenUnix(path, echo);
    const answer = await ask(path);
    expect([answer?.status, new TextDecoder().decode(answer?.body)]).toEqual([200, "POST /local/x four"]);
    await listener.stop(true);
    expect(existsSync(path)).toBe(false);
  }
});

test("nobody there: null, whether the path is missing or left over", async () => {
  expect(await ask(join(folder, "none.sock"))).toBe(null);
  const stale = join(folder, "stale.sock");
  writeFileSync(stale, "");
  expect(await ask(stale)).toBe(null);
  const listener = listenUnix(stale, echo);
  expect((await ask(stale))?.status).toBe(200);
  await listener.stop(true);
});

test("an answer over its bound, and one that does not come, are sentences", async () => {
  const path = join(folder, "slow.sock");
  const never = Promise.withResolvers<Response>();
  const listener = listenUnix(path, {
    bodyBytesMax: 1_000,
    fetch: (request) => (request.url.endsWith("/long") ? new Response("x".repeat(1_000)) : never.promise),
  });
  expect(ask(path, { path: "/long" })).rejects.toMatchObject({ code: "unreachable" });
  await expect(ask(path, { timeoutMs: 50 })).rejects.toThrow("no headers within 50 ms");
  await listener.stop(true);
});
