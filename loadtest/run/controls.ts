// Controls of the harness itself: runs whose verdict is known before. In: k6. Out: for each control what it came to, and whether that is what it must come to.
// A harness that has never said "failed" or "invalid" has not been tried: these servers and generators deserve it.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Mix } from "../lib/plan.ts";
import { type Profile, type Scenario, spikeThresholds } from "../lib/scenario.ts";
import { profile as ci } from "../profiles/ci.ts";
import { createChildren } from "./children.ts";
import type { Reason } from "./honesty.ts";
import { foreignNetwork } from "./network.ts";
import { runOnce } from "./once.ts";
import type { Summary } from "./summary.ts";
import type { Outcome } from "./verdict.ts";

export interface Control {
  readonly name: string;
  readonly wants: Outcome;
  /** What must have decided: a row of the verdict that does not hold, or a reason why nothing counts. */
  readonly because: string | Reason["kind"] | null;
  /** The same in other words, where the machine's other work has a part in it. */
  readonly orBecause?: Reason["kind"];
  /** How long its server takes to answer. */
  readonly sleepsMs: number;
  /** Which generation the server says at its n-th answer. */
  generationAt(answer: number): number;
  readonly perSecond: number;
  readonly visitors: number;
  readonly seconds: number;
  /** Processor time that the generator wastes with each visit. */
  readonly wasteMs: number;
  /** Other programs that never rest, on the generator's core. */
  readonly neighbours: number;
}

const [fast = { says: "" }, , newer = { says: "" }] = spikeThresholds;
const plain = {
  wants: "passed",
  because: null,
  sleepsMs: 0,
  generationAt: () => 7,
  perSecond: 20,
  visitors: 20,
  seconds: 2,
  wasteMs: 0,
  neighbours: 0,
} as const satisfies Omit<Control, "name">;

export const controls: readonly Control[] = [
  { ...plain, name: "a server that is well passes" },
  { ...plain, name: "a server that sleeps 100 ms fails", wants: "failed", because: fast.says, sleepsMs: 100 },
  {
    ...plain,
    name: "a server whose generation falls fails",
    wants: "failed",
    because: newer.says,
    generationAt: (answer) => (answer === 20 ? 6 : 7),
    // One visitor sees every answer; an eighth of a second each, so that none is dropped on a busy machine.
    visitors: 1,
    perSecond: 8,
    seconds: 4,
  },
  {
    ...plain,
    name: "dropped visits make a run invalid",
    wants: "invalid",
    because: "dropped",
    sleepsMs: 400,
    visitors: 2,
  },
  {
    ...plain,
    name: "a starved generator makes a run invalid",
    wants: "invalid",
    because: "generator",
    orBecause: "taken",
    perSecond: 40,
    visitors: 40,
    seconds: 4,
    wasteMs: 60,
  },
  {
    ...plain,
    name: "a generator whose core is taken by others makes a run invalid",
    wants: "invalid",
    because: "taken",
    perSecond: 40,
    visitors: 40,
    seconds: 4,
    // By itself it would use four tenths of its core, and be in time, if only just.
    wasteMs: 10,
    sleepsMs: 72,
    neighbours: 8,
  },
];

export interface Controlled {
  readonly control: Control;
  readonly summary: Summary;
  readonly ok: boolean;
}

/** Runs one against a server of its own on a free port of 127.0.0.1. */
export async function runControl(
  control: Control,
  k6: { readonly file: string; readonly version: string },
): Promise<Controlled> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-control-"));
  const children = createChildren();
  const server = createServer(answering(control));
  for (let at = 0; at < control.neighbours; at++)
    children.start([process.execPath, "-e", "for (;;);"], {
      logFile: join(folder, "neighbours.log"),
      cores: generatorCores,
      env: { ...process.env, BUN_BE_BUN: "1" },
    });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const target = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const summary = await runOnce({
      scenario: scenarioOf(control),
      profile: profileOf(control),
      peak: control.perSecond,
      network: foreignNetwork(target),
      target: target.origin,
      k6,
      script: resolve(import.meta.dirname, "../lib/main.ts"),
      folder,
      children,
      attempts: [],
      wasteMs: control.wasteMs,
      say: () => undefined,
      step: () => undefined,
    });
    return { control, summary, ok: cameTo(control, summary) };
  } finally {
    await children.end();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The outcome alone is not enough: it must be for the reason that the control is about. */
function cameTo({ wants, because, orBecause }: Control, { verdict }: Summary): boolean {
  if (verdict.outcome !== wants) return false;
  if (because === null) return true;
  const reasons: readonly (string | undefined)[] = verdict.reasons.map(({ kind }) => kind);
  if (orBecause !== undefined && reasons.includes(orBecause)) return true;
  return reasons.includes(because) || verdict.rows.some(({ what, ok }) => what === because && ok === false);
}

function answering({ sleepsMs, generationAt }: Control): RequestListener {
  let answers = 0;
  return (_request, response) => {
    const generation = generationAt(++answers);
    setTimeout(() => {
      response.writeHead(200, {
        "pharos-generation": generation,
        "pharos-level": 0,
        "pharos-confirmed-at": new Date().toISOString(),
        etag: '"control"',
      });
      response.end("well\n");
    }, sleepsMs);
  };
}

const mix: Mix = { first: 0.7, again: 0.3 };

/** One core, so that "all it may use" is the same on every machine. */
const generatorCores = "0";
const profileOf = (_control: Control): Profile => ({ ...ci, generatorCores });

function scenarioOf({ name, perSecond, visitors, seconds }: Control): Scenario {
  return {
    name,
    claim: name,
    variables: "none",
    provesNot: "anything about Pharos",
    top: "peaks",
    pages: 0,
    secure: false,
    course: () => ({
      startPerSecond: perSecond,
      stages: [{ phase: "spike", toPerSecond: perSecond, seconds }],
      mix,
      visitors,
      thresholds: spikeThresholds,
      acts: [],
    }),
  };
}
