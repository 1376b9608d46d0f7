// A page as a file. In: its definition. Out: YAML that `pharos apply` reads and finds nothing to do in. What is as it is by itself is left out.
import { Document } from "yaml";
import { canonicalJson } from "../crdt/lww.ts";
import type { Json } from "../model/op.ts";
import {
  type ConfigField,
  type ConfigValues,
  type DefinedEntity,
  type Definition,
  fieldsOf,
  type ListWord,
  lists,
  pageFields,
} from "./config-shape.ts";

export function configText(definition: Definition): string {
  const page = { id: definition.id, name: definition.name, ...said(definition.values, pageFields) };
  const document = new Document(
    { page, ...Object.fromEntries(lists.map(({ word }) => [word, entries(definition, word)])) },
    // One picture for logo and favicon would be an anchor, which the reader does not follow.
    { aliasDuplicateObjects: false },
  );
  document.commentBefore =
    ` The page ${definition.id}. What is not named stays as it is; null takes a value away.\n` +
    " pharos apply -f <this file> --dry-run says what would change.";
  return document.toString({ lineWidth: 0 });
}

function entries({ lists: held }: Definition, word: ListWord): readonly Json[] {
  const all = held[word].filter(({ isOver }) => isOver !== true);
  const one = (entity: DefinedEntity): Record<string, Json> => ({
    id: entity.id,
    name: entity.name,
    ...said(entity.values, fieldsOf(word)),
    ...(entity.group
      ? { members: all.filter(({ groupId }) => groupId === entity.id).map((member) => one(member)) }
      : {}),
  });
  return all.filter(({ groupId }) => groupId === null).map(one);
}

function said(values: ConfigValues, fields: readonly ConfigField[]): Record<string, Json> {
  const told = fields.filter(
    ({ word, blank }) => canonicalJson(values[word] ?? null) !== canonicalJson(blank),
  );
  return Object.fromEntries(told.map(({ word }) => [word, values[word] ?? null]));
}
