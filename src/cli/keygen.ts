// `pharos keygen`: the keys of an installation, and what only the root key may say. In: flags. Out: key files, signed documents.
// The root key belongs on a machine without a network: nothing else of Pharos needs it to run.
import { join } from "node:path";
import { signEpoch, signRemoval } from "../snapshot/documents.ts";
import { isHostName, isHostOrEverything, isPageId, isPageOrEverything } from "../snapshot/names.ts";
import { defineCommand } from "./flags.ts";
import { type InstallationRole, keyFiles, makeKeys } from "./key-files.ts";
import { readRootSecret } from "./read-keys.ts";
import { checkNames, hand, json, serial, signing } from "./sign-by-root.ts";

const page = { kind: "string", required: true, help: "id of the page" } as const;

const keygen = defineCommand({
  name: "keygen",
  summary: "make root, publisher and emergency keys, and sign what the last two may do",
  about: "Keep root.key and emergency.key off the servers; the control plane needs the other files.",
  example: ["keygen --out keys", "keygen --out keys --pages k7x2m9q4w1zz --hosts status.example.org"],
  flags: {
    out: { kind: "path", required: true, help: "folder for the files; none of them may exist" },
    pages: { kind: "list", default: "*", help: "ids of the pages that publisher and emergency key are for" },
    hosts: { kind: "list", default: "*", help: "host names that the publisher may claim" },
    serial,
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
    page,
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
    page,
    epoch: {
      kind: "integer",
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      required: true,
      help: "number of the new epoch",
    },
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
    `appointment ${pages.join(",")}  ${join(folder, keyFiles.appointment)}`,
  ];
}
