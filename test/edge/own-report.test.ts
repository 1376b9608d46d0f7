// A POP's own report, as whoever leads visitors to it asks for it.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { ownReportPath } from "../../src/snapshot/names.ts";
import { openReport } from "../../src/snapshot/report.ts";
import { manualClock } from "../support/manual-clock.ts";
import { calmThenStorm, memoryStore, servingOptions } from "./fixture.ts";

const popKey = generateKeyPair("pop", seededRandom(3)).secretKey;

async function world(key: typeof popKey | null = popKey) {
  const clock = manualClock();
  const [now] = await calmThenStorm();
  const store = memoryStore();
  await store.apply(now);
  await store.putFreshness({
    sequence: 41,
    confirmedMs: clock.wallMs(),
    acceptedMs: clock.wallMs(),
    level: 0,
    behind: {},
  });
  const serving = fetchOf(createServing({ ...servingOptions({ store, clock }), popKey: key }));
  const ask = (host = "status.example") =>
    serving(new Request(`http://pop${ownReportPath}`, { headers: { host } }));
  return { clock, store, ask };
}
const read = async (response: Response) => {
  const opened = openReport(new Uint8Array(await response.arrayBuffer()));
  if (!opened.ok) throw new Error(opened.reason);
  return opened.value;
};

describe("a POP's own report", () => {
  test("is signed by its key, for any host, and names the heartbeat that it heard last", async () => {
    const { ask } = await world();
    for (const host of ["status.example", "192.0.2.1:8080", "nobody.example"]) {
      const response = ask(host);
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      const { key, value } = await read(response);
      expect(key).toBe(popKey.publicKey);
      expect(value).toMatchObject({ level: 0, beat: 41, pages: 1, differing: 0 });
    }
  });

  test("is signed once in a while, and its sequence rises with each time", async () => {
    const { ask, clock } = await world();
    const first = (await read(ask())).value;
    expect((await read(ask())).value.sequence).toBe(first.sequence);
    await clock.advance(limits.reportAgainMs);
    expect((await read(ask())).value.sequence).toBeGreaterThan(first.sequence);
  });

  test("says level 1 when heartbeats stop", async () => {
    const { ask, clock } = await world();
    ask();
    await clock.advance(limits.staleAfterMs + limits.refsPollMs);
    expect((await read(ask())).value.level).toBe(1);
  });

  test("there is none of a POP without a key, and none of a path that looks like it", async () => {
    const { ask } = await world(null);
    expect(ask().status).toBe(404);
  });
});
