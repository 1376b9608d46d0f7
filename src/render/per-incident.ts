// Remembers the documents of each incident, so that naming 5,000 of them again costs a look at each and no hash.
// In: an incident (or a component) and the other inputs of its document. Out: the document made before, if every input is the same one.
import type { Incident } from "../model/view.ts";
import type { Document } from "./types.ts";

interface Remembered {
  readonly inputs: readonly unknown[];
  readonly document: Document;
}

export type Memory<Entity extends object> = WeakMap<Entity, Remembered>;
export type IncidentMemory = Memory<Incident>;

/** `inputs` are compared by identity: shared entities, strings, numbers. `make` sees nothing but the entity and them. */
export function rememberedDocument<Entity extends object>(
  memory: Memory<Entity>,
  entity: Entity,
  inputs: readonly unknown[],
  make: () => Document,
): Document {
  const known = memory.get(entity);
  if (known !== undefined && sameInputs(known.inputs, inputs)) return known.document;
  const document = make();
  memory.set(entity, { inputs, document });
  return document;
}

function sameInputs(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
