// How far subscribers are told, as who shows it reads it beside the notifier that writes it. In: the engine, a channel. Out: its numbers.
import { expect, onTestFinished, test } from "bun:test";
import { progressIn } from "../../src/store/outbox-progress.ts";
import { page, subscriber, testChannel, until, world } from "../notify/world.ts";

test("what the engine did is read in numbers, by channel, occasion and incident; what was sent again is no dead letter", async () => {
  const { add, submit, notifier, folder } = await world();
  const progress = progressIn(folder);
  onTestFinished(() => progress.close());
  expect([progress.list(page, { limit: 9 }), progress.dead(page, { offset: 0, limit: 9 })]).toEqual([[], []]);
  const mails = testChannel("email");
  const hooks = testChannel("webhook");
  let refuses = true;
  mails.answer = ({ subscriber: { contact } }) =>
    refuses && contact.email?.startsWith("bad")
      ? { kind: "refused", why: "550 No such user" }
      : { kind: "sent", receipt: null };
  const { notifier: engine, wake } = await notifier([mails, hooks]);
  const people = await add(
    ...["a", "b", "bad1", "bad2"].map((name) => subscriber("email", `${name}@x.example`)),
    subscriber("webhook", "https://x.example/hook"),
  );
  wake();
  const create = (name: string) => submit({ kind: "incident.create", fields: { name, body: name } });
  const [one, two] = [await create("One"), await create("Two")];
  wake();
  await until(() => mails.given.length === 8 && hooks.given.length === 2, "all were told of both");
  await engine.settled();
  const [later, earlier, ...others] = progress.list(page, { limit: 9 });
  expect([later?.occasion, earlier?.occasion, others]).toMatchObject([
    { incident: two },
    { incident: one },
    [],
  ]);
  expect(earlier).toMatchObject({ queued: 5, sent: 3, failed: 2, left: 0, state: "done" });
  expect(earlier?.p95Ms).toBeNumber();
  expect(earlier?.channels.map(({ kind, queued, sent, failed }) => [kind, queued, sent, failed])).toEqual([
    ["email", 4, 2, 2],
    ["webhook", 1, 1, 0],
  ]);
  expect(progress.list(page, { incident: one, limit: 9 })).toEqual([earlier as NonNullable<typeof earlier>]);
  expect(progress.list(page, { limit: 1 })).toHaveLength(1);
  expect(progress.list(page, { before: later?.job, limit: 9 })).toHaveLength(1);
  expect(progress.list(page, { sinceMs: (later?.occurredMs ?? 0) + 1, limit: 9 })).toEqual([]);
  expect(progress.list("another", { limit: 9 })).toEqual([]);

  const dead = progress.dead(page, { offset: 0, limit: 9 });
  const bad = people.filter(({ contact }) => contact.email?.startsWith("bad")).map(({ id }) => id);
  expect(dead.map(({ job }) => job)).toEqual([later, later, earlier, earlier].map((it) => it?.job as number));
  expect(dead.slice(0, 2).map((it) => it.subscriber)).toEqual([...bad].sort());
  expect(dead[0]).toMatchObject({ kind: "email", attempts: 1, why: "550 No such user" });
  expect(progress.dead(page, { offset: 1, limit: 2 })).toEqual(dead.slice(1, 3));
  expect(progress.dead(page, { job: earlier?.job, offset: 0, limit: 9 })).toEqual(dead.slice(2));
  const [, , first] = dead;
  if (first === undefined) throw new Error("Nothing failed.");
  const named = { job: first.job, one: first, offset: 0, limit: 9 };
  expect(progress.dead(page, named)).toEqual([first]);

  refuses = false;
  // Both at once: the lane of the two is over, and is taken up once.
  for (const { job, kind, subscriber: id } of dead.slice(2))
    engine.take({ does: "replay", dead: [{ job, kind, subscriber: id }] });
  await until(() => mails.given.length === 10, "they were sent again");
  await until(() => progress.list(page, { incident: one, limit: 1 })[0]?.sent === 5, "it is kept");
  await engine.settled();
  expect(progress.list(page, { incident: one, limit: 1 })).toMatchObject([{ queued: 5, sent: 5, failed: 0 }]);
  expect(progress.dead(page, named)).toEqual([]);
});
