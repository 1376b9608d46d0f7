// What happens on a page, on the operator's own accounts: posted once by its key, in the order in which it happened, with its address. In: the engine, an account. Out: posts.
import { expect, onTestFinished, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { createSocialChannel } from "../../src/notify/channel-social.ts";
import { mastodon } from "../../src/notify/social-mastodon.ts";
import { messageOf } from "../../src/render/message.ts";
import { socialText } from "../../src/render/message-social.ts";
import { progressIn } from "../../src/store/outbox-progress.ts";
import { openReaderLinks } from "../../src/store/reader-links.ts";
import { manualClock } from "../support/manual-clock.ts";
import { outage, view } from "./invented-delivery.ts";
import { postingHere, type Receiver, receiver } from "./receiver.ts";
import { page, until, world } from "./world.ts";

async function told() {
  const clock = manualClock();
  const it = await world(clock);
  await openReaderLinks(it.store, seededRandom(3));
  const [own, others] = [await receiver(), await receiver()];
  onTestFinished(() => {
    for (const one of [own, others]) one.close();
  });
  const posting = postingHere();
  const accountOf = (there: Receiver) => {
    const account = mastodon.open(there.url, "tok", posting);
    if (account === null) throw new Error("That is an account.");
    return account;
  };
  const channel = createSocialChannel(
    [
      { page: null, account: accountOf(own) },
      { page: "another", account: accountOf(others) },
    ],
    posting,
  );
  const progress = progressIn(it.folder);
  onTestFinished(() => progress.close());
  const { notifier: engine, wake } = await it.notifier([channel]);
  wake();
  await engine.settled();
  return { ...it, clock, own, others, progress, engine, wake };
}

const statusOf = ({ body }: { readonly body: string }): string => JSON.parse(body).status;

test("an incident and its end are posted on the accounts of its page, without any subscriber; what is quiet is not", async () => {
  const { own, others, submit, wake, progress, engine } = await told();
  await submit({ kind: "incident.create", fields: { name: "Quiet", deliverNotifications: false } });
  const id = await submit({ kind: "incident.create", fields: { name: "API is down", body: "We *look*." } });
  await submit({ kind: "incident.update", id, fields: { status: "resolved", body: "It is over." } });
  wake();
  await until(() => own.came.length === 2, "both were posted");
  await until(() => engine.inFlight() === 0, "that is kept");
  expect(own.came.map(statusOf)).toEqual([
    `Acme: Investigating: API is down\n\nWe look.\n\nhttps://status.acme.example/incidents/${id}`,
    `Acme: Resolved: API is down\n\nIt is over.\n\nhttps://status.acme.example/incidents/${id}`,
  ]);
  expect(new Set(own.came.map(({ headers }) => headers["idempotency-key"])).size).toBe(2);
  expect(others.came).toEqual([]);
  const [last] = progress.list(page, { incident: id, limit: 1 });
  expect(last?.channels).toMatchObject([{ kind: "social", queued: 1, sent: 1, failed: 0 }]);
});

test("a post that is not taken, also by a token that was revoked, is tried again under its first key", async () => {
  const { own, submit, wake, clock, engine } = await told();
  own.answers = [
    (_came, response) => response.writeHead(401).end(),
    (_came, response) => response.writeHead(503, { "retry-after": "30" }).end(),
    (_came, response) => response.writeHead(200).end(),
  ];
  await submit({ kind: "incident.create", fields: { name: "Down", body: "We look." } });
  wake();
  // Each is due a while after what became of the one before it is kept.
  for (let at = 0; own.came.length < 3 && at < 10_000; at++) {
    await clock.advance(1_000);
    await new Promise((resume) => setImmediate(resume));
  }
  await until(() => engine.inFlight() === 0, "that is kept");
  await clock.advance(3_600_000);
  expect(own.came).toHaveLength(3);
  expect(new Set(own.came.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
});

test("a post fits and keeps its address, however long what was written is", () => {
  const message = (name: string, body: string) => {
    const [first, ...rest] = outage.updates;
    if (first === undefined) throw new Error("It has no update.");
    const incident = { ...outage, name, updates: [{ ...first, body }, ...rest] };
    const incidentById = new Map(view.incidentById).set(incident.id, incident);
    const occasion = { kind: "update", page: view.page.id, incident: incident.id, update: first.id } as const;
    const made = messageOf(occasion, { ...view, incidentById }, "en");
    if (made === null) throw new Error("It says nothing.");
    return made;
  };
  for (const [name, body] of [
    ["Short", ""],
    ["Short", "Long. ".repeat(500)],
    ["Title ".repeat(100), "Text"],
    ["👩‍🚒".repeat(400), "👩‍🚒".repeat(4_000)],
  ] as const)
    for (const most of [300, 500]) {
      const made = message(name, body);
      const text = socialText(made, most);
      expect([...new Intl.Segmenter("en").segment(text)].length).toBeLessThanOrEqual(most);
      expect(text.endsWith(`\n\n${made.address}`)).toBe(true);
    }
});
