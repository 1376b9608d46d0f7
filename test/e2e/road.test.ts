// The whole road as its operator walks it: keys, control plane, import, token, POP, an incident from beginning to end, what dies on the
// way and comes back, removal. The runtime is PHAROS_RUNTIME: `bun` (the source), or the path of a binary, which has a road of its own in test/build.
// Long: it waits for what is lost to be noticed.
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { keyFiles } from "../../src/cli/key-files.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { type CollectingProxy, startCollectingProxy } from "../support/collecting-proxy.ts";
import { ApiClient, fromSource, Installation, type Running, until } from "../support/installation.ts";
import { type Answer, get } from "../support/reader.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation(fromSource, "none");
const data = join(installation.folder, "control");
/** A lost source is said within this; a busy machine gets three times as long. */
const staleMs = 8_000;
const otherPage = "s3c0ndpage00";
const otherHost = "other.example.org";
const [component] = sampleComponents;

let control: Running;
let pop: Running;
let api: ApiClient;
let proxy: CollectingProxy | undefined;
afterAll(async () => {
  await installation.end();
  await proxy?.stop();
});

const importFrom = (folder: string): Promise<{ code: number | null; out: string; err: string }> =>
  installation.run("import", "statuspage", folder, "--data", data, "--json");

async function ask(path: string, host = sampleHost, name = "pop"): Promise<Answer | null> {
  return get(await installation.address(name), path, { host }).catch(() => null);
}

/** The text of an answer of 200, at the path of a page. */
async function textAt(path: string, host = sampleHost, name = "pop"): Promise<string | null> {
  const answer = await ask(path, host, name);
  return answer?.status === 200 ? answer.body.toString("utf8") : null;
}

const contains = async (path: string, ...words: readonly string[]): Promise<boolean> => {
  const text = await textAt(path);
  return text !== null && words.every((word) => text.includes(word));
};

/** What stands in the slot of a front page; null where it has none. */
function slotOf(html: string): string | null {
  const [from, until] = [html.indexOf(slotOpen), html.indexOf(slotClose)];
  return from < 0 || until < 0 ? null : html.slice(from + slotOpen.length, until);
}

const generationOf = async (path: string): Promise<string | undefined> =>
  (await ask(path))?.headers["pharos-generation"];

async function level(): Promise<string | undefined> {
  return (await ask("/"))?.headers["pharos-level"];
}

/** An incident of the page; gives its id once the API has acked it. */
async function createIncident(name: string): Promise<string> {
  const incident = {
    name,
    status: "investigating",
    body: `${name}: we look.`,
    components: { [component]: "major_outage" },
  };
  const made = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident });
  expect(made.status).toBe(201);
  return String(made.body.id);
}

describe("e2e/from keys to a visitor", () => {
  test("keygen makes the keys that the others need, readable by their owner alone", async () => {
    const made = await installation.run("keygen", "--out", installation.keys);
    expect(made).toMatchObject({ code: 0, err: "" });
    const names = Object.values(keyFiles).flatMap((file) =>
      typeof file === "string" ? [file] : Object.values(file),
    );
    expect(readdirSync(installation.keys).sort()).toEqual(names.sort());
    for (const { secret } of [keyFiles.root, keyFiles.publisher, keyFiles.emergency])
      expect(statSync(join(installation.keys, secret)).mode & 0o777).toBe(0o600);
  });

  test("an import through the running control plane; a second one changes nothing", async () => {
    control = await installation.control();
    const folder = writeSampleSummary(installation.folder);
    const first = await importFrom(folder);
    expect(first).toMatchObject({ code: 0 });
    expect(JSON.parse(first.out)).toMatchObject({ page: samplePage, components: sampleComponents.length });
    expect(JSON.parse(first.out).changes).toBeGreaterThan(0);
    expect(JSON.parse((await importFrom(folder)).out).changes).toBe(0);
  });

  test("a second control plane on the same folder is refused by one sentence", async () => {
    const { code, out, err } = await installation.run("control", "--data", data, "--keys", installation.keys);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`The data folder ${data} is held by another process.`);
    expect(err).not.toMatch(/^\s+at /m);
    expect(err.trim().split("\n").length).toBeLessThanOrEqual(2);
  });

  test("a POP shows the page to whoever asks for its host, and to nobody else", async () => {
    api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
    pop = await installation.pop();
    await until("the page is there", () => contains("/", "Part 1"));
    expect((await ask("/", "unknown.example.org"))?.status).toBe(421);
    expect(await contains("/api/v2/status.json", "All Systems Operational")).toBe(true);
  });
});

describe("e2e/an incident from beginning to end", () => {
  let incident = "";

  test("created by API, it is in summary, front page, its own page and feed, in one generation", async () => {
    incident = await createIncident("Requests fail");
    const paths = ["/api/v2/summary.json", "/", `/incidents/${incident}`, "/history.atom"];
    await until("the POP shows it", () => contains("/", "Requests fail"));
    for (const path of paths) expect([path, await contains(path, "Requests fail")]).toEqual([path, true]);
    expect(new Set(await Promise.all(paths.map(generationOf))).size).toBe(1);
    expect(await contains("/api/v2/status.json", "critical")).toBe(true);
  });

  test("a component's status, changed by API, is on the page", async () => {
    const [, second] = sampleComponents;
    const changed = await api.ask("PATCH", `/pages/${samplePage}/components/${second}`, {
      component: { status: "degraded_performance" },
    });
    expect(changed.status).toBe(200);
    await until("the POP shows it", () => contains("/api/v2/components.json", "degraded_performance"));
    expect(await contains("/", "Degraded performance")).toBe(true);
  });

  test("resolved, it leaves the open ones and stays in the history", async () => {
    const components = Object.fromEntries(sampleComponents.map((id) => [id, "operational"]));
    const resolved = await api.ask("PATCH", `/pages/${samplePage}/incidents/${incident}`, {
      incident: { status: "resolved", body: "It is over.", components },
    });
    expect(resolved.status).toBe(200);
    await until("the POP shows it", () => contains(`/incidents/${incident}`, "It is over."));
    const unresolved = JSON.parse((await textAt("/api/v2/incidents/unresolved.json")) ?? "{}");
    expect(unresolved.incidents).toEqual([]);
    expect(await contains("/history", "Requests fail")).toBe(true);
    expect(await contains("/api/v2/status.json", "All Systems Operational")).toBe(true);
  });
});

describe("e2e/what dies on the way", () => {
  test("the control plane is killed: the page says its age, its data stay as they are", async () => {
    const before = await textAt("/api/v2/summary.json");
    expect(slotOf((await textAt("/")) ?? "")).toBe("");
    await control.kill("SIGKILL");
    const killedMs = performance.now();
    await until("level 1", async () => (await level()) === "1", 3 * staleMs);
    console.log(
      `Control plane lost: said after ${Math.round(performance.now() - killedMs)} ms of ${staleMs}.`,
    );
    const front = await ask("/");
    const confirmedAt = front?.headers["pharos-confirmed-at"] ?? "";
    expect(Date.now() - Date.parse(confirmedAt)).toBeLessThan(3 * staleMs + 5_000);
    const minute = confirmedAt.slice(0, 16).replace("T", " ");
    expect(slotOf(front?.body.toString("utf8") ?? "")).toContain(minute);
    const summary = await ask("/api/v2/summary.json");
    expect(summary?.body.toString("utf8")).toBe(before ?? "");
    expect(summary?.headers).toMatchObject({ "pharos-level": "1", "pharos-confirmed-at": confirmedAt });
  }, 60_000);

  test("the POP is killed too and starts again: it serves at once from its disk", async () => {
    const before = await ask("/api/v2/summary.json");
    await pop.kill("SIGKILL");
    const startedMs = performance.now();
    pop = await installation.pop();
    const readyMs = performance.now();
    const after = await ask("/api/v2/summary.json");
    console.log(
      `POP alone: ready after ${Math.round(readyMs - startedMs)} ms, first answer ${Math.round(performance.now() - readyMs)} ms later.`,
    );
    expect(after?.status).toBe(200);
    expect(after?.body).toEqual(before?.body as Buffer);
    expect(after?.headers).toMatchObject({
      "pharos-generation": before?.headers["pharos-generation"],
      "pharos-level": "1",
    });
    expect(slotOf((await textAt("/")) ?? "")).not.toBe("");
  });

  test("an import without a control plane is there when one starts; the page says no age any more", async () => {
    const folder = writeSampleSummary(installation.folder, otherPage, otherHost);
    const imported = await importFrom(folder);
    expect(imported).toMatchObject({ code: 0 });
    expect(JSON.parse(imported.out).changes).toBeGreaterThan(0);
    control = await installation.control();
    await until("level 0", async () => (await level()) === "0", 3 * staleMs);
    expect(slotOf((await textAt("/")) ?? "")).toBe("");
    await until("the other page is there", async () => (await textAt("/", otherHost))?.includes("Part 1"));
    expect(await contains("/history", "Requests fail")).toBe(true);
  }, 60_000);
});

describe("e2e/a proxy that collects streams", () => {
  test("the POP behind it falls back to polling, and still gets a publish", async () => {
    proxy = await startCollectingProxy(await installation.address("feed"));
    await installation.popOf("behind", proxy.address, "--workers", "0");
    await until(
      "the page is there",
      async () => (await textAt("/", sampleHost, "behind")) !== null,
      3 * staleMs,
    );
    expect(proxy.givenUp()).toBeGreaterThan(0);
    const ackedMs = performance.now();
    await createIncident("Seen through a proxy");
    await until(
      "the publish is there",
      async () => (await textAt("/", sampleHost, "behind"))?.includes("Seen through a proxy"),
      3 * staleMs,
    );
    console.log(
      `Behind a collecting proxy: visible ${Math.round(performance.now() - ackedMs)} ms after it was sent.`,
    );
    await until(
      "level 0",
      async () => (await ask("/", sampleHost, "behind"))?.headers["pharos-level"] === "0",
      3 * staleMs,
    );
  }, 90_000);
});

describe("e2e/removal", () => {
  test("a removal document brings 410, now and after a restart; other pages stay", async () => {
    const ops = await installation.address("pop-ops");
    const removed = await installation.run(
      "keygen",
      "removal",
      "--root",
      join(installation.keys, keyFiles.root.secret),
      "--page",
      samplePage,
      "--hosts",
      sampleHost,
      "--out",
      join(installation.folder, "removal.signed"),
      "--send",
      `http://${ops}/ingest`,
    );
    expect(removed).toMatchObject({ code: 0, err: "" });
    await until("the page is gone", async () => (await ask("/"))?.status === 410);
    expect((await ask("/api/v2/summary.json"))?.status).toBe(410);
    expect((await ask("/", otherHost))?.status).toBe(200);
    await createIncident("Published all the same");
    await pop.kill("SIGKILL");
    pop = await installation.pop();
    expect((await ask("/"))?.status).toBe(410);
    expect((await ask("/", otherHost))?.status).toBe(200);
  }, 60_000);
});
