// A body that a visitor sends, read in bounds of bytes and time. In: what was asked. Out: the body, or why there is none.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Asked, Heard } from "../host/asked.ts";
import type { Trouble } from "./plain-words.ts";

export async function heardInTime(asked: Asked, clock: Clock, bytesMax: number): Promise<Heard | "slow"> {
  if (asked.hear === undefined || !asked.hasBody) return new Uint8Array();
  const { promise, resolve } = Promise.withResolvers<"slow">();
  const heard = asked.hear(bytesMax);
  const timer = clock.after(limits.noteBodyMsMax, () => resolve("slow"));
  const first = await Promise.race([heard, promise]);
  timer.cancel();
  return first;
}

/** What is answered to a body that was not heard. */
export const unheard: Readonly<Record<Exclude<Heard, Uint8Array> | "slow", Trouble>> = {
  "too-long": "longBody",
  malformed: "badBody",
  gone: "badBody",
  slow: "slowBody",
};
