// Server-sent events as bytes (HTML 9.2.6). In: numbers, levels, a signed event. Out: frames.
import { Buffer } from "node:buffer";
import type { Asked } from "../host/asked.ts";

/** `bytes`, the event of a generation, under its number. A browser hands it to `onmessage`. */
export function eventFrame(generation: number, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  return Buffer.from(`id: ${generation}\n${dataLines(text)}\n`, "utf8");
}

/** The level, told when it changes and again and again: the heartbeat, by which either side sees that the other is there. */
export function levelFrame(level: string): Uint8Array {
  return Buffer.from(`event: level\n${dataLines(level)}\n`, "utf8");
}

/** What a stream begins with. `retryMs`: after that long a browser whose stream ended comes back. */
export function openingFrame(retryMs: number, ...frames: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(`retry: ${retryMs}\n\n`, "utf8"), ...frames]);
}

function dataLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join("");
}

/**
 * The generation that a visitor has: by the header that a browser sends when it comes back, or, since none can send it the first time, by the
 * query of the same name. Null where neither is a number.
 */
export function lastIdOf(asked: Asked): number | null {
  const said = asked.field("last-event-id") ?? /[?&]lastEventId=(\d{1,15})(?:&|$)/.exec(asked.target)?.[1];
  return said !== undefined && /^\d{1,15}$/.test(said) ? Number(said) : null;
}
