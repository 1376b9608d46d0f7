// A response that is written as fast as its reader reads. In: a source of chunks, wake-ups. Out: a stream that asks for a chunk only when
// the line has room, and ends with a reason when the reader takes none.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";

export interface Line {
  readonly stream: ReadableStream<Uint8Array>;
  /** There may be more to say. */
  wake(): void;
  /** How long a chunk has been waiting for the reader (ms); 0 while the line has room. */
  stuckMs(): number;
  /** Says a last chunk and closes. */
  end(last?: Uint8Array): void;
}

export interface LineOptions {
  readonly clock: Clock;
  /** The next chunk, or null when there is none now. */
  next(): Uint8Array | null;
  /** What an empty source means: wait for a wake-up, or the end. */
  readonly whenEmpty: "wait" | "end";
  /** Called once, whoever ended it. */
  onEnd(): void;
}

export function createLine({ clock, next, whenEmpty, onEnd }: LineOptions): Line {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let room: (() => void) | null = null;
  let writtenMs = clock.monotonicMs();
  let open = true;

  const ended = (): void => {
    if (!open) return;
    open = false;
    room?.();
    room = null;
    onEnd();
  };
  /** True where the turn of this pull is over. */
  const write = (): boolean => {
    if (!open) return true;
    const chunk = next();
    if (chunk === null && whenEmpty === "wait") return false;
    writtenMs = clock.monotonicMs();
    if (chunk !== null) controller?.enqueue(chunk);
    else {
      controller?.close();
      ended();
    }
    return true;
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      pull() {
        if (write()) return;
        return new Promise<void>((resolve) => {
          room = resolve;
        });
      },
      cancel: ended,
    },
    { highWaterMark: 1 },
  );
  return {
    stream,
    wake() {
      if (room === null || !write()) return;
      const resolve = room;
      room = null;
      resolve();
    },
    stuckMs: () => (open && room === null ? clock.monotonicMs() - writtenMs : 0),
    end(last) {
      if (!open) return;
      if (last !== undefined) controller?.enqueue(last);
      controller?.close();
      ended();
    },
  };
}

/** Many small frames go out as one chunk; a chunk ends at the first frame beyond this. */
const chunkBytesAim = 64 * 1024;

/** Frames from `next` until they are about 64 KiB or none is left; null where there was none. */
export function nextChunk(next: () => Uint8Array | null): Uint8Array | null {
  const frames: Uint8Array[] = [];
  let length = 0;
  while (length < chunkBytesAim) {
    const frame = next();
    if (frame === null) break;
    frames.push(frame);
    length += frame.length;
  }
  return length === 0 ? null : Buffer.concat(frames, length);
}
