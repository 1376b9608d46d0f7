// What a visitor says to a page: POST of a path that its inbox names. In: an exchange at its start. Out: an answer, once the note is sealed, and written down
// and flushed by the syncer; nobody else is asked, so a dead control plane changes nothing. A table of its own: no GET comes by here.
//
// Nobody's browser knows anything that would speak for its user here (no cookie, no password, no address that is trusted): a form of another site can do what
// its author can do by himself, so a POST is not asked where it comes from. What counts is the token of a link, which only its receiver has.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { createRecent } from "../base/recent.ts";
import type { Answer } from "../host/asked.ts";
import { inboxPath } from "../snapshot/names.ts";
import type { Head } from "../snapshot/types.ts";
import { sealNote } from "../snapshot/visitor-note.ts";
import type { Bodies } from "./bodies.ts";
import type { Exchange, Step } from "./exchange.ts";
import { everywhere, linesOf } from "./headers.ts";
import { heardInTime, unheard } from "./hearing.ts";
import { type Inbox, type InboxRule, inboxOf } from "./inbox.ts";
import type { Link } from "./link.ts";
import type { NoteRates } from "./note-rates.ts";
import { plain, plainWith } from "./plain.ts";
import type { Trouble } from "./plain-words.ts";
import { hostOf, pathOf } from "./receive.ts";
import { routeAt, type Trees } from "./trees.ts";

export interface PostParts {
  readonly trees: Trees;
  readonly bodies: Bodies;
  readonly note: Link["note"];
  /** See `Parts.served`. */
  served(host: string, head: Head): void;
  readonly rates: NoteRates;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

/** `page` and `manifest` are those of every request. */
export function postStepsOf(parts: PostParts, page: Step, manifest: Step): readonly Step[] {
  return [receivePost, page, manifest, inboxStep(parts)];
}

const receivePost: Step = (exchange) => {
  const { asked } = exchange;
  const host = hostOf(asked.host);
  if (host === null) return plain("badHost", exchange);
  exchange.host = host;
  const path = pathOf(asked.target);
  if (path === null) return plain("badPath", exchange);
  exchange.path = path;
  return null;
};

const form = "application/x-www-form-urlencoded";
const json = "application/json";

function inboxStep(parts: PostParts): Step {
  const taken = parts.metrics.counter(
    "edge_notes_total",
    "What visitors said to pages, by what became of it.",
    "outcome",
  );
  const inboxes = createRecent<{ readonly inbox: Inbox | null }>(limits.inboxesMax, () => 1);
  let hearing = 0;

  /** By the digest of its body, which says all of it. */
  function inboxIn({ manifest, reads }: Exchange): Inbox | null {
    const route = routeAt(parts.trees, manifest, reads.tree, inboxPath);
    if (route === null) return null;
    const { digest } = route.variants.identity;
    const known = inboxes.get(digest);
    if (known !== undefined) return known.inbox;
    const body = parts.bodies.identity(route, reads.object);
    if (body === null) return null;
    const inbox = inboxOf(body);
    inboxes.set(digest, { inbox });
    return inbox;
  }

  async function take(
    exchange: Exchange,
    inbox: Inbox,
    rule: InboxRule,
    contentType: string,
  ): Promise<Answer> {
    hearing++;
    try {
      const body = await heardInTime(exchange.asked, parts.clock, limits.noteBodyBytesMax);
      if (typeof body === "string") return refused(unheard[body], exchange, taken);
      if (contentType === json && !isJson(body)) return refused("badBody", exchange, taken);
      const { page, asked } = exchange;
      const note = sealNote(
        inbox.key,
        {
          page,
          path: rule.as,
          query: queryOf(asked.target),
          contentType,
          body,
          atMs: parts.clock.wallMs(),
          language: rule.language,
        },
        parts.random,
      );
      const outcome = await parts.note(note);
      if (outcome !== "kept") return refused("unkept", exchange, taken);
      taken.add(1, "kept");
      return answerOf(rule);
    } finally {
      hearing--;
    }
  }

  return (exchange) => {
    const { asked, path, peer } = exchange;
    const inbox = inboxIn(exchange);
    const rule = inbox?.paths.get(path);
    if (inbox === null || rule === undefined) return plain("badMethod", exchange);
    parts.served(exchange.host, exchange.head);
    const contentType = typeOf(asked.field("content-type"));
    if (contentType === null) return refused("badType", exchange, taken);
    if (Buffer.byteLength(queryOf(asked.target)) > limits.noteQueryBytesMax)
      return refused("badBody", exchange, taken);
    const waitS = hearing >= limits.noteVisitorsMax ? 1 : parts.rates.take(peer.address);
    if (waitS === null) return take(exchange, inbox, rule, contentType);
    taken.add(1, "tooMany");
    return plainWith("tooMany", exchange, { "retry-after": String(waitS) });
  };
}

function refused(trouble: Trouble, exchange: Exchange, taken: Counter): Answer {
  taken.add(1, trouble);
  return plain(trouble, exchange);
}

/** One of the two, without its parameters: both are UTF-8. A button without fields need not say what it sends, so silence is a form. */
function typeOf(field: string | null): string | null {
  const type = field?.split(";")[0]?.trim().toLowerCase() ?? form;
  return type === form || type === json ? type : null;
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(utf8.decode(body));
    return true;
  } catch {
    return false;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function queryOf(target: string): string {
  const at = target.indexOf("?");
  return at === -1 ? "" : (target.slice(at + 1).split("#")[0] ?? "");
}

const answers = new WeakMap<InboxRule, Answer>();

function answerOf(rule: InboxRule): Answer {
  const known = answers.get(rule);
  if (known !== undefined) return known;
  const { answer } = rule;
  const common = { "cache-control": "no-store", ...everywhere };
  const made: Answer =
    "see" in answer
      ? { status: 303, fields: linesOf({ ...common, location: answer.see }), body: null }
      : {
          status: answer.status,
          fields: linesOf({ ...common, "content-type": "application/json; charset=utf-8" }),
          body: answer.json,
        };
  answers.set(rule, made);
  return made;
}
