// Tells open pages of each new generation (server-sent events, HTML 9.2). In: visitors who ask for /_events, word that something changed.
// Out: the page's signed event object in SSE framing, under the number of its generation. Makes no event itself, and keeps none but the newest.
import { type Clock, every, nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Answer, Asked } from "../host/asked.ts";
import { eventsPath } from "../snapshot/names.ts";
import { everywhere, linesOf, overTls } from "./headers.ts";
import { type Channel, Client, clientsOf, createChannel, isEmpty, take } from "./hub-channel.ts";
import { lastIdOf, openingFrame } from "./hub-frames.ts";
import type { Woken } from "./link.ts";
import { type Asking, plain, plainWith } from "./plain.ts";

/** What a page is at this moment. */
export interface PageNow {
  readonly generation: number;
  /** "0", "1", or "3" and a mark of the emergency. */
  readonly level: string;
  /** The identity body of its event; null where this POP has none. */
  event(): Uint8Array | null;
}

/** `unknown`: the store does not say; what was known goes on. */
export type Looked = PageNow | "gone" | "unknown";

export interface Listening {
  readonly asked: Asked;
  readonly page: string;
  /** Reads what a page is now. Must not throw. */
  look(page: string): Looked;
}

export interface HubOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  /** Streams of this process; default `limits.eventClientsMax`. */
  readonly clientsMax?: number;
}

export interface Hub {
  /** Opens a stream of a page. */
  open(listening: Listening): Answer;
  /** Looks at a page, or at all of them, and tells who listens. */
  wake(woken: Woken): void;
  /** Streams that are open. */
  streams(): number;
  /** Ends each of them: browsers come back by themselves, each after a time of its own. */
  stop(): void;
}

type Closed = "left" | "too-slow" | "gone" | "stopping";

export function createHub(options: HubOptions): Hub {
  const { clock, random, metrics, clientsMax = limits.eventClientsMax } = options;
  const sent = metrics.counter("edge_events_sent_total", "Frames written to event streams.");
  const closed = metrics.counter("edge_event_streams_closed_total", "Event streams that ended.", "reason");
  const refused = metrics.counter("edge_event_streams_refused_total", "Event streams that were refused.");
  const channels = new Map<string, Channel>();
  let count = 0;
  let slot = 0;
  let stopped = false;
  metrics.watch("edge_event_streams", "Event streams that are open.", () => count);

  function left(client: Client, reason: Closed): void {
    if (!client.leave()) return;
    count--;
    closed.add(1, reason);
    const { channel } = client;
    if (isEmpty(channel) && channels.get(channel.page) === channel) channels.delete(channel.page);
  }

  const gone = (client: Client): void => left(client, "left");

  function close(client: Client, reason: Exclude<Closed, "left">): void {
    left(client, reason);
    // To end a slow one in order would wait for it: what it has not taken is dropped with its connection.
    if (reason === "too-slow") client.abort();
    else client.end();
  }

  function write(client: Client, frame: Uint8Array): void {
    sent.add();
    if (!client.write(frame)) close(client, "too-slow");
  }

  function update(client: Client, channel: Channel): boolean {
    if (client.level === channel.level && client.generation === channel.generation) return false;
    if (client.level !== channel.level) write(client, channel.levelFrame);
    if (client.generation !== channel.generation) write(client, channel.event);
    client.level = channel.level;
    client.generation = channel.generation;
    return true;
  }

  /** Tells everyone what is new to them, some at a time: an ordinary request waits for those, not for 15,000. */
  async function tell(channel: Channel): Promise<void> {
    if (channel.telling) return;
    channel.telling = true;
    for (let isDone = false; !isDone; ) {
      isDone = true;
      let some = 0;
      for (const client of clientsOf(channel)) {
        if (!update(client, channel)) continue;
        isDone = false;
        if (++some % limits.eventsAtOnce === 0) await nextTurn();
      }
    }
    channel.telling = false;
  }

  function look(channel: Channel): void {
    const now = channel.look(channel.page);
    if (now === "unknown") return;
    if (now === "gone") for (const client of clientsOf(channel)) close(client, "gone");
    else if (take(channel, now)) void tell(channel);
  }

  function lookAtAll(): void {
    for (const channel of channels.values()) look(channel);
  }

  /** Levels turn by time alone, so a page is looked at again and again also where nobody says that something changed. */
  const ticking = every(clock, limits.eventBeatMs / limits.eventBeatSlots, () => {
    lookAtAll();
    slot = (slot + 1) % limits.eventBeatSlots;
    for (const channel of channels.values())
      for (const client of channel.slots[slot] ?? []) write(client, channel.levelFrame);
  });

  return {
    open({ asked, page, look: lookAt }) {
      const asking = { asked, path: eventsPath };
      const channel = channels.get(page) ?? createChannel(page, lookAt);
      const now = lookAt(page);
      if (typeof now === "object" && take(channel, now)) void tell(channel);
      if (channel.generation === 0) return plain(now === "unknown" ? "damaged" : "noEvents", asking);
      const fields = asked.secure ? secureLines : plainLines;
      if (asked.method === "HEAD") return { status: 200, fields, body: null };
      const retryMs = limits.eventRetryMsMin + random.below(limits.eventRetryMsMax - limits.eventRetryMsMin);
      // A browser takes a refusal for the end; from a stream that says when to come back it comes back.
      if (stopped) return { status: 200, fields, body: openingFrame(retryMs) };
      if (count >= clientsMax) {
        refused.add();
        return tooMany(asking, random);
      }
      const since = lastIdOf(asked);
      const news = since !== null && since >= channel.generation ? [] : [channel.event];
      const opening = openingFrame(retryMs, channel.levelFrame, ...news);
      const client = new Client(channel, random.below(limits.eventBeatSlots), opening, gone);
      channels.set(page, channel);
      count++;
      return { status: 200, fields, body: client };
    },
    wake(woken) {
      if (woken === null) return lookAtAll();
      const channel = channels.get(woken);
      if (channel !== undefined) look(channel);
    },
    streams: () => count,
    stop() {
      stopped = true;
      ticking.cancel();
      for (const channel of channels.values())
        for (const client of clientsOf(channel)) close(client, "stopping");
    },
  };
}

const streamHeaders = {
  ...everywhere,
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would collect a stream until its buffer is full.
  "x-accel-buffering": "no",
};
const plainLines = linesOf(streamHeaders);
const secureLines = linesOf({ ...streamHeaders, ...overTls });

/** The page's script asks /_event from time to time instead, and comes back later. */
function tooMany(asking: Asking, random: Random): Answer {
  const seconds = limits.eventRefusedSMin + random.below(limits.eventRefusedSMin);
  return plainWith("full", asking, { "retry-after": String(seconds) });
}
