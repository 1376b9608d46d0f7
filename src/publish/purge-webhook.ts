// Any cache that takes a POST: varnish by deploy/varnish.vcl, a function of one's own. In: pages. Out: one request that names them twice, in a
// header for caches that read no bodies and as JSON for all else.
import { judgeStatus, type PurgeAdapter, type PurgeToken, type PurgeVendor } from "./purge-types.ts";

export function webhook(url: string, token: PurgeToken | null): PurgeAdapter {
  return {
    name: `webhook:${new URL(url).host}`,
    // 64 ids of 64 characters are 4 kB of a header; varnish takes 8.
    pagesMax: 64,
    call: (pages) => ({
      url,
      headers: {
        "content-type": "application/json",
        "surrogate-key": pages.join(" "),
        ...(token === null ? {} : { authorization: `Bearer ${token()}` }),
      },
      body: JSON.stringify({ format: "pharos-purge/1", pages }),
    }),
    judge: (answer) =>
      answer.status >= 200 && answer.status < 300 ? { kind: "done" } : judgeStatus(answer, ""),
  };
}

export const webhookVendor: PurgeVendor = {
  name: "webhook",
  place: "<http or https address, its secret in a file>",
  token: "optional",
  open: (place, token) => (isAddress(place) ? webhook(place, token) : null),
};

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = url?.protocol === "http:" || url?.protocol === "https:";
  return url !== null && scheme && `${url.username}${url.password}${url.hash}` === "";
}
