// How often each part and each body is named. In: digests that come to be named, or cease to be. Out: changes; what reaches zero goes with its bytes.
// A page's kept generations name a digest once for each unbroken run in which a part (or a body, by one more part) is there, so a
// generation costs counters for what it changes, not for what it is made of. The README argues the rule.
import { assert } from "../base/fault.ts";
import type { Digest } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import type { Tables } from "./tables.ts";
import { digestKey } from "./values.ts";

export type Kind = "part" | "object";

/** Parts and bodies are counted apart: a body with the bytes of a part must not stand in for it. */
const kindByte = { part: 0x70, object: 0x6f } as const;

export class UseCounts {
  readonly #tables: Tables;
  readonly #counts = { part: new Map<Digest, number>(), object: new Map<Digest, number>() };

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** How many counters this one has moved. */
  get moved(): number {
    return this.#counts.part.size + this.#counts.object.size;
  }

  count(kind: Kind, digest: Digest): number {
    const known = this.#counts[kind].get(digest);
    if (known !== undefined) return known;
    const stored = this.#tables.uses.getBinary(useKey(kind, digest));
    return stored === undefined ? 0 : new DataView(stored.buffer, stored.byteOffset).getUint32(0);
  }

  move(kind: Kind, digest: Digest, by: number): void {
    const before = this.count(kind, digest);
    assert(before + by >= 0, `The ${kind} ${digest} was forgotten more often than it was named.`);
    this.#counts[kind].set(digest, before + by);
  }

  /** The new counts. */
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
