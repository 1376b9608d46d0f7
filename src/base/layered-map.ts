// A map whose next state costs what changed. In: changes. Out: another map; this one stays as it is.
// A map of 20,000 takes a millisecond to copy, and is copied with every change of a page: so a few hundred changes lie above a map that many share.
// Order is that of a Map; what is taken out and comes back before the layers are made one stands where it stood.

/** Copying the changes for each change, and all for each `changesMax`: both cost about the same at 20,000. */
const changesMax = 256;

export class LayeredMap<Key, Value> implements ReadonlyMap<Key, Value> {
  readonly #base: ReadonlyMap<Key, Value>;
  /** Of a key that is gone: undefined. */
  readonly #changes: ReadonlyMap<Key, Value | undefined>;
  readonly size: number;

  private constructor(
    base: ReadonlyMap<Key, Value>,
    changes: ReadonlyMap<Key, Value | undefined>,
    size: number,
  ) {
    this.#base = base;
    this.#changes = changes;
    this.size = size;
  }

  /** `base` is not to be changed from now on. */
  static over<Key, Value>(base: ReadonlyMap<Key, Value>): LayeredMap<Key, Value> {
    return base instanceof LayeredMap ? base : new LayeredMap(base, new Map(), base.size);
  }

  /** Undefined takes a key out. The same map where there is no change. */
  with(changes: Iterable<readonly [Key, (Value & {}) | undefined]>): LayeredMap<Key, Value> {
    const next = new Map(this.#changes);
    let { size } = this;
    let same = true;
    for (const [key, value] of changes) {
      same = false;
      const held = next.has(key) ? next.get(key) !== undefined : this.#base.has(key);
      if (held !== (value !== undefined)) size += held ? -1 : 1;
      // A key that the base never had leaves nothing behind.
      if (value === undefined && !this.#base.has(key)) next.delete(key);
      else next.set(key, value);
    }
    if (same) return this;
    const layered = new LayeredMap(this.#base, next, size);
    return next.size <= changesMax ? layered : new LayeredMap(new Map(layered), new Map(), size);
  }

  get(key: Key): Value | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.get(key);
  }

  has(key: Key): boolean {
    return this.#changes.has(key) ? this.#changes.get(key) !== undefined : this.#base.has(key);
  }

  *entries(): Generator<[Key, Value], undefined> {
    for (const entry of this.#base) {
      if (this.#changes.size === 0 || !this.#changes.has(entry[0])) {
        yield entry;
        continue;
      }
      const value = this.#changes.get(entry[0]);
      if (value !== undefined) yield [entry[0], value];
    }
    for (const [key, value] of this.#changes)
      if (value !== undefined && !this.#base.has(key)) yield [key, value];
  }

  *keys(): Generator<Key, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<Value, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[Key, Value], undefined> {
    return this.entries();
  }

  forEach(each: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this) each(value, key, this);
  }
}
