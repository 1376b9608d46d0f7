// Snapshots as publisher, POP and relay hold them. In: applies, documents, freshness. Out: bytes by digest, heads, hosts; see types.ts.
// Changes take turns: each is planned on what the one before it left, and is on the device before its promise resolves.
import type { Clock } from "../base/clock.ts";
import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { inSteps } from "../base/slices.ts";
import type { Head } from "../snapshot/types.ts";
import { holderOf, partsHeld, planApply, type Ref, readRef, stageChanges } from "./apply.ts";
import type { Change, Commit } from "./commit.ts";
import type { CommitNumber } from "./commit-mark.ts";
import { type Generations, loadGenerations, retiredBy } from "./generations.ts";
import { doom, forgetGeneration, sweepTurn } from "./sweep.ts";
import type { Tables } from "./tables.ts";
import { createTurns } from "./turns.ts";
import type { Freshness, SnapshotStore, StoredDocument } from "./types.ts";
import { UseCounts } from "./uses.ts";
import { digestKey, packValue, unpackValue } from "./values.ts";

interface Parts {
  readonly tables: Tables;
  readonly commit: Commit;
  readonly clock: Clock;
  readonly commitNumber: CommitNumber;
  refresh(): void;
  close(): Promise<void>;
}

/** Host names and documents' subjects come from outside; a key beyond this is looked up nowhere and stored nowhere (LMDB's bound is 1,978 bytes). */
const keyCharsMax = 512;

export function createSnapshots(parts: Parts): SnapshotStore {
  const { tables, commitNumber, refresh, close } = parts;
  return { ...readsOf(tables), ...writesOf(parts), commitNumber, refresh, close };
}

type Reads = "head" | "heads" | "pageOf" | "tree" | "object" | "hasTree" | "hasObject" | "isNamed" | "notes";
type DocumentReads = "documents" | "document" | "isGone" | "freshness";
type Writes =
  | "apply"
  | "putNotes"
  | "stage"
  | "dropObject"
  | "putDocument"
  | "forgetPage"
  | "putFreshness"
  | "sweep";

function readsOf(tables: Tables): Pick<SnapshotStore, Reads | DocumentReads> {
  return {
    head(page) {
      const ref = page.length > keyCharsMax || page === "" ? null : readRef(tables, page);
      return ref && headOf(page, ref);
    },
    heads: () =>
      Array.from(tables.refs.getRange(), ({ key, value }) => headOf(String(key), unpackValue<Ref>(value))),
    pageOf: (host) => (host.length > keyCharsMax || host === "" ? null : holderOf(tables, host)),
    tree: (digest) => tables.tree.getBinary(digestKey(digest)) ?? null,
    object: (digest) => tables.objects.getBinary(digestKey(digest)) ?? null,
    hasTree: (digest) => tables.tree.doesExist(digestKey(digest)),
    hasObject: (digest) => tables.objects.doesExist(digestKey(digest)),
    isNamed: (digest) => new UseCounts(tables).count("object", digest) > 0,
    notes: (page) =>
      new Map(
        Array.from(tables.notes.getRange(ofPage(page)), ({ key, value }) => [
          (key as [string, string])[1],
          new Uint8Array(value),
        ]),
      ),
    documents: (kind) =>
      Array.from(tables.documents.getRange({ start: [kind], end: [kind, "\uffff"] }), ({ key, value }) => {
        const [, subject] = key as [string, string];
        return { kind, subject, bytes: new Uint8Array(value) };
      }),
    document: (kind, subject) => tables.documents.getBinary([kind, subject]) ?? null,
    isGone: (host) => host.length <= keyCharsMax && host !== "" && tables.gone.doesExist(host),
    freshness() {
      const bytes = tables.meta.getBinary("freshness");
      return bytes === undefined ? null : unpackValue<Freshness>(bytes);
    },
  };
}

/** The range of keys that begin with a page. */
function ofPage(page: string): { start: [string]; end: [string, string] } {
  return { start: [page], end: [page, "\uffff"] };
}

function headOf(page: string, { epoch, generation, manifest }: Ref): Head {
  return { page, epoch, generation, manifest };
}

function writesOf({ tables, commit, clock, refresh }: Parts): Pick<SnapshotStore, Writes> {
  const turns = createTurns();
  let loaded: Generations | null = null;
  const generations = (): Generations => {
    loaded ??= loadGenerations(tables);
    return loaded;
  };
  /** Plans on the latest commit; memory follows only what the device has. */
  const turn = <Value>(run: () => Promise<Value>): Promise<Value> =>
    turns(() => {
      refresh();
      return run();
    });
  return {
    apply: (apply) =>
      turn(async () => {
        const held = generations();
        const plan = await inSteps(planApply(tables, apply, clock.wallMs()));
        await commit(plan.changes);
        held.set(apply.head.page, [...(held.get(apply.head.page) ?? []), plan.held]);
      }),
    putNotes: (page, notes) =>
      turn(() => commit(notes.map(([name, value]) => ({ table: tables.notes, key: [page, name], value })))),
    stage: (objects) =>
      turn(() => commit(stageChanges(tables, objects, clock.wallMs() + limits.stagedKeptMs))),
    dropObject: (digest) =>
      turn(() => commit([{ table: tables.objects, key: digestKey(digest), value: null }])),
    putDocument: (document, forget) =>
      turn(async () => {
        const held = generations();
        const forgotten =
          forget === undefined
            ? []
            : [...forgetPage(tables, held, forget.page), ...releaseHosts(tables, forget, "gone")];
        await commit([documentChange(tables, document), ...forgotten]);
        if (forget !== undefined) held.delete(forget.page);
      }),
    forgetPage: (page) =>
      turn(async () => {
        const held = generations();
        await commit([
          ...forgetPage(tables, held, page),
          ...releaseHosts(tables, { page, hosts: [] }, "unknown"),
        ]);
        held.delete(page);
      }),
    putFreshness: (freshness) =>
      turn(() => commit([{ table: tables.meta, key: "freshness", value: packValue(freshness) }])),
    sweep: (nowMs) =>
      turn(async () => {
        const held = generations();
        const { changes, forgotten, done } = sweepTurn(tables, held, nowMs);
        await commit(changes);
        for (const [page, count] of forgotten) held.set(page, held.get(page)?.slice(count) ?? []);
        return { removed: changes.length, done };
      }),
  };
}

function documentChange(tables: Tables, { kind, subject, bytes }: StoredDocument): Change {
  assert(
    kind.length + subject.length <= keyCharsMax,
    "A signed document has a longer subject than any page or host.",
  );
  return { table: tables.documents, key: [kind, subject], value: bytes };
}

/** Head and notes go at once; what the generations named is swept in later turns. */
function forgetPage(tables: Tables, generations: Generations, page: string): Change[] {
  const ref = readRef(tables, page);
  const held = generations.get(page) ?? [];
  const retired = held.slice(1).map((one) => retiredBy(tables, one));
  const losses = [
    { kind: "part", digests: retired.flatMap(({ parts }) => parts) },
    { kind: "object", digests: retired.flatMap(({ objects }) => objects) },
    { kind: "whole", digests: ref === null ? [] : [...partsHeld(tables, ref.manifest)] },
  ] as const;
  return [
    { table: tables.refs, key: page, value: null },
    ...Array.from(tables.notes.getKeys(ofPage(page)), (key) => ({ table: tables.notes, key, value: null })),
    ...held.flatMap((one) => forgetGeneration(tables, one)),
    ...doom(tables, losses),
  ];
}

/** A forgotten page's hosts lead nowhere; `gone` ones are remembered as hosts of a removed page. */
function releaseHosts(
  tables: Tables,
  forget: { readonly page: string; readonly hosts: readonly string[] },
  become: "gone" | "unknown",
): Change[] {
  const { page } = forget;
  const hosts = new Set([...forget.hosts, ...(readRef(tables, page)?.hosts ?? [])]);
  const changes: Change[] = [];
  for (const host of hosts) {
    if (host === "" || host.length > keyCharsMax) continue;
    const holder = holderOf(tables, host);
    // A host that leads to another page by now stays with it.
    if (holder !== null && holder !== page) continue;
    if (become === "gone") changes.push({ table: tables.gone, key: host, value: Buffer.from(page, "utf8") });
    if (holder === page) changes.push({ table: tables.hosts, key: host, value: null });
  }
  return changes;
}
