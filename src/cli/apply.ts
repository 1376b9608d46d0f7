// `pharos apply` and `pharos export`: a page as a file, both ways. In: a file, or a page's id. Out: the page as the file says, by one command of many
// parts, all kept or none; or the file. A second apply of the same file changes nothing.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { newId } from "../base/ids.ts";
import { type Plan, planConfig } from "../control/config-plan.ts";
import { readConfig, sayAt, type WantedPage } from "../control/config-read.ts";
import type { Definition } from "../control/config-shape.ts";
import { configText } from "../control/config-write.ts";
import type { ControlPlane, KnownPage } from "../control/local.ts";
import { hostOfUrl } from "../model/checks.ts";
import { withControlPlane } from "./control-plane.ts";
import { type Context, defineCommand } from "./flags.ts";
import { planLines } from "./plan-text.ts";

const data = { kind: "path", help: "data folder of the control plane", required: true } as const;

const apply = defineCommand({
  name: "apply",
  summary: "make a page as its file says: settings, components, metrics, templates, recurring maintenance",
  about:
    "Entities are found by id, else by name. What the file does not name stays as it is: a field is taken away with null, an entity with --prune. Either all is written or nothing.",
  example: [
    "apply -f page.yaml --data /var/lib/pharos --dry-run",
    "apply -f page.yaml --data /var/lib/pharos --prune",
  ],
  flags: {
    file: { kind: "path", short: "f", help: "file of the page, as pharos export writes it", required: true },
    data,
    "dry-run": {
      kind: "boolean",
      help: "say what would change, and whether it would be taken; write nothing",
    },
    prune: { kind: "boolean", help: "remove what the lists of the file do not name" },
    json: { kind: "boolean", help: "one JSON object" },
  },
  async run({ file, data: folder, dryRun, prune, json }, context) {
    const wanted = readConfig(textOf(file), {
      name: file,
      readFile: (path) => bytesOf(resolve(dirname(file), path)),
    });
    await withControlPlane({ ...context, folder }, async (plane) => {
      const plan = await planOf(plane, wanted, file, prune, context);
      if (plan.changes.length > 0) await carryOut(plane, plan, file, dryRun);
      tell(plan, { isDone: !dryRun, json }, context);
    });
  },
});

const exporting = defineCommand({
  name: "export",
  summary: "write a page's settings, components, metrics, templates and recurring maintenance as YAML",
  about: "What is as it is by itself is left out, and so are incidents, points of metrics, tokens and keys.",
  example: "export --data /var/lib/pharos --page p4rk7x2m9q1z > page.yaml",
  flags: {
    data,
    page: { kind: "string", help: "id of the page; needed where there are several" },
  },
  async run({ data: folder, page }, context) {
    const found = await withControlPlane({ ...context, folder, readsOnly: true }, async (plane) =>
      plane.definition(pageNamed(await plane.pages(), page)),
    );
    if (found !== null) context.out(configText(found).trimEnd());
  },
});

export const commands = [apply, exporting];

/** The page that the file means: by id, else by the host of its address. */
async function heldBy(plane: ControlPlane, { page }: WantedPage): Promise<Definition | null> {
  if (page.id !== null) return plane.definition(page.id);
  const host = typeof page.values.url === "string" ? hostOfUrl(page.values.url) : null;
  const found = host === null ? undefined : (await plane.pages()).find(({ hosts }) => hosts.includes(host));
  return found === undefined ? null : plane.definition(found.id);
}

async function planOf(
  plane: ControlPlane,
  wanted: WantedPage,
  file: string,
  prune: boolean,
  { random }: Context,
): Promise<Plan> {
  const planned = planConfig(await heldBy(plane, wanted), wanted, { prune, newId: () => newId(random) });
  if (planned.ok) return planned.plan;
  const says = planned.mistakes.map(({ place, says }) => sayAt(file, place, says));
  throw new Fault("usage", says.join("\n"), "Nothing was changed.");
}

const actor = "command line";

async function carryOut(
  plane: ControlPlane,
  { page, changes }: Plan,
  file: string,
  isDry: boolean,
): Promise<void> {
  const commands = changes.map(({ command }) => command);
  const subject = commands[0]?.kind === "page.create" ? null : page;
  const done = isDry
    ? await plane.preview(subject, commands, actor)
    : await plane.submit(subject, commands, actor);
  if (done.ok) return;
  const change = changes[done.at ?? 0];
  const says = `${change?.what} "${change?.name}": ${done.refusal.sentences.join(" ")}`;
  throw new Fault(
    "usage",
    change?.place == null ? says : sayAt(file, change.place, says),
    "Nothing was changed.",
  );
}

function tell(
  plan: Plan,
  { isDone, json }: { readonly isDone: boolean; readonly json: boolean },
  { out, colours = false }: Context,
): void {
  if (!json) {
    for (const line of planLines(plan, isDone, colours)) out(line);
    return;
  }
  const changes = plan.changes.map(({ mark, what, id, name, fields }) => ({ mark, what, id, name, fields }));
  out(JSON.stringify({ page: plan.page, written: isDone, changes, kept: plan.kept }));
}

function pageNamed(pages: readonly KnownPage[], named: string | undefined): string {
  const known =
    pages.length === 0
      ? "There is none."
      : `There are ${pages
          .map(({ id }) => id)
          .slice(0, 20)
          .join(", ")}.`;
  const [only] = pages;
  if (named === undefined) {
    if (only !== undefined && pages.length === 1) return only.id;
    throw new Fault("usage", "--page is missing, and there is not just one page.", known);
  }
  if (pages.some(({ id }) => id === named)) return named;
  throw new Fault("not-found", `There is no page ${named} in this data folder.`, known);
}

function textOf(path: string): string {
  return new TextDecoder().decode(bytesOf(path));
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new Fault(
      "usage",
      `${path} cannot be read: ${messageOf(thrown)}.`,
      "Name a file that this user may read.",
    );
  }
}
