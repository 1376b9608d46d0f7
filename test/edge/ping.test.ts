// Jobs that say that they are alive, at a POP: by which addresses, what is written down of it, who is turned away.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import type { PingAsk, Pinged } from "../../src/edge/link.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import { pingName } from "../../src/snapshot/check-plan.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryStore, servingOptions } from "./fixture.ts";

const token = "0123456789abcdefghijkl";

function world(outcome: Pinged = "kept") {
  const clock = manualClock();
  const said: PingAsk[] = [];
  const link = {
    bring: () => Promise.resolve("absent" as const),
    note: () => Promise.resolve("failed" as const),
    ping(asked: PingAsk) {
      said.push(asked);
      return Promise.resolve(outcome);
    },
  };
  // A store without any page: a ping is nobody's host.
  const serving = fetchOf(createServing(servingOptions({ store: memoryStore(), clock }), link));
  const ask = async (path: string, method = "GET", body?: string) =>
    serving(
      new Request(`http://pop${path}`, {
        method,
        headers: {
          host: "any.example",
          ...(body === undefined ? {} : { "content-length": String(body.length) }),
        },
        ...(body === undefined ? {} : { body }),
      }),
    );
  return { clock, said, ask };
}

test("ping/each address is one word, by GET, HEAD and POST", async () => {
  const { said, ask } = world();
  const asked: readonly (readonly [string, string, string?])[] = [
    [`/ping/${token}`, "GET"],
    [`/ping/${token}/start`, "HEAD"],
    [`/ping/${token}/fail`, "POST", "\n  disk full\u001b[31m\nand more"],
    [`/ping/${token}/0?rid=1`, "GET"],
    [`/ping/${token}/137`, "POST"],
  ];
  for (const [path, method, body] of asked) {
    const response = await ask(path, method, body);
    expect([path, response.status, response.headers.get("cache-control")]).toEqual([path, 200, "no-store"]);
  }
  const name = pingName(token);
  expect(said).toEqual([
    { name, word: "success", exit: null, said: null },
    { name, word: "start", exit: null, said: null },
    { name, word: "fail", exit: null, said: "disk full [31m" },
    { name, word: "success", exit: 0, said: null },
    { name, word: "fail", exit: 137, said: null },
  ]);
});

test("ping/what is no address of one is asked of nobody", async () => {
  const { said, ask } = world();
  for (const path of [
    "/ping/short",
    `/ping/${token}/256`,
    `/ping/${token}/stop`,
    `/ping/${token}/fail/2`,
    "/ping",
  ])
    expect((await ask(path)).status).toBe(421);
  expect(said).toEqual([]);
});

test("ping/an unknown token, a disk that fails and a body that is too long are told apart", async () => {
  expect((await world("unknown").ask(`/ping/${token}`)).status).toBe(404);
  expect((await world("failed").ask(`/ping/${token}`)).status).toBe(503);
  expect((await world().ask(`/ping/${token}`, "POST", "x".repeat(limits.pingBodyBytesMax + 1))).status).toBe(
    413,
  );
});

test("ping/more than all jobs of a minute are turned away until the minute is over", async () => {
  const { clock, ask } = world();
  for (let at = 0; at < limits.pingsPerMinuteMax; at++) await ask(`/ping/${token}`);
  expect((await ask(`/ping/${token}`)).status).toBe(429);
  await clock.advance(60_000);
  expect((await ask(`/ping/${token}`)).status).toBe(200);
});
