// POPs as members, as their operators see it: processes, commands, what visitors get. In: a built installation. Out: promises kept or not.
// Long: it waits for reports and heartbeats.
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { openRegistry } from "../../src/snapshot/registry.ts";
import type { PopEntry } from "../../src/snapshot/types.ts";
import { openStore } from "../../src/store/open.ts";
import { registriesOf } from "../../src/store/trusted.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";

const installations: Installation[] = [];
afterAll(async () => {
  for (const one of installations) await one.end();
});

function installed(): Installation {
  const made = new Installation();
  installations.push(made);
  return made;
}

const control = (site: Installation): string => join(site.folder, "control");

/** Runs a command that must succeed; gives its last line. */
async function say(site: Installation, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await site.run(...args);
  if (code !== 0) throw new Error(`pharos ${args.join(" ")}: ${err}`);
  return out.trim().split("\n").at(-1) ?? "";
}

async function page(site: Installation, host: string): Promise<string> {
  const made = ["--name", host, "--url", `https://${host}`];
  return say(site, "page", "create", "--data", control(site), ...made);
}

const popToken = (site: Installation, ...more: readonly string[]): Promise<string> =>
  say(site, "pop", "token", "--data", control(site), ...more);

async function joinAt(site: Installation, token: string, pop: string, ...more: readonly string[]) {
  const source = `http://${await site.address("feed")}`;
  return site.run("pop", "join", token, "--source", source, "--data", join(site.folder, pop), ...more);
}

interface Listed extends PopEntry {
  readonly said: { level: number; pagesHeld: number; lag: { generations: number; ms: number } | null } | null;
}

async function listed(site: Installation, name: string): Promise<Listed | undefined> {
  const pops = JSON.parse(await say(site, "pop", "list", "--data", control(site), "--json")) as Listed[];
  return pops.find((pop) => pop.name === name);
}

/** What a POP answers for a host; 0 where it does not answer. */
async function answerOf(site: Installation, pop: string, host: string) {
  const address = await site.address(pop);
  const answer = await get(address, "/api/v2/summary.json", { host }).catch(() => null);
  return {
    status: answer?.status ?? 0,
    level: Number(answer?.headers["pharos-level"] ?? -1),
    body: answer?.body.toString() ?? "",
  };
}

const serves = (site: Installation, pop: string, host: string): Promise<true> =>
  until(`${pop} serves ${host}`, async () => (await answerOf(site, pop, host)).status === 200);

function registryAt(site: Installation, pop: string): readonly PopEntry[] {
  const store = openStore({
    folder: join(site.folder, pop),
    clock: systemClock,
    log: silentLog,
    role: "reader",
  });
  const found = registriesOf(store.snapshots).flatMap((bytes) => {
    const opened = openRegistry(bytes);
    return opened.ok ? opened.value.value.pops : [];
  });
  void store.close();
  return found;
}

describe("members/a POP joins an open feed, is drained, and is revoked", () => {
  const site = installed();
  let running: Running;

  test("a token lists one POP, by a key that the POP made; a second POP is refused", async () => {
    await site.control();
    await page(site, "status.example");
    const token = await popToken(site, "--name", "fra-1");
    const first = await joinAt(site, token, "pop", "--root-key", site.rootKeyFile);
    expect([first.err, first.code]).toEqual(["", 0]);
    expect(first.out).toContain("fra-1 has joined");
    expect(statSync(join(site.folder, "pop", "pop.key")).mode & 0o777).toBe(0o600);
    const second = await joinAt(site, token, "thief");
    expect(second.code).toBe(1);
    expect(second.err).toContain("used already");
    const again = await joinAt(site, token, "pop");
    expect(again.code).toBe(0);
    expect(await listed(site, "fra-1")).toMatchObject({
      pages: ["*"],
      drained: false,
      revoked: false,
      said: null,
    });
  }, 60_000);

  test("it follows, reports, and is measured", async () => {
    running = await site.pop("pop");
    await serves(site, "pop", "status.example");
    const found = await until("the POP has reported", async () => {
      const pop = await listed(site, "fra-1");
      return pop?.said?.pagesHeld === 1 && pop.said.level === 0 && pop;
    });
    expect(found.said?.lag).toEqual({ generations: 0, ms: 0 });
    const metrics = (await get(await site.address("control-ops"), "/metrics")).body.toString();
    expect(metrics).toContain('pharos_pop_lag_generations{pop="fra-1"} 0');
    expect(metrics).toContain('pharos_pop_level{pop="fra-1"} 0');
  }, 60_000);

  test("a mark of draining reaches the POP in the signed registry, and goes again", async () => {
    for (const [verb, drained] of [
      ["drain", true],
      ["undrain", false],
    ] as const) {
      await say(site, "pop", verb, "fra-1", "--data", control(site));
      await until("the mark is at the POP", () => registryAt(site, "pop")[0]?.drained === drained);
    }
    expect(await answerOf(site, "pop", "status.example")).toMatchObject({ status: 200, level: 0 });
  }, 60_000);

  test("revoked: its session ends at once, nothing new comes, and it serves what it has and says so", async () => {
    const before = await answerOf(site, "pop", "status.example");
    await say(site, "pop", "revoke", "fra-1", "--data", control(site));
    await until("it is sent away", () => running.log().includes("may not follow"));
    const api = new ApiClient(`http://${await site.address("api")}`, await site.token());
    const id = (
      JSON.parse(await say(site, "page", "list", "--data", control(site), "--json")) as { id: string }[]
    )[0]?.id;
    await api.ask("POST", `/pages/${id}/incidents`, { incident: { name: "Not for the revoked" } });
    await until("it says level 1", async () => (await answerOf(site, "pop", "status.example")).level === 1);
    const after = await answerOf(site, "pop", "status.example");
    expect([after.status, after.body]).toEqual([200, before.body]);
    const pop = await listed(site, "fra-1");
    expect([pop?.revoked, pop?.said]).toEqual([true, null]);
    const rejoined = await joinAt(site, await popToken(site), "pop");
    expect([rejoined.code, rejoined.err.includes("was revoked")]).toEqual([1, true]);
  }, 60_000);
});

describe("members/a feed for members", () => {
  const site = installed();

  test("a POP without a key gets nothing; once it has joined, the pages that it is listed for and no others", async () => {
    await site.control("--feed-access", "members");
    const [mine] = [await page(site, "mine.example"), await page(site, "other.example")];
    const outside = await site.pop("pop");
    await until("it is refused", () => outside.log().includes("may not follow"));
    expect(await answerOf(site, "pop", "mine.example")).toMatchObject({ status: 421 });
    await outside.kill("SIGTERM");
    const joined = await joinAt(site, await popToken(site, "--pages", mine), "pop", "--name", "sin-1");
    expect([joined.err, joined.code]).toEqual(["", 0]);
    await site.pop("pop");
    await serves(site, "pop", "mine.example");
    const pop = await until("it has reported", async () => {
      const found = await listed(site, "sin-1");
      return found?.said?.level === 0 && found;
    });
    expect(pop.said).toMatchObject({ pagesHeld: 1, lag: { generations: 0 } });
    expect(await answerOf(site, "pop", "mine.example")).toMatchObject({ status: 200, level: 0 });
    expect(await answerOf(site, "pop", "other.example")).toMatchObject({ status: 421 });
  }, 60_000);

  test("joined again for another page, it gets that one and forgets the first", async () => {
    const pages = JSON.parse(await say(site, "page", "list", "--data", control(site), "--json")) as {
      id: string;
      hosts: string[];
    }[];
    const other = pages.find(({ hosts }) => hosts.includes("other.example"))?.id ?? "";
    const joined = await joinAt(site, await popToken(site, "--name", "sin-1", "--pages", other), "pop");
    expect([joined.err, joined.code]).toEqual(["", 0]);
    await serves(site, "pop", "other.example");
    await until(
      "the first is forgotten",
      async () => (await answerOf(site, "pop", "mine.example")).status === 421,
    );
  }, 60_000);

  test("what commands change while no control plane runs is signed when one starts", async () => {
    const away = installed();
    const first = await away.control();
    await joinAt(away, await popToken(away, "--name", "fra-1"), "pop");
    await first.kill("SIGTERM");
    const said = await say(away, "pop", "drain", "fra-1", "--data", control(away));
    expect(said).toContain("signed when the control plane starts");
    await away.control();
    await page(away, "status.example");
    await away.pop("pop");
    await serves(away, "pop", "status.example");
    await until("the mark is at the POP", () => registryAt(away, "pop")[0]?.drained === true);
  }, 60_000);
});

describe("members/a POP behind a relay", () => {
  test("its reports reach the control plane; revoked, the relay sends it away, and does so still when the control plane is dead", async () => {
    const site = installed();
    const running = await site.control();
    await page(site, "status.example");
    await joinAt(site, await popToken(site, "--name", "relay"), "relay");
    await joinAt(site, await popToken(site, "--name", "leaf"), "leaf");
    await site.pop("relay", "--feed", await site.address("relay-feed"), "--feed-access", "members");
    const leaf = await site.popOf("leaf", await site.address("relay-feed"));
    await serves(site, "leaf", "status.example");
    const far = await until("the leaf is heard through the relay", async () => {
      const found = await listed(site, "leaf");
      return found?.said?.level === 0 && found;
    });
    expect(far.said).toMatchObject({ pagesHeld: 1, lag: { generations: 0 } });
    await say(site, "pop", "revoke", "leaf", "--data", control(site));
    await until("the relay sends it away", () => leaf.log().includes("may not follow"));
    await running.kill("SIGKILL");
    await leaf.kill("SIGTERM");
    const again = await site.popOf("leaf", await site.address("relay-feed"));
    await until("and again", () => again.log().includes("may not follow"));
    await until("it says level 1", async () => (await answerOf(site, "leaf", "status.example")).level === 1);
  }, 60_000);
});

describe("members/what is asked wrongly is refused by a sentence, and changes nothing", () => {
  const site = installed();
  const folder = join(site.folder, "pop");
  const rows: readonly (readonly [readonly string[], code: number, says: string])[] = [
    [["token", "--data", control(site), "--name", "a b"], 2, '--name: "a b" is not allowed'],
    [["token", "--data", control(site), "--pages", "*,acme"], 2, "--pages"],
    [["join", "x", "--source", "http://127.0.0.1:1", "--data", folder], 2, 'token: "x" is not allowed'],
    [
      ["join", `pharos_pop_${"A".repeat(43)}`, "--source", "nowhere", "--data", folder],
      2,
      '--source: "nowhere"',
    ],
    [
      [
        "join",
        `pharos_pop_${"A".repeat(43)}`,
        "--source",
        "http://127.0.0.1:1",
        "--data",
        folder,
        "--name",
        "-",
      ],
      2,
      "--name",
    ],
    [
      [
        "join",
        `pharos_pop_${"A".repeat(43)}`,
        "--source",
        "http://127.0.0.1:1",
        "--data",
        join(site.rootKeyFile, "x"),
      ],
      1,
      "cannot be made",
    ],
    [["revoke", "nobody", "--data", control(site)], 1, "No POP is named nobody"],
    [["drain", "--data", control(site)], 2, "pop"],
  ];
  for (const [args, code, says] of rows) {
    test(`pop ${args.slice(0, 2).join(" ").slice(0, 60)}: ${says}`, async () => {
      const ran = await site.run("pop", ...args);
      expect([ran.code, ran.out]).toEqual([code, ""]);
      expect(ran.err).toContain(says);
      expect(readdirSync(site.folder)).not.toContain("pop");
    }, 30_000);
  }

  test("a feed that is none, and a token that is unknown", async () => {
    await site.control();
    const unknown = await joinAt(site, `pharos_pop_${"A".repeat(43)}`, "pop", "--name", "fra-1");
    expect([unknown.code, unknown.err.includes("not known here")]).toEqual([1, true]);
    const api = `http://${await site.address("api")}`;
    const token = await popToken(site);
    const noFeed = await site.run("pop", "join", token, "--source", api, "--data", folder, "--name", "fra-1");
    expect(noFeed.code).toBe(1);
    const foreign = new Installation();
    installations.push(foreign);
    const other = await joinAt(site, token, "pop", "--name", "fra-1", "--root-key", foreign.rootKeyFile);
    expect([other.code, other.err.includes("given root keys")]).toEqual([1, true]);
  }, 60_000);
});
