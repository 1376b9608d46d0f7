// Mastodon (docs.joinmastodon.org/methods/statuses). In: a text, a token of the account with write:statuses. Out: a public post, once by its key.
import { outcomeOf } from "./posting.ts";
import { cutPost, type SocialService } from "./social-types.ts";

/** What servers allow unless they were changed; some allow more, none less. */
const charsMax = 500;

export const mastodon: SocialService = {
  name: "mastodon",
  place: "https://mastodon.example",
  open(place, token, posting) {
    const url = URL.parse(place);
    if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/") return null;
    return {
      name: `mastodon:${url.host}`,
      graphemesMax: charsMax,
      async publish({ text, key, language }, signal) {
        const headers = {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "idempotency-key": key,
        };
        const body = JSON.stringify({
          status: cutPost(text, charsMax),
          visibility: "public",
          ...(language !== null && { language }),
        });
        const posted = await posting.post({ url: `${url.origin}/api/v1/statuses`, headers, body }, signal);
        return outcomeOf(posted, {
          400: "refused",
          401: "refused",
          403: "refused",
          404: "refused",
          422: "refused",
        });
      },
    };
  },
};
