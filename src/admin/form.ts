// A form that a browser sent. In: a request, a bound. Out: its fields by name, or why it cannot be read.
import { ok, type Result, refuse } from "../base/result.ts";

export interface Form {
  /** Without blanks around it; "" where it was not sent. */
  text(name: string): string;
  /** As it was sent, with one kind of line end. */
  body(name: string): string;
  /** Every value of a name, without empty ones. */
  list(name: string): readonly string[];
  /** True where a box was ticked. */
  has(name: string): boolean;
  /** Names of fields that begin so, with what follows. */
  under(prefix: string): readonly (readonly [rest: string, value: string])[];
  /** A file; null where none was chosen. */
  file(name: string): { readonly name: string; readonly bytes: Uint8Array } | null;
}

export type FormRefusal = "too-long" | "unreadable";

type Values = ReadonlyMap<
  string,
  readonly (string | { readonly name: string; readonly bytes: Uint8Array })[]
>;

/** Reads a urlencoded or multipart body of at most `bytesMax` bytes. */
export async function readForm(request: Request, bytesMax: number): Promise<Result<Form, FormRefusal>> {
  const bytes = await readBytes(request, bytesMax);
  if (typeof bytes === "string") return refuse(bytes);
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data/i.test(type)) return ok(formOf(valuesOf(new URLSearchParams(textOf(bytes)))));
  try {
    const data = await new Response(bytes, { headers: { "content-type": type } }).formData();
    const entries = await Promise.all(
      [...data.entries()].map(
        async ([name, value]) =>
          [
            name,
            typeof value === "string"
              ? value
              : { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) },
          ] as const,
      ),
    );
    return ok(formOf(valuesOf(entries)));
  } catch {
    // The body is the browser's: whatever the parser calls it, it is a form that cannot be read.
    return refuse("unreadable");
  }
}

/** A form of these fields. */
export function formFrom(fields: URLSearchParams): Form {
  return formOf(valuesOf(fields));
}

async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array<ArrayBuffer> | FormRefusal> {
  if (request.body === null) return new Uint8Array();
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return "too-long";
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > bytesMax) return "too-long";
      chunks.push(chunk);
    }
  } catch {
    // Who went away in the middle sent no form.
    return "unreadable";
  }
  return new Uint8Array(Buffer.concat(chunks, length));
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).toWellFormed();

type Entry = readonly [string, string | { readonly name: string; readonly bytes: Uint8Array }];

function valuesOf(entries: Iterable<Entry | [string, string]>): Values {
  const values = new Map<string, Entry[1][]>();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}

function formOf(values: Values): Form {
  const first = (name: string): string => {
    const value = values.get(name)?.[0];
    return typeof value === "string" ? value.toWellFormed().replace(/\r\n?/g, "\n") : "";
  };
  return {
    text: (name) => first(name).trim(),
    body: first,
    list: (name) =>
      (values.get(name) ?? []).flatMap((it) => (typeof it === "string" && it !== "" ? [it] : [])),
    has: (name) => values.has(name),
    under: (prefix) =>
      [...values.keys()].flatMap((name) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), first(name)] as const] : [],
      ),
    file(name) {
      const value = values.get(name)?.[0];
      return typeof value === "object" && value.bytes.length > 0 ? value : null;
    },
  };
}
