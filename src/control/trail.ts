// What was done, page by page and beside them: the op-log and the audit, as one list by time. In: a cursor, what is asked for. Out: entries after
// it with what was there before and after, and the next cursor. What a field was before is looked up by an index of entities, made at first use.
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Json, Op } from "../model/op.ts";
import type { AuditEntry } from "../store/audit.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Entry } from "../store/op-log.ts";
import type { Install } from "./install.ts";

export interface TrailEntry {
  readonly at: number;
  readonly actor: string;
  /** The page that it befell, or pages; `"*"` for all. */
  readonly pages: readonly string[];
  readonly what: string;
  readonly entity: { readonly kind: string; readonly id: string; readonly name: string | null };
  readonly address: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** How far a reader has come in each of the two. */
export interface TrailCursor {
  readonly position: number;
  readonly audit: number;
}

export interface TrailAsked {
  readonly from: TrailCursor;
  readonly count: number;
  /** null: not for this reader. Entries that it turns down are not made. */
  ofOp(op: Op): boolean;
  ofAudit(entry: AuditEntry): AuditEntry | null;
}

export interface TrailPage {
  readonly entries: readonly TrailEntry[];
  readonly next: TrailCursor;
  /** There may be more behind the cursor. */
  readonly more: boolean;
}

export type Trail = (asked: TrailAsked) => Promise<TrailPage>;

export function createTrail({ log, audit }: Pick<Install, "log" | "audit">): Trail {
  const index = createIndex(log);
  return async ({ from, count, ofOp, ofAudit }) => {
    await index.extend();
    const ops = log.opsAfter(from.position)[Symbol.iterator]();
    const rows = audit.after(from.audit, limits.trailScanMax)[Symbol.iterator]();
    let [op, row] = [ops.next(), rows.next()];
    const entries: TrailEntry[] = [];
    let next = from;
    let scanned = 0;
    while (entries.length < count && scanned < limits.trailScanMax && !(op.done && row.done)) {
      scanned++;
      if (row.done || (!op.done && op.value.op.at <= row.value.at)) {
        const { position, op: one } = op.value as Entry;
        next = { ...next, position };
        // Every change of a page renews its time: that is no news of its own.
        if (!isOnlyTime(one) && ofOp(one)) entries.push(index.entryOf(position, one));
        op = ops.next();
      } else {
        next = { ...next, audit: row.value.id };
        const seen = ofAudit(row.value);
        if (seen !== null) entries.push(entryOf(seen));
        row = rows.next();
      }
    }
    return { entries, next, more: !(op.done && row.done) };
  };
}

function isOnlyTime({ kind, fields, sets }: Op): boolean {
  const names = Object.keys(fields);
  return kind === "page" && sets === undefined && names.length === 1 && names[0] === "updatedAt";
}

function entryOf({ at, actor, pages, what, subject, address, before, after }: AuditEntry): TrailEntry {
  return { at, actor, pages, what, entity: subject, address, before, after };
}

/** Ops that one look-up of an earlier value reads at most; what it does not find by then is left out. */
const lookBackMax = 200;

function createIndex(log: Pick<Ledger, "opsAfter">) {
  /** Where each entity was spoken of; most are spoken of once. */
  const places = new Map<string, number | number[]>();
  let upTo = 0;
  let extending: Promise<void> | null = null;
  const keyOf = ({ page, kind, id }: Op): string => `${page}/${kind}/${id}`;

  const extend = async (): Promise<void> => {
    for (const { position, op } of log.opsAfter(upTo)) {
      // Whoever edits meanwhile does not wait for the whole log.
      if (position % 500 === 0) await nextTurn();
      if (position <= upTo) continue;
      upTo = position;
      if (isOnlyTime(op)) continue;
      const held = places.get(keyOf(op));
      if (held === undefined) places.set(keyOf(op), position);
      else if (typeof held === "number") places.set(keyOf(op), [held, position]);
      else held.push(position);
    }
  };

  function before(position: number, op: Op): Record<string, Json> | null {
    const earlier = [places.get(keyOf(op)) ?? []].flat().filter((one) => one < position);
    if (earlier.length === 0) return null;
    const wanted = new Set(Object.keys(op.fields));
    const found: Record<string, Json> = {};
    for (const place of earlier.reverse().slice(0, lookBackMax)) {
      const [entry] = log.opsAfter(place - 1);
      for (const [name, value] of Object.entries(entry?.op.fields ?? {}))
        if (wanted.delete(name)) found[name] = value;
      if (wanted.size === 0) break;
    }
    return found;
  }

  return {
    async extend() {
      extending ??= extend().finally(() => {
        extending = null;
      });
      await extending;
    },
    entryOf(position: number, op: Op): TrailEntry {
      const was = before(position, op);
      const deed = op.fields.deleted === true ? "delete" : was === null ? "create" : "update";
      const { name } = op.fields;
      return {
        ...{ at: op.at, actor: op.actor, pages: [op.page], what: `${op.kind}.${deed}` },
        entity: { kind: op.kind, id: op.id, name: typeof name === "string" ? name : null },
        address: null,
        before: was,
        after: { ...op.fields, ...op.sets },
      };
    },
  };
}
