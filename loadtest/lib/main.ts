// The visitors, run by k6. In: a plan (file named by PLAN), where to leave the numbers (NUMBERS). Out: numbers of every phase and every interval.
// Open model: visits begin when the plan says so, whatever becomes of those before them. k6 run -e PLAN=plan.json -e NUMBERS=numbers.json main.ts
import exec from "k6/execution";
import http, { type RefinedResponse } from "k6/http";
import { Counter, Rate, Trend } from "k6/metrics";
import type { Options } from "k6/options";
import { type Answer, isOver, type Known, learned, order, unknown } from "./addresses.ts";
import { failureOf } from "./failures.ts";
import { chosenKind, type Kind, kinds } from "./mix.ts";
import { failureKinds, lengthOf, type Plan, phaseAt, phases, seriesOf, seriesOfThreshold } from "./plan.ts";

const plan = JSON.parse(open(__ENV.PLAN ?? "")) as Plan;
/** Longer than any promise; what takes so long has failed for a person. */
const answerMsMax = 10_000;
/** A visitor who hears nothing for so long tries the next address. */
const silenceMsMax = 1_000;
/** Reading a time is dear in k6, and the age of a page is the same for all. */
const ageOneIn = 16;

const visit = new Trend("visit", true);
const age = new Trend("age", true);
const visitsFailed = new Rate("visits_failed");
const firstAddressFailed = new Rate("first_address_failed");
const generationFell = new Counter("generation_fell");
const answers = new Counter("answers");
const failures = new Counter("failures");
const resolved = new Counter("resolved");
const late = new Trend("late", true);

/** Beside the visitors: somebody who only looks at the clock, so that it is known how late the generator is. */
const beatsPerSecond = 20;

const sliceCount = Math.ceil(lengthOf(plan.stages) / plan.sliceSeconds) + 3;
const slices = Array.from({ length: sliceCount }, (_, at) => String(at));

export const options: Options = {
  scenarios: {
    visitors: {
      executor: "ramping-arrival-rate",
      startRate: plan.startPerSecond,
      timeUnit: "1s",
      preAllocatedVUs: plan.visitors,
      maxVUs: plan.visitors,
      gracefulStop: "12s",
      stages: plan.stages.map(({ toPerSecond, seconds }) => ({
        target: toPerSecond,
        duration: `${seconds}s`,
      })),
    },
    clock: {
      executor: "constant-arrival-rate",
      exec: "beat",
      rate: beatsPerSecond,
      timeUnit: "1s",
      duration: `${lengthOf(plan.stages)}s`,
      preAllocatedVUs: beatsPerSecond,
      maxVUs: beatsPerSecond,
    },
  },
  thresholds: thresholds(),
  // Tags of k6's own would be made for every request, and are not read.
  systemTags: [],
  summaryTrendStats: ["count", "avg", "p(50)", "p(95)", "p(99)", "max"],
  discardResponseBodies: true,
  insecureSkipTLSVerify: true,
  userAgent: "pharos-loadtest (k6)",
};

/** k6 keeps apart what a threshold names: those that must hold, and some that always do, to have numbers by interval and by kind. */
function thresholds(): Record<string, string[]> {
  const all: Record<string, string[]> = { dropped_iterations: ["count>=0"] };
  const see = (series: string, always: string): void => {
    all[series] ??= [always];
  };
  for (const slice of slices) see(seriesOf("visit", { slice }), "max>=0");
  for (const phase of phases) {
    see(seriesOf("late", { phase }), "max>=0");
    see(seriesOf("visit", { phase }), "max>=0");
    see(seriesOf("visits_failed", { phase }), "rate>=0");
    see(seriesOf("first_address_failed", { phase }), "rate>=0");
  }
  for (const kind of Object.keys(plan.mix)) see(seriesOf("visit", { kind }), "max>=0");
  for (const why of failureKinds) see(seriesOf("failures", { why }), "count>=0");
  for (const slice of slices) {
    see(seriesOf("failures", { slice }), "count>=0");
    for (const why of failureKinds) see(seriesOf("failures", { slice, why }), "count>=0");
  }
  for (const level of ["0", "1", "3"]) see(seriesOf("answers", { level }), "count>=0");
  for (const threshold of plan.thresholds) {
    const series = seriesOfThreshold(threshold);
    all[series] = [...(all[series] ?? []), threshold.holds];
  }
  return all;
}

// What one visitor remembers between visits. Each virtual user has these for itself.
let known: Known = unknown;
const etags = new Map<string, string>();
const generations = new Map<string, number>();

export function setup(): { readonly startedMs: number } {
  if (plan.begun !== "") http.get(plan.begun, { timeout: "2s" });
  return { startedMs: Date.now() };
}

export default function main({ startedMs }: { readonly startedMs: number }): void {
  const begunMs = Date.now();
  const second = (begunMs - startedMs) / 1_000;
  const phase = phaseAt(second, plan.stages);
  const slice = slices[Math.floor(second / plan.sliceSeconds)] ?? slices.at(-1) ?? "";
  if (plan.wasteMs > 0) waste(begunMs + plan.wasteMs);
  const name = chosenKind(plan.mix, Math.random());
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`There is no kind of visit ${name}.`);
  const outcome = visitOnce(kind, placesOf(kind, begunMs));
  visit.add(outcome.tookMs, { phase, slice, kind: name });
  visitsFailed.add(outcome.why !== null, { phase });
  firstAddressFailed.add(outcome.firstFailed, { phase });
  if (outcome.why !== null) failures.add(1, { why: outcome.why, slice });
}

/** k6 tells nobody how late it begins an iteration, and no measure of a visit contains it. */
export function beat({ startedMs }: { readonly startedMs: number }): void {
  const { startTime, iterationInTest } = exec.scenario;
  const dueMs = startTime + (iterationInTest * 1_000) / beatsPerSecond;
  const nowMs = Date.now();
  late.add(Math.max(0, nowMs - dueMs), { phase: phaseAt((nowMs - startedMs) / 1_000, plan.stages) });
}

interface Outcome {
  readonly tookMs: number;
  /** Null where the visitor got what they came for. */
  readonly why: string | null;
  readonly firstFailed: boolean;
}

function placesOf(kind: Kind, nowMs: number): readonly string[] {
  if (kind.secure && plan.secureAddresses.length > 0)
    return order(plan.secureAddresses, Math.random()).map((place) => `https://${place}`);
  if (plan.resolver !== null && isOver(known, nowMs)) known = learned(known, resolve(plan.resolver), nowMs);
  const addresses = plan.resolver === null ? plan.addresses : known.addresses;
  return order(addresses, Math.random()).map((place) => (place.includes("//") ? place : `http://${place}`));
}

function resolve(resolver: string): Answer | null {
  const response = http.get(resolver, { responseType: "text", timeout: "2s" });
  resolved.add(1);
  return response.status === 200 ? (response.json() as unknown as Answer) : null;
}

/** Address after address, until one answers. */
function visitOnce(kind: Kind, places: readonly string[]): Outcome {
  const isFile = kind.paths.length === 0;
  const path = pick(isFile ? plan.files.paths : kind.paths);
  const host = isFile ? plan.files.host : pick(plan.hosts);
  const encoding = pick(kind.encodings);
  const seen = `${host}${path} ${encoding}`;
  const headers: Record<string, string> = { Host: host, "Accept-Encoding": encoding };
  const etag = kind.revalidates ? etags.get(seen) : undefined;
  if (etag !== undefined) headers["If-None-Match"] = etag;
  if (kind.closes) headers.Connection = "close";
  let spentMs = 0;
  let why: string | null = "other";
  for (const [at, place] of places.entries()) {
    const triedMs = Date.now();
    const timeout = at + 1 < places.length ? silenceMsMax : answerMsMax;
    const response = http.get(`${place}${path}`, { headers, redirects: 0, timeout });
    if (response.status === 0) {
      spentMs += Date.now() - triedMs;
      why = failureOf(response.error_code);
      continue;
    }
    spentMs += timeOf(response);
    look(response, `${place} ${host}`, seen, kind);
    why = kind.expects.includes(response.status) ? null : "status";
    return { tookMs: spentMs, why, firstFailed: at > 0 || why !== null };
  }
  return { tookMs: spentMs, why, firstFailed: true };
}

/** As the network took it: k6's own processing of the answer is not the visitor's wait. */
function timeOf({ timings }: RefinedResponse<"none">): number {
  return timings.blocked + timings.connecting + timings.tls_handshaking + timings.duration;
}

function look({ headers, status }: RefinedResponse<"none">, place: string, seen: string, kind: Kind): void {
  answers.add(1, { level: headers["Pharos-Level"] ?? "none" });
  if (kind.revalidates && status === 200 && headers.Etag !== undefined) etags.set(seen, headers.Etag);
  const generation = Number(headers["Pharos-Generation"]);
  if (Number.isNaN(generation)) return;
  if (generation < (generations.get(place) ?? 0)) generationFell.add(1);
  generations.set(place, generation);
  const confirmed = headers["Pharos-Confirmed-At"];
  if (confirmed !== undefined && Math.random() * ageOneIn < 1)
    age.add(Math.max(0, Date.now() - Date.parse(confirmed)));
}

function pick<Value>(values: readonly Value[]): Value {
  return values[Math.floor(Math.random() * values.length)] as Value;
}

function waste(untilMs: number): void {
  while (Date.now() < untilMs);
}

export function handleSummary(all: unknown): Record<string, string> {
  return { [__ENV.NUMBERS ?? "numbers.json"]: JSON.stringify(all) };
}
