// `pharos import statuspage`: a page as it is elsewhere, with its ids and times. In: an address, a folder or a file. Out: the same
// page here; a second run changes nothing. Everything is read and checked before anything is written.
import { Fault } from "../base/fault.ts";
import { readSource } from "../control/import-source.ts";
import { bundleOf, type SourceText } from "../control/import-statuspage.ts";
import type { ControlPlane } from "../control/local.ts";
import type { ImportBundle } from "../model/command.ts";
import { withControlPlane } from "./control-plane.ts";
import { type Context, defineCommand } from "./flags.ts";
import { createProgress } from "./progress.ts";

interface Wanted {
  readonly page: string | undefined;
  readonly indicatorRule: "components" | "incidents" | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export const command = defineCommand({
  name: "import statuspage",
  summary: "take over a page from Statuspage or a page that speaks its API",
  about:
    "Reads summary, components, incidents, scheduled maintenances (JSON) and the history (Atom). Ids and times are kept, and a second run changes nothing.",
  example: [
    "import statuspage https://www.githubstatus.com --data /var/lib/pharos",
    "import statuspage ./saved --data /var/lib/pharos --page kctbh9vrtdwd --dry-run",
  ],
  positionals: {
    source: { help: "address of a status page, or a folder or file of its documents", required: true },
  },
  flags: {
    data: { kind: "path", help: "data folder of the control plane", required: true },
    page: { kind: "string", help: "id of the page to take, where the documents are of several" },
    "indicator-rule": {
      kind: "string",
      help: "whether an open incident raises the page's indicator while every component is operational",
      allowed: ["components", "incidents"],
    },
    "dry-run": { kind: "boolean", help: "read and check everything, write nothing" },
    json: { kind: "boolean", help: "one JSON object" },
  },
  async run(values, context) {
    const wanted = { ...values, page: values.page, indicatorRule: values.indicatorRule };
    const progress = createProgress(context);
    let texts: readonly SourceText[];
    try {
      texts = await readSource(values.source, { onDocument: (name) => progress.step(`reading ${name}`) });
      progress.step(`checking ${counted(texts.length, "document")}`);
    } finally {
      progress.end();
    }
    await withControlPlane({ ...context, folder: values.data }, (plane) =>
      take(plane, texts, wanted, context),
    );
  },
});

async function take(
  plane: ControlPlane,
  texts: readonly SourceText[],
  { page, indicatorRule, dryRun, json }: Wanted,
  context: Context,
): Promise<void> {
  const bundle = bundleOf(texts, {
    known: await plane.pages(),
    ...(page === undefined ? {} : { page }),
    ...(indicatorRule === undefined ? {} : { indicatorRule }),
  });
  const counts = countsOf(bundle);
  if (dryRun) {
    context.out(
      json ? JSON.stringify({ ...counts, changes: null }) : `${spoken(counts)}. Nothing was written.`,
    );
    return;
  }
  const done = await plane.submit(null, { kind: "import", bundle }, "import");
  if (!done.ok)
    throw new Fault(
      "import-refused",
      `The page ${bundle.page.id} was not imported: ${done.refusal.sentences.join(" ")}`,
      "Nothing was changed.",
    );
  const changes = done.position - done.before;
  if (json) context.out(JSON.stringify({ ...counts, changes }));
  else context.out(`${spoken(counts)}: ${changes === 0 ? "nothing changed" : counted(changes, "change")}.`);
}

interface Counts {
  readonly page: string;
  readonly name: string;
  readonly components: number;
  readonly incidents: number;
  readonly maintenances: number;
  readonly updates: number;
}

function countsOf({ page, components, incidents }: ImportBundle): Counts {
  return {
    page: page.id,
    name: page.name ?? page.id,
    components: components.length,
    incidents: incidents.filter(({ window }) => !window).length,
    maintenances: incidents.filter(({ window }) => window).length,
    updates: incidents.reduce((sum, { updates }) => sum + updates.length, 0),
  };
}

function spoken({ page, name, ...counts }: Counts): string {
  const told = (["component", "incident", "maintenance", "update"] as const).map((word) =>
    counted(counts[`${word}s`], word),
  );
  return `${name} (${page}): ${told.join(", ")}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
