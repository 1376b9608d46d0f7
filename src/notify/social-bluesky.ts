// Bluesky, by AT Protocol (docs.bsky.app/docs/get-started). In: a text, an app password of the account. Out: a post, its links marked as links.
// A record's name follows from the key, so that a second attempt writes the same record again instead of another one.
import { outcomeOf, type Posted, type Posting } from "./posting.ts";
import { type Account, cutPost, type SocialPost, type SocialService } from "./social-types.ts";
import type { Outcome } from "./types.ts";

const graphemesMax = 300;
const refused = { 400: "refused", 401: "refused", 403: "refused", 404: "refused" } as const;

interface Session {
  readonly jwt: string;
  readonly did: string;
}

export const bluesky: SocialService = {
  name: "bluesky",
  place: "https://bsky.social/status.example.org",
  open(place, password, posting) {
    const url = URL.parse(place);
    const handle = url?.pathname.slice(1) ?? "";
    if (url === null || !/^https?:$/.test(url.protocol) || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(handle))
      return null;
    return accountOf(url.origin, handle, password, posting);
  },
};

function accountOf(origin: string, handle: string, password: string, posting: Posting): Account {
  const ask = (method: string, body: object, signal: AbortSignal, jwt?: string): Promise<Posted> =>
    posting.post(
      {
        url: `${origin}/xrpc/${method}`,
        headers: {
          "content-type": "application/json",
          ...(jwt === undefined ? {} : { authorization: `Bearer ${jwt}` }),
        },
        body: JSON.stringify(body),
      },
      signal,
    );
  return {
    name: `bluesky:${handle}`,
    graphemesMax,
    async publish(post, signal): Promise<Outcome> {
      const opened = await ask("com.atproto.server.createSession", { identifier: handle, password }, signal);
      const outcome = outcomeOf(opened, refused);
      if (outcome.kind !== "sent") return outcome;
      const session = sessionIn(opened);
      if (session === null) return { kind: "later", why: "It opened no session.", afterMs: null };
      const record = {
        repo: session.did,
        collection: "app.bsky.feed.post",
        rkey: nameOf(post),
        record: recordOf(post),
      };
      return outcomeOf(await ask("com.atproto.repo.putRecord", record, signal, session.jwt), refused);
    },
  };
}

function recordOf({ text, language, atMs }: SocialPost) {
  const said = cutPost(text, graphemesMax);
  return {
    $type: "app.bsky.feed.post",
    text: said,
    ...(language === null ? {} : { langs: [language] }),
    createdAt: new Date(atMs).toISOString(),
    facets: linksIn(said),
  };
}

/** Places of links, in bytes of UTF-8: without them an address is a text (docs.bsky.app/docs/advanced-guides/post-richtext). */
function linksIn(text: string) {
  return Array.from(text.matchAll(/https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g), (found) => {
    const byteStart = Buffer.byteLength(text.slice(0, found.index));
    return {
      index: { byteStart, byteEnd: byteStart + Buffer.byteLength(found[0]) },
      features: [{ $type: "app.bsky.richtext.facet#link", uri: found[0] }],
    };
  });
}

/** The characters of a record key (atproto.com/specs/record-key). */
const nameOf = ({ key }: SocialPost): string => key.replace(/[^A-Za-z0-9_~.:-]/g, "-");

function sessionIn(posted: Posted): Session | null {
  if (posted.kind !== "answered") return null;
  try {
    const { accessJwt: jwt, did } = JSON.parse(posted.text) as {
      readonly accessJwt?: unknown;
      readonly did?: unknown;
    };
    return typeof jwt === "string" && typeof did === "string" ? { jwt, did } : null;
  } catch {
    return null; // What is no JSON opened no session.
  }
}
