// An upstream as a schema, by the model's names: what the API takes, and what a page's file says of one. In: nothing. Out: the schemas. Bounds are
// the decision's to tell, in words.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { upstreamFormats } from "../model/upstream.ts";
import { orNull } from "./answers.ts";
import { oneOf, text } from "./fields.ts";

const { Optional: maybe } = t;
const option = () => maybe(text(limits.upstreamOptionCharsMax));
const words = () =>
  maybe(t.Array(text(limits.upstreamOptionCharsMax), { maxItems: limits.upstreamWordsMax }));

export const upstreamSource = t.Object({
  format: oneOf(upstreamFormats),
  address: text(limits.upstreamAddressCharsMax),
  options: t.Object({
    component: option(),
    path: option(),
    selector: option(),
    words: maybe(
      t.Object({ operational: words(), degraded: words(), outage: words(), maintenance: words() }),
    ),
  }),
});

/** What an editor says of one. */
export const upstreamSaid = {
  vendor: maybe(orNull(text(64, 1))),
  source: maybe(orNull(upstreamSource)),
  url: maybe(orNull(text(limits.upstreamAddressCharsMax))),
  componentId: maybe(orNull(text(limits.idCharsMax, 1))),
  position: maybe(t.Number({ minimum: -8_640_000_000_000_000, maximum: 8_640_000_000_000_000 })),
};

const moment = () =>
  maybe(orNull(t.Number({ minimum: -8_640_000_000_000_000, maximum: 8_640_000_000_000_000 })));

export const upstreamInFile = t.Object({
  id: text(limits.idCharsMax, 1),
  name: text(limits.nameCharsMax, 1),
  ...upstreamSaid,
  createdAt: moment(),
  updatedAt: moment(),
});
