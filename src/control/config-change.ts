// One change of a page: what differs, and the command that makes it so. In: an entity as it is, and as a file wants it. Out: a change, or nothing.
import { canonicalJson } from "../crdt/lww.ts";
import { hostOfUrl } from "../model/checks.ts";
import type { Command } from "../model/command.ts";
import type { Json } from "../model/op.ts";
import type { Paired } from "./config-pair.ts";
import type { WantedPage } from "./config-read.ts";
import {
  type ConfigField,
  type ConfigValues,
  type DefinedEntity,
  type Definition,
  fieldsOf,
  type ListWord,
  listOf,
  pageFields,
} from "./config-shape.ts";
import type { ConfigPlace } from "./config-value.ts";

/** One field of a change; `before` is absent where it is new. */
export interface FieldChange {
  readonly word: string;
  readonly before?: Json;
  readonly after: Json;
}

export interface Change {
  readonly mark: "+" | "-" | "~";
  readonly what: "page" | "group" | "component" | "metric" | "template" | "recurrence" | "check";
  readonly id: string;
  readonly name: string;
  readonly fields: readonly FieldChange[];
  readonly command: Command;
  /** Null where the file does not speak of it. */
  readonly place: ConfigPlace | null;
}

export function pageChange(held: Definition | null, { page }: WantedPage, id: string): Change | null {
  const url = page.values.url ?? held?.values.url;
  const first = typeof url === "string" ? hostOfUrl(url) : null;
  const hosts = page.values.hosts as readonly string[] | undefined;
  const values =
    hosts === undefined
      ? page.values
      : { ...page.values, hosts: hosts.filter((host) => host.toLowerCase() !== first) };
  const name = page.name ?? held?.name ?? "";
  const fields = differences(
    held && { ...held.values, hosts: hostsKept(held, first), name: held.name },
    { ...values, ...(page.name === null ? {} : { name }) },
    [nameField, ...pageFields],
  );
  if (held !== null && fields.length === 0) return null;
  const given = fieldsGiven(fields, [nameField, ...pageFields]);
  const command =
    held === null
      ? ({ kind: "page.create", id, fields: { url: "", ...given, name } } as Command)
      : ({ kind: "page.update", fields: given } as Command);
  return { mark: held === null ? "+" : "~", what: "page", id, name, fields, command, place: page.place };
}

/** What hosts beside the address's own there will be if the file names none: with another address, the one that it had stays. */
function hostsKept({ values }: Definition, first: string | null): Json {
  const { url, hosts } = values;
  const had = hostOfUrl(String(url));
  const others = hosts as readonly string[];
  return first === null || had === null || had === first
    ? others
    : [had, ...others].filter((host) => host !== first);
}

const nameField: ConfigField = { word: "name", key: "name", kind: "text", blank: "" };

/** Fields that differ; of a new entity, those that are not as they would be by themselves. */
function differences(
  held: ConfigValues | null,
  wanted: ConfigValues,
  fields: readonly ConfigField[],
): readonly FieldChange[] {
  return fields.flatMap(({ word, blank, normal }) => {
    const said = wanted[word];
    if (said === undefined) return [];
    const after = said === null ? blank : (normal?.(said) ?? said);
    const before = held === null ? blank : (held[word] ?? blank);
    if (canonicalJson(before) === canonicalJson(after)) return [];
    return [held === null ? { word, after } : { word, before, after }];
  });
}

function fieldsGiven(changes: readonly FieldChange[], fields: readonly ConfigField[]): Record<string, Json> {
  const keys = new Map(fields.map(({ word, key }) => [word, key]));
  return Object.fromEntries(changes.map(({ word, after }) => [keys.get(word) ?? word, after]));
}

export function entityChange(
  { id, held, wanted, groupId }: Paired,
  word: ListWord,
  position: number | undefined,
): Change | null {
  const fields = fieldsOf(word);
  const isGroup = wanted.members !== null;
  const said = differences(
    held && { ...held.values, name: held.name },
    { ...wanted.values, name: wanted.name },
    [nameField, ...fields],
  );
  const isElsewhere = word === "components" && (held?.groupId ?? null) !== groupId;
  const moved: readonly FieldChange[] = [
    ...(isElsewhere
      ? [{ word: "group", ...(held === null ? {} : { before: held.groupId }), after: groupId }]
      : []),
    ...(position === undefined || position === held?.position
      ? []
      : [{ word: "position", ...(held === null ? {} : { before: held.position }), after: position }]),
  ];
  if (held !== null && said.length + moved.length === 0) return null;
  const what = kindOf(word, isGroup);
  const made = held === null && isGroup ? { group: true } : {};
  return changeOf(
    { id, name: wanted.name, what, mark: held === null ? "+" : "~", place: wanted.place, word },
    [...said, ...moved],
    made,
    held?.values,
  );
}

interface Changed {
  readonly id: string;
  readonly name: string;
  readonly what: Change["what"];
  readonly mark: "+" | "~";
  readonly place: ConfigPlace | null;
  readonly word: ListWord;
}

const moveFields: readonly ConfigField[] = [
  { word: "group", key: "groupId", kind: "text", blank: null },
  { word: "position", key: "position", kind: "whole", blank: 0 },
];

export function changeOf(
  { word, ...rest }: Changed,
  fields: readonly FieldChange[],
  made: Readonly<Record<string, Json>>,
  held: ConfigValues = blankOf(word),
): Change {
  const given = { ...made, ...fieldsGiven(fields, [nameField, ...fieldsOf(word), ...moveFields]) };
  const { one, made: blank = {}, toFields } = listOf(word);
  const kind = `${one}.${rest.mark === "+" ? "create" : "update"}`;
  const values = { ...held, ...Object.fromEntries(fields.map((field) => [field.word, field.after])) };
  const told = toFields?.(given, values) ?? given;
  const command = { kind, id: rest.id, fields: { ...(rest.mark === "+" ? blank : {}), ...told } } as Command;
  return { ...rest, fields, command };
}

const blankOf = (word: ListWord): ConfigValues =>
  Object.fromEntries(fieldsOf(word).map((field) => [field.word, field.blank]));

export function removal(word: ListWord, { id, name, group }: DefinedEntity): Change {
  const command = { kind: `${listOf(word).one}.delete`, id } as Command;
  return { mark: "-", what: kindOf(word, group), id, name, fields: [], command, place: null };
}

export const kindOf = (word: ListWord, group: boolean): Change["what"] =>
  group ? "group" : (listOf(word).one as Change["what"]);
