// deploy/nginx-cache.conf before a real POP: one request for the crowd, the POP's own answers, and what is held when it is gone.
// Waits: for what is kept to grow old, a second in place of five.
import { afterAll, beforeAll, expect } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { frontRoutes, type PageInput, signedPage } from "../edge/fixture.ts";
import { openEvents } from "../support/event-stream.ts";
import { freePort } from "../support/installation.ts";
import { startPop, type TestPop, until } from "../support/pop.ts";
import { makePopFolder } from "../support/pop-folder.ts";
import { rawAsk } from "../support/raw-http.ts";
import { type Answer, get } from "../support/reader.ts";
import { skipUnless } from "../support/skip.ts";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;
const testWithNginx = skipUnless(hasNginx, "nginx is not installed");
const file = resolve(import.meta.dirname, "../../deploy/nginx-cache.conf");
const host = "status.example";
const routes: PageInput["routes"] = {
  ...frontRoutes("calm"),
  "/_event": { body: '{"generation":7}', contentType: "application/json; charset=utf-8" },
};
const ended: (() => unknown)[] = [];
let pop: TestPop;
let address = "";

const ask = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  get(address, path, { host, "accept-encoding": "gzip", ...headers });

function configured(folder: string, popPort: number): string {
  const edits: readonly (readonly [string, string])[] = [
    ["/var/cache/nginx/pharos", join(folder, "cache")],
    ["server 127.0.0.1:8080", `server 127.0.0.1:${popPort}`],
    ["listen 80", `listen ${address}`],
    ["	listen [::]:80;\n", ""],
    ["200 404 5s", "200 404 1s"],
  ];
  const text = edits.reduce(
    (all, [from, to]) => {
      if (!all.includes(from)) throw new Error(`${file} does not say ${from}.`);
      return all.replace(from, to);
    },
    readFileSync(file, "utf8"),
  );
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (what) => `${what}_temp_path ${join(folder, "temporary")};`,
  );
  return `daemon off; master_process off; pid ${join(folder, "pid")}; error_log ${join(folder, "error.log")};
events { worker_connections 256; }
http { access_log off; ${temporary.join(" ")}
${text}
}
`;
}

beforeAll(async () => {
  if (!hasNginx) return;
  const page = await signedPage({ page: "p1", hosts: [host], generation: 7, routes });
  const held = await makePopFolder([page]);
  const place = ["--data", held.folder, "--root-key", held.rootFile, "--listen", "127.0.0.1:0"];
  pop = await startPop([...place, "--workers", "0"]);
  const folder = mkdtempSync(join(tmpdir(), "pharos-nginx-cache-"));
  mkdirSync(join(folder, "temporary"));
  address = `127.0.0.1:${await freePort()}`;
  writeFileSync(join(folder, "nginx.conf"), configured(folder, pop.visitors.port));
  const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")];
  const nginx = spawn("nginx", args, { stdio: "ignore" });
  const exited = new Promise((done) => nginx.once("exit", done));
  ended.push(
    held.remove,
    () => rmSync(folder, { recursive: true, force: true }),
    () => pop.stop(),
    async () => {
      nginx.kill("SIGKILL");
      await exited;
    },
  );
  await until("nginx answers", async () => (await ask("/").catch(() => null))?.status === 200);
}, 30_000);
afterAll(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

testWithNginx(
  "nginx/the crowd is one request, however it asks; each gets an encoding that it takes",
  async () => {
    const path = "/api/v2/summary.json";
    const whole = routes[path]?.body ?? "";
    const seen = async (headers: Readonly<Record<string, string>>, query = "") => {
      const answer = await ask(path + query, headers);
      const encoding = answer.headers["content-encoding"] ?? "identity";
      const decode = { br: brotliDecompressSync, gzip: gunzipSync }[encoding] ?? ((body: Buffer) => body);
      expect(decode(answer.body).toString()).toBe(whole);
      return [encoding, answer.headers["x-cache"]];
    };
    for (const encoding of ["br", "gzip", "identity"]) await seen({ "accept-encoding": encoding });
    const crowd = await Promise.all([
      seen({ "accept-encoding": "gzip, deflate, br" }),
      seen({ "accept-encoding": "br;q=1.0, gzip;q=0.5", "accept-language": "de" }),
      seen({ "accept-encoding": "br;q=0, gzip", cookie: "session=1" }),
      seen({ "accept-encoding": "deflate" }, "?utm_source=mail"),
      seen({ "accept-encoding": "gzip" }, "?a=1"),
    ]);
    expect(crowd.map(([encoding]) => encoding)).toEqual(["br", "br", "gzip", "identity", "gzip"]);
    expect(new Set(crowd.map(([, cache]) => cache))).toEqual(new Set(["HIT"]));
  },
);

testWithNginx(
  "nginx/HEAD, preflights and refusals are those of the POP, and what may not be kept is not",
  async () => {
    const [name = "", port = ""] = address.split(":");
    const raw = (method: string, path: string, to = host) =>
      rawAsk(name, Number(port), `${method} ${path} HTTP/1.1\r\nHost: ${to}\r\nConnection: close\r\n\r\n`);
    const head = await raw("HEAD", "/");
    expect([head.status, head.body.length, head.headers.get("pharos-generation")]).toEqual([200, 0, "7"]);
    expect((await raw("OPTIONS", "/")).status).toBe(204);
    expect((await raw("POST", "/")).status).toBe(405);
    for (let at = 0; at < 2; at++) {
      const foreign = await raw("GET", "/", "other.example");
      expect([foreign.status, foreign.headers.get("x-cache")]).toEqual([421, "MISS"]);
    }
    const { etag = "" } = (await ask("/")).headers;
    expect((await ask("/", { "if-none-match": etag })).status).toBe(304);
  },
);

testWithNginx("nginx/what is old is asked for by its ETag", async () => {
  await ask("/icon.svg");
  await until("it was asked whether it has changed", async () => {
    const cache = (await ask("/icon.svg")).headers["x-cache"];
    expect(["HIT", "REVALIDATED"]).toContain(cache ?? "");
    return cache === "REVALIDATED";
  });
});

testWithNginx("nginx/events pass as they come", async () => {
  const events = await openEvents(address, host);
  expect([events.status, events.headers["content-type"]]).toEqual([200, "text/event-stream"]);
  events.close();
});

testWithNginx("nginx/with the POP gone what was asked for is there, and what was not says so", async () => {
  await ask("/history.atom");
  await pop.stop();
  const old = await until("what is held has grown old", async () => {
    const answer = await ask("/history.atom");
    expect(answer.status).toBe(200);
    return answer.headers["x-cache"] === "STALE" && answer;
  });
  expect(old.headers["pharos-confirmed-at"]).toBeDefined();
  const never = await ask("/never-asked-for");
  expect([never.status, never.headers["retry-after"]]).toEqual([503, "5"]);
});
