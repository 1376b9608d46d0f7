// Remembers the documents of incidents (or components) named last, so that naming those of a month again costs a look at each and no hash.
// In: an entity and the other inputs of its document. Out: the document made before, if every input is the same one.
import { createRecent, type Recent } from "../base/recent.ts";
import type { Document } from "./types.ts";

interface Remembered<Entity> {
  readonly entity: Entity;
  readonly inputs: readonly unknown[];
  readonly document: Document;
}

export type Memory<Entity> = Recent<Remembered<Entity>>;

/** A month of a busy page is a few hundred. All of 20,000, in a page and as JSON, weighed 25 MB, and are named once a day. */
const rememberedMax = 2_000;

export const createMemory = <Entity>(): Memory<Entity> => createRecent(rememberedMax, () => 1);

/** `inputs` are compared by identity: shared entities, strings, numbers. `make` sees nothing but the entity and them. */
export function rememberedDocument<Entity extends { readonly id: string }>(
  memory: Memory<Entity>,
  entity: Entity,
  inputs: readonly unknown[],
  make: () => Document,
): Document {
  const known = memory.get(entity.id);
  if (known !== undefined && known.entity === entity && sameInputs(known.inputs, inputs))
    return known.document;
  const document = make();
  memory.set(entity.id, { entity, inputs, document });
  return document;
}

function sameInputs(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
