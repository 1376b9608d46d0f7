// `pharos token`: keys of the management API. In: a page, a name. Out: the token once; the folder keeps its hash alone.
import { Fault } from "../base/fault.ts";
import { withControlPlane } from "./control-plane.ts";
import { defineCommand } from "./flags.ts";

const data = { kind: "path", help: "data folder of the control plane", required: true } as const;

const make = defineCommand({
  name: "token",
  summary: "make a token for the management API and show it once",
  example: [
    "token --data /var/lib/pharos --page kctbh9vrtdwd --name deploys",
    "token --data /var/lib/pharos --page '*'",
  ],
  flags: {
    data,
    page: { kind: "string", help: "id of the page it may change, or * for all", required: true },
    name: { kind: "string", help: "what it is for; the log names it", default: "api" },
  },
  async run({ data: folder, page, name }, context) {
    await withControlPlane({ ...context, folder }, async (plane) => {
      const pages = await plane.pages();
      if (page !== "*" && !pages.some(({ id }) => id === page)) throw noPage(page, pages);
      context.out((await plane.addToken({ name, page })).token);
    });
  },
});

function noPage(page: string, pages: readonly { readonly id: string }[]): Fault {
  return new Fault(
    "not-found",
    `There is no page ${page} in this data folder.`,
    pages.length === 0
      ? "Import or create a page first, or give --page '*'."
      : `Give one of ${pages.map(({ id }) => id).join(", ")}, or '*' for all.`,
  );
}

const list = defineCommand({
  name: "token list",
  summary: "list the tokens of a data folder by name, page and time of making",
  example: "token list --data /var/lib/pharos --json",
  flags: { data, json: { kind: "boolean", help: "one JSON list" } },
  async run({ data: folder, json }, context) {
    const tokens = await withControlPlane({ ...context, folder }, (plane) => plane.tokens());
    const rows = tokens.map(({ name, page, createdMs }) => ({
      name,
      page,
      created: new Date(createdMs).toISOString(),
    }));
    if (json) context.out(JSON.stringify(rows));
    else for (const { name, page, created } of rows) context.out(`${name}\t${page}\t${created}`);
  },
});

const revoke = defineCommand({
  name: "token revoke",
  summary: "forget the tokens of a name",
  example: "token revoke --data /var/lib/pharos --name deploys",
  flags: { data, name: { kind: "string", help: "the name they were made with", required: true } },
  async run({ data: folder, name }, context) {
    const count = await withControlPlane({ ...context, folder }, (plane) => plane.revokeTokens(name));
    if (count === 0)
      throw new Fault("not-found", `There is no token named ${name}.`, "See pharos token list.");
    context.out(`${count === 1 ? "one token was" : `${count} tokens were`} forgotten`);
  },
});

export const commands = [make, list, revoke];
