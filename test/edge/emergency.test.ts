// Level 3: a text on top of the last good page, with and without a source, until it is withdrawn, replaced, revoked or over.
import { describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { limits } from "../../src/base/limits.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { signAppointment } from "../../src/snapshot/documents.ts";
import { signEmergency } from "../../src/snapshot/emergency.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { manualClock } from "../support/manual-clock.ts";
import { calmThenStorm, frontRoutes, memoryStore, servingOptions, signedPage } from "./fixture.ts";

const root = generateKeyPair("root", seededRandom(1));
const key = generateKeyPair("emergency", seededRandom(2));
const [page, next] = await calmThenStorm();
const confirmedMs = Date.UTC(2026, 0, 5, 12, 0, 30);
const hourMs = 3_600_000;
const alert = (text: string): string => `<p class="stale emergency" role="alert">${text}</p>`;
const stale = `<p class="stale" role="status">No contact since 2026-01-05 12:00 UTC.</p>`;

async function setUp() {
  const clock = manualClock();
  const store = memoryStore();
  const metrics = createMetrics();
  await store.apply(page);
  let sequence = 1;
  const beat = async (level: 0 | 1 = 0) => {
    const acceptedMs = clock.wallMs();
    await store.putFreshness({ sequence: sequence++, confirmedMs, acceptedMs, level, behind: {} });
    await clock.advance(limits.refsPollMs);
  };
  const appoint = async (pages: readonly string[], serial: number) => {
    const bytes = signAppointment({ emergencyKey: key.publicKey, pages, serial }, root.secretKey);
    await store.putDocument({ kind: "appointment", subject: key.publicKey, bytes });
  };
  const put = async (text: string, forMs = hourMs, subject = "p1") => {
    const untilMs = text === "" ? 0 : clock.wallMs() + forMs;
    const bytes = signEmergency({ page: subject, sequence: sequence++, text, untilMs }, key.secretKey);
    await store.putDocument({ kind: "emergency", subject, bytes });
    await clock.advance(limits.refsPollMs);
  };
  await appoint(["*"], 1);
  await beat();
  const serving = fetchOf(
    createServing(servingOptions({ store, rootKeys: [root.publicKey], clock, metrics })),
  );
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    serving(new Request(`http://x${path}`, { method, headers: { host: "status.example", ...headers } }));
  return { ask, store, clock, metrics, beat, appoint, put };
}

const header = (response: Response, name: string) => response.headers.get(name);
const slotIn = (html: string): string =>
  html.slice(html.indexOf(slotOpen) + slotOpen.length, html.indexOf(slotClose));
const cut = (html: string): string => html.replace(slotIn(html), "");

describe("edge/emergency", () => {
  test("the text stands in the slot alone, escaped; cut out, the signed body is left, in every encoding", async () => {
    const { ask, put } = await setUp();
    const before = await ask("/").text();
    await put(`<script>alert("down")</script> & 'more'`);
    for (const encoding of ["identity", "gzip"]) {
      const response = ask("/", { "accept-encoding": encoding });
      expect(header(response, "pharos-level")).toBe("3");
      expect(header(response, "content-encoding") ?? "identity").toBe(encoding);
      const body = new Uint8Array(await response.arrayBuffer());
      const html = Buffer.from(encoding === "gzip" ? gunzipSync(body) : body).toString();
      expect(slotIn(html)).toBe(
        alert("&lt;script&gt;alert(&quot;down&quot;)&lt;/script&gt; &amp; &#39;more&#39;"),
      );
      expect(cut(html)).toBe(before);
    }
  });

  test("with and without a source: the text first, then the age", async () => {
    const { ask, beat, put } = await setUp();
    const levels = [header(ask("/"), "pharos-level")];
    await beat(1);
    levels.push(header(ask("/"), "pharos-level"));
    expect(slotIn(await ask("/").text())).toBe(stale);
    await put("Down.");
    levels.push(header(ask("/"), "pharos-level"));
    expect(slotIn(await ask("/").text())).toBe(alert("Down.") + stale);
    await beat(0);
    levels.push(header(ask("/"), "pharos-level"));
    expect(slotIn(await ask("/").text())).toBe(alert("Down."));
    await put("");
    levels.push(header(ask("/"), "pharos-level"));
    expect(levels).toEqual(["0", "1", "3", "3", "0"]);
  });

  test("each state has a tag of its own; withdrawn, the first page is back byte for byte", async () => {
    const { ask, beat, put } = await setUp();
    const before = ask("/", { "accept-encoding": "br" });
    const tags = [header(ask("/"), "etag")];
    const see = (): unknown => tags.push(header(ask("/"), "etag"));
    await put("Down.");
    see();
    await put("Still down.");
    see();
    await beat(1);
    see();
    await beat(0);
    see();
    await put("");
    see();
    expect(tags[4]).toBe(tags[2] ?? "");
    expect(tags[5]).toBe(tags[0] ?? "");
    expect(new Set(tags).size).toBe(4);
    const after = ask("/", { "accept-encoding": "br" });
    expect(header(after, "etag")).toBe(header(before, "etag"));
    expect(await after.arrayBuffer()).toEqual(await before.arrayBuffer());
  });

  test("a reader of the page without the text gets the text, and one who has it a 304 that says level 3", async () => {
    const { ask, put } = await setUp();
    const plain = header(ask("/"), "etag") ?? "";
    await put("Down.");
    const full = ask("/", { "if-none-match": plain });
    expect(full.status).toBe(200);
    const held = ask("/", { "if-none-match": header(full, "etag") ?? "" });
    expect([held.status, header(held, "pharos-level")]).toEqual([304, "3"]);
    const head = ask("/", {}, "HEAD");
    expect([head.status, header(head, "pharos-level")]).toEqual([200, "3"]);
    expect(header(head, "etag")).toBe(header(full, "etag"));
    await put("");
    expect(ask("/", { "if-none-match": header(full, "etag") ?? "" }).status).toBe(200);
  });

  test("JSON, feeds and files keep body and tag; their headers say the level, as those of a 404 do", async () => {
    const { ask, put } = await setUp();
    const paths = ["/api/v2/summary.json", "/history.atom", "/icon.svg"];
    const before = paths.map((path) => ask(path));
    await put("Down.");
    for (const [at, path] of paths.entries()) {
      const after = ask(path);
      expect(header(after, "pharos-level")).toBe("3");
      expect(header(after, "etag")).toBe(header(before[at] ?? after, "etag"));
      expect(await after.text()).toBe((await before[at]?.text()) ?? "");
    }
    expect(header(ask("/nothing"), "pharos-level")).toBe("3");
  });

  test("it ends by itself, at its very moment, by this machine's wall clock", async () => {
    const { ask, clock, put, beat } = await setUp();
    const before = await ask("/").text();
    await put("Down.", 10_000);
    await clock.advance(10_000 - limits.refsPollMs - 1);
    await beat(0);
    clock.jumpWall(-limits.refsPollMs);
    expect(header(ask("/"), "pharos-level")).toBe("3");
    clock.jumpWall(1);
    expect(header(ask("/"), "pharos-level")).toBe("0");
    expect(await ask("/").text()).toBe(before);
    clock.jumpWall(-1);
    expect(header(ask("/"), "pharos-level")).toBe("3");
  });

  test("workers see it within the time in which they see a new generation, and read no store for it in between", async () => {
    const { ask, store, clock, put } = await setUp();
    let reads = 0;
    const document = store.document;
    (store as { document: unknown }).document = (kind: string, subject: string) => {
      reads += 1;
      return document(kind, subject);
    };
    for (let turn = 0; turn < 100; turn++) ask("/");
    expect(reads).toBe(1);
    await clock.advance(limits.refsPollMs);
    ask("/");
    expect(reads).toBe(2);
    await put("Down.");
    expect(header(ask("/"), "pharos-level")).toBe("3");
    for (let turn = 0; turn < 100; turn++) ask("/api/v2/summary.json");
    expect(reads).toBe(4);
  });

  test("root takes the appointment back: the text goes, and with a new one it is back", async () => {
    const { ask, clock, appoint, put } = await setUp();
    await put("Down.");
    expect(header(ask("/"), "pharos-level")).toBe("3");
    await appoint([], 2);
    await clock.advance(limits.refsPollMs);
    expect(header(ask("/"), "pharos-level")).toBe("0");
    await appoint(["p1"], 3);
    await clock.advance(limits.refsPollMs);
    expect(header(ask("/"), "pharos-level")).toBe("3");
  });

  test("what the store holds is believed no further than its signature", async () => {
    const { ask, store, clock, put } = await setUp();
    await put("Down.");
    const bytes = store.document("emergency", "p1")?.slice() ?? new Uint8Array();
    bytes[bytes.length - 70] = (bytes.at(-70) ?? 0) ^ 1;
    await store.putDocument({ kind: "emergency", subject: "p1", bytes });
    await clock.advance(limits.refsPollMs);
    expect(header(ask("/"), "pharos-level")).toBe("0");
  });

  test("an emergency of one page, stored under another, is shown on neither", async () => {
    const { ask, store, clock, put } = await setUp();
    await put("Down.", hourMs, "p2");
    const bytes = store.document("emergency", "p2") ?? new Uint8Array();
    await store.putDocument({ kind: "emergency", subject: "p1", bytes });
    await clock.advance(limits.refsPollMs);
    expect(header(ask("/"), "pharos-level")).toBe("0");
  });

  test("a page that came after its emergency shows it, and so does its next generation", async () => {
    const { ask, store, put } = await setUp();
    await put("Down.", hourMs, "p2");
    await store.apply(
      await signedPage({ page: "p2", hosts: ["p2.example"], generation: 1, routes: frontRoutes("other") }),
    );
    expect(slotIn(await ask("/", { host: "p2.example" }).text())).toBe(alert("Down."));
    expect(header(ask("/"), "pharos-level")).toBe("0");
    await put("Down too.");
    await store.apply(next);
    const response = ask("/");
    expect(header(response, "pharos-generation")).toBe("8");
    expect(slotIn(await response.text())).toBe(alert("Down too."));
  });

  test("the store fails: the text that was shown is still shown, and ends in time", async () => {
    const { ask, store, clock, put } = await setUp();
    await put("Down.", 5_000);
    const before = await ask("/").text();
    store.failWith(new Error("EIO"));
    await clock.advance(2 * limits.refsPollMs);
    expect(await ask("/").text()).toBe(before);
    await clock.advance(5_000);
    expect(header(ask("/"), "pharos-level")).not.toBe("3");
  });

  test("how many pages show one is counted", async () => {
    const { ask, metrics, put } = await setUp();
    await put("Down.");
    ask("/");
    expect(metrics.text()).toContain("pharos_edge_emergency_pages 1");
    await put("");
    ask("/");
    expect(metrics.text()).toContain("pharos_edge_emergency_pages 0");
  });
});
