// Every generation that a control plane signed, read from its store. In: its folder, while it runs or after. Out: digests by generation, path, encoding.
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Digest, Encoding, Route } from "../../src/snapshot/types.ts";
import { openStore, type Store } from "../../src/store/open.ts";

export class SignedHistory {
  readonly #folder: string;
  readonly #page: string;
  readonly #generations = new Map<number, ReadonlyMap<string, Route>>();
  readonly #parts = new Map<Digest, readonly Route[]>();

  constructor(folder: string, page: string) {
    this.#folder = folder;
    this.#page = page;
  }

  /** Reads what was signed since the last time: from the head back over `previous`. The store forgets, so it must be asked every few seconds. */
  async collect(): Promise<void> {
    const store = openStore({ folder: this.#folder, clock: systemClock, log: silentLog, role: "reader" });
    try {
      for (let digest = store.snapshots.head(this.#page)?.manifest; digest !== undefined; )
        digest = this.#take(store, digest);
    } finally {
      await store.close();
    }
  }

  /** The digest that generation `generation` signed for a path in an encoding; undefined where it signed none. */
  digestOf(generation: number, path: string, encoding: Encoding): Digest | undefined {
    return this.#generations.get(generation)?.get(path)?.variants[encoding]?.digest;
  }

  #take(store: Store, digest: Digest): Digest | undefined {
    const opened = openManifest(store.snapshots.tree(digest) ?? new Uint8Array());
    if (!opened.ok || this.#generations.has(opened.value.value.generation)) return undefined;
    const { parts, generation, previous } = opened.value.value;
    const routes = parts.flatMap((part) => this.#routesOf(store, part));
    this.#generations.set(generation, new Map(routes.map((route) => [route.path, route])));
    return previous;
  }

  #routesOf(store: Store, part: Digest): readonly Route[] {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const decoded = decodePart(store.snapshots.tree(part) ?? new Uint8Array());
    if (!decoded.ok) throw new Error(`A part of the history does not decode: ${decoded.reason}.`);
    this.#parts.set(part, decoded.value.routes);
    return decoded.value.routes;
  }
}
