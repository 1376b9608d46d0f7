// Whose turn it is on a core that several want. In: this process. Out: one that goes behind others, or one that is woken into its turn. Both only ask for less
// or for it sooner: neither needs a right.
import { readdirSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { cFunctions } from "./c-library.ts";

/** Of a core that others want too each of its threads gets a tenth of what each of theirs gets (nice(2)). At 5 its four threads took half of it. */
const niceOfFollowers = 10;
/**
 * Linux from 6.12 on: who wakes up takes the core at once from those whose turns are longer, as far as its share allows; others wait until the next tick, 4 ms.
 * 0 is the system's own length, 0.7 to 2.8 ms. Long turns for the others instead (100 ms) made the middle better and the tail a second: owed long turns are taken.
 */
const turnNs = { system: 0n, short: 100_000n } as const;

/** From now on this process goes behind those that want the same core. */
export async function goBehindOthers(): Promise<void> {
  // For Linux a nice value is a thread's: compilers, collectors and those that compress began before this line, and would go on as they were.
  for (const thread of threads()) niceTo(thread, niceOfFollowers);
  await takeTurns(threads(), turnNs.system);
}

/** From now on who is answered by this process's own thread waits less behind others. Who compiles and collects for it has no part in it. */
export async function wakeIntoTurn(): Promise<void> {
  await takeTurns([process.pid], turnNs.short);
}

/** Ids of the threads that there are; 0, this process, where the system does not say. */
function threads(): readonly number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [0]; // No /proc here.
  }
}

function niceTo(thread: number, nice: number): void {
  try {
    if (getPriority(thread) < nice) setPriority(thread, nice);
  } catch {
    // It has ended meanwhile.
  }
}

/** The number of sched_setattr(2), for which no C library of today has a name. */
const setAttribute = { x64: 314, arm64: 274 } as const;
const keepPolicy = 0x08n;

/** Where the system knows no such thing, nothing changes. */
async function takeTurns(list: readonly number[], lengthNs: bigint): Promise<void> {
  const call = process.arch === "x64" || process.arch === "arm64" ? setAttribute[process.arch] : null;
  if (call === null) return;
  const library = await cFunctions({ syscall: { args: ["i64", "i64", "ptr", "i64"], returns: "i64" } });
  if (library === null) return;
  for (const thread of list) {
    const attributes = attributesOf(thread, lengthNs);
    if (attributes !== null) library.functions.syscall(call, thread, library.addressOf(attributes), 0);
  }
}

/** `struct sched_attr`, first version. What it says of niceness is what is there. */
function attributesOf(thread: number, lengthNs: bigint): Uint8Array | null {
  const bytes = new DataView(new ArrayBuffer(48));
  try {
    bytes.setInt32(16, getPriority(thread), true);
  } catch {
    return null; // It has ended meanwhile.
  }
  bytes.setUint32(0, bytes.byteLength, true);
  bytes.setBigUint64(8, keepPolicy, true);
  bytes.setBigUint64(24, lengthNs, true);
  return new Uint8Array(bytes.buffer);
}
