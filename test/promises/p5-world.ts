// A POP and whatever it is made to follow. In: how the POP is broken, if it is. Out: what it serves and counts, an honest publisher, the
// means to put any other source in its place.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { keyFiles } from "../../src/cli/key-files.ts";
import { type Listener, listenHttp } from "../../src/host/http.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair, parseSecretKey, type SecretKey } from "../../src/snapshot/keys.ts";
import type { SnapshotStore, StoredDocument } from "../../src/store/types.ts";
import { Installation, until } from "../support/installation.ts";
import { metricsAt } from "../support/metrics.ts";
import { get, seenIn } from "../support/reader.ts";
import {
  answerOf,
  feedOver,
  heartbeatOf,
  madePaths,
  type Source,
  signedBy,
  storeOf,
} from "../support/signed-page.ts";
import { sampleHost as host, samplePage as page } from "../support/summary.ts";

const beatMs = 200;

export type Page = Awaited<ReturnType<typeof signedBy>>;

const nobody: Source = { fetch: () => new Response(null, { status: 503 }), close: () => {} };

/** A POP, and the address that it follows, behind which any source can be put. */
export class World {
  readonly installation = new Installation();
  readonly publisher = this.#secret("publisher");
  readonly root = this.#secret("root");
  readonly liar = generateKeyPair("publisher", systemRandom).secretKey;
  readonly liarsRoot = generateKeyPair("root", systemRandom);
  /** What the honest publisher said so far, the newest last. */
  readonly said: Page[] = [];
  #source = nobody;
  #beat: ReturnType<typeof setInterval> | null = null;
  #listener: Listener | null = null;
  /** The heartbeat heard last. */
  lastBeat: Uint8Array = new Uint8Array();
  pop = "";
  ops = "";
  pid = 0;

  #secret(role: "publisher" | "root"): SecretKey {
    const file = join(this.installation.keys, keyFiles[role].secret);
    return parseSecretKey(readFileSync(file, "utf8"), role, file);
  }

  async start(breaks: string | undefined): Promise<void> {
    const port = Number((await this.installation.address("feed")).split(":")[1]);
    this.#listener = listenHttp({
      address: "127.0.0.1",
      port,
      bodyBytesMax: 1024 * 1024,
      fetch: (request) => this.#source.fetch(request),
    });
    const more: string[] = [];
    if (breaks === "trust") {
      const file = join(this.installation.folder, "liars-root.pub");
      await Bun.write(file, this.liarsRoot.publicText);
      more.push("--root-key", file);
    }
    await this.publish();
    this.pid = (await this.installation.pop("pop", ...more)).pid;
    this.pop = await this.installation.address("pop");
    this.ops = await this.installation.address("pop-ops");
    await this.follows();
  }

  async end(): Promise<void> {
    this.turnTo(nobody);
    await this.installation.end();
    await this.#listener?.stop(true);
  }

  delegation(
    key: SecretKey,
    pages: readonly string[] = ["*"],
    hosts: readonly string[] = ["*"],
    by = this.root,
  ): StoredDocument {
    const bytes = signDelegation({ publisherKey: key.publicKey, pages, hosts, serial: 1 }, by);
    return { kind: "delegation", subject: key.publicKey, bytes };
  }

  honestDocuments(): StoredDocument[] {
    return [this.delegation(this.publisher)];
  }

  get newest(): Page {
    return this.said.at(-1) as Page;
  }

  /** The next generation, by the honest publisher; not yet told to anyone. */
  async next(): Promise<Page> {
    const generation = (this.said.at(-1)?.head.generation ?? 0) + 1;
    const made = await signedBy(this.publisher, {
      page,
      hosts: [host],
      generation,
      says: `true ${generation}`,
    });
    this.said.push(made);
    return made;
  }

  /** The honest source, from the newest generation on. */
  async publish(): Promise<void> {
    const next = await this.next();
    const store = await storeOf(this.honestDocuments(), [next]);
    this.turnToFeed(store, this.publisher);
  }

  turnTo(source: Source): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    this.#source.close();
    this.#source = source;
  }

  /** A feed over `store` with heartbeats by `key` over the heads that it is said to have. */
  turnToFeed(store: SnapshotStore, key: SecretKey, heads = store.heads()): void {
    const feed = feedOver(store);
    const beat = (): void => {
      this.lastBeat = heartbeatOf(key, heads);
      feed.beat(this.lastBeat, heads);
    };
    beat();
    this.turnTo({ fetch: (request) => answerOf(feed, request), close: () => feed.close() });
    this.#beat = setInterval(beat, beatMs);
  }

  async refused(reason: string): Promise<number> {
    return (await metricsAt(this.ops)).sum("follow_refused_total", `reason="${reason}"`);
  }

  /** What the POP answers is `of`, body for body. */
  async serves(of: Page): Promise<boolean> {
    for (const path of madePaths) {
      const answer = await get(this.pop, path, { host }).catch(() => null);
      if (answer?.status !== 200) return false;
      const { digest, generation, encoding } = seenIn(path, answer);
      const { variants } = of.routes.find((route) => route.path === path) ?? {};
      if (generation !== of.head.generation || variants?.[encoding]?.digest !== digest) return false;
    }
    return true;
  }

  /** The honest feed, but its last heartbeat is all that is ever said. */
  async freeze(): Promise<void> {
    const feed = feedOver(await storeOf(this.honestDocuments(), [this.newest]));
    const frozen = this.lastBeat;
    const beat = (): void => feed.beat(frozen.slice(), [this.newest.head]);
    this.turnTo({ fetch: (request) => answerOf(feed, request), close: () => feed.close() });
    this.#beat = setInterval(beat, beatMs);
  }

  async level(): Promise<string | undefined> {
    return (await get(this.pop, "/", { host })).headers["pharos-level"];
  }

  /** Waits until the POP is where the honest publisher is. */
  async follows(): Promise<void> {
    const { generation } = this.newest.head;
    await until(
      `generation ${generation} is served at level 0`,
      async () => (await this.serves(this.newest)) && (await this.level()) === "0",
      20_000,
    );
  }
}
