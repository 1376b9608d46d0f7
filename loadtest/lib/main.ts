// The visitors, run by k6. In: a plan (file named by PLAN), where to leave the numbers (NUMBERS). Out: numbers of every phase and every interval.
// Open model: visits begin when the plan says so, whatever becomes of those before them. k6 run -e PLAN=plan.json -e NUMBERS=numbers.json main.ts
import exec from "k6/execution";
import http from "k6/http";
import type { Options } from "k6/options";
import { type Answer, isOver, type Known, learned, unknown } from "./addresses.ts";
import { keptApart, meters, slicesOf } from "./meters.ts";
import { chosenAt, kinds, sharesOf } from "./mix.ts";
import { type K6Numbers, writtenOut } from "./numbers.ts";
import { lengthOf, type Phase, type Plan, phaseAt, type Stage } from "./plan.ts";
import { type Etags, knownEtags, visitOnce } from "./visit.ts";

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
const shares = sharesOf(plan.mix);
const sliceMs = plan.sliceSeconds * 1_000;
const urlOf = (place: string): string => (place.includes("//") ? place : `http://${place}`);
const fixed = plan.addresses.map(urlOf);
const secure = plan.secureAddresses.map((place) => `https://${place}`);

// What is read for every visit, by names of this file: one of another module is looked for anew each time.
const { stages, toldOneIn } = plan;
const { told, visits } = meters;

let known: Known = unknown;
/** Where this visitor is in the plan: visits of one visitor begin one after another. */
let stage = 0;
let stageEndsMs = (stages[0]?.seconds ?? 0) * 1_000;

interface Begun {
  readonly startedMs: number;
  readonly etags: Etags;
}

export function setup(): Begun {
  const etags = knownEtags(plan, fixed);
  if (plan.begun !== "") http.get(plan.begun, { timeout: "2s" });
  return { startedMs: Date.now(), etags };
}

export default function main({ startedMs, etags }: Begun): void {
  const nowMs = Date.now();
  if (plan.wasteMs > 0) waste(nowMs + plan.wasteMs);
  const name = shares.names[chosenAt(shares, Math.random())] as string;
  const isTold = Math.random() * toldOneIn < 1;
  const outcome = visitOnce(name, plan, placesOf(name, nowMs), etags, isTold);
  const beganMs = nowMs - startedMs;
  while (beganMs >= stageEndsMs && stage + 1 < stages.length) enter(stage + 1);
  const { phase } = stages[stage] as Stage;
  visits.get(phase)?.add(outcome.tookMs);
  if (!isTold && !outcome.firstFailed) return;
  const slice = slices[Math.min(slices.length - 1, Math.floor(beganMs / sliceMs))] as string;
  if (isTold) told.add(outcome.tookMs, { slice, kind: name });
  if (outcome.firstFailed) tellFailure(outcome.why, phase, slice);
}

function enter(next: number): void {
  stage = next;
  stageEndsMs += (stages[next]?.seconds ?? 0) * 1_000;
}

function tellFailure(why: string | null, phase: Phase, slice: string): void {
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

function placesOf(name: string, nowMs: number): readonly string[] {
  if (secure.length > 0 && kinds[name]?.secure === true) return secure;
  if (plan.resolver === null) return fixed;
  if (isOver(known, nowMs)) known = learned(known, resolve(plan.resolver), nowMs);
  return known.addresses;
}

function resolve(resolver: string): Answer | null {
  const response = http.get(resolver, { responseType: "text", timeout: "2s" });
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
