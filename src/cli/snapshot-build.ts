// `pharos snapshot build` and `pharos snapshot export`: snapshots as files, with nothing running. In: a folder of files and a publisher's key, or a
// data folder. Out: a data folder of its own, or a mirror that any web server can carry and POPs can follow.
import { readFileSync } from "node:fs";
import { Fault, messageOf } from "../base/fault.ts";
import { lockFolder } from "../host/lock.ts";
import { createByHand } from "../publish/by-hand.ts";
import { readFolder } from "../publish/folder.ts";
import { openDelegation } from "../snapshot/documents.ts";
import { refusalSentence } from "../snapshot/refusals.ts";
import { openLedger } from "../store/ledger.ts";
import { openStore } from "../store/open.ts";
import { keepDocument, trustOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { writeMirror } from "../sync/mirror-write.ts";
import { type Context, defineCommand } from "./flags.ts";
import { counted, pageMeant } from "./page-choice.ts";
import { compress, folderFlags, lastRoutes, spokenFiles, summaryOf, wantedOf } from "./publish.ts";
import { readSecretKey } from "./read-keys.ts";
import { readFlags, withReader } from "./snapshot-read.ts";

const build = defineCommand({
  name: "snapshot build",
  summary: "make a signed snapshot of a folder of files, with no control plane",
  about:
    "The result is a data folder: a POP can be started on it, pharos snapshot export makes a mirror of it, and a second run goes on from it with the next generation.",
  example: [
    "snapshot build ./site --host docs.example.org --key keys/publisher.key --delegation keys/delegation.signed --out built",
    "snapshot build ./site --host docs.example.org --key keys/publisher.key --delegation keys/delegation.signed --out built --mirror www",
  ],
  positionals: { folder: { help: "folder to publish", required: true } },
  flags: {
    key: { kind: "path", required: true, help: "file of the secret publisher key" },
    delegation: { kind: "path", required: true, help: "file in which root delegates to that key" },
    out: { kind: "path", required: true, help: "data folder to make, or to go on with" },
    mirror: { kind: "path", help: "also write it as a mirror into this folder" },
    ...folderFlags,
  },
  async run(values, context) {
    const { page, hosts } = wantedOf(values);
    const { files, leftOut } = readFolder(values.folder);
    await withSigner(values, context, async (byHand, store) => {
      const after = await byHand.begin(page, hosts);
      const { stage } = byHand;
      const made = await compress(files, { ...values, last: lastRoutes(store, page), stage }, context);
      const done = await byHand.publish({ page, hosts, routes: made.routes, after });
      store.refresh();
      if (values.mirror !== undefined) await writeMirror({ store, folder: values.mirror, pages: [page] });
      const said = {
        ...done,
        hosts,
        out: values.out,
        mirror: values.mirror ?? null,
        ...summaryOf(made, files.length, leftOut),
      };
      const { generation, changed } = done;
      if (values.json) context.out(JSON.stringify(said));
      else {
        context.out(
          `${values.out}: page ${page} at ${hosts.join(", ")}, generation ${generation}${changed ? "" : ", unchanged"}.`,
        );
        for (const line of spokenFiles(said)) context.out(line);
      }
    });
  },
});

const exporting = defineCommand({
  name: "snapshot export",
  summary: "write pages as a mirror: a folder that any web server can carry and POPs can follow",
  about:
    "A second run brings the folder up to date. POPs that know no other source take its pages and say that nobody confirms them.",
  example: "snapshot export --data /var/lib/pharos --out /var/www/mirror",
  flags: {
    data: readFlags.data,
    out: { kind: "path", required: true, help: "folder to write, made where it is not there" },
    page: { kind: "list", help: "ids of the pages; left out, all" },
    json: readFlags.json,
  },
  async run(values, context) {
    const done = await withReader(values.data, context, ({ snapshots }) => {
      const pages = values.page.map((page) => pageMeant(snapshots, page));
      return writeMirror({ store: snapshots, folder: values.out, ...(pages.length > 0 && { pages }) });
    });
    const { pages, written, removed, lacking, unplaced } = done;
    if (values.json) context.out(JSON.stringify({ out: values.out, ...done }));
    else {
      context.out(
        `${values.out}: ${counted(pages, "page")}, ${counted(written, "file")} written, ${removed} removed.`,
      );
      if (lacking > 0)
        context.out(
          `${counted(lacking, "path")} left out: this POP has not fetched all bodies of old pages yet. Run it again later, or where the page is published.`,
        );
      if (unplaced.length > 0)
        context.out(
          `No file can bear ${unplaced.join(", ")}: POPs that follow the mirror have them, a web server has not.`,
        );
    }
  },
});

export const commands = [build, exporting];

interface SignerFlags {
  readonly key: string;
  readonly delegation: string;
  readonly out: string;
}

/** Runs `use` with a publisher of this process that signs into the folder `out`. Throws Fault `document-refused` where the delegation does not hold. */
async function withSigner(
  { key, delegation: delegationPath, out }: SignerFlags,
  context: Context,
  use: (byHand: ReturnType<typeof createByHand>, store: SnapshotStore) => Promise<void>,
): Promise<void> {
  const secretKey = readSecretKey(key, "publisher");
  const delegation = readDelegation(delegationPath, key, secretKey.publicKey);
  const lock = lockFolder(out);
  try {
    const store = openStore({ folder: out, clock: context.clock, log: context.log });
    try {
      const { snapshots } = store;
      const ledger = openLedger({ ...context, store, region: "main" });
      const trust = trustOf(snapshots, [delegation.rootKey]);
      const acceptance = trust.accept(delegation.bytes);
      if (acceptance.outcome === "accepted")
        await keepDocument(snapshots, acceptance.document, delegation.bytes);
      const byHand = createByHand({
        store: snapshots,
        ledger,
        trust,
        secretKey,
        clock: context.clock,
        alone: (_page, work) => work(),
        settled: async () => undefined,
        announce: () => undefined,
      });
      await use(byHand, snapshots);
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}

/** Whoever signed the delegation is root to this command: it has no other, and a POP decides for itself. */
function readDelegation(
  path: string,
  keyPath: string,
  publisherKey: string,
): { readonly bytes: Uint8Array; readonly rootKey: string } {
  const refused = (why: string): Fault =>
    new Fault(
      "document-refused",
      `The delegation ${path} does not hold. ${why}`,
      "Name a file that pharos keygen made.",
    );
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    throw new Fault(
      "key-unreadable",
      `The delegation ${path} cannot be read: ${messageOf(thrown)}.`,
      "Name a file that pharos keygen made.",
      { cause: thrown },
    );
  }
  const opened = openDelegation(bytes);
  if (!opened.ok) throw refused(refusalSentence(opened.reason));
  if (opened.value.value.publisherKey !== publisherKey)
    throw refused(`It names another key than ${keyPath}.`);
  return { bytes, rootKey: opened.value.key };
}
