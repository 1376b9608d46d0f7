// A value that fits a schema, where a row shows none of its own. In: a schema. Out: the shortest one: what must be there, and nothing else.

interface Wanted {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly object[];
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly items?: object;
}

export function exampleOf(schema: object): unknown {
  const wanted = schema as Wanted;
  if (wanted.const !== undefined) return wanted.const;
  if (wanted.enum !== undefined) return wanted.enum[0];
  // Of a number or its text, the number: it stands last.
  const choice = wanted.anyOf?.findLast((one) => "type" in one && one.type !== "null") ?? wanted.anyOf?.[0];
  if (choice !== undefined) return exampleOf(choice);
  switch (wanted.type) {
    case "object":
      return Object.fromEntries(
        (wanted.required ?? []).map((name) => [name, exampleOf(wanted.properties?.[name] ?? {})]),
      );
    case "array":
      return Array.from({ length: wanted.minItems ?? 0 }, () => exampleOf(wanted.items ?? {}));
    case "string":
      return "text".padEnd(wanted.minLength ?? 0, "t");
    case "number":
    case "integer":
      return wanted.minimum ?? 1;
    case "boolean":
      return true;
    default:
      return null;
  }
}
