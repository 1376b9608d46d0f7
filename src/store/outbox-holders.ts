// Which notifiers of an outbox live. In: its folder, names. Out: a name that is held as long as its process lives, whatever ends it; whether another is held.
// A lease alone would keep what a killed notifier held from the next one for as long as it runs.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { lockFolder } from "../host/lock.ts";
import { outboxFile } from "./outbox.ts";

export interface Holder {
  readonly name: string;
  /** Whether the process of this name is there. One that is not is forgotten. */
  lives(name: string): boolean;
  release(): void;
}

const placeOf = (folder: string): string => join(outboxFile(folder), "..", "holders");

/** Takes a name that nobody has had. */
export function holdAs(folder: string, name: string): Holder {
  const place = placeOf(folder);
  const own = join(place, name);
  const lock = lockFolder(own);
  const lives = (other: string): boolean => {
    const path = join(place, other);
    if (other === name) return true;
    if (!/^[\w-]+$/.test(other) || !existsSync(path)) return false;
    try {
      lockFolder(path).release();
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === "folder-locked") return true;
      throw thrown;
    }
    rmSync(path, { recursive: true, force: true });
    return false;
  };
  return {
    name,
    lives,
    release() {
      lock.release();
      rmSync(own, { recursive: true, force: true });
    },
  };
}
