// `pharos import statuspage` and `pharos token` as a person uses them, on a folder of their own and beside a running control plane.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { commandEntries } from "../../src/cli/commands.ts";
import { controlSocketOf } from "../../src/cli/control-plane.ts";
import { dispatch } from "../../src/cli/dispatch.ts";
import { createLocal, localBodyBytesMax } from "../../src/control/local.ts";
import { lockFolder } from "../../src/host/lock.ts";
import { listenUnix } from "../../src/host/unix.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createSeries } from "../../src/store/series.ts";
import { createTokens } from "../../src/store/tokens.ts";
import { manualClock } from "../support/manual-clock.ts";

const base = mkdtempSync(join(tmpdir(), "pharos-import-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const clock = manualClock();
const random = seededRandom(3);
let data = "";
let folders = 0;
beforeEach(() => {
  data = join(base, `data-${++folders}`);
});

async function pharos(argv: readonly string[], terminal = false) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await dispatch(argv, commandEntries, {
    clock,
    random,
    log: silentLog,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    env: { PHAROS_DATA: data },
    argv: [],
    terminal,
    stopSignal: () => new AbortController().signal,
    readFile: (path) => readFileSync(path, "utf8"),
  });
  return { code, out: out.join("\n"), err };
}

const page = { id: "abcdefghijkl", name: "Acme", url: "https://status.acme.example" };
const file = (name: string, value: unknown): string => {
  const path = join(base, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
};
const summary = file("summary.json", {
  page,
  components: [{ id: "c1", name: "API", status: "operational" }],
  incidents: [],
});
const broken = file("broken.json", { page, components: [{ id: "c1", name: "API", status: "odd" }] });
const unknown = file("unknown.json", {
  page: { ...page, time_zone: "Mars/Olympus" },
  components: [{ id: "c9", name: "Nine", status: "operational" }],
});

/** What is in the folder's store. */
async function look<Value>(use: (ledger: ReturnType<typeof openLedger>) => Value): Promise<Value> {
  const store = openStore({ folder: data, clock, log: silentLog });
  try {
    return use(openLedger({ store, clock, random, region: "main", log: silentLog }));
  } finally {
    await store.close();
  }
}

describe("import", () => {
  test("says what it took; a second run says that nothing changed", async () => {
    const first = await pharos(["import", "statuspage", summary]);
    expect(first).toMatchObject({
      code: 0,
      out: "Acme (abcdefghijkl): 1 component, 0 incidents, 0 maintenances, 0 updates: 2 changes.",
      err: [`reading ${summary}`, "checking 1 document"],
    });
    const second = await pharos(["import", "statuspage", summary, "--json"]);
    expect(JSON.parse(second.out)).toMatchObject({ page: page.id, components: 1, changes: 0 });
    expect((await pharos(["import", "statuspage", summary])).out).toEndWith(": nothing changed.");
  });

  test("on a terminal each step replaces the one before", async () => {
    const { err } = await pharos(["import", "statuspage", summary], true);
    const up = "\u001b[1A\u001b[2K";
    expect(err).toEqual([`reading ${summary}`, `${up}checking 1 document`, `${up}\u001b[1A`]);
  });

  test("a wrong file is one sentence with file and place, exit 1, and nothing changes", async () => {
    await pharos(["import", "statuspage", summary]);
    const before = await look((ledger) => ledger.position());
    for (const [path, sentence] of [
      [broken, `${broken}, components[0].status: "odd" is not one of`],
      [unknown, 'The page abcdefghijkl was not imported: The time zone "Mars/Olympus" is unknown.'],
      [join(base, "none.json"), "cannot be read"],
    ] as const) {
      const said = await pharos(["import", "statuspage", path]);
      expect(said.code).toBe(1);
      expect(said.out).toBe("");
      expect(said.err.at(-1)).toContain(sentence);
    }
    expect(await look((ledger) => ledger.position())).toBe(before);
  });

  test("--dry-run reads and checks, and writes nothing", async () => {
    const said = await pharos(["import", "statuspage", summary, "--dry-run"]);
    expect(said).toMatchObject({ code: 0 });
    expect(said.out).toEndWith("Nothing was written.");
    expect(await look((ledger) => ledger.position())).toBe(0);
    expect((await pharos(["import", "statuspage", broken, "--dry-run"])).code).toBe(1);
  });

  test("--indicator-rule is the page's from then on", async () => {
    await pharos(["import", "statuspage", summary, "--indicator-rule", "incidents"]);
    await pharos(["import", "statuspage", summary]);
    expect(await look((ledger) => ledger.view(page.id)?.page.indicatorRule)).toBe("incidents");
  });
});

describe("token", () => {
  test("is shown once, listed without itself, and forgotten by name", async () => {
    await pharos(["import", "statuspage", summary]);
    const made = await pharos(["token", "--page", page.id, "--name", "deploys"]);
    expect(made).toMatchObject({ code: 0, err: [] });
    expect(made.out).toMatch(/^pharos_\S{43}$/);
    const listed = await pharos(["token", "list"]);
    expect(listed.out).toBe(
      `deploys\t${page.id}:admin\t${new Date(clock.wallMs()).toISOString()}\tdoes not expire\tnever used`,
    );
    expect((await pharos(["token", "revoke", "--name", "deploys"])).out).toBe("one token was forgotten");
    expect((await pharos(["token", "revoke", "--name", "deploys"])).code).toBe(1);
    expect((await pharos(["token", "list", "--json"])).out).toBe("[]");
  });

  test("is of a role and for a time where it is asked to be, and says so", async () => {
    await pharos(["import", "statuspage", summary]);
    await pharos(["token", "--page", "*", "--name", "reports", "--role", "viewer", "--expires", "90d"]);
    const created = clock.wallMs();
    expect(JSON.parse((await pharos(["token", "list", "--json"])).out)).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
        name: "reports",
        roles: { "*": "viewer" },
        created: new Date(created).toISOString(),
        expires: new Date(created + 90 * 86_400_000).toISOString(),
        used: null,
      },
    ]);
    expect((await pharos(["token", "--page", "*", "--role", "king"])).code).toBe(2);
  });

  test("of a page that does not exist is refused with those that do", async () => {
    await pharos(["import", "statuspage", summary]);
    const said = await pharos(["token", "--page", "none"]);
    expect(said.code).toBe(1);
    expect(said.err.at(-1)).toBe(
      "pharos: There is no page none in this data folder. Give one of abcdefghijkl, or '*' for all.",
    );
  });
});

describe("beside a running control plane", () => {
  test("commands go through its socket and its ledger sees them", async () => {
    const lock = lockFolder(data);
    const store = openStore({ folder: data, clock, log: silentLog });
    const ledger = openLedger({ store, clock, random, region: "main", log: silentLog });
    const tokens = createTokens(store);
    const listener = listenUnix(controlSocketOf(data), {
      bodyBytesMax: localBodyBytesMax,
      fetch: createLocal({ ledger, tokens, series: createSeries(store), log: silentLog }),
    });
    try {
      expect((await pharos(["import", "statuspage", summary])).out).toEndWith(": 2 changes.");
      expect(ledger.view(page.id)?.components.map(({ name }) => name)).toEqual(["API"]);
      expect((await pharos(["import", "statuspage", summary])).out).toEndWith(": nothing changed.");
      const { out } = await pharos(["token", "--page", page.id]);
      expect(tokens.check(out)).toMatchObject({ name: "api", grants: [[page.id, "admin"]] });
      const refused = await pharos(["import", "statuspage", unknown]);
      expect(refused.code).toBe(1);
      expect(refused.err.at(-1)).toContain("Mars/Olympus");
    } finally {
      await listener.stop(true);
      await store.close();
      lock.release();
    }
  });

  test("a fault on the other side is told as it would be told here", async () => {
    const lock = lockFolder(data);
    const listener = listenUnix(controlSocketOf(data), {
      bodyBytesMax: 1_000,
      fetch: () =>
        Response.json(
          { code: "disk-full", sentence: "The disk is full.", remedy: "Make room." },
          { status: 500 },
        ),
    });
    const said = await pharos(["token", "list"]);
    expect(said).toMatchObject({ code: 1, err: ["pharos: The disk is full. Make room."] });
    await listener.stop(true);
    lock.release();
  });

  test("a folder that is held by one without a socket is refused by a sentence", async () => {
    const holder = Bun.spawn({
      cmd: [
        process.execPath,
        "-e",
        `const { lockFolder } = await import(${JSON.stringify(join(import.meta.dir, "../../src/host/lock.ts"))});
         lockFolder(${JSON.stringify(data)}); console.log("held"); await new Promise((resolve) => process.stdin.on("end", resolve).resume());`,
      ],
      stdin: "pipe",
      stdout: "pipe",
    });
    await holder.stdout.getReader().read();
    const said = await pharos(["token", "list"]);
    expect(said.code).toBe(1);
    expect(said.err.at(-1)).toBe(
      `pharos: The data folder ${data} is held by another process. Stop that process, or name another folder with --data.`,
    );
    holder.kill();
    await holder.exited;
  });
});

describe("page set and page show", () => {
  const made = async (): Promise<string> =>
    (await pharos(["page", "create", "--name", "Acme", "--url", "https://status.acme.example"])).out;
  const settingsOf = async (id: string) => JSON.parse((await pharos(["page", "show", id, "--json"])).out);

  test("what is set is shown, and `none` takes it away", async () => {
    const id = await made();
    const logo = file("logo.svg", `<svg viewBox="0 0 4 1"><path d="M0 0h4"/></svg>`);
    const links = [
      "--header-link",
      "Home=https://acme.example/?a=b",
      "--header-link",
      "Mail=mailto:a@acme.example",
    ];
    const set = await pharos([
      "page",
      "set",
      id,
      "--brand",
      "#05c",
      "--logo",
      logo,
      "--languages",
      "de,en",
      "--uptime-badges",
      "on",
      ...links,
    ]);
    expect(set).toMatchObject({ code: 0, out: "Set: brand, languages, uptimeBadges, logo, headerLinks" });
    expect(await settingsOf(id)).toMatchObject({
      brand: "#0055cc",
      languages: "de, en",
      "uptime-badges": "on",
      logo: "image/svg+xml, 47 bytes",
      "header-link": "Home=https://acme.example/?a=b, Mail=mailto:a@acme.example",
      "footer-text": null,
    });
    expect((await pharos(["page", "set", id, "--brand", "#0055cc"])).out).toBe(
      "All of it was set so already.",
    );
    await pharos(["page", "set", id, "--brand", "none", "--logo", "none", "--header-link", "none"]);
    expect(await settingsOf(id)).toMatchObject({ brand: null, logo: null, "header-link": null });
  });

  test("what cannot be set is refused in a sentence, and nothing is changed", async () => {
    const id = await made();
    const text = file("logo.txt", "no picture");
    for (const [args, sentence] of [
      [
        ["--brand", "#ffcc00"],
        /Nothing was set: The brand colour #ffcc00 has a contrast of 1\.\d\d .* nearest that passes is #/,
      ],
      [["--logo", text], /--logo: .*logo\.txt is neither an SVG nor a PNG of at most 65536 bytes/],
      [["--favicon", join(base, "missing.png")], /--favicon: .*missing\.png cannot be read/],
      [["--uptime-badges", "yes"], /--uptime-badges: "yes" is neither on nor off/],
      [["--header-link", "Home"], /--header-link: "Home" has no address/],
      [["--languages", "de,xx"], /The language "xx" is unknown; known are en, de, ar/],
      [[], /There is nothing to set/],
    ] as const) {
      const { code, err } = await pharos(["page", "set", id, ...args]);
      expect([code, err.join(" ")]).toEqual([2, expect.stringMatching(sentence)]);
    }
    expect((await settingsOf(id)).brand).toBeNull();
    expect((await pharos(["page", "show", "nosuchpage00"])).code).toBe(1);
  });
});
