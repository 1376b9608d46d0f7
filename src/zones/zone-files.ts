// The zones of this node, from files that change. In: paths. Out: a set of zones at the start, and a new one after each change that holds.
// A file with a mistake in it changes nothing: the zone as it was goes on being answered, and the mistake is said with its line and column. So it is at a start
// where the file held before (`last-good.ts`).
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import { type Clock, every } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import { type Result, refuse } from "../base/result.ts";
import { inSlices, type Steps } from "../base/slices.ts";
import { type LastGood, printOf } from "./last-good.ts";
import { masterFileSteps, originOfFileName } from "./master-file.ts";
import { type Name, showName } from "./names.ts";
import type { Zone, ZoneSet } from "./zone.ts";
import { type CheckedZone, checkSteps } from "./zone-check.ts";
import { type Mistake, type Place, showMistake, type ZoneDraft } from "./zone-draft.ts";
import { type FileText, type ReadBeside, zoneTomlSteps } from "./zone-toml.ts";

/** Which maps a zone may name in `steer`. */
export interface KnownMaps {
  has(map: string): boolean;
  /** May answer with a CNAME, so that nothing else may stand at the name. */
  mayAlias(map: string): boolean;
}

export interface ZoneFilesOptions {
  readonly paths: readonly string[];
  readonly maps: KnownMaps;
  readonly lastGood: LastGood;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** A set that holds, after a change; never called while nothing changed. */
  onZones(zones: ZoneSet): void;
}

export interface Reloaded {
  /** Origins of zones that are answered anew. */
  readonly changed: readonly string[];
  /** One sentence a mistake, of zones that stay as they were. */
  readonly refused: readonly string[];
}

export interface ZoneFiles {
  readonly zones: ZoneSet;
  /** Reads all files again, changed or not. */
  reload(): Promise<Reloaded>;
  stop(): void;
}

/** A file as it was read last, whether or not it held. */
interface Read {
  /** Itself, and the master file that it names. */
  readonly files: readonly string[];
  /** Time, size and inode of these: another print is another content. */
  readonly print: string;
}

/** Reads all zones and watches their files. Throws Fault `usage` with every mistake where one does not hold and there is no older one to go on with. */
export async function openZoneFiles(options: ZoneFilesOptions): Promise<ZoneFiles> {
  const files = new Files(options);
  const { refused } = await files.reload();
  if (!files.hasAll())
    throw new Fault(
      "usage",
      refused.join("\n"),
      "Repair the zone; `pharos dns check <file>` says what is wrong with one.",
    );
  files.watch();
  return files;
}

class Files implements ZoneFiles {
  readonly #options: ZoneFilesOptions;
  readonly #held = new Map<string, Zone>();
  readonly #last = new Map<string, Read>();
  /** Prints at the last look. */
  readonly #seen = new Map<string, string>();
  readonly #reloads: Counter;
  #zones: ZoneSet = new Map();
  #reading: Promise<Reloaded> | null = null;
  #watch: { cancel(): void } | null = null;

  constructor(options: ZoneFilesOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#reloads = metrics.counter(
      "dns_zone_reads_total",
      "Zone files read, by what came of it.",
      "outcome",
    );
    metrics.watch("dns_zones", "Zones that are answered.", () => this.#zones.size);
    metrics.watch("dns_zone_names", "Names of all zones.", () =>
      [...this.#zones.values()].reduce((sum, { nodes }) => sum + nodes.size, 0),
    );
  }

  get zones(): ZoneSet {
    return this.#zones;
  }

  hasAll(): boolean {
    return this.#options.paths.every((path) => this.#held.has(path));
  }

  reload(): Promise<Reloaded> {
    return this.#read(this.#options.paths);
  }

  watch(): void {
    this.#watch = every(this.#options.clock, limits.zonePollMs, async () => {
      const paths = this.#options.paths.filter((path) => this.#hasSettled(path));
      if (paths.length > 0) await this.#read(paths);
    });
  }

  stop(): void {
    this.#watch?.cancel();
  }

  /** An editor may be in the middle of writing: what differs is read when it is the same at two looks. */
  #hasSettled(path: string): boolean {
    const last = this.#last.get(path);
    const print = printOf(last?.files ?? [path]);
    const isSame = print === this.#seen.get(path);
    this.#seen.set(path, print);
    return isSame && print !== last?.print;
  }

  /** One reading at a time: who asks meanwhile gets one of his own, for the file may have changed under the first. */
  async #read(paths: readonly string[]): Promise<Reloaded> {
    while (this.#reading !== null) await this.#reading;
    this.#reading = this.#readAll(paths);
    try {
      return await this.#reading;
    } finally {
      this.#reading = null;
    }
  }

  async #readAll(paths: readonly string[]): Promise<Reloaded> {
    const refused: string[] = [];
    const changed: string[] = [];
    for (const path of paths) {
      const { checked, ...read } = await this.#readOne(path, null);
      this.#last.set(path, read);
      if (!checked.ok) refused.push(...checked.reason.map(showMistake));
      const holds = checked.ok ? checked.value : await this.#lastHeld(path);
      if (holds === null) continue;
      if (checked.ok) void this.#options.lastGood.keep(path, read.files, read.print);
      this.#held.set(path, holds.zone);
      changed.push(showName(holds.zone.origin));
      for (const remark of holds.remarks) this.#options.log.warn(showMistake(remark));
    }
    this.#take(changed, refused);
    return { changed, refused };
  }

  async #readOne(path: string, kept: ReadonlyMap<string, string> | null): Promise<ReadZone> {
    const read = await readZone(path, this.#options.maps, this.#options.clock, kept);
    const mistakes = read.checked.ok ? this.#taken(path, read.checked.value.zone) : [];
    return mistakes.length === 0 ? read : { ...read, checked: refuse(mistakes) };
  }

  /** At a start, of a file that does not hold: as it was when it did. */
  async #lastHeld(path: string): Promise<CheckedZone | null> {
    const kept = this.#held.has(path) ? null : this.#options.lastGood.read(path);
    if (kept === null) return null;
    const { checked } = await this.#readOne(path, kept);
    return checked.ok ? checked.value : null;
  }

  #take(changed: readonly string[], refused: readonly string[]): void {
    const isFirst = this.#zones.size === 0;
    this.#reloads.add(changed.length, "taken");
    if (refused.length > 0) this.#reloads.add(1, "refused");
    if (changed.length > 0) {
      this.#zones = new Map([...this.#held.values()].map((zone) => [zone.origin, zone]));
      if (!isFirst) this.#options.onZones(this.#zones);
    }
    const { log } = this.#options;
    if (isFirst && !this.hasAll()) return;
    if (changed.length > 0 && !isFirst) log.info(`Zones were read again: ${changed.join(", ")}`);
    for (const sentence of refused) log.error(`A zone stays as it was. ${sentence}`);
  }

  /** Two files for one zone: the one that was there first stays. */
  #taken(path: string, { origin }: Zone): readonly Mistake[] {
    const other = [...this.#held].find(([held, zone]) => held !== path && zone.origin === origin);
    if (other === undefined) return [];
    return [{ place: startOf(path), says: `${other[0]} is the zone ${showName(origin)} already` }];
  }
}

export interface ReadZone extends Read {
  readonly checked: Result<CheckedZone, readonly Mistake[]>;
}

/** Reads and checks one file: TOML where its name ends so, else a master file. `maps` null: any map may be named. `kept`: these texts in place of the files'. */
export async function readZone(
  path: string,
  maps: KnownMaps | null,
  clock: Clock,
  kept: ReadonlyMap<string, string> | null = null,
): Promise<ReadZone> {
  const files: string[] = [];
  const prints: string[] = [];
  const open = (file: string, bytesMax: number): FileText | { readonly says: string } => {
    files.push(file);
    // Before it is read: a change meanwhile is then seen as one.
    prints.push(printOf([file]));
    const text = kept?.get(file);
    return text === undefined ? textOf(file, bytesMax) : { file, text };
  };
  const text = open(path, path.endsWith(".toml") ? limits.zoneTomlBytesMax : limits.zoneBytesMax);
  const beside: ReadBeside = (name) =>
    isAbsolute(name) || normalize(name).startsWith("..")
      ? { says: `${name} is not in the folder of ${basename(path)}` }
      : open(join(dirname(path), name), limits.zoneBytesMax);
  const checked =
    "says" in text
      ? refuse([{ place: startOf(path), says: text.says }])
      : await inSlices(zoneSteps(text, beside, maps), limits.zoneSliceMs, clock);
  return { checked, files, print: prints.join("\n") };
}

function* zoneSteps(
  { file, text }: FileText,
  beside: ReadBeside,
  maps: KnownMaps | null,
): Steps<Result<CheckedZone, readonly Mistake[]>> {
  const draft = yield* file.endsWith(".toml")
    ? zoneTomlSteps(file, text, beside)
    : masterFileSteps(file, text, originOfFileName(file));
  return yield* checkSteps(withMaps(draft, maps));
}

/** What the steering knows of the maps that a zone names. */
function withMaps(draft: ZoneDraft, maps: KnownMaps | null): ZoneDraft {
  if (maps === null) return draft;
  const shared = new Set<Name>(draft.records.map(({ name }) => name));
  const mistakes = draft.steered.flatMap(({ name, map, place }): readonly Mistake[] => {
    if (!maps.has(map))
      return [{ place, says: `no map of the steering file is called ${JSON.stringify(map)}` }];
    if (!maps.mayAlias(map) || !shared.has(name)) return [];
    const says = `the map ${map} may answer with a CNAME, so ${showName(name)} has no records of its own`;
    return [{ place, says }];
  });
  return mistakes.length === 0 ? draft : { ...draft, mistakes: [...draft.mistakes, ...mistakes] };
}

function textOf(file: string, bytesMax: number): FileText | { readonly says: string } {
  try {
    const { size } = statSync(file);
    if (size > bytesMax)
      return { says: `the file has ${size} bytes, and ${bytesMax} are the most${largerWay(file)}` };
    return { file, text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)) };
  } catch (thrown) {
    return { says: thrown instanceof TypeError ? "the file is not UTF-8" : messageOf(thrown) };
  }
}

/** TOML is read in one go, in which nobody is answered; a master file in turns. */
function largerWay(file: string): string {
  return file.endsWith(".toml")
    ? "; put its records into a master file beside it, and name that by `master`"
    : "";
}

function startOf(file: string): Place {
  return { file, line: 1, column: 1 };
}
