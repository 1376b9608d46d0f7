// The query log: which answers get a line, and what is in it. Flow: query -> Answering -> lines in a batch.
import { describe, expect, test } from "bun:test";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createAnswering } from "../../src/dns/answer.ts";
import { createQueryLog, cut } from "../../src/dns/query-log.ts";
import { createDnsTally } from "../../src/dns/tally.ts";
import { ask, subnet } from "../support/dns-wire.ts";
import { asker, find } from "../support/dns-world.ts";
import { manualClock } from "../support/manual-clock.ts";

async function linesOf(sample: number, addresses: "network" | "off", queries: readonly Buffer[]) {
  const clock = manualClock(0);
  const metrics = createMetrics("");
  const written: string[] = [];
  const queryLog = createQueryLog({
    to: { append: async (text) => void written.push(text), close: async () => undefined },
    sample,
    addresses,
    clock,
    random: seededRandom(8),
    log: createLog(clock, () => undefined),
    metrics,
  });
  const answering = createAnswering({
    find,
    identity: { version: null, id: null },
    cookies: null,
    rateLimit: null,
    tally: createDnsTally(metrics),
    queryLog,
    onDefect: () => undefined,
  });
  for (const query of queries) answering.answer(query, asker, "udp");
  await queryLog.stop();
  return written.join("").split("\n").slice(0, -1);
}

describe("dns/query-log", () => {
  test("a line says who asked for what, with networks in place of addresses", async () => {
    const query = ask({ name: "near.EXAMPLE", edns: { options: [subnet([10, 1, 2, 3], 32)] } });
    expect((await linesOf(1, "network", [query])).map((line) => JSON.parse(line))).toEqual([
      {
        time: "1970-01-01T00:00:00.000Z",
        from: "198.51.100.0/24",
        subnet: "10.1.2.0/24",
        name: "near.example.",
        type: "A",
        rcode: "NOERROR",
        transport: "udp",
        bytes: 69,
      },
    ]);
  });
  test("or with none", async () => {
    const [line = ""] = await linesOf(1, "off", [ask()]);
    expect(line).not.toMatch(/from|subnet|198/);
  });
  test("a share of answers, and each failure", async () => {
    const queries = Array.from({ length: 10_000 }, () => ask());
    const some = (await linesOf(0.01, "network", queries)).length;
    expect(some).toBeGreaterThan(60);
    expect(some).toBeLessThan(140);
    expect(
      await linesOf(0, "network", [...queries.slice(0, 9), ask({ name: "broken.example" })]),
    ).toHaveLength(1);
  });
  for (const [bytes, bits, network] of [
    [[203, 0, 113, 9], 32, "203.0.113.0/24"],
    [[203, 0, 113, 9], 20, "203.0.112.0/20"],
    [[0x20, 1, 0xd, 0xb8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 128, "2001:db8:1::/48"],
  ] as const)
    test(`${bytes.join(" ")} of ${bits} bits is cut to ${network}`, () =>
      expect(cut(Uint8Array.from(bytes), bits)).toBe(network));
});
