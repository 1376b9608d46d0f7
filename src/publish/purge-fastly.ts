// Fastly, by surrogate key. In: pages. Out: one batch purge of their keys. https://www.fastly.com/documentation/reference/api/purging/
// Soft: the answers turn stale instead of vanishing, so that a visitor right after the purge waits for nobody, and one whose POP died in
// that moment is still answered.
import { judgeStatus, objectOf, type PurgeAdapter, type PurgeVendor } from "./purge-types.ts";

/** `base` is another address only in tests: the vendor has this one. */
export function fastly(service: string, token: () => string, base = "https://api.fastly.com"): PurgeAdapter {
  return {
    name: `fastly:${service}`,
    // The vendor's bound of one batch.
    pagesMax: 256,
    call: (pages) => ({
      url: `${base}/service/${service}/purge`,
      headers: {
        "fastly-key": token(),
        "fastly-soft-purge": "1",
        accept: "application/json",
        "content-type": "application/json",
      },
      body: JSON.stringify({ surrogate_keys: pages }),
    }),
    judge(answer) {
      if (answer.status >= 200 && answer.status < 300) return { kind: "done" };
      const { msg, detail } = objectOf(answer.body);
      return judgeStatus(answer, [msg, detail].filter((text) => typeof text === "string").join(", "));
    },
  };
}

export const fastlyVendor: PurgeVendor = {
  name: "fastly",
  place: "<service id>",
  token: "needed",
  open: (place, token) => (/^[A-Za-z0-9]{1,64}$/.test(place) && token !== null ? fastly(place, token) : null),
};
