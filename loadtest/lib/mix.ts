// Who visits a status page while its product is down, and what each kind asks. In: a number from 0 to 1. Out: a kind; its path, its headers.
// Pure, so that its shares are tested without k6.
import type { Mix } from "./plan.ts";

export interface Kind {
  readonly paths: readonly string[];
  /** The connection ends with the answer: most who come during an incident come for the first time. */
  readonly closes: boolean;
  /** Sends the ETag of the last answer to the same path, where this visitor has one. */
  readonly revalidates: boolean;
  readonly encodings: readonly string[];
  /** By HTTP/2 over TLS, where the run has an address for that. */
  readonly secure: boolean;
  readonly expects: readonly number[];
}

const browser = ["gzip, deflate, br", "gzip, deflate, br", "gzip"];

export const kinds: Readonly<Record<string, Kind>> = {
  first: {
    paths: ["/"],
    closes: true,
    revalidates: false,
    encodings: browser,
    secure: false,
    expects: [200],
  },
  again: {
    paths: ["/"],
    closes: false,
    revalidates: true,
    encodings: browser,
    secure: false,
    expects: [200, 304],
  },
  poller: {
    paths: ["/api/v2/summary.json", "/api/v2/status.json"],
    closes: false,
    revalidates: true,
    encodings: ["gzip"],
    secure: false,
    expects: [200, 304],
  },
  feed: {
    paths: ["/history.atom", "/history.rss"],
    closes: true,
    revalidates: false,
    encodings: ["gzip"],
    secure: false,
    expects: [200],
  },
  badge: {
    paths: ["/badge.svg"],
    closes: false,
    revalidates: false,
    encodings: browser,
    secure: false,
    expects: [200],
  },
  lost: {
    paths: ["/wp-login.php", "/favicon.png", "/status"],
    closes: true,
    revalidates: false,
    encodings: browser,
    secure: false,
    expects: [404],
  },
  /** What POPs fetch when it is first asked for; the run says which paths there are. */
  file: {
    paths: [],
    closes: false,
    revalidates: true,
    encodings: browser,
    secure: false,
    expects: [200, 304],
  },
  secure: {
    paths: ["/"],
    closes: false,
    revalidates: true,
    encodings: browser,
    secure: true,
    expects: [200, 304],
  },
};

/** 70 % on a connection of their own, 20 % again with what they have (one in twenty of them by HTTP/2 over TLS, where the run has that), 8 % programs, 2 % the rest. */
export const incidentMix: Mix = {
  first: 0.7,
  again: 0.19,
  secure: 0.01,
  poller: 0.08,
  feed: 0.01,
  badge: 0.005,
  lost: 0.005,
};
/** Everybody has a connection already: what a page's own script, a proxy or a poller does. */
export const warmMix: Mix = { again: 0.9, poller: 0.1 };
/** Mostly the front page, and files that a POP with an empty disk does not have. */
export const coldMix: Mix = { first: 0.7, again: 0.2, file: 0.1 };
/** A little of everything, by HTTP/2 too. */
export const tourMix: Mix = {
  first: 0.3,
  again: 0.2,
  poller: 0.15,
  feed: 0.1,
  badge: 0.1,
  lost: 0.05,
  secure: 0.1,
};

/** The smallest share that a mix may have is one of these. */
const slotCount = 200;

/** A mix as k6 can look it up for every visit, in one step: each name stands as often as its share says. */
export function slotsOf(mix: Mix): readonly string[] {
  const names = Object.keys(mix);
  const total = Object.values(mix).reduce((sum, share) => sum + share, 0);
  let sum = 0;
  let until = 0;
  return names.flatMap((name) => {
    sum += (mix[name] ?? 0) / total;
    const from = until;
    until = Math.round(sum * slotCount);
    return Array.from({ length: until - from }, () => name);
  });
}
