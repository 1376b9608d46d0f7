// How often one contact, and a whole page, is sent something about a subscription. In: who is to be asked. Out: whether it may be, and the row that keeps count.
// Counts of a contact are on the device: a restart is no way to pester. Those of a page are a brake, and begin anew with the process.
import { limits } from "../base/limits.ts";
import { isPerson, type SubscriberKind } from "../model/subscriber.ts";
import type { NewAsk } from "./asks.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

/** Counts of one transaction on top of what is on the device. */
export interface Counting {
  /** Counts, and says whether it may be sent. */
  take(kind: SubscriberKind, hash: string, ask: NewAsk["kind"]): boolean;
  /** The rows of what was counted. */
  rows(): readonly Change[];
}

/** People answer a message before they are told; programs answer a challenge. */
export const askFor = (kind: SubscriberKind): "confirm" | "challenge" =>
  isPerson(kind) ? "confirm" : "challenge";

/** [place, page, keyed hash of the contact, ask] -> times (ms) of the last day */
const askedPlace = "asked";

const perDay: Readonly<Partial<Record<SubscriberKind, number>>> = {
  email: limits.mailAsksPerPageDayMax,
  sms: limits.textAsksPerPageDayMax,
};
const dayMs = 24 * 3_600_000;

interface Day {
  fromMs: number;
  count: number;
}
const days = new WeakMap<Store, Map<string, Day>>();

export function countingFor(store: Store, page: string): Counting {
  const { tables, clock } = store;
  const nowMs = clock.wallMs();
  const counted = new Map<string, { readonly key: string[]; readonly times: number[] }>();
  const ofStore = days.get(store) ?? new Map<string, Day>();
  days.set(store, ofStore);
  const timesOf = (key: string[]): number[] => {
    const bytes = tables.meta.getBinary(key);
    const held = bytes === undefined ? [] : unpackValue<number[]>(bytes);
    return held.filter((atMs) => atMs > nowMs - limits.askedPerContactMs);
  };
  const dayOf = (kind: SubscriberKind): Day => {
    const known = ofStore.get(`${page} ${kind}`);
    const day = known === undefined || known.fromMs <= nowMs - dayMs ? { fromMs: nowMs, count: 0 } : known;
    ofStore.set(`${page} ${kind}`, day);
    return day;
  };
  return {
    take(kind, hash, ask) {
      const key = [askedPlace, page, hash, ask];
      const name = key.join(" ");
      const times = counted.get(name)?.times ?? timesOf(key);
      const day = dayOf(kind);
      if (times.length >= limits.askedPerContactMax) return false;
      if (day.count >= (perDay[kind] ?? limits.endpointAsksPerPageDayMax)) return false;
      day.count++;
      times.push(nowMs);
      counted.set(name, { key, times });
      return true;
    },
    rows: () =>
      Array.from(counted.values(), ({ key, times }) => ({
        table: tables.meta,
        key,
        value: packValue(times),
      })),
  };
}

/** The rows of forgetting what was counted of a contact. */
export const forgettingCounts = ({ tables }: Store, page: string, hash: string): readonly Change[] =>
  Array.from(
    tables.meta.getKeys({ start: [askedPlace, page, hash], end: [askedPlace, page, hash, "\uffff"] }),
    (key) => ({ table: tables.meta, key, value: null }),
  );

/** The rows of counts that are over, some of them. */
export function overCounts({ tables, clock }: Store, limit: number, after: readonly string[]): Overs {
  const past = clock.wallMs() - limits.askedPerContactMs;
  const range = { start: after.length === 0 ? [askedPlace] : [...after], end: [askedPlace, "\uffff"], limit };
  const rows = Array.from(tables.meta.getRange(range));
  const last = rows.at(-1)?.key as string[] | undefined;
  const over = rows.filter(({ value }) => (unpackValue<number[]>(value).at(-1) ?? 0) <= past);
  return {
    changes: over.map(({ key }) => ({ table: tables.meta, key, value: null })),
    next: rows.length < limit || last === undefined ? null : [...last, ""],
  };
}

export interface Overs {
  readonly changes: readonly Change[];
  /** Where to go on; null where that was all. */
  readonly next: readonly string[] | null;
}
