// How often each part and each body is named. In: parts that a page starts or stops to name. Out: changes, with what nobody names any more removed.
// A part counts once for each unbroken run of generations of a page that names it, a body once for each stored part that names it.
import { assert } from "../base/fault.ts";
import type { Digest } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import { objectsNamedBy, refused } from "./naming.ts";
import type { Tables } from "./tables.ts";
import { digestKey } from "./values.ts";

type Kind = "part" | "object";

/** Parts and bodies are counted apart: a body with the bytes of a part must not stand in for it. */
const kindByte = { part: 0x70, object: 0x6f } as const;

export class UseCounts {
  readonly #tables: Tables;
  readonly #firstNamed = new Set<Digest>();
  readonly #counts = { part: new Map<Digest, number>(), object: new Map<Digest, number>() };

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** How many counters this one has touched. */
  get touched(): number {
    return this.#counts.part.size + this.#counts.object.size;
  }

  count(kind: Kind, digest: Digest): number {
    const known = this.#counts[kind].get(digest);
    if (known !== undefined) return known;
    const stored = this.#tables.uses.getBinary(useKey(kind, digest));
    return stored === undefined ? 0 : new DataView(stored.buffer, stored.byteOffset).getUint32(0);
  }

  /** A page names this part from now on. `bytes` are the part's. */
  addPart(digest: Digest, bytes: Uint8Array | null): void {
    if (bytes === null) throw refused("A manifest", `its part ${digest} is not here`);
    const count = this.#move("part", digest, 1);
    if (count === 1) for (const object of objectsNamedBy(bytes)) this.#move("object", object, 1);
  }

  /** A page no longer names this part, in any generation that is kept. */
  dropPart(digest: Digest): void {
    const count = this.#move("part", digest, -1);
    if (count > 0) return;
    const bytes = this.#tables.tree.getBinary(digestKey(digest));
    assert(bytes !== undefined, `The part ${digest} was counted but not stored.`);
    for (const object of objectsNamedBy(bytes)) this.#move("object", object, -1);
  }

  /** Bodies that nothing named before. */
  get firstNamed(): ReadonlySet<Digest> {
    return this.#firstNamed;
  }

  /** The new counts; what reached zero goes with its bytes. */
  changes(): Change[] {
    const changes: Change[] = [];
    for (const kind of ["part", "object"] as const) {
      const bodies = kind === "part" ? this.#tables.tree : this.#tables.objects;
      for (const [digest, count] of this.#counts[kind]) {
        const value = count === 0 ? null : countBytes(count);
        changes.push({ table: this.#tables.uses, key: useKey(kind, digest), value });
        if (count === 0) changes.push({ table: bodies, key: digestKey(digest), value: null });
      }
    }
    return changes;
  }

  #move(kind: Kind, digest: Digest, by: 1 | -1): number {
    const count = this.count(kind, digest) + by;
    assert(count >= 0, `The ${kind} ${digest} was forgotten more often than it was named.`);
    this.#counts[kind].set(digest, count);
    if (kind === "object" && count === 1 && by === 1) this.#firstNamed.add(digest);
    return count;
  }
}

function useKey(kind: Kind, digest: Digest): Uint8Array {
  const key = Buffer.allocUnsafe(33);
  key[0] = kindByte[kind];
  key.write(digest, 1, "hex");
  return key;
}

function countBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, count);
  return bytes;
}
