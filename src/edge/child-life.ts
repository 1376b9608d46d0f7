// One child of a parent and its lives. In: what it said, how it ended. Out: what its end means.
import { Fault, messageOf } from "../base/fault.ts";
import type { Child, Exit } from "../host/process.ts";

/** A place that has one child at a time. */
export interface Slot {
  readonly name: string;
  readonly first: PromiseWithResolvers<void>;
  child: Child | null;
  /** Takes the child's place as soon as that one ends. */
  successor: Living | null;
  /** Lives in a row that ended early. */
  failures: number;
  /** The last fault that was said; it is not said again until it changes or passes. */
  said: string;
}

/** A child from its birth on. */
export interface Living {
  readonly child: Child;
  /** Whether it came to do its work; false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Never rejects. */
  readonly life: Promise<Life>;
}

/** One life of a child, after its end. */
export interface Life {
  /** Which of the stores that lay in the folder it was born with; 0 is the first. */
  readonly store: number;
  readonly exit: Exit;
  readonly ready: boolean;
  readonly fault: Fault | null;
  readonly livedMs: number;
}

/** A child that ends so often before its first work keeps the POP from starting. */
export const failuresAtStartMax = 5;

export function newSlot(name: string): Slot {
  const first = Promise.withResolvers<void>();
  // Several children may fail together; the first one's fault is the command's, the others' are in the log.
  first.promise.catch(() => undefined);
  return { name, first, child: null, successor: null, failures: 0, said: "" };
}

/** The program could not even be started. */
export function lifeOfNone(thrown: unknown): Life {
  const fault =
    thrown instanceof Fault ? thrown : new Fault("internal", messageOf(thrown), "Report this line.");
  return { store: 0, exit: { code: null, signal: null }, ready: false, fault, livedMs: 0 };
}

/** Reading a truncated map is SIGBUS at any time; SIGSEGV speaks of the store only while it is being opened. */
export function isStoreDeath({ exit, ready, fault }: Life): boolean {
  if (fault?.code === "store-corrupt") return true;
  return exit.signal === "SIGBUS" || (exit.signal === "SIGSEGV" && !ready);
}

export function endedEarly(name: string, { code, signal }: Exit): Fault {
  return new Fault(
    "internal",
    `The process ${name} ended ${failuresAtStartMax} times before it could work (${signal ?? `exit code ${code}`}).`,
    "Its own lines above say more; if there are none, please report this.",
  );
}
