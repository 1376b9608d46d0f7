// A visitor's request. In: requests, the store. Out: responses made of signed bytes, without waiting for anyone; one whose lazy body is not
// here waits until it was brought.
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { Digest } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createAnswers } from "./answers.ts";
import { createBanners } from "./banner.ts";
import { createBodies } from "./bodies.ts";
import { createEmergencies } from "./emergency.ts";
import { type Came, type Exchange, openExchange, type Step } from "./exchange.ts";
import { createHeaderSets, overTls } from "./headers.ts";
import type { Hub } from "./hub.ts";
import { createLook } from "./hub-look.ts";
import { createLevels } from "./level.ts";
import type { Link } from "./link.ts";
import * as plain from "./plain.ts";
import { createReads, type Reads, StoreFailure } from "./reads.ts";
import { stepsOf } from "./steps.ts";
import { createTally, otherKind, type Tally } from "./tally.ts";
import { createTrees, type OpenRoot } from "./trees.ts";

export interface ServingOptions {
  readonly store: SnapshotStore;
  /** Opens a manifest that the root keys' delegations allow. */
  readonly openRoot: OpenRoot;
  /** Who may appoint emergency keys. */
  readonly rootKeys: readonly PublicKey[];
  /** Told of a body that does not hash to its name, for the one who writes the store to drop it. Must not throw. */
  onDamaged(digest: Digest): void;
  /** Told of what the store threw, for the one who may put it aside. Must not throw. */
  onStoreFailure?(cause: unknown): void;
  readonly clock: Clock;
  /** The page that answers to hosts that no page claims; null answers 421. */
  readonly defaultPage: string | null;
  /** Who is told of new generations; without it nobody is. */
  readonly hub?: Hub;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Counts answers; without it, one of its own does. */
  readonly tally?: Tally;
}

/** Answers one visitor's request, at once where its body is held. Never throws. Without a word of the peer it came as plain HTTP. */
export type Serving = (request: Request, peer?: Came) => Response | Promise<Response>;

/** The same with nobody to ask for lazy bodies: it never waits, and what is not here is 503. */
export type ServingAtOnce = (...given: Parameters<Serving>) => Response;

/** The hot path of a worker. When the store fails, what this process remembers is served. */
export function createServing(options: ServingOptions, link: Pick<Link, "bring">): Serving;
export function createServing(options: ServingOptions): ServingAtOnce;
export function createServing(options: ServingOptions, link?: Pick<Link, "bring">): Serving {
  const { log, clock, metrics } = options;
  const tally = options.tally ?? createTally(metrics);
  const failures = metrics.counter("edge_store_failures_total", "Requests for which the store failed.");
  const pair = createReads(options.store);
  const found = {
    trees: createTrees(options.openRoot, log, metrics),
    bodies: createBodies(options.onDamaged, log, metrics),
    levels: createLevels(clock),
    emergencies: createEmergencies(options),
  };
  const steps = stepsOf({
    ...found,
    defaultPage: options.defaultPage,
    banners: createBanners(clock, metrics),
    hub: options.hub ?? null,
    look: createLook(found, pair.live),
    headers: createHeaderSets(),
    answers: createAnswers(clock, metrics),
    bring: link?.bring ?? null,
    again: (exchange) => answer(exchange.request, cameOf(exchange), pair.live, exchange),
    served: pair.served,
  });
  const say = sayEvery(clock, log);

  const counted = ({ kind, bytes }: Exchange, response: Response): Response => {
    tally.answered(response.status, kind, bytes);
    return response;
  };

  /** `waited`: the exchange that waits for this answer, and is counted for it. */
  const answer = (
    request: Request,
    came: Came,
    reads: Reads,
    waited: Exchange | null = null,
  ): Response | Promise<Response> => {
    try {
      const exchange = openExchange(request, came, reads, waited !== null);
      const given = run(steps, exchange);
      if (given instanceof Promise) return given.then((response) => counted(exchange, response));
      if (waited === null) return counted(exchange, given);
      waited.kind = exchange.kind;
      waited.bytes = exchange.bytes;
      return given;
    } catch (thrown) {
      if (thrown instanceof StoreFailure && reads === pair.live) {
        failures.add();
        options.onStoreFailure?.(thrown.cause);
        say(`The store fails: ${messageOf(thrown.cause)}. What is in memory is still served.`);
        return answer(request, came, pair.remembered, waited);
      }
      if (waited === null) tally.answered(503, otherKind, 0);
      say(`A request was not answered: ${messageOf(thrown)}. This is a defect of Pharos: please report it.`);
      return plain.unavailable("", "This server failed to answer. It has written why to its log.");
    }
  };
  const finish = (response: Response, secure: boolean): Response => {
    if (secure && !madeOfSets(response))
      for (const [name, value] of Object.entries(overTls)) response.headers.set(name, value);
    return response;
  };
  return (request, peer = plainPeer) => {
    const { secure } = peer;
    const answered = answer(request, peer, pair.live);
    return answered instanceof Promise
      ? answered.then((response) => finish(response, secure))
      : finish(answered, secure);
  };
}

function run(steps: readonly Step[], exchange: Exchange): Response | Promise<Response> {
  for (const step of steps) {
    const response = step(exchange);
    if (response !== null) return response;
  }
  return plain.unavailable(exchange.path, "No step answered this request.");
}

const plainPeer: Came = { secure: false };

const cameOf = ({ secure, known }: Exchange): Came => ({ secure, path: known });

/** Whose headers know already how the request came. */
function madeOfSets({ status }: Response): boolean {
  return status === 200 || status === 304;
}

const sayEveryMs = 60_000;

/** Says a sentence at most once a minute: what fails once under load fails ten thousand times. */
function sayEvery(clock: Clock, log: Log): (sentence: string) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return (sentence) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - saidAtMs < sayEveryMs) return;
    saidAtMs = nowMs;
    log.error(sentence);
  };
}
