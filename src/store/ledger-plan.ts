// From a command, or from ops of elsewhere, to what is appended. In: the working state, the clock. Out: stamped ops as bytes, or a refusal.
// Changes nothing: a plan that is refused or fails leaves no trace but a stamp that is never used.
import type { Clock } from "../base/clock.ts";
import { assert } from "../base/fault.ts";
import { newId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { type Hlc, isStamp, stampMs } from "../crdt/hlc.ts";
import type { Command, Refusal } from "../model/command.ts";
import { decide } from "../model/decide.ts";
import { entityKinds, type Op, type OpDraft } from "../model/op.ts";
import { type VersionedKind, versionOf } from "../model/versions.ts";
import type { PageView } from "../model/view.ts";
import type { LedgerState } from "./ledger-state.ts";
import type { SnapshotStore } from "./types.ts";
import { packValue } from "./values.ts";

/** What a command was decided on by its sender. */
export interface Unchanged {
  readonly kind: VersionedKind;
  readonly id: string;
  readonly version: string;
}

/**
 * What follows from the page as the commands would leave it: decided in the same turn, and kept with them or not at all. Runs inside the turn, so it
 * sees what nobody can change before it is kept; it may be asked more than once.
 */
export type Following = (view: PageView) => Iterable<Command>;

export interface PlanContext {
  readonly state: LedgerState;
  readonly hlc: Hlc;
  readonly clock: Clock;
  readonly random: Random;
  readonly region: string;
  /** A command whose names are there already is answered as if it were carried out again, and writes nothing; otherwise it is refused. */
  readonly repeat?: boolean;
  /** Refused (412) where one of these is not what is there. */
  readonly unchanged?: Unchanged | readonly Unchanged[] | undefined;
  readonly following?: Following | undefined;
  /** What is published, of which some has no op-log: a page that was made from a folder keeps its id and its hosts. */
  readonly store: { readonly snapshots: Pick<SnapshotStore, "head" | "pageOf"> };
}

export interface Append {
  readonly kind: "append";
  readonly id: string;
  readonly page: string;
  readonly ops: readonly Op[];
  /** As they are stored, in the same order. */
  readonly opBytes: readonly Uint8Array[];
}

export type Planned = Append | Refused;

interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
  /** Which of several commands, from 0. */
  readonly at?: number;
}

/** Several commands of one page as one: each is decided on top of those before it, and all are appended or none. */
export function planCommands(
  context: PlanContext,
  page: string | null,
  [first, ...others]: readonly Command[],
  actor: string,
): Planned {
  assert(first !== undefined, "No command was asked for.");
  const planned = planCommand(context, page, first, actor);
  if (planned.kind === "refused") return { ...planned, at: 0 };
  if (others.length === 0 && context.following === undefined) return planned;
  return context.state.rehearse(planned.page, (apply) => {
    let last = planned;
    const ops: Op[] = [];
    const keep = (next: Append): void => {
      apply(next.ops);
      for (const op of next.ops) ops.push(op);
    };
    keep(planned);
    // What the first of them changed is no other's change.
    const later = { ...context, unchanged: undefined };
    let at = 0;
    for (const command of inTurn(context, planned.page, others)) {
      at++;
      const next = planCommand(later, planned.page, command, actor);
      if (next.kind === "refused") return { ...next, at };
      assert(next.page === planned.page, `A ${command.kind} speaks of another page than the ${first.kind}.`);
      keep(next);
      if (at <= others.length) last = next;
    }
    return append(last.id, planned.page, ops);
  });
}

/** The commands that were given, and what follows from the page once they are applied. */
function* inTurn(
  { state, following }: PlanContext,
  page: string,
  given: readonly Command[],
): Generator<Command, void> {
  yield* given;
  const view = state.working(page);
  if (following !== undefined && view !== null) yield* [...following(view)];
}

export function planCommand(
  context: PlanContext,
  page: string | null,
  command: Command,
  actor: string,
): Planned {
  const { state, hlc, clock, random, region } = context;
  const subject = page ?? pageMeantBy(command);
  const view = subject === null ? null : state.working(subject);
  const now = clock.wallMs();
  const made = new Set<string>();
  const decision = decide(view, command, { now, newId: () => nameFrom(random, made) });
  const again = subject === null ? undefined : [...made].find((one) => isKnown(state, subject, one));
  if (again !== undefined && subject !== null)
    return context.repeat === true
      ? append(decision.ok ? decision.id : again, subject, [])
      : refuse(409, `This was submitted before: ${again} exists already.`);
  if (!decision.ok) return { kind: "refused", refusal: decision.refusal };
  if ([context.unchanged ?? []].flat().some((one) => isStale(view, one)))
    return refuse(412, "It was changed meanwhile.");
  const { id, ops: drafts } = decision;
  const target = drafts[0]?.page ?? subject ?? id;
  assert(
    drafts.every((draft) => draft.page === target),
    `A ${command.kind} speaks of more than one page.`,
  );
  const taken = nameTaken(context, drafts, target);
  if (taken !== null) return refuse(409, taken);
  return append(
    id,
    target,
    drafts.map((draft) => ({ ...draft, hlc: hlc.next(), at: now, region, actor })),
  );
}

function isKnown(state: LedgerState, page: string, id: string): boolean {
  return entityKinds.some((kind) => state.knows(page, kind, id));
}

function isStale(view: PageView | null, { kind, id, version }: Unchanged): boolean {
  return view === null || versionOf(view, kind, id) !== version;
}

function nameFrom(random: Random, made: Set<string>): string {
  const id = newId(random);
  made.add(id);
  return id;
}

/** Ops of one page that were stamped by another node. */
export function planMerge(context: PlanContext, ops: readonly Op[]): Planned {
  const { hlc, clock } = context;
  const page = ops[0]?.page;
  if (page === undefined || ops.some((op) => op.page !== page))
    return refuse(422, "Name the ops of one page.");
  const unstamped = ops.find((op) => !isStamp(op.hlc));
  if (unstamped !== undefined) return refuse(422, `"${unstamped.hlc}" is not a stamp.`);
  const latestMs = clock.wallMs() + limits.stampAheadMsMax;
  const ahead = ops.find((op) => stampMs(op.hlc) > latestMs);
  if (ahead !== undefined)
    return refuse(
      422,
      `An op is stamped ${new Date(stampMs(ahead.hlc)).toISOString()}, too far ahead of this machine's clock (${new Date(clock.wallMs()).toISOString()}).`,
    );
  const taken = nameTaken(context, ops, page);
  if (taken !== null) return refuse(409, taken);
  for (const op of ops) hlc.observe(op.hlc);
  return append(page, page, ops);
}

function append(id: string, page: string, ops: readonly Op[]): Planned {
  if (ops.length > limits.batchOpsMax)
    return refuse(422, `This makes ${ops.length} changes; at most ${limits.batchOpsMax} go together.`);
  const opBytes = ops.map(packValue);
  if (opBytes.some((bytes) => bytes.length > limits.opBytesMax))
    return refuse(422, `One change exceeds ${limits.opBytesMax} bytes.`);
  return { kind: "append", id, page, ops, opBytes };
}

/** Commands that may come without a page name it themselves, or make one. */
function pageMeantBy(command: Command): string | null {
  if (command.kind === "import") return command.bundle.page.id;
  return command.kind === "page.create" ? (command.id ?? null) : null;
}

/** A host leads to one page, and a page id to one: who holds it keeps it. */
function nameTaken(
  { state, store: { snapshots } }: PlanContext,
  drafts: readonly OpDraft[],
  page: string,
): string | null {
  if (state.working(page) === null && snapshots.head(page) !== null)
    return `The page ${page} is published from a folder.`;
  const hosts = drafts.flatMap(({ kind, fields }) => (kind === "page" ? textsIn(fields.hosts) : []));
  const holder = hosts.length === 0 ? null : state.holderOf(hosts, page);
  if (holder !== null) return `The host ${holder.host} belongs to page ${holder.page}.`;
  for (const host of hosts) {
    const shown = snapshots.pageOf(host);
    if (shown !== null && shown !== page && state.working(shown) === null)
      return `The host ${host} belongs to page ${shown}, which is published from a folder.`;
  }
  return null;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function refuse(status: Refusal["status"], sentence: string): Planned {
  return { kind: "refused", refusal: { status, sentences: [sentence] } };
}
