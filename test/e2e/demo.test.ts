// `pharos demo` as a visitor runs it: it says where everything is, what it prints works as printed, Ctrl-C ends it, the next start goes on.
// Long: it waits for the demo to start, three times.
import { afterAll, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { demoBundle, demoSeed, utcDay } from "../../src/cli/demo-data.ts";
import { hasHost } from "../../src/cli/free-address.ts";
import { isAlive, processesBelow, runCommand, runLine, sentenceOf } from "../support/command.ts";
import { askUdp } from "../support/dns-client.ts";
import { ask, shown, subnet } from "../support/dns-wire.ts";
import { freePort, fromSource, runtime, until } from "../support/installation.ts";
import { skipUnless, testWithCurl } from "../support/skip.ts";

const testWithHosts = skipUnless(hasHost("127.0.0.11"), "this machine has of 127.0.0.0/8 only 127.0.0.1");

const place = mkdtempSync(join(tmpdir(), "pharos-demo-"));
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const child of started)
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  await Promise.all(
    started.map((child) => new Promise((done) => (ended(child) ? done(null) : child.once("exit", done)))),
  );
  rmSync(place, { recursive: true, force: true });
});
const ended = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const [port, controlPort] = [await freePort(), await freePort()];

interface Demo {
  readonly pid: number;
  /** All processes of it, its own the first. */
  readonly pids: readonly number[];
  readonly out: string;
  readonly err: string;
  /** Addresses that stand in its table, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Command lines that it suggests. */
  readonly commands: readonly string[];
  /** As Ctrl-C on a terminal: every process of the group is told. Gives the exit code. */
  interrupt(): Promise<number | null>;
  /** As `kill -INT`: it alone is told. */
  interruptAlone(): Promise<number | null>;
}

async function startDemo(name: string, command = runtime): Promise<Demo> {
  const [program = "", ...first] = command;
  const ports = ["--port", String(port), "--control-port", String(controlPort)];
  const child = spawn(program, [...first, "demo", "--data", join(place, name), ...ports], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/nonexistent", TMPDIR: tmpdir() },
    detached: true,
  });
  started.push(child);
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  await until(
    "the demo says where it is",
    () => {
      if (ended(child)) throw new Error(`The demo ended with ${child.exitCode}: ${err}`);
      return out.includes("Ctrl-C");
    },
    limits.demoReadyMsMax,
  );
  const pid = child.pid ?? 0;
  const rows = [...out.matchAll(/^(\S.*?) {2,}(http:\S+)$/gm)];
  return {
    pid,
    pids: [pid, ...processesBelow(pid)],
    out,
    err,
    addresses: new Map(rows.map(([, label = "", url = ""]) => [label, url])),
    commands: [...out.matchAll(/^ {2}(\S.*)$/gm)].map(([, line = ""]) => line),
    async interrupt() {
      process.kill(-pid, "SIGINT");
      return exited;
    },
    async interruptAlone() {
      process.kill(pid, "SIGINT");
      return exited;
    },
  };
}

const bash = (line: string) => runLine(["/bin/bash", "-c", line], { env: { PATH: process.env.PATH ?? "" } });
const curlsOf = ({ commands }: Demo): readonly string[] =>
  commands.filter((line) => line.startsWith("curl ") && !line.includes("|"));
const jsonOf = async (url: string): Promise<unknown> => (await fetch(url)).json();
const siteOf = ({ addresses }: Demo): string => String(addresses.get("Status page, POP 1"));
const sitesOf = ({ addresses }: Demo): readonly string[] =>
  [1, 2, 3].map((at) => String(addresses.get(`Status page, POP ${at}`)));
/** What the demo says of itself, without the address it is at. */
const pagesOf = async (demo: Demo): Promise<readonly unknown[]> =>
  Promise.all(
    ["summary", "components", "incidents", "scheduled-maintenances"].map((name) =>
      jsonOf(`${siteOf(demo)}api/v2/${name}.json`),
    ),
  );
const namesOf = async (demo: Demo): Promise<readonly string[]> => {
  const { incidents } = (await jsonOf(`${siteOf(demo)}api/v2/incidents.json`)) as {
    incidents: readonly { name: string }[];
  };
  return incidents.map(({ name }) => name);
};

let first: Demo;
const today = utcDay(Date.now());

test("it says each address, each answers, and the organisation is there", async () => {
  first = await startDemo("first");
  expect(first.err).toContain("Made 90 days of an invented organisation");
  expect([...first.addresses.keys()]).toEqual([
    ...["Status page, POP 1", "Status page, POP 2", "Status page, POP 3"],
    ...["Admin pages", "Mail that was sent", "As JSON", "History", "Feed"],
    ...["Metrics of POP 1", "Metrics of POP 2", "Metrics of POP 3"],
  ]);
  for (const url of first.addresses.values()) expect([url, (await fetch(url)).status]).toEqual([url, 200]);
  const sites = sitesOf(first).map((url) => new URL(url));
  if (hasHost("127.0.0.11")) {
    expect(sites.map(({ hostname }) => hostname)).toEqual(["127.0.0.11", "127.0.0.12", "127.0.0.13"]);
    expect(new Set(sites.map((site) => site.port)).size).toBe(1);
  } else expect(first.err).toContain("this machine has no 127.0.0.11, so they are ports of 127.0.0.1.");
  const [, seconds = ""] = /Ready after (\d+\.\d) s\./.exec(first.out) ?? [];
  expect(Number(seconds) * 1_000).toBeLessThan(limits.demoReadyMsMax);
  const [, { components }] = (await pagesOf(first)) as [
    unknown,
    { components: readonly { group: boolean }[] },
  ];
  expect(components.filter(({ group }) => group).length).toBe(4);
  expect(components.filter(({ group }) => !group).length).toBeGreaterThanOrEqual(20);
  if (first.pids.length === 1) return;
  // The demo, the control plane with who tells its subscribers (started by the first of them) and who asks vendors, and three POPs, each of them parent, syncer and worker; and
  // who answers names, where there are addresses to lead to.
  const wanted = hasHost("127.0.0.11") ? 14 : 13;
  await until(`it is ${wanted} processes`, () => processesBelow(first.pid).length + 1 === wanted);
}, 30_000);

test("a second demo on the same day, beside the first: taken ports are named, its own are others, its page is the same", async () => {
  // As `npm start` does it.
  const second = await startDemo("second", fromSource);
  const taken = (what: string, wanted: number): RegExp =>
    new RegExp(`${what}: port ${wanted} is taken, so it is \\d+\\.`);
  expect(second.err).toMatch(taken("Status page", port));
  expect(second.err).toMatch(taken("Management API", controlPort));
  expect(siteOf(second)).not.toBe(siteOf(first));
  // Over midnight the days differ, and with them the pages.
  if (utcDay(Date.now()) === today) expect(await pagesOf(second)).toEqual(await pagesOf(first));
  expect(await second.interruptAlone()).toBe(0);
  expect(second.pids.filter(isAlive)).toEqual([]);
}, 30_000);

test("a second demo in the same folder is refused", async () => {
  const said = await runCommand(["demo", "--data", join(place, "first")]);
  expect(sentenceOf(said, 1)).toContain(join(place, "first"));
});

testWithCurl("a plain curl of each address answers 200", async () => {
  for (const url of first.addresses.values())
    expect([url, (await bash(`curl -s -o /dev/null -w '%{http_code}' ${url}`)).out]).toEqual([url, "200"]);
});

let isReported = false;

testWithCurl(
  "what it suggests works as printed: an incident is reported and appears on the page",
  async () => {
    const curls = curlsOf(first);
    expect(curls.length).toBe(3);
    for (const line of curls) {
      const { out } = await bash(`${line} -s -w '\\n%{http_code}'`);
      expect([line, out.trim().split("\n").at(-1)]).toEqual([line, expect.stringMatching(/^20[01]$/)]);
    }
    await until("the incident is on the page", async () =>
      (await namesOf(first)).includes("Checkout is slow"),
    );
    isReported = true;
  },
);

testWithCurl(
  "the incident is at all three, in one generation, as the line that is printed says",
  async () => {
    const [compare = ""] = first.commands.filter((line) => line.includes("| grep"));
    await until("three times the same generation", async () => {
      const lines = (await bash(compare)).out.trim().split(/\r?\n/);
      return (
        lines.length === 3 && /^pharos-generation: [2-9]/i.test(lines[0] ?? "") && new Set(lines).size === 1
      );
    });
  },
);

const killsOf = ({ commands }: Demo): readonly string[] =>
  commands.filter((line) => line.startsWith("kill "));

testWithHosts("names are led as the lines that are printed ask for them", async () => {
  const digs = first.commands.filter((line) => line.startsWith("dig "));
  const asked = digs.map(
    (line) => /@(\S+) -p (\d+) \+norecurse (\S+) (\S+)(?: \+subnet=([\d.]+)\/(\d+))?/.exec(line) ?? [],
  );
  expect(asked.length).toBe(4);
  const answers = asked.map(async ([, host = "", port = "", name = "", type = "", network, bits]) => {
    const edns =
      network === undefined ? {} : { options: [subnet(network.split(".").map(Number), Number(bits))] };
    const answer = await askUdp({ host, port: Number(port) }, ask({ name, type, edns }), 5_000);
    return shown(answer).filter((line) => / (A|TXT) /.test(line) && !line.startsWith("?"));
  });
  const [all = [], led = [], tokyo = [], status = []] = await Promise.all(answers);
  expect(all.length).toBe(3);
  expect(led.join()).toContain("127.0.0.12");
  expect(led.length).toBe(1);
  expect(tokyo.length).toBe(3);
  expect(status.join()).toContain("v=pharos1 state=");
});

test("the control plane is killed as printed: each page goes on, and says how old it is", async () => {
  const [kill = ""] = killsOf(first);
  expect(await bash(kill)).toMatchObject({ code: 0 });
  for (const site of sitesOf(first)) {
    const answer = await until("the page is at level 1", async () => {
      const seen = await fetch(site);
      return seen.headers.get("pharos-level") === "1" && seen;
    });
    expect(answer.status).toBe(200);
  }
  expect(isAlive(first.pid)).toBe(true);
}, 30_000);

test("a POP is killed as printed: the others go on, and it comes back without a control plane", async () => {
  const [, kill = ""] = killsOf(first);
  const [one = "", two = "", three = ""] = sitesOf(first);
  expect(await bash(kill)).toMatchObject({ code: 0 });
  await until("POP 2 is gone", async () => (await fetch(two).catch(() => null)) === null);
  for (const site of [one, three]) expect((await fetch(site)).status).toBe(200);
  const answer = await until("POP 2 is back", () => fetch(two).catch(() => null));
  expect([answer.status, answer.headers.get("pharos-level")]).toEqual([200, "1"]);
  first = { ...first, pids: [first.pid, ...processesBelow(first.pid)] };
}, 30_000);

let listedBefore: readonly string[] = [];

test("Ctrl-C ends every process", async () => {
  listedBefore = await namesOf(first);
  expect(await first.interrupt()).toBe(0);
  expect(first.pids.filter(isAlive)).toEqual([]);
  await expect(fetch(siteOf(first))).rejects.toThrow();
});

test("the next start goes on: the same page, the incident still there, nothing imported again", async () => {
  const next = await startDemo("first");
  expect(next.err).toContain("Going on with the data");
  expect(next.err).not.toContain("Made 90 days");
  const { id } = demoBundle(demoSeed, today).page;
  expect(next.out).toContain(`/v1/pages/${id}/`);
  const summary = (await jsonOf(`${siteOf(next)}api/v2/summary.json`)) as { page: { id: string } };
  expect(summary.page.id).toBe(id);
  const names = await until("the incident is there", async () => {
    const listed = await namesOf(next);
    return listed.length === listedBefore.length && listed;
  });
  expect(names).toEqual(listedBefore);
  if (isReported) {
    expect(names).toContain("Checkout is slow");
    for (const line of curlsOf(next).slice(0, 2))
      expect((await bash(`${line} -s -o /dev/null -w '%{http_code}'`)).out).toEndWith("200");
  }
  process.kill(next.pid, "SIGKILL");
  await until("its processes have followed it", () => next.pids.every((pid) => !isAlive(pid)));
  // Everything that it wrote lies in its folder.
  expect(readdirSync(join(place, "first")).toSorted()).toEqual(
    expect.arrayContaining(["control", "control.log", "keys", "pop-1", "pop-1.log", "pop-2", "pop-3"]),
  );
}, 30_000);
