// How far the runtime lets its heap grow. In: the memory that it is to believe the machine has. Out: this process, begun again in its own place.
// JavaScriptCore lets a heap double before it collects all of it, until that heap is a quarter of the machine's memory: on a machine of 24 GB the
// garbage of half a minute of writes came to 1.6 GB. It looks at the machine once, at its start, and believes nothing but its environment.
// A parent that starts the same with another environment would weigh 30 MB, and stand between the process and its signals.
import { messageOf } from "../base/fault.ts";
import { selfCommand } from "./process.ts";
import { runtime } from "./runtime.ts";

const variable = "BUN_JSC_forceRAMSize";
/** glibc's, musl's. */
const libraries = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/**
 * Does not return where it succeeds. Gives why it did not: null where the operator or an earlier call has said how much, and where the runtime or the
 * system knows no such thing.
 */
export async function beginAgainWithin(machineBytes: number): Promise<string | null> {
  if (runtime !== "bun" || process.platform !== "linux" || process.env[variable] !== undefined) return null;
  try {
    const { dlopen, FFIType, ptr } = await import("bun:ffi");
    const execve = { args: [FFIType.ptr, FFIType.ptr, FFIType.ptr], returns: FFIType.int } as const;
    /** Texts as C has them; they stay in memory as long as the list does. */
    const texts = (list: readonly string[]) => {
      const bytes = list.map((text) => Buffer.from(`${text}\0`));
      return { bytes, pointers: BigUint64Array.from([...bytes.map((one) => BigInt(ptr(one))), 0n]) };
    };
    const [program = "", ...script] = selfCommand();
    const options = script.length === 0 ? [] : process.execArgv;
    const path = Buffer.from(`${program}\0`);
    const args = texts([program, ...options, ...script, ...process.argv.slice(2)]);
    const env = texts([
      ...Object.entries(process.env).map(([name, value]) => `${name}=${value}`),
      `${variable}=${machineBytes}`,
    ]);
    const library = libraries.find((name) => opens(() => dlopen(name, { execve })));
    if (library === undefined) return "there is no C library";
    dlopen(library, { execve }).symbols.execve(ptr(path), ptr(args.pointers), ptr(env.pointers));
    return "the system refused it";
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function opens(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch {
    // The loader's one way to say that there is none of this name.
    return false;
  }
}
