// A mirror's folder, carried by a web server of no knowledge. In: a folder. Out: an address, and a line to it in memory.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "../support/memory-line.ts";

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
