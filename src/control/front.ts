// The control plane's one listener, split by path. In: requests. Out: the answer of the part whose path it is; `/` leads to the admin pages.
// Each part authenticates by itself: keys mean nothing to the admin pages, and sessions nothing to the API.

import type { Peer } from "../host/asked.ts";

export type Part = (request: Request, peer: Peer) => Response | Promise<Response>;

/** A part and the paths below which everything is its own. */
export interface Place {
  readonly paths: readonly string[];
  readonly part: Part;
}

/** `home` is where `/` leads, such as `/admin/`. The first place that has a path answers; a path that none has is 404. */
export function createFront(places: readonly Place[], home: string): Part {
  return (request, peer) => {
    const path = pathOf(request.url);
    if (path === "/") return new Response(null, { status: 303, headers: { location: home } });
    const place = places.find(({ paths }) => paths.some((own) => path === own || path.startsWith(`${own}/`)));
    return place === undefined ? nowhere() : place.part(request, peer);
  };
}

/** Slashes that clients double count once, as the API reads them (`dialect.ts`). */
function pathOf(url: string): string {
  const path = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? "";
  return path.replace(/\/{2,}/g, "/") || "/";
}

function nowhere(): Response {
  return new Response(
    "There is nothing at this address. The admin pages are below /admin/, the API below /v1/.\n",
    {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    },
  );
}
