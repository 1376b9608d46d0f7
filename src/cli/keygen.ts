// `pharos keygen`: the keys of an installation, and what only the root key may say. In: flags. Out: key files, signed documents.
// The root key belongs on a machine without a network: nothing else of Pharos needs it to run.
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { dial, readAll } from "../host/dial.ts";
import { signEpoch, signRemoval } from "../snapshot/documents.ts";
import { isHostName, isHostOrEverything, isPageId, isPageOrEverything } from "../snapshot/names.ts";
import { type Context, defineCommand } from "./flags.ts";
import { type InstallationRole, keyFiles, makeKeys, publicMode, writeNewFile } from "./key-files.ts";
import { readRootSecret } from "./read-keys.ts";

const sendTimeoutMs = 10_000;
const serialMax = Number.MAX_SAFE_INTEGER;

const json = { kind: "boolean", help: "one JSON object" } as const;
const signing = {
  root: { kind: "path", required: true, help: "file of the secret root key" },
  page: { kind: "string", required: true, help: "id of the page" },
  out: { kind: "path", required: true, help: "file to write the signed document to; it must not exist" },
  send: { kind: "string", help: "also give it to a POP: http://<its ops address>/ingest" },
  serial: {
    kind: "integer",
    min: 1,
    max: serialMax,
    help: "a higher one replaces a lower one; left out, the time in ms",
  },
  json,
} as const;

const keygen = defineCommand({
  name: "keygen",
  summary: "make root, publisher and emergency keys, and sign a delegation",
  about:
    "Keep root.key and emergency.key off the servers; the control plane needs publisher.key and delegation.signed.",
  example: ["keygen --out keys", "keygen --out keys --pages k7x2m9q4w1zz --hosts status.example.org"],
  flags: {
    out: { kind: "path", required: true, help: "folder for the files; none of them may exist" },
    pages: { kind: "list", default: "*", help: "ids of the pages that the publisher may publish" },
    hosts: { kind: "list", default: "*", help: "host names that the publisher may claim" },
    serial: signing.serial,
    json,
  },
  run(values, context) {
    checkNames("--pages", values.pages, isPageOrEverything, "page ids, or *");
    checkNames("--hosts", values.hosts, isHostOrEverything, "host names in lower case without a port, or *");
    const serial = values.serial ?? context.clock.wallMs();
    const folder = values.out;
    const keys = makeKeys({ folder, pages: values.pages, hosts: values.hosts, serial }, context.random);
    if (values.json) context.out(JSON.stringify({ folder, ...keys, serial }));
    else for (const line of summaryOf(folder, keys, values)) context.out(line);
  },
});

const removal = defineCommand({
  name: "keygen removal",
  summary: "sign a removal: POPs forget the page and answer 410",
  example:
    "keygen removal --root keys/root.key --page k7x2m9q4w1zz --hosts status.example.org --out removal.signed",
  flags: {
    ...signing,
    hosts: { kind: "list", required: true, help: "host names that answer 410 from then on" },
  },
  async run(values, context) {
    checkNames("--page", [values.page], isPageId, "a page id");
    checkNames("--hosts", values.hosts, isHostName, "host names in lower case without a port");
    const serial = values.serial ?? context.clock.wallMs();
    const bytes = signRemoval(
      { page: values.page, hosts: values.hosts, serial },
      readRootSecret(values.root),
    );
    await hand(bytes, values, serial, context);
  },
});

const epoch = defineCommand({
  name: "keygen epoch",
  summary: "sign an epoch: POPs take this page's snapshots of that epoch and of no other",
  about: "After a restore, or when another installation takes a page over. It only rises.",
  example: "keygen epoch --root keys/root.key --page k7x2m9q4w1zz --epoch 2 --out epoch.signed",
  flags: {
    ...signing,
    epoch: { kind: "integer", min: 1, max: serialMax, required: true, help: "number of the new epoch" },
  },
  async run(values, context) {
    checkNames("--page", [values.page], isPageId, "a page id");
    const serial = values.serial ?? context.clock.wallMs();
    const bytes = signEpoch({ page: values.page, epoch: values.epoch, serial }, readRootSecret(values.root));
    await hand(bytes, values, serial, context);
  },
});

export const commands = [keygen, removal, epoch];

function summaryOf(
  folder: string,
  keys: Readonly<Record<InstallationRole, string>>,
  { pages, hosts }: { readonly pages: readonly string[]; readonly hosts: readonly string[] },
): readonly string[] {
  return [
    ...(["root", "publisher", "emergency"] as const).map(
      (role) => `${role.padEnd(10)} ${keys[role]}  ${join(folder, keyFiles[role].secret)}`,
    ),
    `delegation ${pages.join(",")} at ${hosts.join(",")}  ${join(folder, keyFiles.delegation)}`,
  ];
}

function checkNames(
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
async function hand(
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
  if (values.send !== undefined) await send(values.send, bytes);
  const said = { file: values.out, serial, sent: values.send ?? null };
  context.out(values.json ? JSON.stringify(said) : `${values.out}  serial ${serial}`);
  if (values.send !== undefined && !values.json) context.out(`accepted by ${values.send}`);
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

async function send(url: string, bytes: Uint8Array): Promise<void> {
  const answer = await dial(url, {
    policy: "configured",
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: bytes,
    timeoutMs: sendTimeoutMs,
  });
  const says = Buffer.from(await readAll(answer.body, limits.documentBytesMax))
    .toString("utf8")
    .trim();
  if (answer.status >= 200 && answer.status < 300) return;
  throw new Fault(
    "document-refused",
    `${url} refused the document with status ${answer.status}${says === "" ? "" : `: ${says.slice(0, 300)}`}.`,
    "The file is written: send it again once the cause is gone.",
  );
}
