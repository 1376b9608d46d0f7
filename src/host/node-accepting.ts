// Goes on taking connections after there were too many. In: a server, its open connections, its place. Out: it listens again when there is room.
// Deno 2.9.6 takes no connection ever again once one could not be taken for want of files, and tells nobody: no error, no drop.
import { Server, type Socket } from "node:net";
import { limits } from "../base/limits.ts";
import { openFilesMax } from "./open-files.ts";

export interface Accepting {
  stop(): void;
}

type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** Connections beyond all but `filesReserved` of this process's files are taken and closed at once; a crowd may be faster than that. */
export function keepAccepting(server: Server, open: ReadonlySet<Socket>, place: Place): Accepting {
  const filesMax = openFilesMax();
  if (filesMax === null) return { stop: () => undefined };
  const connectionsMax = Math.max(Math.floor(filesMax / 2), filesMax - limits.filesReserved);
  server.maxConnections = connectionsMax;
  let wasFull = false;
  server.on("connection", () => {
    if (open.size >= connectionsMax) wasFull = true;
  });
  const looking = setInterval(() => {
    if (!wasFull || open.size >= connectionsMax) return;
    wasFull = false;
    // The plain close: that of node:http would also close who is here and silent.
    Server.prototype.close.call(server);
    server.listen(place);
  }, limits.crowdingLookMs);
  return { stop: () => clearInterval(looking) };
}
