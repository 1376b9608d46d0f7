// A snapshot store in memory, for tests of what stands on one. In: the calls of SnapshotStore. Out: the same answers, and failures on demand.
// Each write is all or nothing and resolves on a later turn, as a flush does; what failed left nothing behind.
import { Fault } from "../../src/base/fault.ts";
import { limits } from "../../src/base/limits.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Digest, Head } from "../../src/snapshot/types.ts";
import type { Apply, Freshness, SnapshotStore, StoredDocument } from "../../src/store/types.ts";

export type WriteOp =
  | "apply"
  | "putNotes"
  | "stage"
  | "dropObject"
  | "putDocument"
  | "forgetPage"
  | "putFreshness"
  | "sweep";

export interface MemoryStore extends SnapshotStore {
  /** Called before each write; what it throws is what the caller sees. */
  beforeWrite: ((op: WriteOp) => void) | null;
  /** Called after each write took effect, before the caller hears of it: a crash between the two. */
  afterWrite: ((op: WriteOp) => void) | null;
  readonly writes: WriteOp[];
}

interface Kept {
  readonly head: Head;
  readonly atMs: number;
}

export function memoryStore(nowMs: () => number = () => 0): MemoryStore {
  const tree = new Map<Digest, Uint8Array>();
  const objects = new Map<Digest, Uint8Array>();
  const staged = new Map<Digest, number>();
  const refs = new Map<string, Head>();
  const kept = new Map<string, Kept[]>();
  const hosts = new Map<string, string>();
  const gone = new Set<string>();
  const notes = new Map<string, Map<string, Uint8Array>>();
  const documents = new Map<string, StoredDocument>();
  let freshness: Freshness | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const store: MemoryStore = {
    beforeWrite: null,
    afterWrite: null,
    writes: [],
    refresh() {},
    commitNumber: () => null,
    head: (page) => refs.get(page) ?? null,
    heads: () => [...refs.values()],
    pageOf: (host) => hosts.get(host) ?? null,
    tree: (digest) => tree.get(digest)?.slice() ?? null,
    object: (digest) => objects.get(digest)?.slice() ?? null,
    hasTree: (digest) => tree.has(digest),
    hasObject: (digest) => objects.has(digest),
    isNamed: (digest) => {
      const bodies = new Set<Digest>();
      for (const generations of kept.values())
        for (const { head } of generations) mark(head.manifest, new Set(), bodies);
      return bodies.has(digest);
    },
    notes: (page) => new Map(notes.get(page)),
    apply: (apply) => write("apply", () => applyNow(apply)),
    putNotes: (page, more) => write("putNotes", () => noteNow(page, more)),
    stage: (more) =>
      write("stage", () => {
        for (const [digest, bytes] of more) {
          objects.set(digest, bytes.slice());
          staged.set(digest, nowMs());
        }
      }),
    dropObject: (digest) => write("dropObject", () => void objects.delete(digest)),
    putDocument: (document, forget) =>
      write("putDocument", () => {
        documents.set(`${document.kind} ${document.subject}`, {
          ...document,
          bytes: document.bytes.slice(),
        });
        if (forget === undefined) return;
        refs.delete(forget.page);
        notes.delete(forget.page);
        kept.delete(forget.page);
        const owned = [...hosts].filter(([, page]) => page === forget.page).map(([host]) => host);
        for (const host of [...forget.hosts, ...owned]) {
          if ((hosts.get(host) ?? forget.page) !== forget.page) continue;
          hosts.delete(host);
          gone.add(host);
        }
      }),
    forgetPage: (page) =>
      write("forgetPage", () => {
        refs.delete(page);
        notes.delete(page);
        kept.delete(page);
        for (const [host, one] of hosts) if (one === page) hosts.delete(host);
      }),
    documents: (kind) => [...documents.values()].filter((document) => document.kind === kind),
    document: (kind, subject) => documents.get(`${kind} ${subject}`)?.bytes.slice() ?? null,
    isGone: (host) => gone.has(host),
    freshness: () => freshness,
    putFreshness: (next) =>
      write("putFreshness", () => {
        freshness = next;
      }),
    sweep: async (now) => {
      const before = tree.size + objects.size;
      await write("sweep", () => sweepNow(now));
      return { removed: before - tree.size - objects.size, done: true };
    },
    close: async () => {
      await turn;
    },
  };
  return store;

  function write(op: WriteOp, run: () => void): Promise<void> {
    const done = turn.then(async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      store.beforeWrite?.(op);
      run();
      store.writes.push(op);
      store.afterWrite?.(op);
    });
    turn = done.catch(() => {});
    return done;
  }

  function applyNow(apply: Apply): void {
    const { head } = apply;
    const held = refs.get(head.page);
    const rises =
      held === undefined ||
      head.epoch > held.epoch ||
      (head.epoch === held.epoch && head.generation > held.generation);
    const given = new Map(apply.tree);
    const manifest = openManifest(given.get(head.manifest) ?? tree.get(head.manifest) ?? new Uint8Array());
    if (!rises || !manifest.ok) throw refusal(`Generation ${head.generation} of ${head.page}`);
    if (!manifest.value.value.parts.every((part) => given.has(part) || tree.has(part)))
      throw refusal(`The tree of ${head.page}`);
    for (const [digest, bytes] of apply.tree) tree.set(digest, bytes.slice());
    for (const [digest, bytes] of apply.objects) objects.set(digest, bytes.slice());
    for (const [host, page] of hosts)
      if (page === head.page && !apply.hosts.includes(host)) hosts.delete(host);
    for (const host of apply.hosts) {
      if ((hosts.get(host) ?? head.page) !== head.page) continue;
      hosts.set(host, head.page);
      gone.delete(host);
    }
    refs.set(head.page, head);
    kept.set(head.page, [...(kept.get(head.page) ?? []), { head, atMs: nowMs() }]);
    noteNow(head.page, apply.notes ?? []);
  }

  function noteNow(page: string, more: readonly (readonly [string, Uint8Array | null])[]): void {
    const named = notes.get(page) ?? new Map<string, Uint8Array>();
    for (const [name, value] of more)
      if (value === null) named.delete(name);
      else named.set(name, value.slice());
    notes.set(page, named);
  }

  function sweepNow(now: number): void {
    const trees = new Set<Digest>();
    const bodies = new Set<Digest>();
    for (const [page, generations] of kept) {
      const stay = generations.filter(
        (one, at) =>
          at >= generations.length - limits.generationsKept && now - one.atMs <= limits.generationsKeptMs,
      );
      kept.set(page, stay.length > 0 ? stay : generations.slice(-1));
      for (const { head } of kept.get(page) ?? []) mark(head.manifest, trees, bodies);
    }
    for (const digest of tree.keys()) if (!trees.has(digest)) tree.delete(digest);
    for (const digest of objects.keys()) {
      const recent = now - (staged.get(digest) ?? Number.NEGATIVE_INFINITY) < limits.stagedKeptMs;
      if (!bodies.has(digest) && !recent) objects.delete(digest);
    }
  }

  function mark(manifest: Digest, trees: Set<Digest>, bodies: Set<Digest>): void {
    const opened = openManifest(tree.get(manifest) ?? new Uint8Array());
    if (!opened.ok) return;
    trees.add(manifest);
    for (const digest of opened.value.value.parts) {
      trees.add(digest);
      const part = decodePart(tree.get(digest) ?? new Uint8Array());
      if (!part.ok) continue;
      for (const route of part.value.routes)
        for (const variant of Object.values(route.variants)) bodies.add(variant.digest);
    }
  }
}

function refusal(what: string): Fault {
  return new Fault("document-refused", `${what} does not fit what is held.`, "This is a defect.");
}
