// How much visitors may say. In: addresses of those who say something. Out: now, or after how many seconds. Counts live for a minute, in memory alone, and
// under a hash with a salt of this process: no address is kept, and none is ever written.
import { hash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

export interface NoteRatesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** In a minute, of one address; 0: as many as all together may. Default `notesPerAddressMax`. */
  readonly perAddress?: number;
  readonly perMinute?: number;
}

export interface NoteRates {
  /** Counts one; null where it may be said, else seconds until it may. */
  take(address: string | null): number | null;
}

const minuteMs = 60_000;

export function createNoteRates(options: NoteRatesOptions): NoteRates {
  const { clock, random } = options;
  const { perAddress = limits.notesPerAddressMax, perMinute = limits.notesPerMinuteMax } = options;
  let salt = "";
  let began = Number.NEGATIVE_INFINITY;
  let all = 0;
  const counts = new Map<string, number>();
  return {
    take(address) {
      const nowMs = clock.monotonicMs();
      if (nowMs - began >= minuteMs) {
        began = nowMs;
        all = 0;
        counts.clear();
        salt = Buffer.from(random.bytes(16)).toString("hex");
      }
      const waitS = Math.ceil((began + minuteMs - nowMs) / 1_000);
      if (all >= perMinute) return waitS;
      if (perAddress > 0 && address !== null && !isWithin(address, counts, salt, perAddress)) return waitS;
      all++;
      return null;
    },
  };
}

function isWithin(address: string, counts: Map<string, number>, salt: string, most: number): boolean {
  const name = hash("sha256", `${salt}${networkIn(address)}`, "hex");
  const count = counts.get(name) ?? 0;
  if (count >= most) return false;
  if (count > 0 || counts.size < limits.noteAddressesMax) counts.set(name, count + 1);
  return true;
}

/** An address of IPv4, also as IPv6 writes it; of IPv6 the /64, which is what one household has. */
function networkIn(address: string): string {
  const mapped = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<string>(zeros).fill("0"), ...last].slice(0, 4).join(":");
}
