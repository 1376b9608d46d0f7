// What rounds learned of other people's systems: one value, swapped as a whole. In: the results of a round. Out: the last ones, also after a restart.
// It is taken into memory before it is written: a store that cannot write keeps nobody from what is known.
import type { UpstreamResults } from "../model/upstream-shown.ts";
import type { ComponentStatus } from "../model/view.ts";
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

/** Which status each upstream gave its component last, by `<page>/<upstream>`. */
export type Given = ReadonlyMap<string, ComponentStatus>;

export interface UpstreamStore {
  results(): UpstreamResults;
  given(): Given;
  /** On the device when it resolves. Throws Fault `busy` or `disk-full`: it is known all the same, to this process. */
  swap(results: UpstreamResults, given: Given): Promise<void>;
  /** Called after each swap. Gives a function that ends it. */
  onChange(listener: () => void): () => void;
}

const key = ["upstream", "results"];

interface Row {
  readonly results: readonly (readonly [string, unknown])[];
  readonly given: readonly (readonly [string, ComponentStatus])[];
}

/** Of the process that writes; a `reader` looks at the device each time. */
export function createUpstreams(store: Store, role: "writer" | "reader" = "writer"): UpstreamStore {
  const table = store.tables.meta;
  const listeners = new Set<() => void>();
  const read = (): Known => {
    store.refresh();
    const held = table.getBinary(key);
    if (held === undefined) return { results: new Map(), given: new Map() };
    const { results, given } = unpackValue<Row>(held);
    return { results: new Map(results) as UpstreamResults, given: new Map(given) };
  };
  let known: Known | null = null;
  const now = (): Known => {
    if (role === "reader") return read();
    known ??= read();
    return known;
  };
  return {
    results: () => now().results,
    given: () => now().given,
    async swap(results, given) {
      known = { results, given };
      for (const listener of listeners) listener();
      await store.commit([
        { table, key, value: packValue({ results: [...results], given: [...given] } satisfies Row) },
      ]);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

interface Known {
  readonly results: UpstreamResults;
  readonly given: Given;
}
