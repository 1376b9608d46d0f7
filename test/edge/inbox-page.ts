// A page that takes words of visitors, signed, and the key that opens them. In: nothing. Out: its routes, its notes.
import { seededRandom } from "../../src/base/random.ts";
import { inboxFormat } from "../../src/edge/inbox.ts";
import { publicKeyFrom } from "../../src/snapshot/keys.ts";
import { notePublicKey, openNote, type VisitorNote } from "../../src/snapshot/visitor-note.ts";
import { frontRoutes, type PageInput } from "./fixture.ts";

export const inboxSecret = seededRandom(77).bytes(32);

const rules = {
  "/subscribe": { as: "/subscribe", language: "en", see: "/subscribe/asked" },
  "/de/subscribe": { as: "/subscribe", language: "de", see: "/de/subscribe/asked" },
  "/unsubscribe": { as: "/unsubscribe", language: "en", see: "/unsubscribed" },
  "/api/v2/subscribers.json": {
    as: "/api/v2/subscribers.json",
    language: null,
    status: 201,
    json: { message: "Asked." },
  },
};

export const inboxRoutes: PageInput["routes"] = {
  ...frontRoutes("calm"),
  "/subscribe": { body: "<!doctype html><form method=post>", contentType: "text/html; charset=utf-8" },
  "/_inbox": {
    body: JSON.stringify({
      format: inboxFormat,
      key: publicKeyFrom(notePublicKey(inboxSecret)),
      paths: rules,
    }),
    contentType: "application/json; charset=utf-8",
  },
};

/** What a note says; throws where this key does not open it. */
export function noteIn(bytes: Uint8Array): VisitorNote & { readonly text: string } {
  const opened = openNote(inboxSecret, bytes);
  if (!opened.ok) throw new Error(`It was not opened: ${opened.reason}`);
  return { ...opened.value, text: new TextDecoder().decode(opened.value.body) };
}
