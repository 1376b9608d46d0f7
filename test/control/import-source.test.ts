// Where documents come from: an address with all that it publishes, a folder, a file; and what is said when they are not there.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSource } from "../../src/control/import-source.ts";
import { type Listener, listenHttp } from "../../src/host/http.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-source-"));
const listeners: Listener[] = [];
afterAll(async () => {
  for (const listener of listeners) await listener.stop(true);
  rmSync(folder, { recursive: true });
});

type Site = Readonly<Record<string, string | Response>>;

/** A status page that answers these paths (with query) and 404 to others. */
function site(answers: Site | ((path: string) => string | Response | undefined)): string {
  const listener = listenHttp({
    bodyBytesMax: 1,
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      const path = pathname + search;
      const found = typeof answers === "function" ? answers(path) : answers[path];
      if (found === undefined) return new Response("no", { status: 404 });
      return typeof found === "string" ? new Response(found) : (found.clone() as Response);
    },
  });
  listeners.push(listener);
  return `http://127.0.0.1:${listener.port}`;
}

async function read(source: string): Promise<{ names: readonly string[]; asked: readonly string[] }> {
  const asked: string[] = [];
  const texts = await readSource(source, { onDocument: (name) => void asked.push(name.replace(source, "")) });
  return { names: texts.map(({ name }) => name.replace(source, "")), asked };
}

const list = (...ids: readonly string[]): string => JSON.stringify({ incidents: ids.map((id) => ({ id })) });

describe("an address", () => {
  test("is asked for everything a status page publishes; what it has not is done without", async () => {
    const base = site({
      "/api/v2/summary.json": "{}",
      "/api/v2/incidents.json": list("a"),
      "/history.atom": "<feed/>",
    });
    expect(await read(base)).toEqual({
      names: ["/api/v2/summary.json", "/api/v2/incidents.json", "/history.atom"],
      asked: [
        "/api/v2/summary.json",
        "/api/v2/incidents.json",
        "/api/v2/incidents.json?page=2",
        "/api/v2/components.json",
        "/api/v2/scheduled-maintenances.json",
        "/history.atom",
      ],
    });
  });

  test("with a list in pages is read until a page brings nothing new", async () => {
    const base = site({
      "/api/v2/summary.json": "{}",
      "/api/v2/incidents.json": list("a", "b"),
      "/api/v2/incidents.json?page=2": list("b", "c"),
      "/api/v2/incidents.json?page=3": list(),
    });
    const { names, asked } = await read(base);
    expect(names.filter((name) => name.includes("incidents"))).toEqual([
      "/api/v2/incidents.json",
      "/api/v2/incidents.json?page=2",
    ]);
    expect(asked).toContain("/api/v2/incidents.json?page=3");
    expect(asked).not.toContain("/api/v2/incidents.json?page=4");
  });

  test("that gives the same list for every page is read once", async () => {
    const base = site((path) =>
      path.startsWith("/api/v2/incidents.json")
        ? list("a")
        : path.endsWith("summary.json")
          ? "{}"
          : undefined,
    );
    expect((await read(base)).names).toEqual(["/api/v2/summary.json", "/api/v2/incidents.json"]);
  });

  test("of one document gives that one; with a path or /api/v2 behind it the page's", async () => {
    const base = site({ "/api/v2/summary.json": "{}", "/sub/api/v2/summary.json": "{}" });
    expect((await read(`${base}/api/v2/summary.json`)).asked.length).toBe(1);
    expect((await readSource(`${base}/api/v2/`, { onDocument() {} })).map(({ name }) => name)).toEqual([
      `${base}/api/v2/summary.json`,
    ]);
    expect((await readSource(`${base}/sub/`, { onDocument() {} })).map(({ name }) => name)).toEqual([
      `${base}/sub/api/v2/summary.json`,
    ]);
  });

  test("that moved is followed; one that runs in circles is not", async () => {
    const there = site({ "/api/v2/summary.json": '{"moved": true}' });
    const to = (location: string) => new Response(null, { status: 301, headers: { location } });
    const here = site({ "/api/v2/summary.json": to(`${there}/api/v2/summary.json`) });
    expect((await readSource(here, { onDocument() {} })).map(({ text }) => text)).toEqual([
      '{"moved": true}',
    ]);
    const circle = site({ "/api/v2/summary.json": to("/api/v2/summary.json") });
    expect(read(circle)).rejects.toThrow("redirects more than 5 times");
  });

  test("without a summary, failing, or dead is one sentence", async () => {
    expect(read(site({}))).rejects.toMatchObject({ code: "not-found" });
    const failing = site({ "/api/v2/summary.json": new Response("", { status: 503 }) });
    expect(read(failing)).rejects.toThrow("answered 503");
    expect(read("http://127.0.0.1:1")).rejects.toMatchObject({ code: "unreachable" });
  });
});

describe("a path", () => {
  test("of a folder gives its .json and .atom files in order; of a file that file", async () => {
    for (const name of ["b.json", "a.atom", "notes.txt", "history.jsonl"])
      writeFileSync(join(folder, name), name);
    expect((await read(folder)).names).toEqual(["/a.atom", "/b.json"]);
    expect(await readSource(join(folder, "notes.txt"), { onDocument() {} })).toEqual([
      { name: join(folder, "notes.txt"), text: "notes.txt" },
    ]);
  });

  test("that is not there, or an empty folder, is one sentence", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect(read(join(folder, "none"))).rejects.toMatchObject({ code: "not-found" });
    expect(read(empty)).rejects.toThrow("holds no .json or .atom file");
  });
});
