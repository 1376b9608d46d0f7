// Every command of the binary, one line each. In: nothing. Out: names, summaries, and how to load each one's module.
// A module is loaded when its command is asked for, so that `edge` never loads the control plane's framework.
import type { Command } from "./flags.ts";

/** What a command's module exports: one command, or several that share their first word. */
export interface CommandModule {
  readonly command?: Command;
  readonly commands?: readonly Command[];
}

export interface CommandEntry {
  readonly name: string;
  /** The same sentence as the command's own (tested): the overview must not load every module. */
  readonly summary: string;
  load(): Promise<CommandModule>;
}

// The specifiers are literal, so that the compiled binary contains what they name.
export const commandEntries: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "run a control plane and three POPs on this machine, with an invented organisation to look at",
    load: () => import("./demo.ts"),
  },
  {
    name: "control",
    summary: "run the control plane: management API, publisher, and the feed that POPs follow",
    load: () => import("./control.ts"),
  },
  {
    name: "edge",
    summary: "run a POP: follow a source and answer visitors",
    load: () => import("./edge.ts"),
  },
  {
    name: "dns",
    summary: "run a DNS server that leads each visitor to the nearest living POP",
    load: () => import("./dns.ts"),
  },
  {
    name: "dns explain",
    summary: "tell step by step why a name is answered as it is",
    load: () => import("./dns-explain.ts"),
  },
  {
    name: "keygen",
    summary: "make root, publisher and emergency keys, and sign what the last two may do",
    load: () => import("./keygen.ts"),
  },
  {
    name: "keygen removal",
    summary: "sign a removal: POPs forget the page and answer 410",
    load: () => import("./keygen.ts"),
  },
  {
    name: "keygen epoch",
    summary: "sign an epoch: POPs take this page's snapshots of that epoch and of no other",
    load: () => import("./keygen.ts"),
  },
  {
    name: "keygen publisher",
    summary: "make another publisher key, delegated by the root key that is there",
    load: () => import("./keygen-keys.ts"),
  },
  {
    name: "keygen backup",
    summary: "make the key of backups: backup.pub for the control plane, backup.key for you",
    load: () => import("./backup.ts"),
  },
  {
    name: "keygen emergency",
    summary: "make another emergency key, appointed by the root key that is there",
    load: () => import("./keygen-keys.ts"),
  },
  {
    name: "keygen delegation",
    summary: "sign which pages and hosts a publisher key may publish, or that it may publish none",
    load: () => import("./keygen-keys.ts"),
  },
  {
    name: "keygen appointment",
    summary: "sign on which pages an emergency key may put a text, or that it may on none",
    load: () => import("./keygen-keys.ts"),
  },
  {
    name: "emergency",
    summary: "put a text on top of a page at POPs, straight from here, or take it back",
    load: () => import("./emergency.ts"),
  },
  {
    name: "apply",
    summary: "make a page as its file says: settings, components, metrics, templates, recurring maintenance",
    load: () => import("./apply.ts"),
  },
  {
    name: "export",
    summary: "write a page's settings, components, metrics, templates and recurring maintenance as YAML",
    load: () => import("./apply.ts"),
  },
  {
    name: "import statuspage",
    summary: "take over a page from Statuspage or a page that speaks its API",
    load: () => import("./import.ts"),
  },
  {
    name: "publish",
    summary: "make any folder of files a page, and keep it so",
    load: () => import("./publish.ts"),
  },
  {
    name: "snapshot build",
    summary: "make a signed snapshot of a folder of files, with no control plane",
    load: () => import("./snapshot-build.ts"),
  },
  {
    name: "snapshot inspect",
    summary: "say what is published of a page: generations kept, who signed them, routes and their sizes",
    load: () => import("./snapshot-inspect.ts"),
  },
  {
    name: "snapshot verify",
    summary: "check every signature, digest and delegation of a data folder",
    load: () => import("./snapshot-verify.ts"),
  },
  {
    name: "snapshot diff",
    summary:
      "say which routes differ between two generations, and what would travel to a POP that holds the older",
    load: () => import("./snapshot-diff.ts"),
  },
  {
    name: "snapshot export",
    summary: "write pages as a mirror: a folder that any web server can carry and POPs can follow",
    load: () => import("./snapshot-build.ts"),
  },
  {
    name: "snapshot rollback",
    summary: "publish an earlier generation of a page again, and keep the page there until it is released",
    load: () => import("./snapshot-pin.ts"),
  },
  {
    name: "snapshot release",
    summary: "let a page go on that was rolled back",
    load: () => import("./snapshot-pin.ts"),
  },
  {
    name: "page create",
    summary: "make a page and say its id",
    load: () => import("./page.ts"),
  },
  {
    name: "page set",
    summary: "change how a page is called, what it says of itself, its languages and its looks",
    load: () => import("./page-set.ts"),
  },
  {
    name: "page show",
    summary: "say how a page is set",
    load: () => import("./page-set.ts"),
  },
  {
    name: "page list",
    summary: "list the pages of a data folder by id, name and hosts",
    load: () => import("./page.ts"),
  },
  {
    name: "token",
    summary: "make a token for the management API and show it once",
    load: () => import("./token.ts"),
  },
  {
    name: "token list",
    summary: "list the tokens of a data folder: name, roles, and when each was made, ends, and was last used",
    load: () => import("./token.ts"),
  },
  {
    name: "token revoke",
    summary: "forget the tokens of a name",
    load: () => import("./token.ts"),
  },
  {
    name: "user create",
    summary: "invite somebody: prints a one-time link by which they set their password",
    load: () => import("./user.ts"),
  },
  {
    name: "user list",
    summary: "list people: address, name, roles, second factor, last sign-in",
    load: () => import("./user.ts"),
  },
  {
    name: "user role",
    summary: "give somebody a role on a page or on all, or take it away",
    load: () => import("./user.ts"),
  },
  {
    name: "user disable",
    summary: "let somebody sign in no more: their sessions end at once",
    load: () => import("./user.ts"),
  },
  {
    name: "user reset",
    summary: "print a one-time link by which somebody sets a new password; it takes the second factor off",
    load: () => import("./user.ts"),
  },
  {
    name: "pop token",
    summary: "make a token by which one POP may join within an hour, and show it once",
    load: () => import("./pop.ts"),
  },
  {
    name: "pop join",
    summary: "make a POP's key and enter it into the registry of a control plane",
    load: () => import("./pop.ts"),
  },
  {
    name: "pop list",
    summary: "list the POPs of a control plane, how they are, and how far each is behind",
    load: () => import("./pop.ts"),
  },
  {
    name: "pop drain",
    summary: "mark a POP so that visitors are led elsewhere; it is fed all the same",
    load: () => import("./pop.ts"),
  },
  {
    name: "pop undrain",
    summary: "take the mark of draining off a POP",
    load: () => import("./pop.ts"),
  },
  {
    name: "pop revoke",
    summary: "send a POP away for good: it is fed no more, and its reports are ignored",
    load: () => import("./pop.ts"),
  },
  {
    name: "backup",
    summary: "copy everything of a control plane, running or not, sealed for a key that you hold",
    load: () => import("./backup.ts"),
  },
  {
    name: "restore",
    summary: "make a control plane's data folder from a backup, in a new epoch that the root key signs",
    load: () => import("./backup.ts"),
  },
  {
    name: "dns check",
    summary: "say what is wrong with zone files, by line and column",
    load: () => import("./dns-check.ts"),
  },
  {
    name: "dns export",
    summary: "write zones and steering as files of Knot, gdnsd or PowerDNS",
    load: () => import("./dns-export.ts"),
  },
  {
    name: "doctor",
    summary: "look at what a POP needs of this machine, and say what to fix",
    load: () => import("./doctor.ts"),
  },
  {
    name: "doctor control",
    summary: "look at what a control plane needs of this machine, and say what to fix",
    load: () => import("./doctor-control.ts"),
  },
  {
    name: "doctor independence",
    summary: "name what the status page shares with what it reports on, and what would fall with it",
    load: () => import("./doctor-independence.ts"),
  },
  {
    name: "loadtest",
    summary: "let a thousand times as many visitors come, and say whether the page stood it",
    load: () => import("./loadtest.ts"),
  },
  {
    name: "version",
    summary: "name the commit, the target and the runtime of this program",
    load: () => import("./version.ts"),
  },
];

/** The command of an entry. */
export async function loadCommand(entry: CommandEntry): Promise<Command> {
  const module = await entry.load();
  const found = module.command ?? module.commands?.find(({ name }) => name === entry.name);
  if (found === undefined) throw new Error(`The module of pharos ${entry.name} exports no such command.`);
  return found;
}
