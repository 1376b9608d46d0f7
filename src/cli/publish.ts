// `pharos publish`: any pre-rendered folder as a page. In: a folder, hosts. Out: a new generation, or none where nothing changed.
// The folder is the whole truth: what is not in it any more is gone from the page.
import { limits } from "../base/limits.ts";
import { readFolder } from "../publish/folder.ts";
import { type FolderRoutes, routesOfFolder } from "../publish/folder-routes.ts";
import { loadPublished } from "../publish/published.ts";
import { digestOf } from "../snapshot/digest.ts";
import { isHostName, isPageId } from "../snapshot/names.ts";
import type { Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { byHandFlags, withByHand } from "./by-hand.ts";
import { type Context, defineCommand } from "./flags.ts";
import { counted } from "./page-choice.ts";
import { createProgress } from "./progress.ts";
import { checkNames } from "./sign-by-root.ts";

/** What a folder's page is told by; `snapshot build` takes the same. */
export const folderFlags = {
  host: {
    kind: "list",
    required: true,
    help: "host names that lead to the page, in lower case without a port",
  },
  page: { kind: "string", help: "id of the page; left out, it is made of the first host" },
  banner: {
    kind: "boolean",
    default: true,
    help: "put the place of the banner that says how old a page is after <body> of HTML files; --no-banner leaves them as they are",
  },
  immutable: {
    kind: "list",
    help: "paths, such as /assets, below which no file but HTML ever changes under its name",
  },
  json: { kind: "boolean", help: "one JSON object" },
} as const;

export const command = defineCommand({
  name: "publish",
  summary: "make any folder of files a page, and keep it so",
  about:
    "The folder is the whole truth: a file that is gone from it is gone from the page. index.html answers for its folder; names that begin with a dot stay out, .well-known apart. Without a change no generation is made. HTML gets an empty place after <body>, in which a POP without a source says how old the page is. POPs send HTML with a policy that forbids <base>, and forms to and frames by other sites.",
  example: [
    "publish ./site --host docs.example.org --data /var/lib/pharos",
    "publish ./site --host docs.example.org --data /var/lib/pharos --keys keys --immutable /assets",
  ],
  positionals: { folder: { help: "folder to publish", required: true } },
  flags: { ...byHandFlags, ...folderFlags },
  async run(values, context) {
    const wanted = wantedOf(values);
    const { files, leftOut } = readFolder(values.folder);
    await withByHand(values, context, async (byHand, store, running) => {
      const after = await byHand.begin(wanted.page, wanted.hosts);
      const stage = byHand.stage;
      const made = await compress(files, { ...values, last: lastRoutes(store, wanted.page), stage }, context);
      const { routes } = made;
      const done = await byHand.publish({ ...wanted, routes, after });
      const said = { ...done, hosts: wanted.hosts, ...summaryOf(made, files.length, leftOut) };
      if (values.json) context.out(JSON.stringify(said));
      else for (const line of linesOf(said, running)) context.out(line);
    });
  },
});

/** Page and hosts, checked. Throws Fault `usage`. */
export function wantedOf(values: {
  readonly host: readonly string[];
  readonly page: string | undefined;
  readonly immutable: readonly string[];
}): { readonly page: string; readonly hosts: readonly string[] } {
  const hosts = [...new Set(values.host)];
  checkNames("--host", hosts, isHostName, "host names in lower case without a port");
  checkNames(
    "--host",
    hosts.slice(limits.hostsPerPageMax),
    () => false,
    `${limits.hostsPerPageMax} names at most`,
  );
  checkNames(
    "--immutable",
    values.immutable,
    (path) => /^\/[^/]/.test(path),
    "paths of folders, such as /assets",
  );
  const page = values.page ?? pageOfHost(hosts[0] ?? "");
  checkNames("--page", [page], isPageId, "1 to 64 letters, digits, dots, dashes and underscores");
  return { page, hosts };
}

/** The id of a page that was given none: its host, or, where that cannot be an id, a digest of it. The same host gives the same id. */
function pageOfHost(host: string): string {
  return isPageId(host) ? host : `host-${digestOf(new TextEncoder().encode(host)).slice(0, 16)}`;
}

/** The routes of a page's current generation; none where it has none. */
export function lastRoutes(store: SnapshotStore, page: string): readonly Route[] {
  return [...loadPublished(store, page).rendered.values()].map(({ route }) => route);
}

/** Makes the routes, and tells how far it is. */
export async function compress(
  files: Parameters<typeof routesOfFolder>[0],
  options: Omit<Parameters<typeof routesOfFolder>[1], "onFile">,
  context: Context,
): Promise<FolderRoutes> {
  const progress = createProgress(context);
  let toldMs = context.clock.monotonicMs();
  const onFile = (done: number): void => {
    if (context.clock.monotonicMs() - toldMs < 1_000) return;
    toldMs = context.clock.monotonicMs();
    progress.step(`${done} of ${files.length} files`);
  };
  try {
    return await routesOfFolder(files, { ...options, onFile });
  } finally {
    progress.end();
  }
}

interface Summary {
  readonly files: number;
  readonly compressed: number;
  readonly compressedBytes: number;
  /** HTML files with a place for the banner that was put there now, and those that have none. */
  readonly bannerPut: number;
  readonly bannerNone: readonly string[];
  readonly leftOut: readonly string[];
}

/** What a command says of the files. */
export function summaryOf(made: FolderRoutes, files: number, leftOut: readonly string[]): Summary {
  const { compressed, compressedBytes, slots } = made;
  return { files, compressed, compressedBytes, bannerPut: slots.put.length, bannerNone: slots.none, leftOut };
}

/** The same for people, a line a matter. */
export function spokenFiles({ files, compressed, compressedBytes, ...about }: Summary): readonly string[] {
  const { bannerPut, bannerNone, leftOut } = about;
  return [
    `${counted(files, "file")}, ${compressed} of them new in content (${compressedBytes} bytes compressed).`,
    ...(bannerPut > 0
      ? [`A place for the banner was put after <body> of ${counted(bannerPut, "HTML file")}.`]
      : []),
    ...(bannerNone.length > 0 ? [`Without a place for it, for want of a <body>: ${some(bannerNone)}.`] : []),
    ...(leftOut.length > 0 ? [`Left out, for the dot: ${some(leftOut)}.`] : []),
  ];
}

function some(names: readonly string[]): string {
  const more = names.length - 5;
  return `${names.slice(0, 5).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function linesOf(
  said: Summary & {
    readonly page: string;
    readonly generation: number;
    readonly changed: boolean;
    readonly hosts: readonly string[];
  },
  running: boolean,
): readonly string[] {
  const { page, generation, changed, hosts } = said;
  if (!changed)
    return [`Page ${page} is unchanged: generation ${generation}.`, ...spokenFiles(said).slice(1)];
  return [
    `Page ${page} at ${hosts.join(", ")}: generation ${generation}${running ? "" : ", sent to POPs when the control plane runs"}.`,
    ...spokenFiles(said),
  ];
}
