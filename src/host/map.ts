// A file as memory that other processes write. In: a path. Out: its bytes as they are at each look, or null where the runtime cannot map.
import { runtime } from "./runtime.ts";

/**
 * Bytes of `path`, shared with every process that maps it: what one writes, the others see at their next look. Null under Deno, and where
 * the system does not allow it. Whoever is given them reads only: a write would be a write to the file.
 */
export function mapFile(path: string): Uint8Array | null {
  if (runtime !== "bun") return null;
  try {
    return Bun.mmap(path, { shared: true });
  } catch {
    // Read-only, gone, or a file system without maps: the caller does without.
    return null;
  }
}
