// `pharos token`: keys of the management API. In: a page, a name. Out: the token once; the folder keeps its hash alone.
import { Fault } from "../base/fault.ts";
import { roles } from "../model/roles.ts";
import { withControlPlane } from "./control-plane.ts";
import { defineCommand } from "./flags.ts";

const data = { kind: "path", help: "data folder of the control plane", required: true } as const;

const make = defineCommand({
  name: "token",
  summary: "make a token for the management API and show it once",
  example: [
    "token --data /var/lib/pharos --page kctbh9vrtdwd --name deploys",
    "token --data /var/lib/pharos --page '*' --role viewer --expires 90d",
  ],
  flags: {
    data,
    page: { kind: "string", help: "id of the page it is for, or * for all", required: true },
    role: { kind: "string", help: "what it may do there", default: "admin", allowed: roles },
    expires: { kind: "duration", help: "how long it is valid; without it, until it is revoked", min: 60_000 },
    name: { kind: "string", help: "what it is for; the log names it", default: "api" },
  },
  async run({ data: folder, page, name, role, expires }, context) {
    await withControlPlane({ ...context, folder }, async (plane) => {
      const pages = await plane.pages();
      if (page !== "*" && !pages.some(({ id }) => id === page)) throw noPage(page, pages);
      const expiresMs = expires === undefined ? null : context.clock.wallMs() + expires;
      context.out((await plane.addToken({ name, grants: [[page, role]], expiresMs })).token);
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
  summary: "list the tokens of a data folder: name, roles, and when each was made, ends, and was last used",
  example: "token list --data /var/lib/pharos --json",
  flags: { data, json: { kind: "boolean", help: "one JSON list" } },
  async run({ data: folder, json }, context) {
    const tokens = await withControlPlane({ ...context, folder }, (plane) => plane.tokens());
    const rows = tokens.map(({ id, name, grants, createdMs, expiresMs, usedMs }) => ({
      ...{ id, name, roles: Object.fromEntries(grants) },
      ...{ created: timeOf(createdMs), expires: timeOf(expiresMs), used: timeOf(usedMs) },
    }));
    if (json) context.out(JSON.stringify(rows));
    else for (const row of rows) context.out(lineOf(row));
  },
});

interface Row {
  readonly name: string;
  readonly roles: Readonly<Record<string, string>>;
  readonly created: string | null;
  readonly expires: string | null;
  readonly used: string | null;
}

function lineOf({ name, roles: held, created, expires, used }: Row): string {
  const may = Object.entries(held).map(([page, role]) => `${page}:${role}`);
  return [
    name,
    may.join(","),
    created,
    expires === null ? "does not expire" : `expires ${expires}`,
    used === null ? "never used" : `last used ${used}`,
  ].join("\t");
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

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
