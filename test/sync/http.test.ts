// The same over real connections: Bun's server, node's client.
import { afterEach, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { dial } from "../../src/host/dial.ts";
import { type Listener, listenHttp } from "../../src/host/http.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryLine } from "../support/memory-line.ts";
import { bodiesAt, bodyAt, createPop, createPublisher, type Publisher, settled, until } from "./world.ts";

const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.stop(true);
});

function listen(fetch: (request: Request) => Response | Promise<Response>, port = 0): Listener {
  const listener = listenHttp({ port, bodyBytesMax: limits.helloBytesMax, fetch });
  listeners.push(listener);
  return listener;
}

const serve = (publisher: Publisher, port = 0): Listener =>
  listen((request) => publisher.feed.fetch(request) ?? new Response(null, { status: 404 }), port);
const urlOf = ({ port }: Listener): string => `http://127.0.0.1:${port}`;

test("http/a first fetch, changes, acks, and a source that comes back on its port", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const listener = serve(publisher);
  const pop = createPop(clock, memoryLine(), { dial, sources: [urlOf(listener)] });
  const bodies = Object.fromEntries(
    Array.from({ length: 300 }, (_, at) => [`/${at}`, `body ${at} `.repeat(at)]),
  );
  await publisher.publish("acme", bodies);
  pop.follower.start();
  await until(() => pop.store.head("acme")?.generation === 1, "the first generation");
  expect(bodiesAt(pop.store, "acme").size).toBe(300);
  await publisher.publish("acme", { ...bodies, "/7": "seven" });
  await until(() => pop.store.head("acme")?.generation === 2, "the second generation");
  await until(() => publisher.feed.sessions()[0]?.unacked === 0, "the ack");
  publisher.beat();
  await until(() => pop.store.freshness()?.sequence === 1, "the heartbeat");

  await listener.stop(true);
  await until(() => !pop.follower.state().connected, "the loss");
  await publisher.publish("acme", { ...bodies, "/7": "eight" });
  serve(publisher, listener.port);
  await until(() => {
    void clock.advance(50);
    return bodyAt(pop.store, "acme", "/7") === "eight";
  }, "the third generation");
  await pop.follower.stop();
});

test("http/a source that accepts and says nothing is left for the next; one that stops speaking too", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  await publisher.publish("acme", { "/": "one" });
  const deaf = listen(() => new Promise<Response>(() => {}));
  const good = serve(publisher);
  const pop = createPop(clock, memoryLine(), { dial, sources: [urlOf(deaf), urlOf(good)] });
  pop.follower.start();
  await settled();
  await clock.advance(limits.sourceSilentMs);
  await until(() => pop.follower.state().source === urlOf(good), "the second source");
  await clock.advance(limits.reconnectMsMin);
  await until(() => pop.store.head("acme") !== null, "the page");
  await clock.advance(limits.sourceSilentMs);
  await until(() => pop.follower.state().source === urlOf(deaf), "the first source again");
  await pop.follower.stop();
});

test("http/a POP that stops ends its session at the feed", async () => {
  const clock = manualClock();
  const publisher = await createPublisher(clock);
  const pop = createPop(clock, memoryLine(), { dial, sources: [urlOf(serve(publisher))] });
  pop.follower.start();
  await until(() => publisher.feed.sessions().length === 1, "the session");
  await pop.follower.stop();
  await until(() => publisher.feed.sessions().length === 0, "its end");
});

test("http/something else at the source's address is said once, with its status", async () => {
  const clock = manualClock();
  const other = listen(() => new Response("<h1>Welcome</h1>", { status: 404 }));
  const pop = createPop(clock, memoryLine(), { dial, sources: [urlOf(other)] });
  pop.follower.start();
  await until(() => pop.log.length > 0, "a line");
  for (let rounds = 0; rounds < 5; rounds++) {
    await clock.advance(limits.reconnectMsMax);
    await settled();
  }
  expect(pop.log.filter((line) => line.includes("answered 404"))).toHaveLength(1);
  await pop.follower.stop();
});
