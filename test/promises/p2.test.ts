// Promise 2: entirely new or entirely old. HTML, JSON and feeds of one page come from one generation, every response names it, and on one
// POP it never falls, whichever worker answers.
// Covered: two workers over one store, 250 publishes a second, a reader on new connections; each body is of the generation in its header;
// six open pages, each event of the generation in its id, none lower than one before.
// Between POPs: the page's own script, test/render/live-page.test.ts.
// Covered later: badges and widget; replacement of workers under load; regions.
// Switches: PHAROS_BREAK=refresh takes out the renewal of the read transaction, PHAROS_BREAK=number the notice of a commit, and the first test
// must turn red.
// Alone: beside other tests no worker was behind the other in 20,000 requests, and a switch was thrown in vain.
// Long: two workers, and as many publishes as this machine can.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { eventPath } from "../../src/snapshot/names.ts";
import { openStore } from "../../src/store/open.ts";
import { publisher, signedPage } from "../edge/fixture.ts";
import { type EventStream, openEvents } from "../support/event-stream.ts";
import { rawGet } from "../support/raw-http.ts";
import { count } from "../support/seed.ts";
import { startTestWorker } from "../support/worker.ts";

const publishesPerSecond = 250;
const requests = count(2_000, 20_000);
const paths = ["/", "/api/v2/summary.json", "/history.atom"] as const;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Tally {
  answered: number;
  failed: number;
  /** Responses of a lower generation than one before. */
  fell: number;
  /** Responses, and events, whose body is not of the generation that they name. */
  mixed: number;
  /** Events of a lower generation than one before on their stream. */
  eventsFell: number;
  events: number;
  published: number;
  readonly seen: Set<number>;
}

/** A page whose every body says its generation. */
function pageOf(generation: number) {
  return signedPage({
    page: "p1",
    hosts: ["status.example"],
    generation,
    routes: {
      "/": {
        body: `<!doctype html><p>generation ${generation}.</p>`,
        contentType: "text/html; charset=utf-8",
      },
      "/api/v2/summary.json": {
        body: `{"says":"generation ${generation}."}`,
        contentType: "application/json",
      },
      [eventPath]: { body: `{"generation":${generation}}`, contentType: "application/json; charset=utf-8" },
      "/history.atom": { body: `<feed>generation ${generation}.</feed>`, cache: "feed" },
    },
  });
}

/** Reads while others write, `requestsMax` times; `enough` ends it before. */
async function race(
  breaks: string | undefined,
  requestsMax: number,
  enough: (tally: Tally) => boolean,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-p2-"));
  folders.push(folder);
  const root = generateKeyPair("root", systemRandom);
  const store = await openStore({ folder, clock: systemClock, log: silentLog });
  const delegation = signDelegation(
    { publisherKey: publisher.publicKey, pages: ["*"], hosts: ["*"], serial: 1 },
    root.secretKey,
  );
  await store.snapshots.putDocument({ kind: "delegation", subject: publisher.publicKey, bytes: delegation });
  await store.snapshots.apply(await pageOf(1));
  const first = await startTestWorker(folder, root.publicKey, 0, breaks);
  const second = await startTestWorker(folder, root.publicKey, first.port, breaks);
  const tally: Tally = {
    answered: 0,
    failed: 0,
    fell: 0,
    mixed: 0,
    eventsFell: 0,
    events: 0,
    published: 0,
    seen: new Set(),
  };
  let reading = true;
  const streams = await Promise.all(
    Array.from({ length: 6 }, () => openEvents(`127.0.0.1:${first.port}`, "status.example")),
  );
  const publishing = publish(store.snapshots.apply, () => reading, tally);
  try {
    await read({ host: "127.0.0.1", port: first.port }, tally, requestsMax, () => enough(tally));
  } finally {
    reading = false;
    await publishing;
    for (const stream of streams) {
      judge(stream, tally);
      stream.close();
    }
    await Promise.all([first.stop(), second.stop()]);
    await store.close();
  }
  return tally;
}

/** What open pages were told: each event is of the generation in its id, and no id falls. */
function judge(stream: EventStream, tally: Tally): void {
  let highest = 0;
  for (const { id, data } of stream.told()) {
    const generation = Number(id);
    tally.events++;
    if (data !== `{"generation":${generation}}`) tally.mixed++;
    if (generation < highest) tally.eventsFell++;
    highest = Math.max(highest, generation);
  }
}

/** One generation every 4 ms on average, as long as this machine can. */
async function publish(
  apply: (page: Awaited<ReturnType<typeof pageOf>>) => Promise<void>,
  reading: () => boolean,
  tally: Tally,
): Promise<void> {
  const startMs = performance.now();
  for (let generation = 2; reading(); generation++) {
    await apply(await pageOf(generation));
    tally.published++;
    const dueMs = startMs + (tally.published * 1_000) / publishesPerSecond;
    await Bun.sleep(Math.max(0, dueMs - performance.now()));
  }
}

async function read(
  address: { host: string; port: number },
  tally: Tally,
  requestsMax: number,
  enough: () => boolean,
): Promise<void> {
  let highest = 0;
  for (let at = 0; at < requestsMax && !enough(); at++) {
    const path = paths[at % paths.length] ?? "/";
    const answer = await rawGet(address, path, { Host: "status.example" });
    if (answer.status !== 200) {
      tally.failed++;
      continue;
    }
    tally.answered++;
    const generation = Number(answer.headers.get("pharos-generation"));
    if (!answer.body.includes(`generation ${generation}.`)) tally.mixed++;
    if (generation < highest) tally.fell++;
    highest = Math.max(highest, generation);
    tally.seen.add(generation);
  }
}

describe("promise 2", () => {
  test(`two workers, ${publishesPerSecond} publishes a second, ${requests} requests on new connections: no step back, nothing mixed`, async () => {
    const tally = await race(process.env.PHAROS_BREAK, requests, () => false);
    expect({
      ...tally,
      seen: tally.seen.size > 50,
      events: tally.events > 20,
      published: tally.published > 50,
    }).toEqual({
      answered: requests,
      failed: 0,
      fell: 0,
      mixed: 0,
      eventsFell: 0,
      events: true,
      seen: true,
      published: true,
    });
  }, 180_000);

  for (const breaks of ["refresh", "number"])
    test(`with the switch \`${breaks}\` thrown the generation falls: the test above can see it`, async () => {
      // Mostly within a hundred; but it takes a worker that is behind the other at that moment.
      const tally = await race(breaks, 10 * requests, ({ fell }) => fell > 0);
      expect(tally.fell).toBeGreaterThan(0);
    }, 180_000);
});
