// Keeps a mirror up to date. In: new generations and heartbeats, as they are sent. Out: a folder whose plain files follow each publish and whose
// head follows each heartbeat, or one line that says why not. One writing at a time, each with the newest: a slow disk makes a late mirror, never
// a queue, and holds up nobody.
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Head } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { claimFolder } from "./mirror-files.ts";
import { createMirrorWriter, type MirrorBeat, type MirrorWritten } from "./mirror-write.ts";

export interface MirrorExportOptions {
  readonly store: SnapshotStore;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface MirrorExport {
  /** A heartbeat was sent; it names these heads. */
  beat(heartbeat: Uint8Array, heads: readonly Head[]): void;
  /** The store has a new generation. */
  announce(): void;
  /** Resolves when nothing more will be written. */
  stop(): Promise<void>;
}

/** Paths that were said; after so many they are said again. */
const unplacedMax = 1_024;

/** Makes the folder. Throws Fault `folder-unusable` or `disk-full` where it cannot be written; later troubles are said and counted. */
export async function startMirrorExport(options: MirrorExportOptions): Promise<MirrorExport> {
  const { folder, log, metrics } = options;
  const outcomes = metrics.counter("mirror_writings_total", "Writings of the mirror, by outcome.", "outcome");
  const files = metrics.counter("mirror_files_written_total", "Files of the mirror that were written.");
  const writer = createMirrorWriter(options);
  await claimFolder(folder);
  let newest: MirrorBeat | null = null;
  let announced = false;
  let running: Promise<void> | null = null;
  let stopped = false;
  let said = "";
  const unplaced = new Set<string>();

  async function write(writing: Promise<MirrorWritten>): Promise<void> {
    try {
      const { written, unplaced: paths } = await writing;
      outcomes.add(1, "written");
      files.add(written);
      say("");
      sayUnplaced(paths);
    } catch (thrown) {
      outcomes.add(1, "failed");
      say(`${messageOf(thrown)}${thrown instanceof Fault ? ` ${thrown.remedy}` : ""}`);
    }
  }

  function say(sentence: string): void {
    if (sentence !== "" && sentence !== said) log.warn(sentence, { folder });
    said = sentence;
  }

  function sayUnplaced(paths: readonly string[]): void {
    const fresh = paths.filter((path) => !unplaced.has(path));
    if (fresh.length === 0) return;
    if (unplaced.size >= unplacedMax) unplaced.clear();
    for (const path of fresh) unplaced.add(path);
    log.warn("No file of the mirror can bear these paths; POPs that follow it have them.", {
      paths: fresh.slice(0, 5).join(" "),
      count: fresh.length,
    });
  }

  async function run(): Promise<void> {
    while ((newest !== null || announced) && !stopped) {
      const beat = newest;
      newest = null;
      announced = false;
      await write(beat === null ? writer.show() : writer.write(beat));
    }
    running = null;
  }

  return {
    beat(heartbeat, heads) {
      newest = { heartbeat, heads };
      if (!stopped) running ??= run();
    },
    announce() {
      announced = true;
      if (!stopped) running ??= run();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
