// One visit. In: a request, addresses. Out: how long it took, and what went wrong; what was seen of the answer goes to the meters.
// It is run thousands of times a second by an interpreter, which takes longer for a property, a global or an iterator than the system for a packet: so requests are made once and
// kept, globals have names of this file, and what an answer says is read only where it can matter.
import http, { type RefinedResponse } from "k6/http";
import { order } from "./addresses.ts";
import { failureOf } from "./failures.ts";
import { meters } from "./meters.ts";
import { type Kind, kinds } from "./mix.ts";
import type { FailureKind, Plan } from "./plan.ts";

const { now, parse } = Date;
const { random } = Math;
const { get } = http;

/** Longer than any promise; what takes so long has failed for a person. */
const answerMsMax = 10_000;
/** A visitor who hears nothing for so long tries the next address. */
const silenceMsMax = 1_000;
/** Of those that are told. Reading a time is dear in k6, and the age of a page is the same for all. */
const ageOneIn = 4;

interface Params {
  readonly headers: Record<string, string>;
  readonly timeout: number;
}

/** A request as one visitor sends it again and again. */
export interface Asking {
  readonly kind: string;
  readonly path: string;
  readonly host: string;
  /** Where another address is left to try, and where none is. */
  readonly early: Params;
  readonly late: Params;
  readonly secure: boolean;
  readonly revalidates: boolean;
  /** The two statuses that are as they have to be; one, where they are the same. */
  readonly expected: number;
  readonly alternate: number;
  /** The last 200 with an ETag came from here, so the next one may be a 304. */
  etag: string;
}

export type Etags = Readonly<Record<string, string>>;
type Answered = RefinedResponse<"none">;

export interface Outcome {
  tookMs: number;
  /** Null where the visitor got what they came for. */
  why: FailureKind | null;
  firstFailed: boolean;
}

const generations = new Map<string, number>();
/** One object for all visits: it is read before the next one begins. */
const outcome: Outcome = { tookMs: 0, why: null, firstFailed: false };

const nameOf = ({ host, path, late }: Asking): string => `${host}${path} ${late.headers["Accept-Encoding"]}`;

/** Every request of a kind that is possible, so that a visit takes one by chance. */
export function askingsOf(kind: string, plan: Plan): readonly Asking[] {
  const { paths, encodings, closes, revalidates, expects, secure } = kinds[kind] as Kind;
  const isFile = paths.length === 0;
  const [expected = 200, alternate = expected] = expects;
  const made: Asking[] = [];
  for (const host of isFile ? [plan.files.host] : plan.hosts)
    for (const path of isFile ? plan.files.paths : paths)
      for (const encoding of encodings) {
        const headers: Record<string, string> = { Host: host, "Accept-Encoding": encoding };
        if (closes) headers.Connection = "close";
        const [early, late] = [
          { headers, timeout: silenceMsMax },
          { headers, timeout: answerMsMax },
        ];
        made.push({ kind, path, host, early, late, secure, revalidates, expected, alternate, etag: "" });
      }
  return made;
}

/** Those who look again have looked before: what they know, one visitor for all of them finds out before the first visit. */
export function knownEtags(plan: Plan, places: readonly string[]): Etags {
  const [place] = places;
  const etags: Record<string, string> = {};
  if (place === undefined) return etags;
  for (const name of Object.keys(plan.mix)) {
    const kind = kinds[name];
    if (kind?.revalidates !== true || kind.paths.length === 0) continue;
    for (const asking of askingsOf(name, plan)) {
      const { status, headers } = get(place + asking.path, asking.late);
      if (status === 200 && headers.Etag !== undefined) etags[nameOf(asking)] = headers.Etag;
    }
  }
  return etags;
}

/** This visitor knows what that one found out. */
export function know(askings: readonly Asking[], etags: Etags): void {
  for (const asking of askings) if (asking.revalidates) remember(asking, etags[nameOf(asking)]);
}

/** One address of chance, where the answer says nothing of nearness; the others only where that one did not give what was asked for. */
export function visitOnce(asking: Asking, places: readonly string[], isTold: boolean): Outcome {
  const count = places.length;
  const first = (random() * count) | 0;
  const place = places[first] as string;
  const triedMs = now();
  const response = get(place + asking.path, count > 1 ? asking.early : asking.late);
  const { status } = response;
  if (status !== asking.expected && status !== asking.alternate)
    return goOn(asking, order(places, first / count), { response, isTold, tookMs: now() - triedMs });
  outcome.tookMs = timeOf(response);
  outcome.why = null;
  outcome.firstFailed = false;
  if (isTold) look(response, place, asking);
  if (status === 200 && asking.revalidates) remember(asking, response.headers.Etag);
  return outcome;
}

/** The first of the addresses gave `response`: silence, or an answer that is none. */
function goOn(
  asking: Asking,
  places: readonly string[],
  first: { readonly response: Answered; readonly isTold: boolean; readonly tookMs: number },
): Outcome {
  let { response, tookMs } = first;
  let at = 0;
  while (response.status === 0 && at + 1 < places.length) {
    at++;
    const triedMs = now();
    response = get(places[at] + asking.path, at + 1 < places.length ? asking.early : asking.late);
    tookMs += response.status === 0 ? now() - triedMs : timeOf(response);
  }
  const { status } = response;
  outcome.firstFailed = true;
  if (status === 0) {
    outcome.tookMs = tookMs;
    outcome.why = failureOf(response.error_code);
    return outcome;
  }
  outcome.tookMs = at === 0 ? timeOf(response) : tookMs;
  outcome.why = status === asking.expected || status === asking.alternate ? null : "status";
  if (first.isTold) look(response, places[at] as string, asking);
  if (status === 200 && asking.revalidates) remember(asking, response.headers.Etag);
  return outcome;
}

/**
 * As the network took it: k6's own processing of the answer is not the visitor's wait. `blocked` lasts from the wish for a connection until there is one, its handshakes
 * included, and `duration` begins when it is connected: what lies between the two is counted twice, and nothing is left out.
 */
function timeOf({ timings }: Answered): number {
  return timings.blocked + timings.duration;
}

/** What an answer says of itself: its generation, its level, its age. */
function look({ headers }: Answered, place: string, asking: Asking): void {
  const level = headers["Pharos-Level"];
  if (level !== "0" && level !== undefined) meters.degraded.add(1, { level });
  const said = headers["Pharos-Generation"];
  if (said === undefined) return;
  const generation = Number(said);
  const where = place + asking.host;
  const before = generations.get(where);
  if (before !== generation) {
    if (before !== undefined && generation < before) meters.generationFell.add(1);
    generations.set(where, generation);
  }
  if (random() * ageOneIn >= 1) return;
  const confirmed = headers["Pharos-Confirmed-At"];
  if (confirmed !== undefined) meters.age.add(Math.max(0, now() - parse(confirmed)));
}

function remember(asking: Asking, etag: string | undefined): void {
  if (etag === undefined || etag === asking.etag) return;
  asking.etag = etag;
  asking.early.headers["If-None-Match"] = etag;
}
