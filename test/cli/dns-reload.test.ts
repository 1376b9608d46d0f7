// Reading again by all processes of a DNS node. Flow: who asks -> processes that answer, late or never -> one outcome.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createReloadAll, oneAfterTheOther } from "../../src/cli/dns-reload.ts";
import { manualClock } from "../support/manual-clock.ts";

const held = { changed: ["example."], refused: [] };

test("dns/reload: what all say, each thing once; an answer to an earlier asking is none to this", async () => {
  const asked: number[] = [];
  const all = createReloadAll(2, manualClock(), (request) => asked.push(request));
  const first = all.run();
  all.came("worker-1", { request: 1, ...held });
  all.came("worker-2", { request: 0, ...held });
  all.came("worker-2", { request: 1, changed: [], refused: ["It is broken."] });
  expect(await first).toEqual({ changed: ["example."], refused: ["It is broken."] });
  const second = all.run();
  for (const worker of ["worker-1", "worker-2"]) all.came(worker, { request: 2, ...held });
  expect(await second).toEqual(held);
  expect(asked).toEqual([1, 2]);
});

test("dns/reload: a process that says nothing is told of, and keeps nobody waiting for ever", async () => {
  const clock = manualClock();
  const all = createReloadAll(2, clock, () => undefined);
  const run = all.run();
  all.came("worker-1", { request: 1, ...held });
  clock.advance(limits.reloadMsMax);
  expect(await run).toEqual({
    changed: ["example."],
    refused: ["1 of 2 processes have not said that they read them; one that starts anew reads them then."],
  });
});

test("dns/reload: who asks meanwhile gets one that begins after this one, together with all others", async () => {
  const runs: PromiseWithResolvers<number>[] = [];
  const run = oneAfterTheOther(() => {
    const next = Promise.withResolvers<number>();
    runs.push(next);
    return next.promise;
  });
  const first = run();
  await Promise.resolve();
  const [second, third] = [run(), run()];
  expect(runs.length).toBe(1);
  runs[0]?.reject(new Error("It failed."));
  expect(await first.catch(String)).toBe("Error: It failed.");
  await Promise.resolve();
  runs[1]?.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  expect(runs.length).toBe(2);
});
