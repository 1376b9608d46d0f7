// What the commands share that let root speak. In: flags. Out: a signed document in a file and, where asked, at an ops address.
import { Fault } from "../base/fault.ts";
import type { Context } from "./flags.ts";
import { publicMode, writeNewFile } from "./key-files.ts";
import { ingestOf, isHttpUrl, refusedBy, sendDocument } from "./send-document.ts";

const serialMax = Number.MAX_SAFE_INTEGER;

export const json = { kind: "boolean", help: "one JSON object" } as const;

export const serial = {
  kind: "integer",
  min: 1,
  max: serialMax,
  help: "a higher one replaces a lower one; left out, the time in ms",
} as const;

/** Flags of every document that the root key signs. */
export const signing = {
  root: { kind: "path", required: true, help: "file of the secret root key" },
  out: { kind: "path", required: true, help: "file to write the signed document to; it must not exist" },
  send: { kind: "string", help: "also give it to a POP: http://<its ops address>/ingest" },
  serial,
  json,
} as const;

/** Throws Fault `usage` for the first of `given` that is not allowed. */
export function checkNames(
  flag: string,
  given: readonly string[],
  allowed: (text: string) => boolean,
  what: string,
): void {
  const wrong = given.find((text) => !allowed(text));
  if (wrong !== undefined)
    throw new Fault("usage", `${flag}: ${JSON.stringify(wrong)} is not allowed.`, `Give ${what}.`);
}

/** Writes a document, and sends it where one is asked for. A failed sending leaves the file, to be sent again. */
export async function hand(
  bytes: Uint8Array,
  values: { readonly out: string; readonly send: string | undefined; readonly json: boolean },
  serial: number,
  context: Context,
): Promise<void> {
  if (values.send !== undefined && !isHttpUrl(values.send))
    throw new Fault(
      "usage",
      `--send: ${JSON.stringify(values.send)} is not allowed.`,
      "Give an http or https URL.",
    );
  writeNewFile(values.out, bytes, publicMode);
  if (values.send !== undefined) {
    const answered = await sendDocument(ingestOf(values.send), bytes);
    if (!answered.taken) throw refusedBy(values.send, answered);
  }
  const said = { file: values.out, serial, sent: values.send ?? null };
  context.out(values.json ? JSON.stringify(said) : `${values.out}  serial ${serial}`);
  if (values.send !== undefined && !values.json) context.out(`accepted by ${values.send}`);
}
