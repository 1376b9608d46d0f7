// Answers that were given under an `Idempotency-Key`, to be given again. In: who asked, the key, what was asked, the answer. Out: the same answer, for
// a day and through a restart. Bounded for each asker, the oldest go first: a flood of keys takes only its sender's. Rows lie in `meta`.
import { hash } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { createTurns } from "./turns.ts";
import { packValue, unpackValue } from "./values.ts";

export interface Replay {
  /** Of the request: another one must not get this answer. */
  readonly print: string;
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Replays {
  find(asker: string, key: string): Replay | null;
  /** Resolves when it is on the device. */
  keep(asker: string, key: string, replay: Replay): Promise<void>;
}

interface Row extends Replay {
  readonly atMs: number;
}

const word = "replay";

export function createReplays({ tables, commit, clock, refresh }: Store): Replays {
  const turns = createTurns();
  let waiting: Change[] = [];
  /** Hashes by asker, the oldest first; read at the first use. */
  let held: Map<string, Map<string, number>> | null = null;
  const hashOf = (text: string): string => hash("sha256", text, "hex").slice(0, 32);

  function heldOf(asker: string): Map<string, number> {
    if (held === null) {
      refresh();
      held = new Map();
      const rows = Array.from(tables.meta.getRange({ start: [word], end: [word, "\uffff"] }), (row) => ({
        key: row.key as [string, string, string],
        atMs: unpackValue<Row>(row.value).atMs,
      }));
      for (const { key, atMs } of rows.sort((a, b) => a.atMs - b.atMs)) ownOf(held, key[1]).set(key[2], atMs);
    }
    return ownOf(held, asker);
  }

  /** Those of all askers that are a day old, and of this one those that are too many. */
  function past(asker: string): Change[] {
    const gone: Change[] = [];
    for (const [other, own] of held ?? [])
      for (const [key, atMs] of own) {
        const tooMany = other === asker && own.size > limits.replaysPerKeyMax;
        if (!tooMany && atMs > clock.wallMs() - limits.replayMs) break;
        own.delete(key);
        gone.push({ table: tables.meta, key: [word, other, key], value: null });
      }
    return gone;
  }

  return {
    find(asker, key) {
      const [own, name] = [hashOf(asker), hashOf(key)];
      const atMs = heldOf(own).get(name);
      if (atMs === undefined || atMs <= clock.wallMs() - limits.replayMs) return null;
      refresh();
      const bytes = tables.meta.getBinary([word, own, name]);
      return bytes === undefined ? null : unpackValue<Row>(bytes);
    },
    keep(asker, key, replay) {
      const [own, name] = [hashOf(asker), hashOf(key)];
      const row: Row = { ...replay, atMs: clock.wallMs() };
      const names = heldOf(own);
      names.delete(name);
      names.set(name, row.atMs);
      waiting.push({ table: tables.meta, key: [word, own, name], value: packValue(row) }, ...past(own));
      // What waits while a flush is under way goes into the next one.
      return turns(async () => {
        const changes = waiting;
        waiting = [];
        await commit(changes);
      });
    },
  };
}

function ownOf(held: Map<string, Map<string, number>>, asker: string): Map<string, number> {
  const own = held.get(asker) ?? new Map<string, number>();
  held.set(asker, own);
  return own;
}
