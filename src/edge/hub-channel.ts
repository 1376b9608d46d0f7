// One page's open streams. In: what the page is now, who comes and goes. Out: whom to tell, and frames that all of them share.
import { limits } from "../base/limits.ts";
import type { StreamBody, StreamSink } from "../host/asked.ts";
import type { Looked, PageNow } from "./hub.ts";
import { eventFrame, levelFrame } from "./hub-frames.ts";

export interface Channel {
  readonly page: string;
  /** Of which `event` tells. 0: none yet. */
  generation: number;
  level: string;
  /** Frames that are written to everyone as they are: a stream that waits holds a reference, not a copy. */
  event: Uint8Array;
  levelFrame: Uint8Array;
  /** Somebody walks the streams already, and will come by those that he has not told. */
  telling: boolean;
  /** By the turn in which a stream's heartbeat comes, so that not all come at once. */
  readonly slots: readonly Set<Client>[];
  look(page: string): Looked;
}

export function createChannel(page: string, look: Channel["look"]): Channel {
  const slots = Array.from({ length: limits.eventBeatSlots }, () => new Set<Client>());
  const nothing = new Uint8Array();
  return { page, generation: 0, level: "", event: nothing, levelFrame: nothing, telling: false, slots, look };
}

/** Notes what the page is now. True where there is something to tell. A generation without an event is not told of. */
export function take(channel: Channel, now: PageNow): boolean {
  const isNewLevel = now.level !== channel.level;
  if (isNewLevel) {
    channel.level = now.level;
    channel.levelFrame = levelFrame(now.level);
  }
  if (now.generation === channel.generation) return isNewLevel;
  const event = now.event();
  if (event === null) return isNewLevel;
  channel.generation = now.generation;
  channel.event = eventFrame(now.generation, event);
  return true;
}

export function* clientsOf({ slots }: Channel): Generator<Client> {
  for (const slot of slots) yield* slot;
}

export function isEmpty({ slots }: Channel): boolean {
  return slots.every(({ size }) => size === 0);
}

/** One visitor's stream; the object is the answer's body too, for there are 15,000 of them. */
export class Client implements StreamBody {
  readonly channel: Channel;
  /** What it was told last. */
  generation: number;
  level: string;
  private readonly slot: Set<Client>;
  private opening: Uint8Array | null;
  private readonly onLeft: (client: Client) => void;
  private sink: StreamSink | null = null;

  constructor(channel: Channel, slot: number, opening: Uint8Array, onLeft: (client: Client) => void) {
    this.channel = channel;
    this.generation = channel.generation;
    this.level = channel.level;
    this.slot = channel.slots[slot] ?? new Set();
    this.opening = opening;
    this.onLeft = onLeft;
    this.slot.add(this);
  }

  /** Called by the listener, in the turn in which the stream was opened: until then nobody is told anything. */
  start(sink: StreamSink): void {
    this.sink = sink;
    if (this.opening !== null) sink.write(this.opening);
    this.opening = null;
  }

  /** Called by the listener: the visitor is gone. */
  cancel(): void {
    this.sink = null;
    this.onLeft(this);
  }

  /** False where it was out already. */
  leave(): boolean {
    return this.slot.delete(this);
  }

  /** False where frames wait that the visitor does not take: the listener's own queue is the bounded queue. */
  write(frame: Uint8Array): boolean {
    return this.sink === null || this.sink.write(frame) <= limits.eventFramesMax;
  }

  /** After what waits. */
  end(): void {
    this.sink?.end();
    this.sink = null;
  }

  /** At once: what waits is dropped. */
  abort(): void {
    this.sink?.abort();
    this.sink = null;
  }
}
