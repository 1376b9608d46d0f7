// `pharos emergency` against ops addresses that take, refuse, babble and are not there; and what it refuses before it asks any.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { keyFiles, makeKeys } from "../../src/cli/key-files.ts";
import { type Listener, listenHttp } from "../../src/host/http.ts";
import { openEmergency } from "../../src/snapshot/emergency.ts";
import { commandLine } from "../support/command-line.ts";
import { freePort } from "../support/installation.ts";
import { manualClock } from "../support/manual-clock.ts";

const base = mkdtempSync(join(tmpdir(), "pharos-emergency-"));
const keys = join(base, "keys");
makeKeys({ folder: keys, pages: ["*"], hosts: ["*"], serial: 1 }, systemRandom);
const key = join(keys, keyFiles.emergency.secret);
const clock = manualClock();
const hourMs = 3_600_000;

/** What each POP was given: path and bytes. */
const given: (readonly [path: string, bytes: Uint8Array])[] = [];
const listeners: Listener[] = [];
const urls: string[] = [];
const answers = [
  () => Response.json({ outcome: "accepted", kind: "emergency", subject: "p1", holds_page: true }),
  () => Response.json({ outcome: "accepted", kind: "emergency", subject: "p1", holds_page: false }),
  () => Response.json({ error: "Its key is not appointed.", reason: "x" }, { status: 403 }),
  () => new Response("<h1>Welcome</h1>", { status: 404 }),
] as const;

beforeAll(async () => {
  for (const answer of answers) {
    const listener = listenHttp({
      bodyBytesMax: 65_536,
      async fetch(request) {
        given.push([new URL(request.url, "http://x").pathname, await request.bytes()]);
        return answer();
      },
    });
    listeners.push(listener);
    urls.push(`http://127.0.0.1:${listener.port}`);
  }
  urls.push(`http://127.0.0.1:${await freePort()}`);
});
afterAll(async () => {
  for (const listener of listeners) await listener.stop(true);
  rmSync(base, { recursive: true, force: true });
});

const run = commandLine({ clock });
function pharos(...argv: readonly string[]) {
  given.length = 0;
  return run("emergency", ...argv);
}
const common = ["--key", key, "--page", "p1"];
const valueIn = (bytes: Uint8Array) => {
  const opened = openEmergency(bytes);
  return opened.ok ? opened.value.value : opened.reason;
};

test("each POP gets the same document, and what each made of it is told", async () => {
  const said = await pharos(...common, "--text", "Down.", "--until", "1h", "--to", urls.join(","));
  expect(said).toMatchObject({ code: 1, err: "" });
  const lines = said.out.split("\n");
  expect(lines.map((line) => line.slice((urls[0]?.length ?? 0) + 2)).slice(0, 4)).toEqual([
    "taken, until 2026-01-05T13:00:00.000Z",
    "taken, until 2026-01-05T13:00:00.000Z: It has no such page, so nothing is shown there unless that page comes.",
    "refused: Its key is not appointed.",
    "refused: <h1>Welcome</h1>",
  ]);
  expect(lines[4]).toStartWith(`${urls[4]}  unreachable: `);
  const wanted = { page: "p1", sequence: clock.wallMs(), text: "Down.", untilMs: clock.wallMs() + hourMs };
  expect(given.map(([path, bytes]) => [path, valueIn(bytes)])).toEqual(
    answers.map(() => ["/ingest", wanted]),
  );
});

test("all took it: exit code 0; a path that is given is kept; two hours where nothing else is said", async () => {
  const to = `${urls[0]}/ops/ingest`;
  const said = await pharos(...common, "--text", "Down.", "--to", to, "--json", "--sequence", "7");
  expect(said.code).toBe(0);
  const until = new Date(clock.wallMs() + 2 * hourMs).toISOString();
  expect(JSON.parse(said.out)).toEqual({
    page: "p1",
    sequence: 7,
    until,
    posts: [],
    file: null,
    pops: [{ to, outcome: "taken", says: "" }],
  });
  expect(given[0]?.[0]).toBe("/ops/ingest");
});

test("withdrawn: no text and no time", async () => {
  const said = await pharos(...common, "--withdraw", "--to", urls[0] ?? "");
  expect(said).toEqual({ code: 0, out: `${urls[0]}  taken, withdrawn`, err: "" });
  expect(valueIn(given[0]?.[1] ?? new Uint8Array())).toEqual({
    page: "p1",
    sequence: clock.wallMs(),
    text: "",
    untilMs: 0,
  });
});

test("into a file alone, to be carried there by hand", async () => {
  const out = join(base, "emergency.signed");
  expect(await pharos(...common, "--text", "Down.", "--out", out)).toMatchObject({ code: 0, err: "" });
  expect(valueIn(readFileSync(out))).toMatchObject({ page: "p1", text: "Down." });
  const again = await pharos(...common, "--text", "Down.", "--out", out, "--to", urls[0] ?? "");
  expect(again.code).toBe(1);
  expect(again.err).toContain("emergency.signed cannot be written");
  expect(given).toEqual([]);
});

const refused: readonly (readonly [argv: readonly string[], code: number, says: string])[] = [
  [["--page", "p1", "--text", "x"], 2, "--key"],
  [["--key", key, "--page", "a b", "--text", "x"], 2, '--page: "a b"'],
  [[...common], 2, "Either a text"],
  [[...common, "--text", "x", "--withdraw"], 2, "Either a text"],
  [[...common, "--withdraw", "--until", "1h"], 2, "--until"],
  [[...common, "--text", "  "], 2, "--text"],
  [[...common, "--text", "two\nlines"], 2, "--text"],
  [[...common, "--text", "ä".repeat(1_001)], 2, "2002 bytes"],
  [[...common, "--text", "x", "--until", "8d"], 2, "from 1s to 7d"],
  [[...common, "--text", "x", "--until", "0s"], 2, "from 1s to 7d"],
  [[...common, "--text", "x", "--sequence", "0"], 2, "--sequence"],
  [["--key", join(keys, "publisher.key"), "--page", "p1", "--text", "x"], 1, "holds a secret publisher key"],
  [["--key", join(keys, "emergency.pub"), "--page", "p1", "--text", "x"], 1, "holds a public emergency key"],
  [["--key", join(keys, "gone.key"), "--page", "p1", "--text", "x"], 1, "gone.key cannot be read"],
];
for (const [argv, code, says] of refused)
  test(`refused before anybody is asked: ${says}`, async () => {
    const out = join(base, "never");
    const said = await pharos(...argv, "--to", urls[0] ?? "", "--out", out);
    expect(said).toMatchObject({ code, out: "" });
    expect(said.err).toContain(says);
    expect(given).toEqual([]);
    expect(existsSync(out)).toBe(false);
  });

test("nothing says where it goes, or a word that is no address does", async () => {
  expect(await pharos(...common, "--text", "x")).toMatchObject({ code: 2 });
  const said = await pharos(...common, "--text", "x", "--to", `${urls[0]},127.0.0.1:1`);
  expect(said.code).toBe(2);
  expect(said.err).toContain('"127.0.0.1:1"');
  expect(given).toEqual([]);
});

test("the operator's own account gets the text too; the same text is the same post; what is wrong is said before anything is sent", async () => {
  const posts: (readonly [key: string | null, status: string])[] = [];
  const mastodon = listenHttp({
    bodyBytesMax: 65_536,
    async fetch(request) {
      const { status } = (await request.json()) as { status: string };
      posts.push([request.headers.get("idempotency-key"), status]);
      return status === "No." ? new Response("", { status: 401 }) : Response.json({ id: "1" });
    },
  });
  listeners.push(mastodon);
  const token = join(base, "mastodon.token");
  writeFileSync(token, "secret\n");
  const place = `mastodon:http://127.0.0.1:${mastodon.port}`;
  const own = ["--to", urls[0] ?? "", "--post", place, "--post-token-file", `mastodon:${token}`];
  for (let at = 0; at < 2; at++) {
    const said = await pharos(...common, "--text", "Down.", ...own);
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(said.out.split("\n")[1]).toBe(`mastodon:127.0.0.1:${mastodon.port}  posted`);
  }
  expect(posts.map(([, status]) => status)).toEqual(["Down.", "Down."]);
  expect(posts[0]?.[0]).toBe(posts[1]?.[0] ?? "");
  const refused = await pharos(...common, "--text", "No.", ...own, "--json");
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.out).posts).toEqual([
    { to: `mastodon:127.0.0.1:${mastodon.port}`, outcome: "refused", says: "It answered 401." },
  ]);
  const wrong: readonly (readonly [string[], string])[] = [
    [["--post", place], "--post mastodon needs a token."],
    [
      ["--post", "myspace:https://x.example", "--post-token-file", `myspace:${token}`],
      '--post: "myspace:https://x.example" is not allowed.',
    ],
    [
      ["--post", "mastodon:me", "--post-token-file", `mastodon:${token}`],
      '--post: "mastodon:me" is not allowed.',
    ],
    [["--post-token-file", `mastodon:${token}`], '--post-token-file: "mastodon" is not allowed.'],
  ];
  posts.length = 0;
  for (const [flags, says] of wrong) {
    const said = await pharos(...common, "--text", "Down.", "--to", urls[0] ?? "", ...flags);
    expect([said.code, said.err]).toEqual([2, expect.stringContaining(says)]);
    expect(given).toEqual([]);
  }
  const withdrawn = await pharos(...common, "--withdraw", ...own);
  expect([withdrawn.code, withdrawn.err]).toEqual([
    2,
    expect.stringContaining("taken back where it was made"),
  ]);
  expect(posts).toEqual([]);
});
