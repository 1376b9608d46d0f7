// `pharos page`: pages of a control plane. In: a name, an address. Out: the new page's id, or the list.
import { Fault } from "../base/fault.ts";
import type { Command } from "../model/command.ts";
import { vendors } from "../model/vendors.ts";
import { withControlPlane } from "./control-plane.ts";
import { defineCommand } from "./flags.ts";

const data = { kind: "path", help: "data folder of the control plane", required: true } as const;
const json = { kind: "boolean", help: "one JSON object or list" } as const;

const create = defineCommand({
  name: "page create",
  summary: "make a page and say its id",
  example: "page create --data /var/lib/pharos --name Example --url https://status.example.org",
  flags: {
    data,
    name: { kind: "string", help: "what the page is called", required: true },
    url: {
      kind: "string",
      help: "where visitors find it; its host is the one the page answers to",
      required: true,
    },
    "time-zone": { kind: "string", help: "zone of its days and times", default: "Etc/UTC" },
    preset: {
      kind: "string",
      default: "empty",
      allowed: ["empty", "vendors"],
      help: `what it begins with: nothing, or the ${vendors.length} vendors that are known by name`,
    },
    json,
  },
  async run({ data: folder, name, url, timeZone, preset, json }, context) {
    const fields = { name, url, timeZone };
    const done = await withControlPlane({ ...context, folder }, (plane) =>
      plane.submit(null, [{ kind: "page.create", fields }, ...presetOf(preset)], "page create"),
    );
    if (!done.ok)
      throw new Fault(
        "usage",
        `The page was not made: ${done.refusal.sentences.join(" ")}`,
        "Nothing was changed.",
      );
    context.out(json ? JSON.stringify({ id: done.page }) : done.page);
  },
});

/** What stands on the page from the start. */
function presetOf(preset: string): readonly Command[] {
  if (preset !== "vendors") return [];
  return vendors.map(({ id }) => ({ kind: "upstream.create", fields: { vendor: id } }));
}

const list = defineCommand({
  name: "page list",
  summary: "list the pages of a data folder by id, name and hosts",
  example: "page list --data /var/lib/pharos",
  flags: { data, json },
  async run({ data: folder, json }, context) {
    const pages = await withControlPlane({ ...context, folder }, (plane) => plane.pages());
    if (json) context.out(JSON.stringify(pages));
    else for (const { id, name, hosts } of pages) context.out(`${id}\t${name}\t${hosts.join(" ")}`);
  },
});

export const commands = [create, list];
