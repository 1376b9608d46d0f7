// A process of ours that is started again: real children that give back what they are told.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { type Log, silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createApart } from "../../src/host/apart.ts";
import { type Child, spawnFramed } from "../../src/host/process.ts";
import { until } from "../support/installation.ts";
import { manualClock } from "../support/manual-clock.ts";

function echo(again: "by itself" | "when needed") {
  const clock = manualClock();
  const children: Child<Uint8Array>[] = [];
  const said: string[] = [];
  const errors: string[] = [];
  const ends: string[] = [];
  const log: Log = { ...silentLog, error: (line) => void errors.push(line) };
  const apart = createApart({
    ...{ does: "echoes", again, clock, random: seededRandom(1), log },
    starts: createMetrics().counter("starts_total", "Starts."),
    start(onFrame) {
      const child = spawnFramed({ command: ["/bin/cat"], onFrame });
      children.push(child);
      return child;
    },
    onFrame: (frame) => void said.push(Buffer.from(frame).toString()),
    onStarted: () => apart.tell(Buffer.from(`hello ${children.length}`)),
    onEnded: (how) => void ends.push(how),
  });
  return { apart, clock, children, said, errors, ends };
}

test("apart/one that ends is started again after a while, is told anew what matters, and ends with us", async () => {
  const { apart, clock, children, said, errors } = echo("by itself");
  apart.need();
  apart.need();
  expect(children.length).toBe(1);
  await until("it was told", () => said.includes("hello 1"));
  children[0]?.kill("SIGKILL");
  await until("its end is said", () => errors.length === 1);
  expect(errors).toEqual(["The process that echoes ended (SIGKILL); it is started again."]);
  expect(children.length).toBe(1);
  await clock.advance(limits.restartMsMax);
  await until("the next one was told", () => said.includes("hello 2"));
  await apart.stop();
  expect([children.length, errors.length, apart.isThere()]).toEqual([2, 1, false]);
});

test("apart/one that is started when needed waits for the next need; who waited for it is told of its end", async () => {
  const { apart, clock, children, ends } = echo("when needed");
  apart.need();
  children[0]?.kill("SIGKILL");
  await until("its end is known", () => ends.length === 1);
  await clock.advance(10 * limits.restartMsMax);
  expect([children.length, ends]).toEqual([1, ["SIGKILL"]]);
  apart.need();
  expect(children.length).toBe(2);
  await apart.stop();
});
