// Leaving a page by its paths, on every runtime and at every address of a POP; and leaving a folder by a page's paths.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import fc from "fast-check";
import { isRoutePath } from "../../src/snapshot/names.ts";
import { fileOf } from "../../src/sync/mirror.ts";
import { writeMirror } from "../../src/sync/mirror-write.ts";
import { type Runtime, runtimes } from "../contract/runtimes.ts";
import { memoryStore, signedPage } from "../edge/fixture.ts";
import { check } from "../support/property.ts";
import { exchange, type Place } from "../support/raw-exchange.ts";
import { rawGet } from "../support/raw-http.ts";
import { type AttackedPop, startAttackedPop } from "./attacked-pop.ts";
import { canaryText, visitedHost } from "./smuggling-cases.ts";
import { traversals } from "./traversal-cases.ts";

/** What a page of ours may carry besides words: no request has a part in it. */
const style = /<style>.*?<\/style>/s;

const short = (target: string): string =>
  JSON.stringify(target.length > 60 ? `${target.slice(0, 60)}…` : target);

for (const runtime of runtimes) describe(`attack/traversal on ${runtime.name}`, () => targetsOn(runtime));

function targetsOn(runtime: Runtime): void {
  let pop: AttackedPop;
  let bodies: Readonly<Record<string, string>>;
  beforeAll(async () => {
    if (!runtime.present) return;
    pop = await startAttackedPop(await runtime.program(), { flags: ["--feed", "127.0.0.1:0"] });
    const bodyOf = async (path: string): Promise<string> => (await pop.visit(path)).body.toString("latin1");
    bodies = { front: await bodyOf("/"), icon: await bodyOf("/icon.svg"), canary: canaryText };
  }, 60_000);
  afterAll(() => pop?.end());

  const ask = async (place: Place, target: string, host = visitedHost) => {
    const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    // Each of its listeners has connections of its own: one that came later tells only of its own listener.
    const settled = async (): Promise<void> => {
      await pop.settled();
      await rawGet(place, "/nothing", { Host: visitedHost });
    };
    const { answers, text } = await exchange(place, [request], settled);
    expect(answers).toHaveLength(1);
    expect(text).not.toMatch(/root:|x-injected|<script>alert/i);
    const [answer = { status: 0, body: "" }] = answers;
    return answer;
  };

  for (const [target, expected] of traversals) {
    runtime.test(`${short(target)}: ${expected}`, async () => {
      const { status, body } = await ask(pop.visitors, target);
      expect(String(status)).toBe(expected in bodies ? "200" : expected);
      if (status === 200) expect(body).toBe(bodies[expected] ?? "");
      // Nothing that was asked for is said back; Deno's own refusals have no body, ours of what is no request have a sentence.
      else
        expect(body).toMatch(
          status === 400 ? /^$|<h1>Bad request<.h1>|^[\w ,.]+\n$/ : /<h1>Not found<.h1>|"Not found"/,
        );
      if (status !== 200) expect(body.replace(style, "")).not.toMatch(/[%\\]|canary|passwd/);
    });
  }

  runtime.test("none of them reaches anything at the operator's address or the feed", async () => {
    for (const place of [pop.ops, pop.feed])
      for (const [target] of traversals) {
        const { status } = await ask(place, target);
        expect([short(target), [400, 404].includes(status)]).toEqual([short(target), true]);
      }
  });

  runtime.test("a Host that names none is an answer there too", async () => {
    for (const place of [pop.ops, pop.feed])
      for (const host of [
        "",
        "a b",
        "a/b",
        "a@b",
        "[",
        "::",
        "%",
        "a:b:c",
        "\xff",
        "1.2.3.999",
        "a?b",
        "a#b",
        "a\\b",
      ]) {
        const { status } = await ask(place, "/nothing", host);
        expect([host, [400, 404].includes(status)]).toEqual([host, true]);
      }
  });
}

describe("attack/traversal out of a mirror's folder", () => {
  const hostile = traversals
    .map(([target]) => target.replace(/[?#].*$/, ""))
    .filter((path) => isRoutePath(path) && path.length <= 1_000);

  test("whatever a page's routes are called, their files lie below its host", async () => {
    const place = mkdtempSync(join(tmpdir(), "pharos-mirror-"));
    const folder = join(place, "a", "b", "mirror");
    mkdirSync(folder, { recursive: true });
    const store = memoryStore();
    const routes = Object.fromEntries(
      [...new Set(["/", ...hostile])].sort().map((path) => [path, { body: `at ${path}` }]),
    );
    await store.apply(await signedPage({ page: "p1", hosts: [visitedHost], generation: 1, routes }));
    const { unplaced } = await writeMirror({ store, folder });
    const files = readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const outside = files.filter((file) => !file.startsWith(join(folder, "pages", visitedHost) + sep));
    expect(outside.filter((file) => !file.startsWith(join(folder, ".pharos") + sep))).toEqual([]);
    expect(hostile.length).toBeGreaterThan(30);
    expect(unplaced).toContain("/..%2f..%2fetc%2fpasswd");
    expect(unplaced).not.toContain("/canary%20");
    rmSync(place, { recursive: true });
  });

  test("a link that stands where a file of the mirror belongs is replaced, not written through", async () => {
    const place = mkdtempSync(join(tmpdir(), "pharos-mirror-"));
    const folder = join(place, "mirror");
    const page = join(folder, "pages", visitedHost);
    const victim = join(place, "victim");
    writeFileSync(victim, "mine");
    const store = memoryStore();
    const routes = { "/": { body: "front", contentType: "text/html" }, "/canary": { body: canaryText } };
    await store.apply(await signedPage({ page: "p1", hosts: [visitedHost], generation: 1, routes }));
    await writeMirror({ store, folder });
    rmSync(join(page, "canary"));
    symlinkSync(victim, join(page, "canary"));
    await writeMirror({ store, folder });
    expect(readFileSync(victim, "utf8")).toBe("mine");
    expect(readFileSync(join(page, "canary"), "utf8")).toBe(canaryText);
    rmSync(place, { recursive: true });
  });

  const pieces = fc.constantFrom(
    ..."./\\%:~",
    "..",
    "%2e",
    "%2f",
    "%5c",
    "%00",
    "%252e",
    "%c0%ae",
    "%",
    "a",
    "index.html",
  );
  check(
    "a route's file stays below its folder, and nothing decodes it out of there",
    [fc.array(pieces, { maxLength: 12 })],
    (some) => {
      const path = `/${some.join("")}`;
      for (const contentType of ["text/html", "text/plain"]) {
        const file = isRoutePath(path) ? fileOf({ path, contentType }) : null;
        if (file === null) continue;
        expect(resolve("/mirror/pages/host", file).startsWith("/mirror/pages/host/")).toBe(true);
        expect(file.split("/").some((name) => name === "" || name === "." || name === "..")).toBe(false);
      }
    },
  );
});
