// `pharos user`: people of the admin pages. In: addresses, roles. Out: one-time links, the list. Passwords are set in the browser alone.
import { roles } from "../model/roles.ts";
import type { User } from "../store/people-rows.ts";
import { defineCommand } from "./flags.ts";
import { type MadeLink, withUserPlane } from "./user-plane.ts";

const data = { kind: "path", help: "data folder of the control plane", required: true } as const;
const email = { kind: "string", help: "the e-mail address of the user", required: true } as const;
const page = { kind: "string", help: "id of the page of the role, or * for all", default: "*" } as const;

const create = defineCommand({
  name: "user create",
  summary: "invite somebody: prints a one-time link by which they set their password",
  example: [
    "user create --data /var/lib/pharos --email ada@example.org --role owner",
    "user create --data /var/lib/pharos --email eve@example.org --role responder --page kctbh9vrtdwd",
  ],
  flags: {
    data,
    email,
    page,
    role: { kind: "string", help: "what they may do there", default: "editor", allowed: roles },
  },
  async run({ data: folder, email: to, page: on, role }, context) {
    const link = await withUserPlane({ ...context, folder }, (plane) => plane.invite(to, [[on, role]]));
    tell(link, context);
  },
});

const list = defineCommand({
  name: "user list",
  summary: "list people: address, name, roles, second factor, last sign-in",
  example: "user list --data /var/lib/pharos --json",
  flags: { data, json: { kind: "boolean", help: "one JSON list" } },
  async run({ data: folder, json }, context) {
    const users = await withUserPlane({ ...context, folder }, (plane) => plane.list());
    if (json) context.out(JSON.stringify(users.map(rowOf)));
    else for (const user of users) context.out(lineOf(user));
  },
});

const role = defineCommand({
  name: "user role",
  summary: "give somebody a role on a page or on all, or take it away",
  example: [
    "user role --data /var/lib/pharos --email eve@example.org --role editor --page kctbh9vrtdwd",
    "user role --data /var/lib/pharos --email eve@example.org --role none",
  ],
  flags: {
    data,
    email,
    page,
    role: { kind: "string", help: "what they may do there", required: true, allowed: [...roles, "none"] },
  },
  async run({ data: folder, email: of, page: on, role: given }, context) {
    const wanted = roles.find((known) => known === given) ?? null;
    const user = await withUserPlane({ ...context, folder }, (plane) => plane.setRole(of, on, wanted));
    context.out(lineOf(user));
  },
});

const disable = defineCommand({
  name: "user disable",
  summary: "let somebody sign in no more: their sessions end at once",
  example: "user disable --data /var/lib/pharos --email eve@example.org",
  flags: { data, email, undo: { kind: "boolean", help: "let them sign in again" } },
  async run({ data: folder, email: of, undo }, context) {
    const user = await withUserPlane({ ...context, folder }, (plane) => plane.setDisabled(of, !undo));
    context.out(lineOf(user));
  },
});

const reset = defineCommand({
  name: "user reset",
  summary: "print a one-time link by which somebody sets a new password; it takes the second factor off",
  example: "user reset --data /var/lib/pharos --email eve@example.org",
  flags: { data, email },
  async run({ data: folder, email: of }, context) {
    tell(await withUserPlane({ ...context, folder }, (plane) => plane.reset(of)), context);
  },
});

function tell(
  { url, path, expiresMs }: MadeLink,
  { out, err }: { out(line: string): void; err(line: string): void },
): void {
  out(url ?? path);
  err(
    `It works once, until ${new Date(expiresMs).toISOString()}.${url === null ? " Put the address of the admin pages before it." : ""}`,
  );
}

function rowOf({ email: address, name, grants, disabled, hasSecondFactor, signOn, signedInMs }: User) {
  return {
    ...{ email: address, name, roles: Object.fromEntries(grants), disabled },
    ...{ secondFactor: hasSecondFactor, signOn },
    signedIn: signedInMs === null ? null : new Date(signedInMs).toISOString(),
  };
}

function lineOf(user: User): string {
  const { email: address, name, disabled, secondFactor, signedIn } = rowOf(user);
  return [
    address,
    name,
    user.grants.map(([on, may]) => `${on}:${may}`).join(",") || "no role",
    secondFactor ? "second factor" : "password alone",
    disabled ? "disabled" : signedIn === null ? "never signed in" : `last signed in ${signedIn}`,
  ].join("\t");
}

export const commands = [create, list, role, disable, reset];
