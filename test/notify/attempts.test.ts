// What became of each message to an endpoint: kept in the order of time, bounded, and forgotten with who it was. In: the engine, a channel. Out: tries as the API reads them.
import { expect, onTestFinished, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { progressIn } from "../../src/store/outbox-progress.ts";
import { manualClock } from "../support/manual-clock.ts";
import { page, sent, subscriber, testChannel, until, world } from "./world.ts";

async function told() {
  const clock = manualClock();
  const it = await world(clock);
  const progress = progressIn(it.folder);
  onTestFinished(() => progress.close());
  const hooks = testChannel("webhook", { keepsTries: true });
  const mails = testChannel("email");
  const { notifier: engine, wake } = await it.notifier([hooks, mails]);
  const [hook, mail] = await it.add(
    subscriber("webhook", "https://x.example/hook"),
    subscriber("email", "a@x.example"),
  );
  if (hook === undefined || mail === undefined) throw new Error("Nobody was added.");
  wake();
  await engine.settled();
  const create = async (name: string): Promise<void> => {
    await it.submit({ kind: "incident.create", fields: { name, body: name } });
    wake();
  };
  return { ...it, clock, progress, hooks, engine, hook, mail, create };
}

test("each try says when, what was answered, how long that took and why; a mailbox has none", async () => {
  const { clock, progress, hooks, engine, hook, mail, create } = await told();
  const beganMs = clock.wallMs();
  hooks.answer = async ({ attempt }) => {
    await clock.advance(250);
    return attempt === 1
      ? { kind: "later", why: "It answered 503.", afterMs: 5_000, status: 503 }
      : { ...sent, status: 200 };
  };
  await create("Down");
  await until(() => progress.tries(page, hook.id).length === 1, "the first try is kept");
  await clock.advance(30_000);
  await until(() => progress.tries(page, hook.id).length === 2, "the second is kept");
  await engine.settled();
  const [second, first] = progress.tries(page, hook.id);
  expect(first).toMatchObject({
    ...{ atMs: beganMs, tookMs: 250, status: 503, outcome: "later", why: "It answered 503.", attempt: 1 },
    occasion: { kind: "update", page },
  });
  expect(second).toMatchObject({ tookMs: 250, status: 200, outcome: "sent", why: "", attempt: 2 });
  expect(progress.tries(page, mail.id)).toEqual([]);
  expect(progress.tries("another", hook.id)).toEqual([]);
});

test("of an endpoint the last ones are kept; those of who is gone, and old ones, are swept", async () => {
  const { clock, progress, hooks, engine, hook, create, subscribers } = await told();
  for (let at = 0; at < limits.triesKept + 3; at++) await create(`No. ${at}`);
  await until(() => hooks.given.length === limits.triesKept + 3, "all were told");
  await engine.settled();
  const kept = progress.tries(page, hook.id);
  expect(kept).toHaveLength(limits.triesKept);
  expect(kept.map(({ job }) => job)).toEqual(kept.map(({ job }) => job).toSorted((a, b) => b - a));
  await clock.advance(limits.triesSweepMs);
  await engine.settled();
  expect(progress.tries(page, hook.id)).toHaveLength(limits.triesKept);
  await subscribers.erase(page, [hook.id]);
  await clock.advance(limits.triesSweepMs);
  await until(
    () => progress.tries(page, hook.id).length === 0,
    "what was sent to who is erased is forgotten",
  );
});
