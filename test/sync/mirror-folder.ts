// A publisher with a mirror, carried by a web server of no knowledge. In: a folder. Out: an address, a line to it in memory, a writer.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { mirrorSource, withMirrors } from "../../src/sync/mirror-read.ts";
import { createMirrorWriter, type MirrorWriter } from "../../src/sync/mirror-write.ts";
import type { Answer } from "../support/memory-line.ts";
import { createPop, createWorld, type Pop, type World } from "./world.ts";

export const server = "http://files.test";
export const mirror = mirrorSource(`${server}/status/`);

/** Paths of all files below a folder, links followed as a web server follows them. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .toSorted();
}

/** Answers a GET with the file of that path, as any static server does. */
export function staticFolder(folder: string): Answer {
  return async (request) => {
    const file = join(folder, decodeURIComponent(new URL(request.url).pathname));
    try {
      if (statSync(file).isFile()) return new Response(new Uint8Array(readFileSync(file)));
    } catch {
      // Not there.
    }
    return new Response("not found", { status: 404 });
  };
}

export interface Mirrored extends World {
  readonly writer: MirrorWriter;
  /** Beats, and writes the mirror with that heartbeat. */
  write(): Promise<void>;
  follow(sources: readonly string[]): Pop;
}

/** A publisher, and a web server that carries the mirror of it. */
export async function createMirrored(folder: string): Promise<Mirrored> {
  const world = await createWorld();
  const { store } = world.publisher;
  const writer = createMirrorWriter({ store, folder: join(folder, "status"), clock: world.clock });
  world.line.feeds.set(server, staticFolder(folder));
  const dial = withMirrors(world.line.dial, world.clock);
  return {
    ...world,
    writer,
    async write() {
      const heartbeat = world.publisher.beat();
      await writer.write({ heartbeat, heads: store.heads() });
    },
    follow(sources) {
      const pop = createPop(world.clock, world.line, { sources, dial, random: seededRandom(44) });
      pop.follower.start();
      return pop;
    },
  };
}
