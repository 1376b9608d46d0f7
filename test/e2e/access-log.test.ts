// The access log of a POP as its operator reads it: one file, or one output, of several processes.
import { afterEach, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { frontRoutes, signedPage } from "../edge/fixture.ts";
import { pharosOn, runPop, runtime, startPop, until } from "../support/pop.ts";
import { makePopFolder, type PopFolder } from "../support/pop-folder.ts";
import { rawGet } from "../support/raw-http.ts";

const host = "status.example";
const page = await signedPage({ page: "p1", hosts: [host], generation: 7, routes: frontRoutes("calm") });
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function folder(): Promise<PopFolder> {
  const held = await makePopFolder([page]);
  ended.push(held.remove);
  return held;
}

const places = ({ folder: data, rootFile }: PopFolder): readonly string[] => [
  ...["--data", data, "--root-key", rootFile, "--listen", "127.0.0.1:0"],
];

interface Line {
  readonly path: string;
  readonly status: number;
  readonly from: string;
  readonly bytes: number;
  readonly generation: number;
}

const textIn = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

const linesIn = (text: string): readonly Line[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith('{"time"'))
    .map((line) => JSON.parse(line) as Line);

describe("pharos edge --access-log", () => {
  test("two workers write one file, whole lines; it may be moved away at any time", async () => {
    const held = await folder();
    const [file, moved] = [join(held.folder, "access.log"), join(held.folder, "access.log.1")];
    const pop = await startPop([
      ...places(held),
      ...["--workers", "2", "--access-log", file, "--access-log-sample", "1"],
    ]);
    ended.push(() => pop.stop());
    const ask = (path: string) => rawGet(pop.visitors, path, { Host: host });
    const paths = (from: number, to: number) =>
      Array.from({ length: to - from }, (_none, at) => `/?${from + at}`);
    await Promise.all(paths(0, 50).map(ask));
    await ask("/nowhere");
    const first = await until("all are written", () => {
      const lines = linesIn(textIn(file));
      return lines.length === 51 && lines;
    });
    expect(first.filter(({ status }) => status === 404).map(({ path }) => path)).toEqual(["/nowhere"]);
    for (const line of first.filter(({ status }) => status === 200))
      expect(line).toMatchObject({ path: "/", from: "127.0.0.0/24", generation: 7 });
    expect(first.find(({ status }) => status === 200)?.bytes).toBeGreaterThan(1_000);
    renameSync(file, moved);
    await Promise.all(paths(50, 100).map(ask));
    await until("the rest is written", () => {
      const both = [moved, file].map((place) => linesIn(textIn(place)).length);
      return (both[0] ?? 0) + (both[1] ?? 0) === 101 && (both[1] ?? 0) > 0;
    });
  }, 30_000);

  for (const workers of ["1", "0"])
    test(`to the standard output, with --workers ${workers}`, async () => {
      const flags = [...places(await folder()), "--workers", workers, "--json", "--tied"];
      const log = ["--access-log", "stdout", "--access-log-sample", "1", "--access-log-addresses", "off"];
      const [program = "", ...first] = [...pharosOn(runtime), "edge", ...flags, ...log];
      const child = spawn(program, first, { stdio: ["pipe", "pipe", "inherit"] });
      const exited = new Promise((done) => child.once("exit", done));
      ended.push(async () => {
        child.stdin.end();
        await exited;
      });
      const said: string[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => said.push(line));
      const place = await until("it listens", () => said.find((line) => line.startsWith('{"pages"')));
      const { hostname, port } = new URL((JSON.parse(place) as { pages: string }).pages);
      await rawGet({ host: hostname, port: Number(port) }, "/icon.svg", { Host: host });
      const line = await until("its line is there", () => linesIn(said.join("\n"))[0]);
      expect(line).toMatchObject({ path: "/icon.svg", status: 200 });
      expect(line).not.toHaveProperty("from");
    }, 30_000);

  test("a share that is none is refused by a sentence", async () => {
    const { code, err } = await runPop([...places(await folder()), "--access-log-sample", "1%"]);
    expect(code).toBe(2);
    expect(err).toContain(
      '--access-log-sample: "1%" is not allowed. Give a share from 0 to 1, such as 0.01.',
    );
  });
});
