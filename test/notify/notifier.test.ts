// The engine of notifications on a store, an outbox and a clock of the test: who is told of what, once, in which order, and what becomes of it.
import { describe, expect, test } from "bun:test";
import { remindAheadMs } from "../../src/model/timers.ts";
import { wordChange } from "../../src/store/outbox.ts";
import { type Position, unpackDead, unpackJob, unpackLane } from "../../src/store/outbox-rows.ts";
import { manualClock } from "../support/manual-clock.ts";
import { page, sent, subscriber, testChannel, until, world } from "./world.ts";

const open = { kind: "incident.create", fields: { name: "Slow", body: "We look." } } as const;

const addressesOf = (
  given: readonly { subscriber: { contact: { email: string | null; endpoint: string | null } } }[],
) => given.map(({ subscriber: { contact } }) => contact.email ?? contact.endpoint).sort();

describe("notify/who is told", () => {
  test("those of the page, of a component, of the incident: each contact once; nobody else", async () => {
    const { add, submit, notifier } = await world();
    const mails = testChannel("email");
    const { wake } = await notifier([mails]);
    const incident = await submit({
      ...open,
      fields: { ...open.fields, componentIds: ["api"], deliverNotifications: false },
    });
    await add(
      subscriber("email", "all@x.example"),
      subscriber("email", "api@x.example", { components: ["api"] }),
      subscriber("email", "web@x.example", { components: ["web"] }),
      subscriber("email", "one@x.example", { incident }),
      subscriber("email", "all@x.example", { incident }),
      subscriber("email", "web@x.example", { incident }),
      subscriber("email", "asked@x.example", { state: "unconfirmed" }),
      subscriber("email", "other@x.example", { incident: "another" }),
    );
    wake();
    await submit({ kind: "incident.update", id: incident, fields: { status: "identified" } });
    wake();
    await until(() => mails.given.length >= 4, "four were told");
    expect(addressesOf(mails.given)).toEqual([
      "all@x.example",
      "api@x.example",
      "one@x.example",
      "web@x.example",
    ]);
    expect(new Set(mails.given.map(({ key }) => key)).size).toBe(4);
    expect(mails.given[0]).toMatchObject({
      attempt: 1,
      language: "en",
      occasion: { kind: "update", incident },
    });
  });

  test("what was there before, what is imported, what is filled in later, what asks for no notification: nobody is told", async () => {
    const clock = manualClock();
    const { add, submit, notifier, ledger } = await world(clock);
    await submit(open);
    const mails = testChannel("email");
    const { notifier: engine } = await notifier([mails]);
    await add(subscriber("email", "a@x.example"));
    engine.take({ does: "wake", from: ledger.position() });
    await engine.settled();
    const past = clock.wallMs() - 3_600_000;
    const backfilled = await submit({ kind: "incident.create", fields: { name: "Was", at: past } });
    await submit({
      kind: "incident.update",
      id: backfilled,
      fields: { status: "resolved", at: past + 60_000 },
    });
    await submit({ kind: "incident.create", fields: { name: "Quiet", deliverNotifications: false } });
    const update = {
      id: "u1",
      status: "resolved",
      body: "Over.",
      createdAt: past,
      updatedAt: past,
      displayAt: past,
    } as const;
    const imported = { id: "old", name: "Old", createdAt: past, updatedAt: past, updates: [update] };
    await submit({
      kind: "import",
      bundle: { page: { id: page, name: "Acme" }, components: [], incidents: [imported] },
    });
    await submit({ kind: "incident.create", fields: { name: "Now" } });
    engine.take({ does: "wake", from: ledger.position() });
    await until(() => mails.given.length > 0, "somebody was told");
    await engine.settled();
    const { occasion, view } = mails.given[0] as (typeof mails.given)[0];
    expect("incident" in occasion && view.incidentById.get(occasion.incident)?.name).toBe("Now");
    expect(mails.given.length).toBe(1);
  });

  test("a component that changes by itself is told to programs; one that an incident changes is not told again", async () => {
    const { add, submit, notifier } = await world();
    const hooks = testChannel("webhook");
    const mails = testChannel("email", { tells: (kind) => kind !== "component" });
    const { notifier: engine, wake } = await notifier([hooks, mails]);
    await add(subscriber("webhook", "https://a.example/1"), subscriber("email", "a@x.example"));
    wake();
    await submit({ kind: "component.update", id: "api", fields: { status: "major_outage" } });
    await submit({ kind: "incident.create", fields: { name: "X", components: { web: "partial_outage" } } });
    wake();
    await until(() => hooks.given.length === 2 && mails.given.length === 1, "both were told");
    await engine.settled();
    expect(hooks.given.map(({ occasion }) => occasion.kind)).toEqual(["component", "update"]);
    expect(hooks.given[0]?.occasion).toMatchObject({
      component: "api",
      was: "operational",
      is: "major_outage",
    });
  });

  test("whoever unsubscribes while others are told is not told after it", async () => {
    const { add, submit, notifier, subscribers } = await world();
    const mails = testChannel("email", { inFlightMax: 2, inFlightPerReceiverMax: 2 });
    const held: (() => void)[] = [];
    mails.answer = () => new Promise((resolve) => held.push(() => resolve(sent)));
    const { notifier: engine, wake } = await notifier([mails]);
    const added = await add(...Array.from({ length: 6 }, (_, at) => subscriber("email", `s${at}@x.example`)));
    wake();
    await submit(open);
    wake();
    await until(() => held.length === 2, "two are under way");
    const told = new Set(mails.given.map((it) => it.subscriber.id));
    const later = added.filter(({ id }) => !told.has(id)).map(({ id }) => id);
    await subscribers.change(page, later, { state: "unsubscribed" });
    mails.answer = () => sent;
    for (const go of held) go();
    await until(() => engine.inFlight() === 0, "nothing is under way");
    await engine.settled();
    expect(mails.given.length).toBe(2);
  });
});

describe("notify/what is said", () => {
  test("a correction within a minute reaches who was not told yet; a later one nobody", async () => {
    const clock = manualClock();
    const { add, submit, notifier, ledger } = await world(clock);
    const mails = testChannel("email", { inFlightMax: 1, inFlightPerReceiverMax: 1 });
    const held: (() => void)[] = [];
    mails.answer = () => new Promise((resolve) => held.push(() => resolve(sent)));
    const { notifier: engine, wake } = await notifier([mails]);
    await add(...["a", "b", "c", "d"].map((name) => subscriber("email", `${name}@x.example`)));
    wake();
    const incidentId = await submit(open);
    wake();
    await until(() => held.length === 1, "the first is under way");
    const edit = async (body: string): Promise<void> => {
      const id = ledger.view(page)?.incidentById.get(incidentId)?.updates[0]?.id ?? "";
      await submit({ kind: "update.edit", incidentId, id, fields: { body } });
      wake();
      await engine.settled();
    };
    const said = (at: number) => mails.given[at]?.view.incidentById.get(incidentId)?.updates[0]?.body;
    const release = async (): Promise<void> => {
      const { length } = mails.given;
      held.shift()?.();
      await until(() => held.length === 1 && mails.given.length > length, "the next is under way");
    };
    await clock.advance(20_000);
    await edit("We look closely.");
    await release();
    await clock.advance(20_000);
    await release();
    await clock.advance(21_000);
    await edit("Too late.");
    await release();
    expect([0, 1, 2, 3].map(said)).toEqual(["We look.", ...Array(3).fill("We look closely.")]);
    expect(mails.given.map(({ revision }) => revision)).toEqual([1, 2, 2, 2]);
    expect(mails.given[1]?.view).toBe(mails.given[3]?.view as never);
  });

  test("what is deleted within a minute is told to nobody else", async () => {
    const { add, submit, notifier } = await world();
    const mails = testChannel("email", { inFlightMax: 1, inFlightPerReceiverMax: 1 });
    const held: (() => void)[] = [];
    mails.answer = () => new Promise((resolve) => held.push(() => resolve(sent)));
    const { notifier: engine, outbox, wake } = await notifier([mails]);
    await add(...["a", "b", "c"].map((name) => subscriber("email", `${name}@x.example`)));
    wake();
    const id = await submit(open);
    wake();
    await until(() => held.length === 1, "the first is under way");
    await submit({ kind: "incident.delete", id });
    wake();
    await engine.settled();
    held.shift()?.();
    await until(() => engine.inFlight() === 0, "nothing is under way");
    await engine.settled();
    outbox.refresh();
    expect(mails.given.length).toBe(1);
    expect(unpackJob(outbox.tables.jobs.getBinary(1) as Buffer).state).toBe("cancelled");
  });
});

describe("notify/tries", () => {
  test("a failure is tried again with the first key, after what the receiver said, and is given up as a dead letter that can be sent again", async () => {
    const clock = manualClock();
    const { add, submit, notifier } = await world(clock);
    const hooks = testChannel("webhook");
    hooks.answer = () => ({ kind: "later", why: "It said 503.", afterMs: 600_000 });
    const { notifier: engine, outbox, wake } = await notifier([hooks]);
    const [one] = await add(subscriber("webhook", "https://a.example/1"));
    wake();
    await submit(open);
    wake();
    await until(() => hooks.given.length === 1 && engine.inFlight() === 0, "it was tried");
    await engine.settled();
    const pass = async (seconds: number): Promise<void> => {
      for (let left = seconds; left > 0; left -= 10) {
        await clock.advance(10_000);
        await engine.settled();
      }
    };
    await pass(590);
    expect(hooks.given.length).toBe(1);
    await pass(20);
    await until(() => hooks.given.length === 2 && engine.inFlight() === 0, "it was tried again");
    hooks.answer = () => ({ kind: "refused", why: "It said 400." });
    await pass(610);
    await until(() => hooks.given.length === 3 && engine.inFlight() === 0, "it was refused");
    await engine.settled();
    outbox.refresh();
    const [dead] = [...outbox.tables.dead.getRange()];
    expect(dead && unpackDead(dead.value)).toMatchObject({ attempts: 3, why: "It said 400." });
    hooks.answer = () => sent;
    engine.take({ does: "replay", dead: [{ job: 1, kind: "webhook", subscriber: one?.id ?? "" }] });
    await until(() => hooks.given.length === 4, "it was sent again");
    await until(() => engine.inFlight() === 0, "nothing is under way");
    await engine.settled();
    expect(new Set(hooks.given.map(({ key }) => key)).size).toBe(1);
    expect(hooks.given.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1]);
    outbox.refresh();
    const lane = unpackLane([...outbox.tables.lanes.getRange()][0]?.value as Buffer);
    expect(lane).toMatchObject({ state: "done", queued: 1, sent: 1, failed: 0, retried: 2 });
    expect([outbox.tables.dead.getKeysCount(), outbox.tables.again.getKeysCount()]).toEqual([0, 0]);
  });

  test("a receiver that hangs holds its own places and slows nobody else", async () => {
    const clock = manualClock();
    const { add, submit, notifier } = await world(clock);
    const hooks = testChannel("webhook", { inFlightMax: 8, inFlightPerReceiverMax: 2 });
    hooks.answer = ({ subscriber: { contact } }, signal) =>
      contact.endpoint?.includes("dead.example") === true
        ? new Promise((resolve) => {
            signal.addEventListener("abort", () =>
              resolve({ kind: "later", why: "It hangs.", afterMs: null }),
            );
          })
        : sent;
    const { notifier: engine, outbox, wake } = await notifier([hooks]);
    await add(
      ...Array.from({ length: 40 }, (_, at) => subscriber("webhook", `https://dead.example/${at}`)),
      ...Array.from({ length: 40 }, (_, at) => subscriber("webhook", `https://live${at}.example/`)),
    );
    wake();
    await submit(open);
    wake();
    const live = () => hooks.given.filter((it) => it.subscriber.contact.endpoint?.includes("live")).length;
    await until(() => live() === 40, "all that live were told, and no clock moved");
    await until(() => engine.inFlight() === 2, "the dead one holds two");
    await engine.settled();
    outbox.refresh();
    expect(outbox.tables.again.getKeysCount()).toBe(38);
  });

  test("one that says it is gone is reported each time, until the control plane has taken it", async () => {
    const clock = manualClock();
    const { add, submit, notifier } = await world(clock);
    const [hooks, mails] = [testChannel("webhook"), testChannel("email")];
    hooks.answer = () => ({ kind: "gone", why: "It said 410." });
    mails.answer = hooks.answer;
    const { notifier: engine, outbox, reports, wake } = await notifier([hooks, mails]);
    const added = await add(subscriber("webhook", "https://a.example/"), subscriber("email", "a@x.example"));
    wake();
    for (let round = 1; round <= 2; round++) {
      reports.length = 0;
      await submit(open);
      wake();
      await until(() => mails.given.length === round && hooks.given.length === round, "both were tried");
      await until(() => engine.inFlight() === 0, "nothing is under way");
      await engine.settled();
      const told = reports.flatMap((it) => (it.says === "gone" ? it.gone.flatMap(({ ids }) => ids) : []));
      expect([...new Set(told)].sort()).toEqual(added.map(({ id }) => id).sort());
      for (const { id } of added) engine.take({ does: "took", page, ids: [id] });
      await engine.settled();
      outbox.refresh();
      expect(outbox.tables.gone.getKeysCount()).toBe(0);
    }
  });

  test("a channel's rate holds on the clock", async () => {
    const clock = manualClock();
    const { add, submit, notifier } = await world(clock);
    const mails = testChannel("email", { perSecondMax: 10, inFlightMax: 50, inFlightPerReceiverMax: 50 });
    const { notifier: engine, wake } = await notifier([mails]);
    await add(...Array.from({ length: 40 }, (_, at) => subscriber("email", `s${at}@x.example`)));
    wake();
    await submit(open);
    wake();
    await until(() => mails.given.length === 1, "the first was sent");
    for (let step = 0; step < 20; step++) {
      await clock.advance(100);
      await until(() => engine.inFlight() === 0, "nothing is under way");
      await engine.settled();
    }
    expect(mails.given.length).toBeGreaterThan(15);
    expect(mails.given.length).toBeLessThanOrEqual(22);
  });
});

describe("notify/two notifiers", () => {
  test("two over one outbox tell everybody once; what a dead one held the other takes at once", async () => {
    const { add, submit, notifier } = await world();
    const [ours, theirs] = [testChannel("email"), testChannel("email")];
    const [first, second] = [await notifier([ours]), await notifier([theirs])];
    await add(...Array.from({ length: 60 }, (_, at) => subscriber("email", `s${at}@x.example`)));
    for (const { wake } of [first, second]) wake();
    for (let round = 0; round < 5; round++) {
      await submit(open);
      for (const { wake } of [first, second]) wake();
    }
    await until(() => ours.given.length + theirs.given.length >= 300, "all were told");
    for (const { notifier: engine } of [first, second]) await engine.settled();
    const keys = [...ours.given, ...theirs.given].map(({ key }) => key);
    expect([keys.length, new Set(keys).size]).toEqual([300, 300]);
  });
});

describe("notify/beside a log that came back from a backup", () => {
  test("what is new by its stamp is told, and what was told is not told again, whichever of the two is longer", async () => {
    const clock = manualClock();
    const { add, submit, notifier } = await world(clock);
    const mails = testChannel("email");
    const { notifier: engine, outbox, wake } = await notifier([mails]);
    await add(subscriber("email", "a@x.example"));
    const names = () => mails.given.map(({ occasion }) => ("incident" in occasion ? occasion.incident : ""));
    wake();
    const told = [await submit(open)];
    wake();
    await until(() => mails.given.length === 1, "the first is told");
    // The log of before was 40 ops longer, or 3 shorter than what is there now: at that place stands another op, or none.
    for (const [apart, count] of [
      [40, 2],
      [-3, 3],
    ] as const) {
      await until(() => engine.inFlight() === 0, "that is kept");
      await engine.settled();
      outbox.refresh();
      const held = outbox.word<Position>("position");
      if (held === null) throw new Error("Nothing was read.");
      const position = { ...held, position: held.position + apart };
      await outbox.transact(() => ({
        value: null,
        changes: [wordChange(outbox.tables, "position", position)],
      }));
      wake();
      await engine.settled();
      expect(names()).toEqual(told);
      await clock.advance(1_000);
      told.push(await submit(open));
      wake();
      await until(() => mails.given.length === count, "what is new is told");
    }
    await until(() => engine.inFlight() === 0, "that is kept");
    expect(names()).toEqual(told);
  });
});

describe("notify/what comes and what came of it", () => {
  test("one is reminded of a maintenance once, before it begins; whose turn comes later is not", async () => {
    const clock = manualClock();
    const { add, submit, notifier } = await world(clock);
    const mails = testChannel("email", { inFlightMax: 1, inFlightPerReceiverMax: 1 });
    const first = Promise.withResolvers<typeof sent>();
    mails.answer = () => first.promise;
    const { notifier: engine, outbox, wake } = await notifier([mails]);
    await add(...["a", "b"].map((name) => subscriber("email", `${name}@x.example`)));
    wake();
    await engine.settled();
    const from = clock.wallMs() + remindAheadMs + 10_000;
    const id = await submit({
      kind: "incident.create",
      fields: {
        ...{ name: "New switches", deliverNotifications: false, automation: { remindsPrior: true } },
        window: { from, until: from + 3_600_000 },
      },
    });
    await clock.advance(remindAheadMs);
    await submit({ kind: "timer", timer: { kind: "remind", id, at: from - remindAheadMs } });
    wake();
    await until(() => mails.given.length === 1, "the first is reminded");
    expect(mails.given[0]?.occasion).toMatchObject({ kind: "reminder", incident: id, from });
    await clock.advance(10_000);
    first.resolve(sent);
    await until(() => {
      outbox.refresh();
      return unpackJob(outbox.tables.jobs.getBinary(1) as Buffer).state === "done";
    }, "all of it is settled");
    expect(mails.given).toHaveLength(1);
    expect(unpackLane([...outbox.tables.lanes.getRange()][0]?.value as Buffer)).toMatchObject({
      sent: 1,
      left: 1,
    });
  });

  test("what happens goes before what one is reminded of, also where reminders were under way", async () => {
    const clock = manualClock();
    const { add, submit, notifier } = await world(clock);
    const mails = testChannel("email", { inFlightMax: 1, inFlightPerReceiverMax: 1 });
    const first = Promise.withResolvers<typeof sent>();
    mails.answer = () => (mails.given.length === 1 ? first.promise : sent);
    const { notifier: engine, wake } = await notifier([mails]);
    await add(...["a", "b", "c"].map((name) => subscriber("email", `${name}@x.example`)));
    wake();
    await engine.settled();
    const from = clock.wallMs() + 2 * remindAheadMs;
    const id = await submit({
      kind: "incident.create",
      fields: {
        ...{ name: "New switches", deliverNotifications: false, automation: { remindsPrior: true } },
        window: { from, until: from + 3_600_000 },
      },
    });
    await clock.advance(remindAheadMs);
    await submit({ kind: "timer", timer: { kind: "remind", id, at: from - remindAheadMs } });
    wake();
    await until(() => mails.given.length === 1, "the first is reminded");
    await submit(open);
    wake();
    await engine.settled();
    first.resolve(sent);
    await until(() => mails.given.length === 6, "all are told of both");
    const kinds = mails.given.map(({ occasion }) => occasion.kind);
    expect(kinds).toEqual(["reminder", "update", "update", "update", "reminder", "reminder"]);
  });

  test("a post-mortem is told once when it is published, and what it says then", async () => {
    const { add, submit, notifier } = await world();
    const mails = testChannel("email");
    const { notifier: engine, wake } = await notifier([mails]);
    await add(subscriber("email", "a@x.example"));
    wake();
    const id = await submit({ ...open, fields: { ...open.fields, deliverNotifications: false } });
    const update = { status: "resolved", deliverNotifications: false } as const;
    await submit({ kind: "incident.update", id, fields: update });
    await submit({ kind: "postmortem.draft", id, body: "A disk was full." });
    wake();
    await engine.settled();
    expect(mails.given).toEqual([]);
    await submit({ kind: "postmortem.publish", id, deliverNotifications: true });
    wake();
    await until(() => mails.given.length === 1, "it is told");
    expect(mails.given[0]).toMatchObject({
      occasion: { kind: "postmortem", page, incident: id },
      attempt: 1,
    });
    expect(mails.given[0]?.view.incidentById.get(id)?.postmortem?.body).toBe("A disk was full.");
  });
});

test("notify/what is sent, waits and fails is counted by channel, and told to the control plane", async () => {
  const clock = manualClock();
  const { add, submit, notifier } = await world(clock);
  const hooks = testChannel("webhook");
  hooks.answer = ({ subscriber: { contact } }) =>
    contact.endpoint?.includes("busy") ? { kind: "later", why: "It said 503.", afterMs: 60_000 } : sent;
  const { notifier: engine, reports, wake } = await notifier([hooks]);
  await add(...["a", "b", "busy"].map((name) => subscriber("webhook", `https://${name}.example/`)));
  wake();
  await submit(open);
  wake();
  await until(() => hooks.given.length === 3, "all were tried");
  await until(() => engine.inFlight() === 0, "that is kept");
  await engine.settled();
  await clock.advance(10_000);
  const text = reports.findLast((it) => it.says === "measured")?.text ?? "";
  expect(text).toContain('pharos_notify_tries_total{channel="webhook",outcome="sent"} 2');
  expect(text).toContain('pharos_notify_tries_total{channel="webhook",outcome="later"} 1');
  expect(text).toContain('pharos_notify_waiting{channel="webhook"} 1');
  expect(text).toMatch(/pharos_notify_oldest_seconds\{channel="webhook"\} (5|10)\n/);
});
