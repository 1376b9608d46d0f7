// One channel of a job: which subscribers are next, which are under way, which come again. In: ids as they are found and settled. Out: the row that says
// all of it. Whoever is behind the row's cursor and not among its open ones is settled, on the device.
import type { ChannelKind } from "../model/subscriber.ts";
import type { Change } from "../store/commit.ts";
import type { OutboxTables } from "../store/outbox.ts";
import {
  type AgainRow,
  type DeadRow,
  type LaneRow,
  packAgain,
  packDead,
  placeOfKind,
} from "../store/outbox-rows.ts";
import { addTime, listOf, type Times, timesFrom } from "../store/outbox-times.ts";
import type { Tried, TryRow } from "../store/outbox-tries.ts";
import type { Job } from "./job.ts";

export interface LaneOptions {
  readonly job: Job;
  readonly kind: ChannelKind;
  readonly row: LaneRow;
  readonly again: ReadonlyMap<string, AgainRow>;
  readonly tables: OutboxTables;
}

export interface Collected {
  readonly row: Omit<LaneRow, "holder" | "leaseUntilMs">;
  readonly changes: readonly Change[];
  readonly tried: readonly Tried[];
}

export class Lane {
  readonly job: Job;
  readonly kind: ChannelKind;
  /** Until then no other notifier takes it, as the device says. */
  leaseUntilMs: number;
  /** Whether anybody is known to be meant: before, there is nothing to look for. */
  ready: boolean;
  /** Nothing of it may begin any more: another notifier has it, or it was taken back. */
  over = false;
  /** It is over, on the device: nobody holds it. */
  closed = false;
  #state: LaneRow["state"];
  #queued: number | null;
  #sent: number;
  #failed: number;
  #left: number;
  #retried: number;
  #firstSentMs: number | null;
  #lastSentMs: number | null;
  readonly #times: Times;
  /** Found, not looked at yet. */
  readonly #found: string[] = [];
  #next = 0;
  /** Under way when the notifier before ended. */
  readonly #reopened: string[];
  readonly #under = new Set<string>();
  readonly #again: Map<string, AgainRow>;
  readonly #trying = new Set<string>();
  #scannedTo: string;
  #takenTo: string;
  #exhausted: boolean;
  #changes: Change[] = [];
  #tried: Tried[] = [];
  readonly #tables: OutboxTables;

  constructor({ job, kind, row, again, tables }: LaneOptions) {
    this.job = job;
    this.kind = kind;
    this.leaseUntilMs = row.leaseUntilMs;
    this.#state = row.state;
    this.#queued = row.queued;
    [this.#sent, this.#failed, this.#left, this.#retried] = [row.sent, row.failed, row.left, row.retried];
    [this.#firstSentMs, this.#lastSentMs] = [row.firstSentMs, row.lastSentMs];
    this.#times = timesFrom(row.times);
    this.#reopened = [...row.open];
    this.#again = new Map(again);
    this.#scannedTo = row.cursor;
    this.#takenTo = row.cursor;
    this.#exhausted = row.state !== "open";
    // One that was counted by a notifier before this is not counted again: nothing else would say that it may begin.
    this.ready = row.queued !== null || row.cursor !== "" || this.#reopened.length > 0;
    this.#tables = tables;
  }

  get scannedTo(): string {
    return this.#scannedTo;
  }

  /** Whether its rows are to be looked at. */
  get scans(): boolean {
    return this.ready && !this.#exhausted && !this.over && this.#next >= this.#found.length;
  }

  /** Whether somebody can be taken now. */
  get has(): boolean {
    return !this.over && (this.#reopened.length > 0 || this.#next < this.#found.length);
  }

  /** Whether later jobs of the page may begin: none of its rows is left to be taken. */
  get taken(): boolean {
    return this.over || (this.#exhausted && !this.has);
  }

  get done(): boolean {
    const idle = this.#under.size + this.#trying.size + this.#again.size === 0;
    return this.taken && idle && this.#queued !== null;
  }

  /** Whether it is still to be counted whom it is for. */
  get counts(): boolean {
    return this.#queued === null && !this.over;
  }

  /** Who is counted, and neither told nor given up. */
  get waiting(): number {
    return this.over ? 0 : Math.max(0, (this.#queued ?? 0) - this.#sent - this.#failed - this.#left);
  }

  get failed(): number {
    return this.#failed;
  }

  get waits(): number {
    return this.#again.size;
  }

  /** Nobody is to be looked for before `id`. */
  startAt(id: string): void {
    if (this.ready) return;
    this.ready = true;
    [this.#scannedTo, this.#takenTo] = [id, id];
  }

  /** Rows up to `to` were looked at, null: up to the last; these are meant. */
  found(ids: readonly string[], to: string | null): void {
    this.#found.length = 0;
    this.#next = 0;
    for (const id of ids) this.#found.push(id);
    if (to === null) this.#exhausted = true;
    else this.#scannedTo = to;
  }

  counted(count: number): void {
    this.#queued = count;
    if (this.ready) return;
    this.ready = true;
    this.#exhausted = true;
  }

  /** Who is next; what becomes of it is then told. */
  take(): string | null {
    if (this.over) return null;
    const reopened = this.#reopened.pop();
    if (reopened !== undefined) {
      this.#under.add(reopened);
      return reopened;
    }
    const id = this.#found[this.#next];
    if (id === undefined) return null;
    this.#next++;
    this.#takenTo = id;
    this.#under.add(id);
    return id;
  }

  /** Who was just taken is the next one again. */
  putBack(id: string): void {
    this.#under.delete(id);
    this.#reopened.push(id);
  }

  /** A row that is tried again; null where it is so no more. */
  tryAgain(id: string): AgainRow | null {
    const row = this.#again.get(id);
    if (row === undefined || this.#trying.has(id) || this.over) return null;
    this.#trying.add(id);
    return row;
  }

  isTrying(id: string): boolean {
    return this.#trying.has(id);
  }

  waitUntil(id: string, dueMs: number): void {
    const row = this.#again.get(id);
    if (row !== undefined) this.waitOn(id, { ...row, dueMs });
  }

  /** In memory alone: on the device it is due earlier, which harms nobody. */
  waitOn(id: string, row: AgainRow): void {
    this.#trying.delete(id);
    this.#again.set(id, row);
  }

  setAside(id: string, row: AgainRow): void {
    this.#under.delete(id);
    this.#trying.delete(id);
    this.#again.set(id, row);
    if (row.attempts > 0) this.#retried++;
    this.#put(this.#tables.again, id, packAgain(row));
  }

  sent(id: string, atMs: number): void {
    this.#settle(id);
    this.#sent++;
    this.#firstSentMs ??= atMs;
    this.#lastSentMs = atMs;
    addTime(this.#times, atMs - this.job.occurredMs);
  }

  gaveUp(id: string, row: DeadRow): void {
    this.#settle(id);
    this.#failed++;
    this.#put(this.#tables.dead, id, packDead(row));
  }

  /** What one try came to, beside what becomes of the message. */
  tried(subscriber: string, row: TryRow): void {
    this.#tried.push({ page: this.job.page, subscriber, row });
  }

  /** It is not to be told any more. */
  left(id: string): void {
    this.#settle(id);
    this.#left++;
  }

  /** A dead letter is sent once more; false where it is none. */
  replay(id: string, row: AgainRow): boolean {
    const key = [this.job.number, placeOfKind(this.kind), id];
    if (this.#tables.dead.getBinary(key) === undefined || this.#again.has(id)) return false;
    this.#failed = Math.max(0, this.#failed - 1);
    if (this.#state === "done") this.#state = "scanned";
    this.#put(this.#tables.dead, id, null);
    this.#again.set(id, row);
    this.#put(this.#tables.again, id, packAgain(row));
    return true;
  }

  /** Nobody else is told; what is under way ends by itself. */
  cancel(): void {
    this.over = true;
    this.#state = "cancelled";
    for (const id of this.#again.keys()) this.#put(this.#tables.again, id, null);
    this.#again.clear();
  }

  again(): Iterable<readonly [string, AgainRow]> {
    return this.#again;
  }

  /** What is to be kept now; `keptNot` gives it back where it could not be. */
  collect(): Collected {
    const [changes, tried] = [this.#changes, this.#tried];
    [this.#changes, this.#tried] = [[], []];
    return { row: this.#row(), changes, tried };
  }

  keptNot({ changes, tried }: Pick<Collected, "changes" | "tried">): void {
    this.#changes = [...changes, ...this.#changes];
    this.#tried = [...tried, ...this.#tried];
  }

  #row(): Omit<LaneRow, "holder" | "leaseUntilMs"> {
    const told = this.#sent + this.#failed + this.#left;
    const state =
      this.#state === "cancelled" ? "cancelled" : this.done ? "done" : this.taken ? "scanned" : "open";
    return {
      state,
      cursor: this.#next >= this.#found.length ? this.#scannedTo : this.#takenTo,
      open: [...this.#under, ...this.#reopened],
      // Whoever came while it was told was told as well.
      queued: state === "done" ? told : this.#queued === null ? null : Math.max(this.#queued, told),
      ...{ sent: this.#sent, failed: this.#failed, left: this.#left, retried: this.#retried },
      ...{ firstSentMs: this.#firstSentMs, lastSentMs: this.#lastSentMs, times: listOf(this.#times) },
    };
  }

  #settle(id: string): void {
    this.#under.delete(id);
    this.#trying.delete(id);
    if (this.#again.delete(id)) this.#put(this.#tables.again, id, null);
  }

  #put(table: Change["table"], id: string, value: Uint8Array | null): void {
    this.#changes.push({ table, key: [this.job.number, placeOfKind(this.kind), id], value });
  }
}
