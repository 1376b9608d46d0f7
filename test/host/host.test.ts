import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dial, readAll } from "../../src/host/dial.ts";
import { listenHttp } from "../../src/host/http.ts";
import { lockFolder } from "../../src/host/lock.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-host-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("what a handler throws is told, and its client gets a 500 that says nothing of it", async () => {
  const told: unknown[] = [];
  const listener = listenHttp({
    port: 0,
    bodyBytesMax: 1024,
    onDefect: (thrown) => told.push(thrown),
    fetch: async () => {
      throw new Error("the disk is on fire");
    },
  });
  const answer = await fetch(`http://127.0.0.1:${listener.port}/`);
  const text = await answer.text();
  await listener.stop(true);
  expect([answer.status, told.map(String)]).toEqual([500, ["Error: the disk is on fire"]]);
  expect(text).not.toContain("fire");
});

describe("dial", () => {
  const listener = listenHttp({
    port: 0,
    bodyBytesMax: 1024,
    fetch: async (request) =>
      new Response(`${request.method} ${request.headers.get("host")} ${await request.text()}`),
  });
  afterAll(() => listener.stop(true));

  test("configured: any address; method, headers and body arrive", async () => {
    const answer = await dial(`http://127.0.0.1:${listener.port}/x`, {
      policy: "configured",
      method: "POST",
      headers: { host: "status.example.org" },
      body: new TextEncoder().encode("hello"),
      timeoutMs: 5_000,
    });
    expect(answer.status).toBe(200);
    expect(new TextDecoder().decode(await readAll(answer.body, 100))).toBe("POST status.example.org hello");
  });

  for (const host of [
    "127.0.0.1",
    "[::1]",
    "10.1.2.3",
    "169.254.169.254",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[fd00::1]",
    "localhost",
  ]) {
    test(`foreign: ${host} is refused before a connection is made`, async () => {
      const asked = dial(`http://${host}:${listener.port}/`, { policy: "foreign", timeoutMs: 1_000 });
      expect(asked).rejects.toMatchObject({ code: "address-refused" });
    });
  }

  test("a body over its bound is cut off", async () => {
    const answer = await dial(`http://127.0.0.1:${listener.port}/`, {
      policy: "configured",
      timeoutMs: 5_000,
    });
    expect(readAll(answer.body, 3)).rejects.toMatchObject({ code: "unreachable" });
  });

  test("nobody there: a sentence that names the address", async () => {
    const asked = dial("http://127.0.0.1:1/", { policy: "configured", timeoutMs: 1_000 });
    expect(asked).rejects.toThrow("http://127.0.0.1:1 did not answer");
  });
});

describe("listen", () => {
  test("a taken port is named", async () => {
    const first = listenHttp({ port: 0, bodyBytesMax: 1, fetch: () => new Response() });
    expect(() => listenHttp({ port: first.port, bodyBytesMax: 1, fetch: () => new Response() })).toThrow(
      `127.0.0.1:${first.port} is taken`,
    );
    await first.stop(true);
  });

  test("an address of another machine is refused with a sentence", () => {
    expect(() =>
      listenHttp({ address: "192.0.2.1", port: 0, bodyBytesMax: 1, fetch: () => new Response() }),
    ).toThrow(/Cannot listen on 192\.0\.2\.1:0|192\.0\.2\.1:0 is taken/);
  });
});

describe("lock", () => {
  const holder = `import { lockFolder } from "${join(import.meta.dir, "../../src/host/lock.ts")}";
    try { lockFolder(process.argv[1]); console.log("held"); setInterval(() => {}, 1000); } catch (fault) { console.log(fault.code); }`;
  const started: { kill(signal: "SIGKILL"): void }[] = [];
  afterAll(() => {
    for (const child of started) child.kill("SIGKILL");
  });
  const start = (at: string) => {
    const child = Bun.spawn([process.execPath, "-e", holder, at], { stdout: "pipe", stderr: "inherit" });
    started.push(child);
    return child;
  };
  const firstLine = async (child: ReturnType<typeof start>): Promise<string> => {
    for await (const chunk of child.stdout) return new TextDecoder().decode(chunk).trim();
    return "";
  };

  test("a second process is refused, and let in when the first was killed", async () => {
    const at = join(folder, "data");
    const first = start(at);
    expect(await firstLine(first)).toBe("held");
    expect(await firstLine(start(at))).toBe("folder-locked");
    first.kill("SIGKILL");
    await first.exited;
    const third = start(at);
    expect(await firstLine(third)).toBe("held");
    third.kill("SIGKILL");
    await third.exited;
  });

  test("released in the same process, it can be taken again", () => {
    const at = join(folder, "again");
    lockFolder(at).release();
    lockFolder(at).release();
  });
});
