// `pharos pop`: POPs as members of a control plane's feed. In: at the control plane, a folder and names; at a POP, a one-time token.
// Out: tokens, the list, marks in the signed registry; and at the POP a key of its own, which never leaves its folder.
import { hostname } from "node:os";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { dial } from "../host/dial.ts";
import { everything, isPageOrEverything } from "../snapshot/names.ts";
import { isPopName } from "../snapshot/registry.ts";
import { askToJoin } from "../sync/members-join.ts";
import { defineCommand } from "./flags.ts";
import { popKeyFile } from "./key-files.ts";
import { counted } from "./page-choice.ts";
import { joinedWhat } from "./pop-joined.ts";
import { makePopKey } from "./pop-key.ts";
import { type PopMarks, type PopState, withPopPlane } from "./pop-plane.ts";
import { readRootKey } from "./read-keys.ts";
import { feedAddress } from "./source-address.ts";

const data = { kind: "path", required: true, help: "data folder of the control plane" } as const;
const json = { kind: "boolean", help: "one JSON object or list" } as const;
const popName = { help: "name or key of the POP", required: true } as const;

const token = defineCommand({
  name: "pop token",
  summary: "make a token by which one POP may join within an hour, and show it once",
  example: [
    "pop token --data /var/lib/pharos --name fra-1",
    "pop token --data /var/lib/pharos --pages kctbh9vrtdwd,k7x2m9q4w1zz",
  ],
  flags: {
    data,
    name: { kind: "string", help: "name of the POP; left out, the POP names itself" },
    pages: { kind: "list", default: everything, help: "ids of the pages that it gets, or * for all" },
    json,
  },
  async run({ data: folder, name, pages, json }, context) {
    if (name !== undefined) checkName(name);
    const wrong = pages.find((page) => !isPageOrEverything(page));
    if (wrong !== undefined || (pages.length > 1 && pages.includes(everything)))
      throw notAllowed("--pages", wrong ?? pages.join(","), "Give page ids, or * alone for all.");
    const grant = { name: name ?? null, pages: [...new Set(pages)].sort() };
    const made = await withPopPlane({ ...context, folder }, (plane) => plane.addToken(grant));
    const expires = new Date(made.expiresMs).toISOString();
    context.out(json ? JSON.stringify({ token: made.token, expires }) : made.token);
  },
});

const joining = defineCommand({
  name: "pop join",
  summary: "make a POP's key and enter it into the registry of a control plane",
  about:
    "Run at the POP, in the folder that `pharos edge --data` is given; a POP that runs already is to be started again. The key stays in that folder.",
  example:
    "pop join pharos_pop_3q2… --source https://origin.example.org --data /var/lib/pharos-edge --name fra-1",
  positionals: { token: { help: "the one-time token that `pharos pop token` showed", required: true } },
  flags: {
    source: { kind: "string", required: true, help: "address of the control plane's feed" },
    data: { kind: "path", default: "pharos-edge", help: "folder of this POP's store" },
    name: {
      kind: "string",
      help: "what to call this POP, where the token does not say; left out, the machine's name",
    },
    "root-key": {
      kind: "list",
      help: "files of public root keys: what is joined must be vouched for by one",
    },
    json,
  },
  async run(values, context) {
    const name = values.name ?? nameOfMachine();
    checkName(name);
    if (!/^pharos_pop_[A-Za-z0-9_-]{43}$/.test(values.token))
      throw notAllowed("token", values.token.slice(0, 80), "Give what `pharos pop token` showed, whole.");
    const url = feedAddress(values.source);
    const rootKeys = values.rootKey.map(readRootKey);
    const key = makePopKey(values.data, context.random);
    const documents = await askToJoin({ ...context, dial, url, token: values.token, name, key });
    const joined = joinedWhat(documents, key.publicKey, rootKeys, url);
    if (values.json) context.out(JSON.stringify({ source: url, ...joined }));
    else {
      const pages = joined.pages[0] === everything ? "all pages" : joined.pages.join(", ");
      context.out(`${joined.name} has joined ${url} and gets ${pages}.`);
      context.out(`key       ${joined.key}  ${join(values.data, popKeyFile)}`);
      context.out(`registry  ${joined.serial} of ${joined.publisher}, ${counted(joined.pops, "POP")}`);
      context.out(`root      ${joined.roots.join(" ")}${rootKeys.length > 0 ? "  as given" : ""}`);
    }
  },
});

const list = defineCommand({
  name: "pop list",
  summary: "list the POPs of a control plane, how they are, and how far each is behind",
  example: "pop list --data /var/lib/pharos --json",
  flags: { data, json },
  async run({ data: folder, json }, context) {
    const pops = await withPopPlane({ ...context, folder }, (plane) => plane.list());
    if (json) context.out(JSON.stringify(pops));
    else for (const pop of pops) context.out(lineOf(pop));
  },
});

/** A command that sets marks of one POP. */
function marking(verb: string, summary: string, marks: PopMarks, became: string) {
  return defineCommand({
    name: `pop ${verb}`,
    summary,
    example: `pop ${verb} fra-1 --data /var/lib/pharos`,
    positionals: { pop: popName },
    flags: { data, json },
    async run({ data: folder, pop: named, json }, context) {
      const { pop, signed } = await withPopPlane({ ...context, folder }, (plane) => plane.mark(named, marks));
      const later = signed ? "" : " The registry is signed when the control plane starts.";
      context.out(json ? JSON.stringify({ ...pop, signed }) : `${pop.name} is ${became}.${later}`);
    },
  });
}

export const commands = [
  token,
  joining,
  list,
  marking(
    "drain",
    "mark a POP so that visitors are led elsewhere; it is fed all the same",
    { drained: true },
    "drained",
  ),
  marking("undrain", "take the mark of draining off a POP", { drained: false }, "not drained any more"),
  marking(
    "revoke",
    "send a POP away for good: it is fed no more, and its reports are ignored",
    { revoked: true },
    "revoked",
  ),
];

function lineOf({ name, key, pages, drained, revoked, said }: PopState): string {
  const state = revoked ? "revoked" : drained ? "drained" : "member";
  const heard =
    said === null
      ? "not heard"
      : `level ${said.level}, load ${said.load / 10} %, ${counted(said.pagesHeld, "page")}, heard ${said.ageMs} ms ago`;
  const lag = said?.lag == null ? "" : `, behind ${said.lag.generations} generations, ${said.lag.ms} ms`;
  return [name, state, pages.join(","), `${heard}${lag}`, key].join("\t");
}

function nameOfMachine(): string {
  const name = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, "-");
  return name.replace(/^[^a-z0-9]+/, "").slice(0, 64);
}

function checkName(name: string): void {
  if (!isPopName(name))
    throw notAllowed(
      "--name",
      name,
      "Give 1 to 64 of letters, digits, dots, underscores and hyphens, a letter or digit first.",
    );
}

function notAllowed(flag: string, value: string, remedy: string): Fault {
  return new Fault("usage", `${flag}: ${JSON.stringify(value)} is not allowed.`, remedy);
}
