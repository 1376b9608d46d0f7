// How far the runtime lets its heap grow. In: a room for it. Out: this process, begun again in its own place; what a child's environment has to say.
// JavaScriptCore lets a heap double before it collects all of it, until that heap is a quarter of the machine's memory: on a machine of 24 GB the
// garbage of half a minute of writes came to 1.6 GB. It looks at the machine once, at its start, and believes nothing but its environment.
// A parent that starts the same with another environment would weigh 30 MB, and stand between the process and its signals.
import { messageOf } from "../base/fault.ts";
import { cFunctions } from "./c-library.ts";
import { selfCommand } from "./process.ts";
import { runtime } from "./runtime.ts";

export interface HeapRoom {
  /** The memory that it is to believe the machine has: while it is below a quarter of that it may double, beyond a half grow by a quarter. */
  readonly machineBytes: number;
  /** What is new is collected each time that so much was allocated. What survives that is old, and looked at no more until all is collected. */
  readonly freshBytes: number;
  /** All is collected once what is new may be no more than this share of the heap: below a half, for of a doubled heap it is that. */
  readonly freshShareMin: number;
}

/** What JavaScriptCore reads, under the names that Bun gives it. */
export function heapVariables(room: HeapRoom): Readonly<Record<string, string>> {
  return {
    BUN_JSC_forceRAMSize: String(room.machineBytes),
    BUN_JSC_gcMaxHeapSize: String(room.freshBytes),
    BUN_JSC_minEdenToOldGenerationRatio: String(room.freshShareMin),
  };
}

/** Of a process that was begun again. */
const said = "BUN_JSC_forceRAMSize";

/**
 * Does not return where it succeeds. Gives why it did not: null where the operator or an earlier call has said how much, and where the runtime or the
 * system knows no such thing.
 */
export async function beginAgainWithin(room: HeapRoom): Promise<string | null> {
  if (runtime !== "bun" || process.platform !== "linux" || process.env[said] !== undefined) return null;
  try {
    const library = await cFunctions({ execve: { args: ["ptr", "ptr", "ptr"], returns: "int" } });
    if (library === null) return "there is no C library";
    const { functions, addressOf } = library;
    /** Texts as C has them; they stay in memory as long as the list does. */
    const texts = (list: readonly string[]) => {
      const bytes = list.map((text) => Buffer.from(`${text}\0`));
      return { bytes, pointers: BigUint64Array.from([...bytes.map((one) => BigInt(addressOf(one))), 0n]) };
    };
    const [program = "", ...script] = selfCommand();
    const options = script.length === 0 ? [] : process.execArgv;
    const path = Buffer.from(`${program}\0`);
    const args = texts([program, ...options, ...script, ...process.argv.slice(2)]);
    // What the operator has said stands.
    const variables = { ...heapVariables(room), ...process.env };
    const env = texts(Object.entries(variables).map(([name, value]) => `${name}=${value}`));
    functions.execve(addressOf(path), addressOf(args.pointers), addressOf(env.pointers));
    return "the system refused it";
  } catch (thrown) {
    return messageOf(thrown);
  }
}
