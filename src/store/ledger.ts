// The single writer of the op-log. In: commands, one at a time or many. Out: acks after the flush, views of what is on the device.
// Commands that come while a flush is under way share the next transaction (group commit). If it fails nothing of it happened:
// no ack, no listener, and memory is read from the device again.
import type { Clock } from "../base/clock.ts";
import { assert, Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { type Random, randomFrom } from "../base/random.ts";
import { createHlc, stampMs } from "../crdt/hlc.ts";
import type { Command, Refusal } from "../model/command.ts";
import type { Op } from "../model/op.ts";
import type { PageView } from "../model/view.ts";
import type { Change } from "./commit.ts";
import {
  type Following,
  type PlanContext,
  type Planned,
  planCommands,
  planMerge,
  type Unchanged,
} from "./ledger-plan.ts";
import { createLedgerState, type LedgerState } from "./ledger-state.ts";
import { appendChanges, type Entry, metaChange, readEntriesAfter, readMeta } from "./op-log.ts";
import { type Store, storeFile } from "./open.ts";

export interface LedgerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Written into each op: which region it was accepted in. */
  readonly region: string;
  /** Start although the log is ahead of the clock; new ops then follow the log's time until the clock has passed it. */
  readonly acceptClock?: boolean;
  readonly log: Log;
}

export type Submitted =
  | { readonly ok: true; readonly id: string; readonly page: string; readonly position: number }
  | Refused;

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
  /** Which of several commands was refused, from 0. */
  readonly at?: number;
}

/** What a command would do: the page with it, and the name of what it speaks of. */
export type Previewed =
  | { readonly ok: true; readonly id: string; readonly page: string; readonly view: PageView }
  | Refused;

export interface SubmitOptions {
  /** Names of what is made follow from it: a preview and a submit of the same seed give the same, and a second submit is refused (409). */
  readonly seed?: string;
  /** What was submitted with this seed before is answered again, not refused. */
  readonly repeat?: boolean;
  /** Refused (412) where one of these is not what is there when the command's turn comes. */
  readonly unchanged?: Unchanged | readonly Unchanged[];
  /** What follows from the page as the commands would leave it, kept with them or not at all. */
  readonly following?: Following | undefined;
  /** What is no op, written in the same transaction as the commands, or not at all; also where they come to nothing. */
  readonly along?: readonly Change[];
}

export interface Ledger {
  /** Ids of all pages. */
  pages(): string[];
  /** The page as of the last flush. */
  view(page: string): PageView | null;
  /** Position of the last op on the device; 0 when the log is empty. */
  position(): number;
  /**
   * Decides a command and keeps what it says. `page` is null only for `page.create` and `import`. Resolves when it is on the device.
   * Of several commands of one page each is decided on top of those before it; all are kept, in one transaction, or none. Throws Fault `disk-full`: then nothing of it happened.
   */
  submit(
    page: string | null,
    commands: Command | readonly Command[],
    actor: string,
    options?: SubmitOptions,
  ): Promise<Submitted>;
  /**
   * What `submit` would do now, on top of what is on its way to the device; of several commands, each on top of those before it, with the
   * name that the last one speaks of. Writes nothing.
   */
  preview(
    page: string | null,
    commands: Command | readonly Command[],
    actor: string,
    options?: SubmitOptions,
  ): Previewed;
  /** Keeps ops that were stamped elsewhere; folding one twice changes nothing. Refused where a stamp is too far ahead of the clock. */
  merge(ops: readonly Op[]): Promise<Submitted>;
  /** Entries after `position`, oldest first, all on the device. */
  opsAfter(position: number): Iterable<Entry>;
  /** How far a follower has come; 0 at first. */
  cursor(follower: string): number;
  setCursor(follower: string, position: number): Promise<void>;
  /** Keeps beside the log what the next start needs of large pages, so that it need not look at all records. Throws what the system says. */
  shelve(incidentsMin?: number): Promise<void>;
  /** Called after each flush with the pages that changed. Gives a function that ends it. */
  onAppend(listener: (pages: ReadonlySet<string>) => void): () => void;
}

interface Waiting {
  readonly along: readonly Change[];
  plan(): Planned;
  resolve(outcome: Submitted): void;
  reject(thrown: unknown): void;
}

/** Opens the op-log of a store. Throws Fault `clock-behind` where it is ahead of the clock, `store-corrupt` where it is not whole. */
export function openLedger(options: LedgerOptions): Ledger {
  const { store, clock, log } = options;
  const { tables, commit, refresh } = store;
  refresh();
  const state = createLedgerState(tables, storeFile(store.folder), refresh);
  refuseClockBehind(state.end().stamp, options);
  const node = readMeta<string>(tables, "node") ?? Buffer.from(options.random.bytes(4)).toString("hex");
  const hlc = createHlc({ clock, node, last: state.end().stamp || undefined });
  const listeners = new Set<(pages: ReadonlySet<string>) => void>();
  const context = { state, hlc, ...options };

  /** Writes a group in one transaction, and only then tells anyone. */
  const settle = async (group: readonly Waiting[]): Promise<void> => {
    let tell: readonly (() => void)[];
    try {
      const planned = planGroup(group, state);
      tell = planned.tell;
      const rows = appendChanges(tables, planned.opBytes, state.changedRecords(), state.end());
      const ops = planned.opBytes.length > 0 ? [metaChange(tables, "node", node), ...rows] : [];
      if (ops.length + planned.along.length > 0) await commit([...ops, ...planned.along]);
    } catch (thrown) {
      refresh();
      state.reload();
      for (const { reject } of group) reject(thrown);
      return;
    }
    const pages = state.show();
    for (const told of tell) told();
    if (pages.size > 0) for (const listener of listeners) notify(listener, pages, log);
  };

  const enqueue = createQueue(settle);
  return {
    pages: () => [...state.shown.keys()],
    view: (page) => state.shown.get(page) ?? null,
    position: () => state.shownPosition(),
    submit: (page, commands, actor, options) =>
      enqueue(() => planCommands(named(context, options), page, [commands].flat(), actor), options?.along),
    preview: (page, commands, actor, options) =>
      previewOf(named(context, options), page, [commands].flat(), actor),
    merge: (ops) => enqueue(() => planMerge(context, ops)),
    opsAfter: (position) => readEntriesAfter(tables, refresh, position),
    cursor(follower) {
      refresh();
      return readMeta<number>(tables, ["cursor", follower]) ?? 0;
    },
    setCursor: (follower, position) => commit([metaChange(tables, ["cursor", follower], position)]),
    shelve: (incidentsMin = limits.shelfIncidentsMin) => state.shelve(incidentsMin),
    onAppend(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Names of what is made follow from the seed where there is one. */
function named(
  context: PlanContext,
  { seed, repeat = false, unchanged, following }: SubmitOptions = {},
): PlanContext {
  const random = seed === undefined ? context.random : randomFrom(seed);
  return { ...context, random, repeat, unchanged, following };
}

function previewOf(
  context: PlanContext,
  page: string | null,
  commands: readonly Command[],
  actor: string,
): Previewed {
  const planned = planCommands(context, page, commands, actor);
  if (planned.kind === "refused") return { ok: false, refusal: planned.refusal, ...atOf(planned) };
  const view = context.state.rehearse(planned.page, (apply) => apply(planned.ops));
  assert(view !== null, `A ${commands[0]?.kind} would leave no page ${planned.page}.`);
  return { ok: true, id: planned.id, page: planned.page, view };
}

const atOf = ({ at }: { readonly at?: number }): { readonly at?: number } => (at === undefined ? {} : { at });

/** Commands wait here while a group is on its way to the device; those that wait together go together. */
function createQueue(
  settle: (group: readonly Waiting[]) => Promise<void>,
): (plan: () => Planned, along?: readonly Change[]) => Promise<Submitted> {
  const waiting: Waiting[] = [];
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    // What is asked for in this same turn of the event loop goes with it.
    await Promise.resolve();
    while (waiting.length > 0) await settle(waiting.splice(0, limits.commandsPerTxn));
    running = false;
  };
  return (plan, along = []) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= limits.commandsWaitingMax) {
        reject(new Fault("busy", `${waiting.length} changes wait to be written.`, "Try again in a second."));
        return;
      }
      waiting.push({ plan, along, resolve, reject });
      if (!running) void run();
    });
}

/** Plans each command on what those before it said. Gives the ops of all, what goes along, and what to tell each once they are on the device. */
function planGroup(
  group: readonly Waiting[],
  state: LedgerState,
): {
  readonly opBytes: readonly Uint8Array[];
  readonly along: readonly Change[];
  readonly tell: readonly (() => void)[];
} {
  const opBytes: Uint8Array[] = [];
  const beside: Change[] = [];
  const tell: (() => void)[] = [];
  for (const { plan, along, resolve, reject } of group) {
    const planned = attempt(plan);
    if (planned.kind === "failed") tell.push(() => reject(planned.thrown));
    else if (planned.kind === "refused")
      tell.push(() => resolve({ ok: false, refusal: planned.refusal, ...atOf(planned) }));
    else {
      const { id, page } = planned;
      state.add(planned);
      for (const bytes of planned.opBytes) opBytes.push(bytes);
      for (const change of along) beside.push(change);
      const { position } = state.end();
      tell.push(() => resolve({ ok: true, id, page, position }));
    }
  }
  return { opBytes, along: beside, tell };
}

/** A command that breaks an assertion fails alone: nothing of it was folded yet. */
function attempt(plan: () => Planned): Planned | { readonly kind: "failed"; readonly thrown: unknown } {
  try {
    return plan();
  } catch (thrown) {
    return { kind: "failed", thrown };
  }
}

function notify(listener: (pages: ReadonlySet<string>) => void, pages: ReadonlySet<string>, log: Log): void {
  try {
    listener(pages);
  } catch (thrown) {
    log.error("A follower of the op-log failed; the change itself is kept.", { why: messageOf(thrown) });
  }
}

/** Ops of other regions may be as far ahead as `stampAheadMsMax`, so a log within it is no sign of a wrong clock. */
function refuseClockBehind(stamp: string, { clock, acceptClock = false, log }: LedgerOptions): void {
  if (stamp === "") return;
  const [logMs, nowMs] = [stampMs(stamp), clock.wallMs()];
  if (logMs <= nowMs + limits.stampAheadMsMax) return;
  const sentence = `The op-log ends at ${new Date(logMs).toISOString()}, but this machine's clock says ${new Date(nowMs).toISOString()}.`;
  if (acceptClock) log.warn(sentence, { accepted: true });
  else
    throw new Fault(
      "clock-behind",
      sentence,
      "Set the clock; if the clock is right and the log is not, start once with --accept-clock.",
    );
}
