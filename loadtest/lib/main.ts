// The visitors, run by k6. In: a plan (file named by PLAN), where to leave the numbers (NUMBERS). Out: numbers of every phase and every interval.
// Open model: visits begin when the plan says so, whatever becomes of those before them. k6 run -e PLAN=plan.json -e NUMBERS=numbers.json main.ts
import exec from "k6/execution";
import http from "k6/http";
import type { Trend } from "k6/metrics";
import type { Options } from "k6/options";
import { type Answer, isOver, type Known, learned, unknown } from "./addresses.ts";
import { keptApart, meters, slicesOf } from "./meters.ts";
import { slotsOf } from "./mix.ts";
import { type K6Numbers, writtenOut } from "./numbers.ts";
import { lengthOf, type Phase, type Plan, phaseAt, type Stage } from "./plan.ts";
import { type Asking, askingsOf, type Etags, know, knownEtags, visitOnce } from "./visit.ts";

const plan = JSON.parse(open(__ENV.PLAN ?? "")) as Plan;
/** Beside the visitors: somebody who only looks at the clock, so that it is known how late the generator is. */
const beatsPerSecond = 20;

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
  thresholds: keptApart(plan),
  // Tags of k6's own would be made for every request, and are not read.
  systemTags: [],
  summaryTrendStats: ["count", "avg", "p(50)", "p(95)", "p(99)", "max"],
  discardResponseBodies: true,
  insecureSkipTLSVerify: true,
  maxRedirects: 0,
  // Nobody sets cookies; a jar for each visit would be made all the same.
  noCookiesReset: true,
  userAgent: "pharos-loadtest (k6)",
};
// What was expected is for us to say: k6 would count it for every request.
http.setResponseCallback(null as never);

const slices = slicesOf(plan);
const urlOf = (place: string): string => (place.includes("//") ? place : `http://${place}`);
const fixed = plan.addresses.map(urlOf);
const secure = plan.secureAddresses.map((place) => `https://${place}`);

// What is read for every visit, by names of this file: a global, or a property of an object, is looked for anew each time.
const { stages, toldOneIn, wasteMs, resolver } = plan;
const { told } = meters;
const { now } = Date;
const { random } = Math;
const sliceMs = plan.sliceSeconds * 1_000;

/** The requests of each kind, made before the first visit. */
const askings = Object.fromEntries(Object.keys(plan.mix).map((kind) => [kind, askingsOf(kind, plan)]));
const slots = slotsOf(plan.mix).map((kind) => askings[kind] as readonly Asking[]);
const slotCount = slots.length;

let known: Known = resolver === null ? { addresses: fixed, untilMs: Number.POSITIVE_INFINITY } : unknown;
let startedMs = 0;
/** Where this visitor is in the plan: visits of one visitor begin one after another. */
let stage = 0;
let phase: Phase = stages[0]?.phase ?? "calm";
let stageEndsMs = (stages[0]?.seconds ?? 0) * 1_000;
let visits = trendOf(phase);

interface Begun {
  readonly startedMs: number;
  readonly etags: Etags;
}

export function setup(): Begun {
  const etags = knownEtags(plan, fixed);
  if (plan.begun !== "") http.get(plan.begun, { timeout: "2s" });
  return { startedMs: now(), etags };
}

export default function main(begun: Begun): void {
  const nowMs = now();
  if (startedMs === 0) begin(begun);
  if (wasteMs > 0) waste(nowMs + wasteMs);
  const beganMs = nowMs - startedMs;
  if (beganMs >= stageEndsMs) enterStageAt(beganMs);
  const possible = slots[(random() * slotCount) | 0] as readonly Asking[];
  const asking = possible[(random() * possible.length) | 0] as Asking;
  if (isOver(known, nowMs)) known = learned(known, resolve(resolver ?? ""), nowMs);
  const isTold = random() * toldOneIn < 1;
  const outcome = visitOnce(asking, asking.secure && secure.length > 0 ? secure : known.addresses, isTold);
  visits.add(outcome.tookMs);
  if (isTold) told.add(outcome.tookMs, { slice: sliceAt(beganMs), kind: asking.kind });
  if (outcome.firstFailed) tellFailure(outcome.why, sliceAt(beganMs));
}

/** Of this visitor, not of the run. */
function begin(begun: Begun): void {
  startedMs = begun.startedMs;
  for (const all of Object.values(askings)) know(all, begun.etags);
}

function enterStageAt(beganMs: number): void {
  while (beganMs >= stageEndsMs && stage + 1 < stages.length) {
    const next = stages[++stage] as Stage;
    stageEndsMs += next.seconds * 1_000;
    phase = next.phase;
  }
  if (stage + 1 === stages.length) stageEndsMs = Number.POSITIVE_INFINITY;
  visits = trendOf(phase);
}

function trendOf(of: Phase): Trend {
  return meters.visits.get(of) as Trend;
}

function sliceAt(beganMs: number): string {
  return slices[Math.min(slices.length - 1, Math.floor(beganMs / sliceMs))] as string;
}

function tellFailure(why: string | null, slice: string): void {
  meters.firstFailed.add(1, { phase });
  if (why !== null) meters.failures.add(1, { why, slice });
}

/** k6 tells nobody how late it begins an iteration, and no measure of a visit contains it. */
export function beat({ startedMs }: Begun): void {
  const { startTime, iterationInTest } = exec.scenario;
  const dueMs = startTime + (iterationInTest * 1_000) / beatsPerSecond;
  const nowMs = Date.now();
  meters.late.add(Math.max(0, nowMs - dueMs), { phase: phaseAt((nowMs - startedMs) / 1_000, plan.stages) });
}

function resolve(url: string): Answer | null {
  const response = http.get(url, { responseType: "text", timeout: "2s" });
  if (response.status !== 200) return null;
  const { addresses, ttlMs } = response.json() as unknown as Answer;
  return { addresses: addresses.map(urlOf), ttlMs };
}

function waste(untilMs: number): void {
  while (Date.now() < untilMs);
}

export function handleSummary(all: unknown): Record<string, string> {
  return { [__ENV.NUMBERS ?? "numbers.json"]: JSON.stringify(writtenOut(all as K6Numbers, plan)) };
}
