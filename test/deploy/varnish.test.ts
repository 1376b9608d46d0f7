// deploy/varnish.vcl before a real POP, with a real control plane that purges it. One varnish, one visitor who never stops looking.
// Long: it waits for what a cache keeps to grow old.
import { afterAll, beforeAll, expect } from "bun:test";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openEvents } from "../support/event-stream.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { metricsAt } from "../support/metrics.ts";
import { type RawAnswer, rawAsk } from "../support/raw-http.ts";
import { type Answer, get } from "../support/reader.ts";
import { skipUnless } from "../support/skip.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";
import { hasVarnish, isHealthy, startVarnish, type Varnish } from "../support/varnish.ts";

const testWithVarnish = skipUnless(hasVarnish, "varnishd is not installed");
const installation = new Installation();
let varnish: Varnish;
let pop: Running;
let api: ApiClient;

/** How long an answer is fresh in a CDN (ms). */
const freshMs = 5_000;
/** For how long it is shown while it is renewed (s): 10 in the file. What comes after it need not be waited for that long here. */
const renewingS = 2;
const summary = "/api/v2/summary.json";

interface Sight {
  readonly atMs: number;
  readonly path: string;
  readonly status: number;
  readonly generation: number;
}
const sights: Sight[] = [];
let looking = true;

const ask = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  get(varnish.address, path, { host: sampleHost, "accept-encoding": "gzip", ...headers });
const generationOf = (answer: Answer): number => Number(answer.headers["pharos-generation"]);

/** Requests that visitors' side of the POP answered, by status. A worker hands on its counters each second. */
async function atPop(status: string): Promise<number> {
  return (await metricsAt(await installation.address("pop-ops"))).sum(
    "edge_requests_total",
    `status="${status}"`,
  );
}

/** A purge as the control plane sends it, by hand. */
function purge(keys: string, path = "/.pharos/purge"): Promise<RawAnswer> {
  const [host = "", port = ""] = varnish.purges.split(":");
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nSurrogate-Key: ${keys}\r\nContent-Length: 2\r\n`;
  return rawAsk(host, Number(port), `${head}Connection: close\r\n\r\n{}`);
}

async function look(): Promise<void> {
  while (looking) {
    for (const path of ["/", summary]) {
      const answer = await ask(path).catch(() => null);
      const seen = { status: answer?.status ?? 0, generation: answer === null ? 0 : generationOf(answer) };
      sights.push({ atMs: performance.now(), path, ...seen });
    }
    await new Promise((turn) => setTimeout(turn, 20));
  }
}
let visitor: Promise<void> = Promise.resolve();

beforeAll(async () => {
  if (!hasVarnish) return;
  varnish = await startVarnish(await installation.address("pop"), { renewingS });
  await installation.control("--purge", varnish.webhook);
  pop = await installation.pop("pop", "--workers", "1");
  const source = writeSampleSummary(installation.folder);
  const data = join(installation.folder, "control");
  expect(await installation.run("import", "statuspage", source, "--data", data)).toMatchObject({ code: 0 });
  api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
  await until("the page is there", async () => (await ask("/")).status === 200);
}, 30_000);

afterAll(async () => {
  looking = false;
  await visitor;
  await varnish?.stop();
  await installation.end();
});

testWithVarnish("varnish/the crowd is one request to the POP, however it asks", async () => {
  await until("the POP has counted what came before", async () => (await atPop("200")) > 0);
  const before = await atPop("200");
  await ask("/history");
  const again = [
    await ask("/history"),
    await ask("/history?utm_source=mail"),
    await ask("/history", { cookie: "session=1", authorization: "Bearer x" }),
    await ask("/history", { "accept-encoding": "br, gzip;q=0.5" }),
    await ask("/history", { "user-agent": "other", "accept-language": "de" }),
  ];
  const plain = await get(varnish.address, "/history", { host: sampleHost.toUpperCase() });
  for (const answer of again) {
    expect(answer.status).toBe(200);
    expect(answer.headers["x-cache"]).toBe("HIT");
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(answer.body).equals(plain.body)).toBe(true);
  }
  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect(again[0]?.headers["surrogate-key"]).toBe(samplePage);
  await ask("/history.atom");
  await until("the POP has counted the last one", async () => (await atPop("200")) >= before + 2);
  expect((await atPop("200")) - before).toBe(2);
  visitor = look();
});

testWithVarnish("varnish/HEAD, preflights, revalidation and refusals are those of the POP", async () => {
  const page = await ask("/");
  const etag = page.headers.etag ?? "";
  const known = await ask("/", { "if-none-match": etag });
  expect(known.status).toBe(304);
  expect(known.body.length).toBe(0);
  const [host = "", port = ""] = varnish.address.split(":");
  const raw = (method: string, path: string, name = sampleHost) =>
    rawAsk(host, Number(port), `${method} ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
  const head = await raw("HEAD", "/");
  expect(head.status).toBe(200);
  expect(head.body.length).toBe(0);
  expect(head.headers.get("pharos-generation")).toBe(String(generationOf(page)));
  const preflight = await raw("OPTIONS", summary);
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-max-age")).toBeDefined();
  expect((await raw("POST", "/")).status).toBe(405);
  expect((await raw("GET", "/", "other.example")).status).toBe(421);
  expect((await raw("GET", "/none")).status).toBe(404);
  expect((await raw("POST", "/.pharos/purge")).status).toBe(405);
});

testWithVarnish(
  "varnish/an answer that is old is asked for by its ETag, while visitors get what is there",
  async () => {
    const before = await atPop("304");
    await until("the POP was asked whether it has changed", async () => (await atPop("304")) > before);
    expect(Math.max(...sights.map(({ status }) => status))).toBe(200);
  },
  30_000,
);

testWithVarnish(
  "varnish/a publish is seen before the old answer's time is over, on every path",
  async () => {
    const before = generationOf(await ask("/"));
    // From here on the old page is fresh for as long as it may be.
    await until("it was just renewed", async () => Number((await ask("/")).headers.age) === 0);
    const published = performance.now();
    const incident = { name: "Queues are slow", status: "investigating", body: "We look into it." };
    expect(await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).toMatchObject({
      status: 201,
    });
    for (const path of ["/", summary])
      await until(`${path} is new`, async () => generationOf(await ask(path)) > before, freshMs - 1_000);
    expect(performance.now() - published).toBeLessThan(freshMs - 1_000);
    const control = await metricsAt(await installation.address("control-ops"));
    expect(control.sum("purge_pages_total", 'outcome="purged"')).toBeGreaterThan(0);
    expect(control.sum("purge_released_total", 'after="time"')).toBe(0);
    expect((await ask(summary)).body.length).toBeGreaterThan(0);
  },
  30_000,
);

testWithVarnish("varnish/events pass as they come", async () => {
  const events = await openEvents(varnish.address, sampleHost);
  expect([events.status, events.headers["content-type"]]).toEqual([200, "text/event-stream"]);
  const before = generationOf(await ask("/"));
  const incident = { name: "Queues are slower", status: "investigating", body: "We look into it." };
  await api.ask("POST", `/pages/${samplePage}/incidents`, { incident });
  await until("it is told", () => Math.max(0, ...events.ids()) > before);
  events.close();
});

testWithVarnish(
  "varnish/a purge names pages, comes by its own listener, and touches no other page",
  async () => {
    expect((await purge("a.b other")).status).toBe(200);
    expect((await purge(".*")).status).toBe(400);
    expect((await purge('acme" && req.url ~ "')).status).toBe(400);
    expect((await purge(samplePage, "/")).status).toBe(404);
    await ask("/history");
    expect((await purge(samplePage.slice(0, -1))).status).toBe(200);
    expect((await ask("/history")).headers["x-cache"]).toBe("HIT");
    expect((await purge(`other ${samplePage}`)).status).toBe(200);
    expect((await ask("/history")).headers["x-cache"]).toBe("MISS");
  },
);

testWithVarnish(
  "varnish/with the POP dead every page that was asked for is still there, and says how old it is",
  async () => {
    await ask("/history");
    expect((await purge(samplePage)).status).toBe(200);
    for (const path of ["/", summary]) await ask(path);
    const from = sights.length;
    await pop.kill("SIGKILL");
    await until("varnish knows that the POP is gone", () => !isHealthy(varnish));
    // It was purged, and nobody has asked for it since.
    expect((await ask("/history")).status).toBe(200);
    expect((await purge(samplePage)).status).toBe(503);
    await until(
      "the page is older than an answer may be while a POP lives",
      async () => Number((await ask("/")).headers.age) > freshMs / 1_000 + renewingS,
      20_000,
    );
    const during = sights.slice(from);
    expect(during.length).toBeGreaterThan(100);
    expect(during.filter(({ status }) => status !== 200)).toEqual([]);
    const old = await ask("/history");
    expect(old.status).toBe(200);
    expect(Date.now() - Date.parse(old.headers["pharos-confirmed-at"] ?? "")).toBeGreaterThan(freshMs);
    const never = await ask("/incidents/never-asked-for");
    expect([never.status, never.headers["retry-after"]]).toEqual([503, "5"]);
    pop = await installation.pop("pop", "--workers", "1");
    await until("it is renewed", async () => Number((await ask("/")).headers.age) <= 5, 20_000);
  },
  60_000,
);

testWithVarnish(
  "varnish/no path shows an older generation than another one for longer than an answer is fresh",
  async () => {
    const newest = new Map<string, number>();
    let sinceMs = Number.POSITIVE_INFINITY;
    let longestMs = 0;
    for (const { atMs, path, status, generation } of sights) {
      if (status !== 200) continue;
      newest.set(path, generation);
      if (new Set(newest.values()).size === 1) sinceMs = Number.POSITIVE_INFINITY;
      else sinceMs = Math.min(sinceMs, atMs);
      longestMs = Math.max(longestMs, atMs - sinceMs);
    }
    expect(new Set(sights.map(({ generation }) => generation)).size).toBeGreaterThan(1);
    expect(longestMs).toBeLessThanOrEqual(freshMs);
    for (const path of ["/", summary]) {
      const seen = sights
        .filter((one) => one.path === path && one.status === 200)
        .map(({ generation }) => generation);
      expect(seen.at(-1)).toBe(Math.max(...seen));
    }
  },
);
