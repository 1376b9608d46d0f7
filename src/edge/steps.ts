// The hot path as a table. In: an exchange. Out: an answer, from the first step that can give one. No step awaits what is held.

import { frontPart } from "../snapshot/front.ts";
import { eventsPath } from "../snapshot/names.ts";
import { findRoute, partIndex } from "../snapshot/part.ts";
import type { Head } from "../snapshot/types.ts";
import { type Answers, answerOf, givenOf } from "./answers.ts";
import type { Banners } from "./banner.ts";
import type { Bodies } from "./bodies.ts";
import type { Emergencies } from "./emergency.ts";
import type { Exchange, Step } from "./exchange.ts";
import type { Hub, Looked } from "./hub.ts";
import type { Levels } from "./level.ts";
import { answerMissing, type MissingParts } from "./missing.ts";
import { answerNotFound, isNotFoundPath, type NotFoundParts } from "./not-found.ts";
import { plain, preflighted } from "./plain.ts";
import { type PostParts, postStepsOf } from "./post.ts";
import { hostOf, pathOf } from "./receive.ts";
import { eventKind } from "./tally.ts";
import type { Trees } from "./trees.ts";
import { choose, isSlotted } from "./variant.ts";

export interface Parts extends MissingParts, NotFoundParts {
  readonly defaultPage: string | null;
  readonly trees: Trees;
  readonly bodies: Bodies;
  readonly banners: Banners;
  readonly levels: Levels;
  readonly emergencies: Emergencies;
  readonly answers: Answers;
  /** Answers for this POP itself. */
  readonly ownReport: Step;
  /** Takes pings of jobs; null where nobody writes them down. */
  readonly ping: Step | null;
  /** Null: streams are not served. */
  readonly hub: Hub | null;
  /** What the hub is to see of a page. */
  look(page: string): Looked;
  /** Told at the end of each exchange that a snapshot answered. */
  served(host: string, head: Head): void;
}

/** The steps in their order; the last one always answers. */
export function stepsOf(parts: Parts): readonly Step[] {
  return [
    receive,
    parts.ownReport,
    ...(parts.ping === null ? [] : [parts.ping]),
    recall(parts),
    page(parts),
    preflight,
    manifest(parts),
    events(parts),
    part(parts),
    route(parts),
    variant(parts),
    reply(parts),
  ];
}

/** What is said to a page: a table of its own, for what none of the others has to ask. */
export const postSteps = (parts: Parts, post: PostParts): readonly Step[] => [
  ...(parts.ping === null ? [] : [parts.ping]),
  ...postStepsOf(post, page(parts), manifest(parts)),
];

/** Host first: with a Host that is none, the runtime's URL means nothing. */
const receive: Step = (exchange) => {
  const { asked } = exchange;
  const host = hostOf(asked.host);
  if (host === null) return plain("badHost", exchange);
  exchange.host = host;
  const { method } = asked;
  if (method !== "GET" && method !== "HEAD" && method !== "OPTIONS") return plain("badMethod", exchange);
  const path = pathOf(asked.target);
  if (path === null) return plain("badPath", exchange);
  exchange.path = path;
  exchange.accept = asked.field("accept-encoding");
  return null;
};

/** Before anything is read: what was answered since the last commit is answered again. */
const recall = ({ answers }: Parts): Step => {
  return (exchange) => {
    exchange.commit = exchange.reads.commitNumber();
    return exchange.commit === null || exchange.asked.method === "OPTIONS" ? null : answers.recall(exchange);
  };
};

const page = ({ defaultPage, trees }: Parts): Step => {
  return (exchange) => {
    const { reads, host } = exchange;
    reads.refresh();
    if (recalls(exchange, trees)) return null;
    const found = reads.pageOf(host);
    if (found === null) {
      if (reads.isGone(host)) return plain("gone", exchange);
      if (!reads.whole) return plain("damaged", exchange);
      if (defaultPage === null) return plain("misdirected", exchange);
    }
    exchange.page = found ?? defaultPage ?? "";
    const head = reads.head(exchange.page);
    if (head !== null) exchange.head = head;
    return null;
  };
};

/**
 * The page of last time, where it still claims this host: a host leaves a page only by a manifest without it, so one look-up in the store
 * says the same as two.
 */
function recalls(exchange: Exchange, trees: Trees): boolean {
  const { reads, host } = exchange;
  const known = reads.recall(host);
  if (known === undefined) return false;
  const head = reads.head(known);
  if (head === null || trees.manifest(head.manifest, reads.tree)?.hosts.includes(host) !== true) return false;
  exchange.page = known;
  exchange.head = head;
  return true;
}

const preflight: Step = ({ asked }) => (asked.method === "OPTIONS" ? preflighted : null);

const manifest = ({ trees, levels, emergencies }: Parts): Step => {
  return (exchange) => {
    const { reads, page, head, commit } = exchange;
    if (head.page !== page) return plain(reads.isRemoved(page) ? "gone" : "notYet", exchange);
    const found = trees.manifest(head.manifest, reads.tree);
    if (found?.page !== page) return plain("damaged", exchange);
    exchange.manifest = found;
    exchange.freshness = levels.of(page, found.createdMs, reads.freshness, commit);
    exchange.notice = emergencies.of(page, reads, commit);
    return null;
  };
};

/** A stream is opened on what the page is now; from then on the hub looks by itself. */
const events = ({ hub, look }: Parts): Step => {
  return (exchange) => {
    const { asked, page, path } = exchange;
    if (path !== eventsPath || hub === null) return null;
    exchange.kind = eventKind;
    return hub.open({ asked, page, look });
  };
};

const part = ({ trees }: Parts): Step => {
  return (exchange) => {
    const { manifest, reads, path } = exchange;
    const { parts } = manifest;
    const front = trees.part(parts[frontPart] ?? "", reads.tree);
    if (front !== null && findRoute(front, path) !== null) {
      exchange.part = front;
      return null;
    }
    const own = trees.part(parts[partIndex(path, parts.length)] ?? "", reads.tree);
    // What is in neither may have been in a front that does not read.
    if (own === null || (front === null && findRoute(own, path) === null)) return plain("damaged", exchange);
    exchange.part = own;
    return null;
  };
};

const route = (parts: Parts): Step => {
  return (exchange) => {
    const { part, path } = exchange;
    const found = findRoute(part, path);
    if (found === null || isNotFoundPath(path)) return answerNotFound(exchange, parts);
    exchange.route = found;
    return null;
  };
};

const variant = (parts: Parts): Step => {
  const { bodies, banners } = parts;
  return (exchange) => {
    const choice = choose(exchange, bodies, banners);
    if (choice === "not-acceptable") return plain("notAcceptable", exchange);
    if (choice === "missing") {
      if (exchange.route.lazy) return answerMissing(exchange, isSlotted(exchange), parts);
      return plain("damaged", exchange);
    }
    exchange.chosen = choice;
    return null;
  };
};

const reply = ({ headers, served, answers, levels, emergencies }: Parts): Step => {
  return (exchange) => {
    const { chosen, host, head, page } = exchange;
    served(host, head);
    const given = givenOf(headers.of(exchange), chosen);
    answers.keep(exchange, given, Math.min(levels.untilMs(), emergencies.untilMs(page)));
    return answerOf(exchange, given);
  };
};
