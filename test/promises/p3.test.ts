// Promise 3: the age is on the page. `updated_at` is the data's own time, never the render's; a POP that has lost its source says so on the
// page, with the time of the last confirmation, and in headers.
// Covered: a page published days after its data; a source that dies (injected clock for the moment; real time at three times the bound, over
// TLS); an old page whose body came later says it too; a wall clock that is wrong; the same for a page that is behind.
// Covered later: blocks from other sources show their own time; the page's own script.
// Switch: PHAROS_BREAK=age gives the visitor's POP a store that always says it is fresh, and both tests of a lost source must turn red.
import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import type { Freshness, SnapshotStore } from "../../src/store/types.ts";
import { frontRoutes, memoryStore, type PageInput, servingOptions, signedPage } from "../edge/fixture.ts";
import { writeCertificate } from "../support/certificate.ts";
import { Installation, until } from "../support/installation.ts";
import { manualClock } from "../support/manual-clock.ts";
import { secureAsk } from "../support/secure-ask.ts";
import { sampleHost, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
afterAll(() => installation.end());
const host = "status.example";

/** What stands in the slot of a page; null where it has none. */
function slotOf(html: string): string | null {
  const from = html.indexOf(slotOpen);
  return from < 0 ? null : html.slice(from + slotOpen.length, html.indexOf(slotClose));
}

/** A POP whose last heartbeat was accepted at `clock`'s start, as a visitor sees it when time passes. */
async function popAt(breaks: string | undefined) {
  const clock = manualClock();
  const store = memoryStore();
  const { "/": front, ...others } = frontRoutes("calm");
  const routes = { "/": front, ...others, "/old": { ...front, body: `${front?.body}old`, lazy: true } };
  const page = await signedPage({ page: "p1", hosts: [host], generation: 7, routes } as PageInput);
  await store.apply(page);
  // What is lazy comes when the source is asked for it.
  const isOld = ([digest]: readonly [string, Uint8Array]): boolean => !early.has(digest);
  const early = new Set(
    (await signedPage({ page: "p1", hosts: [host], generation: 7, routes: frontRoutes("calm") })).objects.map(
      ([digest]) => digest,
    ),
  );
  for (const [digest] of page.objects.filter(isOld)) store.objects.delete(digest);
  const bringOld = (): Promise<void> => store.stage(page.objects.filter(isOld));
  const confirmedMs = clock.wallMs();
  const fresh = { sequence: 1, confirmedMs, acceptedMs: confirmedMs, level: 0, behind: {} } as const;
  await store.putFreshness(fresh);
  const age = (): Freshness => ({ ...fresh, sequence: clock.monotonicMs(), acceptedMs: clock.wallMs() });
  const seen: SnapshotStore = breaks === "age" ? { ...store, freshness: age } : store;
  const answering = createServing(servingOptions({ store: seen, clock }));
  const read = async (path: string, secure = false) => {
    const asked = new Request(`http://${host}${path}`, { headers: { host, "accept-encoding": "identity" } });
    const response = fetchOf(answering, secure)(asked);
    return {
      status: response.status,
      level: response.headers.get("pharos-level"),
      confirmed: response.headers.get("pharos-confirmed-at"),
      body: await response.text(),
    };
  };
  return { clock, store, read, confirmedMs, bringOld };
}

/** Looks at a POP whose source dies: the levels and slots before and after the bound. */
async function lostSource(breaks: string | undefined) {
  const pop = await popAt(breaks);
  const before = await pop.read("/");
  const json = (await pop.read("/api/v2/summary.json")).body;
  await pop.clock.advance(limits.staleAfterMs - 1_000);
  const almost = await pop.read("/");
  await pop.clock.advance(2_000);
  const after = await pop.read("/");
  const jsonAfter = await pop.read("/api/v2/summary.json");
  const never = await pop.read("/old");
  await pop.bringOld();
  const old = await pop.read("/old", true);
  return {
    levels: [before.level, almost.level, after.level, jsonAfter.level],
    slots: [slotOf(before.body), slotOf(almost.body)],
    said: slotOf(after.body) ?? "",
    confirmed: after.confirmed,
    sameJson: json === jsonAfter.body,
    old: [never.status, old.status, old.level, slotOf(old.body)],
  };
}

describe("promise 3: the age is on the page", () => {
  test("a source that is lost: after 8 s the page says so with the time of the last confirmation, and not before", async () => {
    const seen = await lostSource(process.env.PHAROS_BREAK);
    expect(seen.levels).toEqual(["0", "0", "1", "1"]);
    expect(seen.slots).toEqual(["", ""]);
    expect(seen.said).toContain("2026-01-05 12:00");
    expect(seen.confirmed).toBe("2026-01-05T12:00:00.000Z");
    expect(seen.sameJson).toBe(true);
    expect(seen.old).toEqual([503, 200, "1", seen.said]);
  });

  test("a wall clock that is set an hour on or back changes no level", async () => {
    for (const jumpMs of [3_600_000, -3_600_000]) {
      const pop = await popAt(undefined);
      expect((await pop.read("/")).level).toBe("0");
      pop.clock.jumpWall(jumpMs);
      await pop.clock.advance(1_000);
      expect((await pop.read("/")).level).toBe("0");
      await pop.clock.advance(limits.staleAfterMs);
      expect((await pop.read("/")).level).toBe("1");
    }
  });

  test("a page that is behind the last heartbeat says when it was last confirmed, though the source lives", async () => {
    const pop = await popAt(undefined);
    const confirmedMs = pop.confirmedMs - 60_000;
    await pop.store.putFreshness({
      sequence: 2,
      confirmedMs: pop.confirmedMs,
      acceptedMs: pop.confirmedMs,
      level: 0,
      behind: { p1: confirmedMs },
    });
    await pop.clock.advance(limits.refsPollMs);
    const seen = await pop.read("/");
    expect([seen.level, seen.confirmed]).toEqual(["1", new Date(confirmedMs).toISOString()]);
    expect(slotOf(seen.body)).toContain("2026-01-05 11:59");
  });

  test("the switch: a POP that is always told that it is fresh breaks the promise", async () => {
    const seen = await lostSource("age");
    expect(seen.levels).toEqual(["0", "0", "0", "0"]);
    expect(seen.said).toBe("");
  });

  test("end to end: updated_at is the data's own time, and a dead control plane is on the page within 24 s", async () => {
    const data = join(installation.folder, "control");
    await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
    const control = await installation.control();
    const certs = join(installation.folder, "certs");
    writeCertificate(certs, [sampleHost]);
    const secure = await installation.address("secure");
    await installation.pop("pop", "--workers", "1", "--listen-tls", secure, "--certs", certs);
    const place = { host: "127.0.0.1", port: Number(secure.split(":")[1]), servername: sampleHost };
    const read = async (path: string) => secureAsk({ ...place, protocol: "h2", path });
    await until(
      "the page is there and confirmed",
      async () => (await read("/").catch(() => null))?.headers["pharos-level"] === "0",
    );
    const summary = JSON.parse((await read("/api/v2/summary.json")).body.toString()) as {
      page: { updated_at: string };
    };
    // Imported and rendered now; the data says when it was last changed.
    expect(summary.page.updated_at).toBe("2026-01-05T10:00:00.000Z");
    expect((await read("/")).body.toString()).toContain("2026-01-05T10:00:00");
    await control.kill("SIGKILL");
    const lost = await until(
      "the page says that its source is lost",
      async () => {
        const answer = await read("/");
        return answer.headers["pharos-level"] === "1" && answer;
      },
      3 * limits.staleAfterMs,
    );
    const confirmed = lost.headers["pharos-confirmed-at"] ?? "";
    expect(slotOf(lost.body.toString())).toContain(confirmed.slice(0, 16).replace("T", " "));
  }, 60_000);
});
