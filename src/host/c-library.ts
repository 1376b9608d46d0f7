// Functions of the system's C library. In: their names and types. Out: them, or null where this runtime or system lends none.
import type { FFIFunction } from "bun:ffi";
import { runtime } from "./runtime.ts";

/** glibc's, musl's. */
const libraries = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/** With them the way to say where bytes lie; whoever says it holds on to the bytes. Null under Deno and on other systems than Linux. */
export async function cFunctions<const Wanted extends Record<string, FFIFunction>>(wanted: Wanted) {
  if (runtime !== "bun" || process.platform !== "linux") return null;
  const { dlopen, ptr } = await import("bun:ffi");
  for (const library of libraries) {
    try {
      return { functions: dlopen(library, wanted).symbols, addressOf: ptr };
    } catch {
      // The loader's one way to say that there is none of this name.
    }
  }
  return null;
}
