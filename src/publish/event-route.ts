// The event of the next generation. In: the front page as it is published and as it will be. Out: the route /_event, and its bodies where
// they are new. It is made after everything else, because it says what has changed; and only where the front page has.

import type { PageView } from "../model/view.ts";
import { eventOf, eventPath, eventType, plainEventOf } from "../render/event.ts";
import { compressBody } from "../snapshot/body.ts";
import type { Digest, Route } from "../snapshot/types.ts";
import type { MakeContext, Terms } from "./make-page.ts";
import type { Rendered } from "./notes.ts";
import type { Published } from "./published.ts";
import { type RenderedPage, renderRoutes } from "./render-routes.ts";

const front = "/";

/** `made`, what differs among the documents of a view, with its event. */
export async function withEvent(
  context: MakeContext,
  view: PageView,
  made: RenderedPage,
  before: Published,
  { asOf, epoch }: Pick<Terms, "asOf" | "epoch">,
): Promise<RenderedPage> {
  const was = before.rendered.get(front);
  const is = made.changed.get(front) ?? was;
  if (is === undefined) return made;
  const { store } = context;
  const fresh = new Map(made.objects);
  const textOf = ({ route }: Rendered): string | null => {
    const { digest } = route.variants.identity;
    const bytes = fresh.get(digest) ?? store.object(digest);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  };
  const event = {
    path: eventPath,
    contentType: eventType,
    cache: "page",
    slot: false,
    key: `${is.key} ${epoch}`,
    body: () =>
      eventOf({
        generation: (before.head?.generation ?? 0) + 1,
        epoch,
        view,
        before: was === undefined ? null : textOf(was),
        now: textOf(is) ?? "",
      }),
  } as const;
  const { changed, objects } = await renderRoutes(
    { whole: false, documents: [event] },
    before.rendered,
    context,
    asOf,
  );
  return {
    ...made,
    changed: new Map([...made.changed, ...changed]),
    gone: made.gone.filter((path) => path !== eventPath),
    objects: [...made.objects, ...objects],
  };
}

/** The event of a page that was made from a folder. */
export async function plainEvent(
  generation: number,
): Promise<{ readonly route: Route; readonly objects: readonly (readonly [Digest, Uint8Array])[] }> {
  const { variants, objects } = await compressBody(new TextEncoder().encode(plainEventOf(generation)));
  const route = { path: eventPath, contentType: eventType, cache: "page", slot: false, variants } as const;
  return { route, objects };
}
