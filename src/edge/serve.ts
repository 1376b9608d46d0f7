// A visitor's request. In: what is asked, the store. Out: answers made of signed bytes, without waiting for anyone; one whose lazy body is not
// here waits until it was brought.
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { type Random, systemRandom } from "../base/random.ts";
import type { Answer, Asked, Peer } from "../host/asked.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import type { Digest } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createAnswers } from "./answers.ts";
import { createBanners } from "./banner.ts";
import { createBodies } from "./bodies.ts";
import { createEmergencies } from "./emergency.ts";
import { type Exchange, openExchange, type Step } from "./exchange.ts";
import { createHeaderSets, linesOf, missingSets, overTls } from "./headers.ts";
import type { Hub } from "./hub.ts";
import { createLook } from "./hub-look.ts";
import { createLevels } from "./level.ts";
import type { Link } from "./link.ts";
import { createNoteRates } from "./note-rates.ts";
import { answerReport } from "./own-report.ts";
import { answerPing } from "./ping.ts";
import { plain } from "./plain.ts";
import { createReads, type Reads, StoreFailure } from "./reads.ts";
import { postSteps, stepsOf } from "./steps.ts";
import { createTally, otherKind, type Tally } from "./tally.ts";
import { createTrees, type OpenRoot } from "./trees.ts";

export interface ServingOptions {
  readonly store: SnapshotStore;
  /** Opens a manifest that the root keys' delegations allow. */
  readonly openRoot: OpenRoot;
  /** Who may appoint emergency keys. */
  readonly rootKeys: readonly PublicKey[];
  /** Signs this POP's own report; without it there is none. */
  readonly popKey?: SecretKey | null;
  /** Told of a body that does not hash to its name, for the one who writes the store to drop it. Must not throw. */
  onDamaged(digest: Digest): void;
  /** Told of what the store threw, for the one who may put it aside. Must not throw. */
  onStoreFailure?(cause: unknown): void;
  readonly clock: Clock;
  /** Seals what visitors say; default the operating system's. */
  readonly random?: Random;
  /** See `NoteRatesOptions.perAddress`. */
  readonly notesPerAddress?: number;
  /** The page that answers to hosts that no page claims; null answers 421. */
  readonly defaultPage: string | null;
  /** Who is told of new generations; without it nobody is. */
  readonly hub?: Hub;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Counts answers; without it, one of its own does. */
  readonly tally?: Tally;
}

/** Answers one visitor's request, at once where its body is held. Never throws. */
export type Serving = (asked: Asked, peer?: Peer) => Answer | Promise<Answer>;

/** The same with nobody to ask for lazy bodies: it never waits, and what is not here is 503. */
type ServingAtOnce = (asked: Asked, peer?: Peer) => Answer;

/** The hot path of a worker. When the store fails, what this process remembers is served. */
export function createServing(
  options: ServingOptions,
  link: Pick<Link, "bring"> & Partial<Pick<Link, "note" | "ping">>,
): Serving;
export function createServing(options: ServingOptions): ServingAtOnce;
export function createServing(
  options: ServingOptions,
  link?: Pick<Link, "bring"> & Partial<Pick<Link, "note" | "ping">>,
): Serving {
  const { log, clock, metrics, random = systemRandom } = options;
  const tally = options.tally ?? createTally(metrics);
  const failures = metrics.counter("edge_store_failures_total", "Requests for which the store failed.");
  const pair = createReads(options.store);
  const answers = createAnswers(clock, metrics);
  const found = {
    trees: createTrees(options.openRoot, log, metrics),
    bodies: createBodies(options.onDamaged, log, metrics),
    levels: createLevels(clock),
    emergencies: createEmergencies(options),
  };
  const parts = {
    ...found,
    defaultPage: options.defaultPage,
    ownReport: answerReport({ clock, popKey: options.popKey ?? null }),
    ping: link?.ping === undefined ? null : answerPing({ ping: link.ping, clock, random, metrics }),
    banners: createBanners(clock, metrics),
    hub: options.hub ?? null,
    look: createLook(found, pair.live),
    headers: createHeaderSets(),
    missingHeaders: createHeaderSets(missingSets),
    answers,
    bring: link?.bring ?? null,
    again: (exchange: Exchange) => answer(exchange.asked, pair.live, exchange),
    served: pair.served,
  };
  const steps = stepsOf(parts);
  const { notesPerAddress } = options;
  const posting =
    link?.note === undefined
      ? steps
      : postSteps(parts, {
          ...{ ...found, note: link.note, served: pair.served, clock, random, metrics },
          rates: createNoteRates({
            clock,
            random,
            ...(notesPerAddress === undefined ? {} : { perAddress: notesPerAddress }),
          }),
        });
  const say = sayEvery(clock, log);

  const counted = ({ kind, bytes }: Exchange, given: Answer): Answer => {
    tally.answered(given.status, kind, bytes);
    return given;
  };

  /** `waited`: the exchange that waits for this answer, and is counted for it. */
  const answer = (
    asked: Asked,
    reads: Reads,
    waited: Exchange | null = null,
    peer?: Peer,
  ): Answer | Promise<Answer> => {
    try {
      const exchange = openExchange(asked, reads, waited !== null, peer);
      const given = run(asked.method === "POST" ? posting : steps, exchange);
      if (given instanceof Promise) return given.then((later) => counted(exchange, later));
      if (waited === null) return counted(exchange, given);
      waited.kind = exchange.kind;
      waited.bytes = exchange.bytes;
      return given;
    } catch (thrown) {
      if (thrown instanceof StoreFailure && reads === pair.live) {
        failures.add();
        options.onStoreFailure?.(thrown.cause);
        say(`The store fails: ${messageOf(thrown.cause)}. What is in memory is still served.`);
        return answer(asked, pair.remembered, waited, peer);
      }
      if (waited === null) tally.answered(503, otherKind, 0);
      say(`A request was not answered: ${messageOf(thrown)}. This is a defect of Pharos: please report it.`);
      return plain("failed", { asked, path: "" });
    }
  };
  return (asked, peer) => {
    const again = answers.again(asked, pair.live.commitNumber());
    if (again !== null) {
      tally.answered(again.answer.status, again.kind, again.bytes);
      return again.answer;
    }
    const given = answer(asked, pair.live, null, peer);
    if (!asked.secure) return given;
    return given instanceof Promise ? given.then(withTlsLines) : withTlsLines(given);
  };
}

function run(steps: readonly Step[], exchange: Exchange): Answer | Promise<Answer> {
  for (const step of steps) {
    const given = step(exchange);
    if (given !== null) return given;
  }
  return plain("failed", exchange);
}

/** 200 and 304 are of sets, which know already how the request came. */
function withTlsLines(given: Answer): Answer {
  const { status, fields } = given;
  if (status === 200 || status === 304) return given;
  const secured = overTlsToo.get(given) ?? { ...given, fields: [...fields, ...tlsLines] };
  overTlsToo.set(given, secured);
  return secured;
}

/** Most errors are the same object for all who are answered with them; here too. */
const overTlsToo = new WeakMap<Answer, Answer>();

const tlsLines = linesOf(overTls);

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
