// One visit. In: a kind, a plan, addresses. Out: how long it took, and what went wrong; what was seen of the answer goes to the meters.
// It is run thousands of times a second by an interpreter, which takes longer for a spread or an iterator than the system for a packet: so requests are made once and
// kept, loops count, and what an answer says is read only where it can matter.
import http, { type RefinedResponse } from "k6/http";
import { failureOf } from "./failures.ts";
import { meters } from "./meters.ts";
import { type Kind, kinds } from "./mix.ts";
import type { FailureKind, Plan } from "./plan.ts";

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
interface Asking {
  readonly path: string;
  readonly host: string;
  /** Where another address is left to try, and where none is. */
  readonly early: Params;
  readonly late: Params;
  readonly kind: Kind;
  /** The last 200 with an ETag came from here, so the next one may be a 304. */
  etag: string;
}

export type Etags = Readonly<Record<string, string>>;

export interface Outcome {
  tookMs: number;
  /** Null where the visitor got what they came for. */
  why: FailureKind | null;
  firstFailed: boolean;
}

// What one visitor remembers between visits. Each virtual user has these for itself.
const askings = new Map<string, Asking[]>();
const generations = new Map<string, number>();
/** One object for all visits: it is read before the next one begins. */
const outcome: Outcome = { tookMs: 0, why: null, firstFailed: false };

const nameOf = (host: string, path: string, encoding: string): string => `${host}${path} ${encoding}`;

/** Every request that is possible, so that a visit takes one by chance. ETags are those of `etags`, until an answer has another. */
function askingsOf(kind: Kind, plan: Plan, etags: Etags): Asking[] {
  const isFile = kind.paths.length === 0;
  const made: Asking[] = [];
  for (const host of isFile ? [plan.files.host] : plan.hosts)
    for (const path of isFile ? plan.files.paths : kind.paths)
      for (const encoding of kind.encodings) {
        const headers: Record<string, string> = { Host: host, "Accept-Encoding": encoding };
        if (kind.closes) headers.Connection = "close";
        const etag = kind.revalidates ? (etags[nameOf(host, path, encoding)] ?? "") : "";
        if (etag !== "") headers["If-None-Match"] = etag;
        const [early, late] = [
          { headers, timeout: silenceMsMax },
          { headers, timeout: answerMsMax },
        ];
        made.push({ path, host, early, late, kind, etag });
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
    if (kind?.revalidates !== true) continue;
    for (const { path, host, late } of kind.paths.length === 0 ? [] : askingsOf(kind, plan, {})) {
      const { status, headers } = http.get(place + path, late);
      const etag = headers.Etag;
      if (status === 200 && etag !== undefined)
        etags[nameOf(host, path, late.headers["Accept-Encoding"] ?? "")] = etag;
    }
  }
  return etags;
}

/** Address after address, until one answers; the first one at random, where the answer says nothing of nearness. */
export function visitOnce(
  name: string,
  plan: Plan,
  places: readonly string[],
  etags: Etags,
  isTold: boolean,
): Outcome {
  let known = askings.get(name);
  if (known === undefined) {
    known = askingsOf(kinds[name] as Kind, plan, etags);
    askings.set(name, known);
  }
  const asking = known[Math.floor(Math.random() * known.length)] as Asking;
  const count = places.length;
  const first = Math.floor(Math.random() * count);
  outcome.tookMs = 0;
  outcome.why = "other";
  outcome.firstFailed = true;
  for (let at = 0; at < count; at++) {
    const place = places[(first + at) % count] as string;
    const triedMs = Date.now();
    const response = http.get(place + asking.path, at + 1 < count ? asking.early : asking.late);
    const { status } = response;
    if (status === 0) {
      outcome.tookMs += Date.now() - triedMs;
      outcome.why = failureOf(response.error_code);
      continue;
    }
    outcome.tookMs += timeOf(response);
    if (isTold) look(response, place, asking);
    if (status === 200 && asking.kind.revalidates) remember(asking, response.headers.Etag);
    outcome.why = asking.kind.expects.includes(status) ? null : "status";
    outcome.firstFailed = at > 0 || outcome.why !== null;
    break;
  }
  return outcome;
}

/** As the network took it: k6's own processing of the answer is not the visitor's wait. */
function timeOf({ timings }: RefinedResponse<"none">): number {
  return timings.blocked + timings.connecting + timings.tls_handshaking + timings.duration;
}

/** What an answer says of itself: its generation, its level, its age. */
function look({ headers }: RefinedResponse<"none">, place: string, asking: Asking): void {
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
  if (Math.random() * ageOneIn >= 1) return;
  const confirmed = headers["Pharos-Confirmed-At"];
  if (confirmed !== undefined) meters.age.add(Math.max(0, Date.now() - Date.parse(confirmed)));
}

function remember(asking: Asking, etag: string | undefined): void {
  if (etag === undefined || etag === asking.etag) return;
  asking.etag = etag;
  asking.early.headers["If-None-Match"] = etag;
}
