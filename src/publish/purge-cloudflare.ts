// Cloudflare, by cache tag. In: pages. Out: one purge of their tags. https://developers.cloudflare.com/api/resources/cache/methods/purge/
// Its purge is a hard one; what follows it is answered by the POPs. Tags are compared without case, so a page whose id differs from another
// one's in case alone has both purged.
import {
  judgeStatus,
  objectOf,
  type PurgeAdapter,
  type PurgeVendor,
  type PurgeVerdict,
} from "./purge-types.ts";

/** `base` is another address only in tests: the vendor has this one. */
export function cloudflare(
  zone: string,
  token: () => string,
  base = "https://api.cloudflare.com",
): PurgeAdapter {
  return {
    name: `cloudflare:${zone}`,
    // The smallest bound that the vendor ever had; five requests a minute is the smallest rate, so a thousand pages cost 34 of them.
    pagesMax: 30,
    call: (pages) => ({
      url: `${base}/client/v4/zones/${zone}/purge_cache`,
      headers: {
        authorization: `Bearer ${token()}`,
        accept: "application/json",
        "content-type": "application/json",
      },
      body: JSON.stringify({ tags: pages }),
    }),
    judge(answer): PurgeVerdict {
      const { success, errors } = objectOf(answer.body);
      const said = Array.isArray(errors) ? errors.map(sentenceOf).join(", ") : "";
      if (answer.status < 200 || answer.status > 299) return judgeStatus(answer, said);
      // The status is of the request; whether it was carried out stands in the envelope.
      if (success === true) return { kind: "done" };
      return { kind: "refused", why: `It did not carry out the purge${said === "" ? "" : `: ${said}`}.` };
    },
  };
}

function sentenceOf(error: unknown): string {
  const { code, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  return `${message ?? "no message"} (${code ?? "no code"})`;
}

export const cloudflareVendor: PurgeVendor = {
  name: "cloudflare",
  place: "<zone id of 32 hex digits>",
  token: "needed",
  open: (place, token) => (/^[0-9a-f]{32}$/.test(place) && token !== null ? cloudflare(place, token) : null),
};
