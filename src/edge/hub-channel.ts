// One page's open streams. In: what the page is now, who comes and goes. Out: whom to tell, and frames that all of them share.
import { limits } from "../base/limits.ts";
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

/** One visitor's stream; the object is the stream's source too, for there are 15,000 of them. */
export class Client {
  readonly channel: Channel;
  /** What it was told last. */
  generation: number;
  level: string;
  private readonly slot: Set<Client>;
  private opening: Uint8Array | null;
  private readonly onLeft: (client: Client) => void;
  private control: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(channel: Channel, slot: number, opening: Uint8Array, onLeft: (client: Client) => void) {
    this.channel = channel;
    this.generation = channel.generation;
    this.level = channel.level;
    this.slot = channel.slots[slot] ?? new Set();
    this.opening = opening;
    this.onLeft = onLeft;
    this.slot.add(this);
  }

  /** Called by the stream. */
  start(control: ReadableStreamDefaultController<Uint8Array>): void {
    this.control = control;
    if (this.opening !== null) control.enqueue(this.opening);
    this.opening = null;
  }

  /** Called by the stream: the visitor is gone. */
  cancel(): void {
    this.control = null;
    this.onLeft(this);
  }

  /** False where it was out already. */
  leave(): boolean {
    return this.slot.delete(this);
  }

  /** False where frames wait that the visitor does not take: the stream's own queue is the bounded queue. */
  write(frame: Uint8Array): boolean {
    if (this.control === null) return true;
    this.control.enqueue(frame);
    return (this.control.desiredSize ?? 0) > -limits.eventFramesMax;
  }

  /** After what waits. */
  end(): void {
    this.control?.close();
    this.control = null;
  }

  /** At once: what waits is dropped. */
  abort(): void {
    this.control?.error(new Error("The visitor is too slow."));
    this.control = null;
  }
}
