// From one new generation to the changes of one transaction. In: an apply, and what is held. Out: changes, and the entry of the history.
// Work grows with the change: parts that stay are not decoded, counted or written again.
import type { Steps } from "../base/slices.ts";
import type { Digest } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import { type Held, heldChange, type Retired } from "./generations.ts";
import { bodiesNamedBy, partsNamedBy, refused } from "./naming.ts";
import { bodiesHeldIn } from "./sweep.ts";
import type { Tables } from "./tables.ts";
import type { Apply } from "./types.ts";
import { UseCounts } from "./uses.ts";
import { digestKey, packValue, unpackValue } from "./values.ts";

/** What `refs` holds for a page. */
export interface Ref {
  readonly epoch: number;
  readonly generation: number;
  readonly manifest: Digest;
  readonly hosts: readonly string[];
}

/** A step a part. Throws Fault `document-refused` where the apply does not rise above what is held, or is not whole with what is held. */
export function* planApply(
  tables: Tables,
  apply: Apply,
  nowMs: number,
): Steps<{ changes: Change[]; held: Held }> {
  const { head } = apply;
  const ref = readRef(tables, head.page);
  if (ref !== null && !rises(ref, head))
    throw refused(
      `Generation ${head.generation} of page ${head.page}`,
      `generation ${ref.generation} is held`,
    );
  const counts = new UseCounts(tables);
  const tree = yield* treeChanges(tables, apply, ref, counts);
  const held: Held = { head, appliedMs: nowMs };
  const claimed = hostChanges(tables, apply, ref);
  const changes = [
    ...tree.changes,
    ...counts.changes(),
    ...bodyChanges(tables, apply.objects, counts, tree.needed),
    ...claimed.changes,
    heldChange(tables, held, tree.retired),
    refChange(tables, { ...head, hosts: claimed.hosts }),
  ];
  for (const [name, value] of apply.notes ?? [])
    changes.push({ table: tables.notes, key: [head.page, name], value });
  return { changes, held };
}

/** Manifest and new parts, counted; the bodies that they need; and what the generation before named and this one does not. */
function* treeChanges(
  tables: Tables,
  { head, tree }: Apply,
  ref: Ref | null,
  counts: UseCounts,
): Steps<{ changes: Change[]; retired: Retired; needed: ReadonlySet<Digest> }> {
  const brought = new Map(tree);
  const bytesOf = (digest: Digest, what: string): Uint8Array => {
    const bytes = brought.get(digest) ?? tables.tree.getBinary(digestKey(digest));
    if (bytes === undefined)
      throw refused(`Generation ${head.generation} of page ${head.page}`, `${what} is not here`);
    return bytes;
  };
  const manifest = bytesOf(head.manifest, "its manifest");
  const parts = partsNamedBy(manifest);
  const before = ref === null ? new Set<Digest>() : partsHeld(tables, ref.manifest);
  const changes: Change[] = [{ table: tables.tree, key: digestKey(head.manifest), value: manifest }];
  const shifts = new Map<Digest, number>();
  const shift = (objects: Iterable<Digest>, by: 1 | -1): void => {
    for (const object of objects) shifts.set(object, (shifts.get(object) ?? 0) + by);
  };
  const needed = new Set<Digest>();
  for (const part of parts) {
    if (before.has(part)) continue;
    const bytes = bytesOf(part, `its part ${part}`);
    const named = bodiesNamedBy(bytes);
    shift(named.all, 1);
    for (const object of named.needed) needed.add(object);
    counts.move("part", part, 1);
    if (brought.has(part)) changes.push({ table: tables.tree, key: digestKey(part), value: bytes });
    yield;
  }
  const retired = { parts: [...before].filter((part) => !parts.has(part)), objects: [] as Digest[] };
  for (const part of retired.parts) {
    const named = bodiesHeldIn(tables, part);
    shift(named.all, -1);
    // Needed before, so it came then; one that has been damaged since is for mending, and must not stop a publisher.
    for (const object of named.needed) needed.delete(object);
    yield;
  }
  for (const [object, by] of shifts) {
    if (by > 0) counts.move("object", object, by);
    for (let lost = by; lost < 0; lost++) retired.objects.push(object);
  }
  return { changes, retired, needed };
}

/** The bodies that are named. Throws where one that is needed neither came nor is here: a sweep may have been faster. */
function bodyChanges(
  tables: Tables,
  objects: Apply["objects"],
  counts: UseCounts,
  needed: ReadonlySet<Digest>,
): Change[] {
  const brought = new Map(objects);
  for (const digest of needed)
    if (!brought.has(digest) && !tables.objects.doesExist(digestKey(digest)))
      throw refused("A generation", `its body ${digest} is not here`);
  return objects
    .filter(([digest]) => counts.count("object", digest) > 0)
    .map(([digest, bytes]) => ({ table: tables.objects, key: digestKey(digest), value: bytes }));
}

/** Bodies that come ahead of their generation; those that nothing names yet get a mark by which the sweep finds them at `dueMs`. */
export function stageChanges(tables: Tables, objects: Apply["objects"], dueMs: number): Change[] {
  const counts = new UseCounts(tables);
  return objects.flatMap(([digest, value]) => {
    const body: Change = { table: tables.objects, key: digestKey(digest), value };
    const mark: Change = { table: tables.orphans, key: [dueMs, digest], value: new Uint8Array(1) };
    return counts.count("object", digest) === 0 ? [body, mark] : [body];
  });
}

export function readRef(tables: Tables, page: string): Ref | null {
  const bytes = tables.refs.getBinary(page);
  return bytes === undefined ? null : unpackValue<Ref>(bytes);
}

/** Parts of a manifest that is held. */
export function partsHeld(tables: Tables, manifest: Digest): ReadonlySet<Digest> {
  const bytes = tables.tree.getBinary(digestKey(manifest));
  if (bytes === undefined) throw refused("A generation", `the manifest ${manifest} before it is missing`);
  return partsNamedBy(bytes);
}

function rises(ref: Ref, head: Apply["head"]): boolean {
  return head.epoch > ref.epoch || (head.epoch === ref.epoch && head.generation > ref.generation);
}

function refChange(
  tables: Tables,
  { page, epoch, generation, manifest, hosts }: Apply["head"] & Ref,
): Change {
  return { table: tables.refs, key: page, value: packValue({ epoch, generation, manifest, hosts }) };
}

/**
 * The hosts that this page holds from now on. A host that another page holds stays there, whoever lets it through: two pages never
 * think that they own one name, and releasing it later cannot take it from its owner.
 */
function hostChanges(tables: Tables, apply: Apply, ref: Ref | null): { changes: Change[]; hosts: string[] } {
  const { page } = apply.head;
  const changes: Change[] = [];
  const hosts = [...new Set(apply.hosts)].filter((host) => (holderOf(tables, host) ?? page) === page);
  for (const host of hosts) {
    if (!ref?.hosts.includes(host))
      changes.push({ table: tables.hosts, key: host, value: Buffer.from(page, "utf8") });
    if (tables.gone.doesExist(host)) changes.push({ table: tables.gone, key: host, value: null });
  }
  for (const host of ref?.hosts ?? [])
    if (!hosts.includes(host)) changes.push({ table: tables.hosts, key: host, value: null });
  return { changes, hosts };
}

/** The page that a host leads to. */
export function holderOf(tables: Tables, host: string): string | null {
  const bytes = tables.hosts.getBinary(host);
  return bytes === undefined
    ? null
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}
