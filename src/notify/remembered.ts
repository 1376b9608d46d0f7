// What channels made of a text, kept while it is being sent. In: deliveries. Out: the same value for all of one occasion, text and language.
import { occasionId } from "../model/occasion.ts";
import type { PageView } from "../model/view.ts";
import type { Delivery } from "./types.ts";

type About = Pick<Delivery, "occasion" | "view" | "revision" | "language" | "occurredMs">;

/** The engine gives the same view to all deliveries of one text, so that what hangs on it goes with it. */
export function rememberedPerText<Made>(make: (about: About) => Made): (about: About) => Made {
  const memory = new WeakMap<PageView, Map<string, Made>>();
  return (about) => {
    const ofView = memory.get(about.view) ?? new Map<string, Made>();
    memory.set(about.view, ofView);
    const name = `${about.language} ${about.revision} ${occasionId(about.occasion)}`;
    const known = ofView.get(name);
    if (known !== undefined) return known;
    const made = make(about);
    ofView.set(name, made);
    return made;
  };
}
