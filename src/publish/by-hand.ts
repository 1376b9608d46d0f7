// What an operator publishes by hand: folders, rollbacks, releases. In: what a command asks for. Out: a generation, or a sentence why not.
// It runs where the publisher's key is: in the running control plane, or in the command itself when none runs.
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { sameRoute } from "../snapshot/diff.ts";
import { digestOf } from "../snapshot/digest.ts";
import { eventPath } from "../snapshot/names.ts";
import { refusalSentence } from "../snapshot/refusals.ts";
import type { Digest, Manifest, Route } from "../snapshot/types.ts";
import type { Ledger } from "../store/ledger.ts";
import { plainEvent } from "./event-route.ts";
import { pinNote } from "./pin.ts";
import { generationsOf, loadPublished, loadSigned, type Published } from "./published.ts";
import { type Refused, type SigningContext, signAgain, signedNow, signRoutes } from "./sign-page.ts";

/** A folder as the next generation of a page. Its bodies were staged. */
export interface FolderSnapshot {
  readonly page: string;
  readonly hosts: readonly string[];
  readonly routes: readonly Route[];
  /** The manifest that its maker looked at; null where there was none. */
  readonly after: Digest | null;
}

export interface Made {
  readonly page: string;
  readonly generation: number;
  readonly changed: boolean;
}

export interface ByHand {
  /** May a folder become this page? Gives the digest of its last manifest, null for a new page. Throws Fault `usage` where not. */
  begin(page: string, hosts: readonly string[]): Promise<Digest | null>;
  stage(bodies: readonly (readonly [Digest, Uint8Array])[]): Promise<void>;
  publish(snapshot: FolderSnapshot): Promise<Made>;
  /** Publishes the parts of a generation that is still held again, and keeps the page there. */
  rollback(page: string, to: number): Promise<Made>;
  /** Lets the page go on: what was changed meanwhile appears with its next generation. */
  release(page: string): Promise<Made>;
}

export interface ByHandOptions extends SigningContext {
  readonly ledger: Pick<Ledger, "pages" | "view">;
  readonly clock: Clock;
  /** Runs work on a page while nobody else publishes it, and looks at the page afterwards. */
  alone<Value>(page: string, work: () => Promise<Value>): Promise<Value>;
  /** Resolves when what follows from the last work has been published. */
  settled(): Promise<void>;
  announce(): void;
}

export function createByHand(options: ByHandOptions): ByHand {
  const { store, clock, announce } = options;
  const head = (page: string): number => {
    store.refresh();
    return store.head(page)?.generation ?? 0;
  };
  return {
    async begin(page, hosts) {
      store.refresh();
      refuseTaken(options, page, hosts);
      refusePinned(page, loadSigned(store, page));
      return store.head(page)?.manifest ?? null;
    },
    async stage(bodies) {
      if (bodies.some(([digest, bytes]) => digestOf(bytes) !== digest))
        throw new Fault(
          "document-refused",
          "A body is not what its name says.",
          "This is a defect: please report it.",
        );
      await store.stage(bodies);
    },
    publish: (snapshot) =>
      options.alone(snapshot.page, async () => {
        const changed = await publishFolder(options, snapshot);
        if (changed) announce();
        return { page: snapshot.page, generation: head(snapshot.page), changed };
      }),
    rollback: (page, to) =>
      options.alone(page, async () => {
        const before = loadSigned(store, page);
        const held = heldGeneration(options, page, to);
        const pin = pinNote({ to, sinceMs: clock.wallMs() });
        const hosts = before.last?.manifest.hosts ?? held.hosts;
        const wanted = { hosts, asOf: clock.wallMs(), notes: [pin] };
        const signed = await signAgain(options, held, wanted, before);
        if (signed.kind === "refused") throw notPublished(page, signed);
        announce();
        return { page, generation: signed.head.generation, changed: true };
      }),
    async release(page) {
      const before = head(page);
      await options.alone(page, async () => {
        if (loadSigned(store, page).pin === null)
          throw new Fault("not-found", `Page ${page} is not pinned.`, "There is nothing to release.");
        await store.putNotes(page, [pinNote(null)]);
      });
      await options.settled();
      return { page, generation: head(page), changed: head(page) !== before };
    },
  };
}

/** True where it made a generation. */
async function publishFolder(options: ByHandOptions, snapshot: FolderSnapshot): Promise<boolean> {
  const { store, clock } = options;
  const { page, hosts, routes, after } = snapshot;
  const before = loadPublished(store, page);
  refuseTaken(options, page, hosts);
  refusePinned(page, before);
  if ((before.head?.manifest ?? null) !== after)
    throw new Fault(
      "busy",
      `Page ${page} was published by somebody else meanwhile.`,
      "Give the command again.",
    );
  if (signedNow(before, options) && sameHosts(before, hosts) && sameRoutes(before, routes)) return false;
  const { route, objects } = await plainEvent((before.head?.generation ?? 0) + 1);
  const all = [...routes, route];
  const wanted = { page, hosts, routes: { all }, asOf: clock.wallMs(), objects };
  const signed = await signRoutes(options, wanted, before);
  if (signed.kind === "refused") throw notPublished(page, signed);
  return true;
}

function sameHosts({ last }: Published, hosts: readonly string[]): boolean {
  return last?.manifest.hosts.join() === hosts.join();
}

/** A manifest's parts are made of its routes, so equal routes would make equal parts; order apart, as parts are sorted. */
function sameRoutes({ rendered }: Published, routes: readonly Route[]): boolean {
  // The event is not of the folder.
  if (rendered.size !== routes.length + (rendered.has(eventPath) ? 1 : 0)) return false;
  return routes.every((route) => {
    const known = rendered.get(route.path)?.route;
    return known !== undefined && sameRoute(known, route);
  });
}

/** A page of the op-log is not a folder's, and a host leads to one page. */
function refuseTaken({ ledger, store }: ByHandOptions, page: string, hosts: readonly string[]): void {
  const refused = (sentence: string, remedy: string): Fault => new Fault("usage", sentence, remedy);
  if (ledger.view(page) !== null)
    throw refused(
      `Page ${page} is made of incidents and components, and no folder replaces it.`,
      "Name another page with --page.",
    );
  for (const host of hosts) {
    const shown = store.pageOf(host);
    const logged = ledger.pages().find((id) => ledger.view(id)?.page.hosts.includes(host));
    const holder = logged ?? (shown === page ? null : shown);
    if (holder !== null)
      throw refused(
        `The host ${host} belongs to page ${holder}.`,
        "Name another host with --host, or that page with --page.",
      );
  }
}

function refusePinned(page: string, { pin, head }: Published): void {
  if (pin === null) return;
  throw new Fault(
    "usage",
    `Page ${page} is pinned: its generation ${head?.generation} shows generation ${pin.to} since ${new Date(pin.sinceMs).toISOString()}.`,
    `Release it first: pharos snapshot release --page ${page}.`,
  );
}

function heldGeneration({ store }: ByHandOptions, page: string, to: number): Manifest {
  store.refresh();
  const held = [...generationsOf(store, page)].map(({ manifest }) => manifest);
  const found = held.find(({ generation }) => generation === to);
  if (found !== undefined) return found;
  const [newest, oldest] = [held[0]?.generation, held.at(-1)?.generation];
  throw new Fault(
    "not-found",
    newest === undefined
      ? `No page ${page} was ever published.`
      : `Generation ${to} of page ${page} is not kept.`,
    newest === undefined ? "See pharos snapshot inspect." : `Kept are generations ${oldest} to ${newest}.`,
  );
}

function notPublished(page: string, { reason }: Refused): Fault {
  return new Fault(
    "document-refused",
    `Page ${page} cannot be published: ${refusalSentence(reason)}`,
    "Sign a delegation that covers it with the root key: pharos keygen.",
  );
}
