// Scenarios that k6 cannot play: event streams and DNS. In: a network that stands. Out: rows, and reasons why they may not be believed.
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Row } from "../lib/scenario.ts";
import { publishOnce } from "./acts.ts";
import { canBind } from "./children.ts";
import { lateMsMax, type Reason } from "./honesty.ts";
import type { Heard, Listening, Report } from "./listeners.ts";
import type { Once } from "./once.ts";

export interface Driven {
  readonly rows: readonly Row[];
  readonly reasons: readonly Reason[];
}

const heardMsMax = 1_000;
const backMsMax = 10_000;
const publishes = 5;
const publishEveryMs = 1_000;

export async function drive(once: Once): Promise<Driven> {
  return once.scenario.driver === "events" ? driveEvents(once) : driveDns(once);
}

const bound = (cores: string | null, command: readonly string[]): readonly string[] =>
  cores !== null && canBind(cores) ? ["taskset", "-c", cores, ...command] : command;

async function driveEvents({ network, profile, step }: Once): Promise<Driven> {
  const script = resolve(import.meta.dirname, "listeners.ts");
  const places = network.pops.map(({ listen }) => listen);
  const [program = "", ...args] = bound(profile.generatorCores, [
    process.execPath,
    script,
    network.hosts[0] ?? "",
    ...places,
  ]);
  // A compiled pharos is Bun by this variable; other runtimes do not know it.
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, BUN_BE_BUN: "1" },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <Said>(what: unknown): Promise<Said> => {
    child.stdin.write(`${JSON.stringify(what)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error("The listeners ended.");
    return JSON.parse(value) as Said;
  };
  const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));
  let latest = 0;
  const publishAll = async (): Promise<readonly Reached[]> => {
    await ask({ report: true });
    const begun: number[] = [];
    for (let count = 0; count < publishes; count++) {
      begun.push(performance.timeOrigin + performance.now());
      await publishOnce(network, count);
      await pause(publishEveryMs);
    }
    await pause(publishEveryMs);
    const { heard, lateMs } = await ask<Report>({ report: true });
    latest = Math.max(latest, lateMs);
    return reachedOf(heard, begun);
  };
  try {
    step(`${profile.listeners.toLocaleString("en")} pages are opened`);
    const opened = await ask<Listening>({ open: profile.listeners });
    step(`${opened.listening.toLocaleString("en")} listen; ${publishes} publishes`);
    const before = await publishAll();
    step("all connections are cut at once");
    const back = await ask<Listening>({ cut: true });
    step(`${back.listening.toLocaleString("en")} listen again; ${publishes} publishes`);
    const after = await publishAll();
    return { rows: eventRows(profile.listeners, opened, back, before, after), reasons: lateReasons(latest) };
  } finally {
    child.stdin.end();
    child.kill("SIGTERM");
  }
}

/** The process of the listeners does nothing but hear: where it is late, its moments are its own. */
const lateReasons = (lateMs: number): readonly Reason[] =>
  lateMs <= lateMsMax
    ? []
    : [
        {
          kind: "generator",
          sentence: `The listeners' process was up to ${lateMs.toFixed(0)} ms late, 95 of 100 times: it did not get its core when it was due.`,
        },
      ];

/** Of one publish: how many heard of it, and how long after it was asked for all but one in a hundred had. */
export interface Reached {
  readonly count: number;
  readonly tookMs: number;
  /** Until the first of them had: writing, rendering, sending to the POPs. What is left is the fan-out, and this machine's own hearing. */
  readonly firstMs: number;
}

/** A generation belongs to the last change that was asked for before anybody heard of it. */
export function reachedOf(heard: readonly Heard[], begun: readonly number[]): readonly Reached[] {
  return heard.flatMap(({ count, firstMs, p99Ms }) => {
    const from = begun.findLast((moment) => moment <= firstMs);
    return from === undefined ? [] : [{ count, tookMs: p99Ms - from, firstMs: firstMs - from }];
  });
}

function eventRows(
  wanted: number,
  opened: Listening,
  back: Listening,
  before: readonly Reached[],
  after: readonly Reached[],
): readonly Row[] {
  const heardRows = (when: string, heard: readonly Reached[]): readonly Row[] => {
    const least = Math.min(wanted, ...heard.map(({ count }) => count));
    const worst = Math.max(0, ...heard.map(({ tookMs }) => tookMs));
    return [
      {
        what: `publishes that reached all, ${when}`,
        wanted: `${publishes}`,
        got: `${heard.filter(({ count }) => count >= wanted).length} (the least heard reached ${least.toLocaleString("en")})`,
        ok: heard.filter(({ count }) => count >= wanted).length >= publishes,
      },
      {
        what: `from asking for a change to a page that heard, p99 of the slowest, ${when}`,
        wanted: `< ${heardMsMax} ms`,
        got: `${worst.toFixed(0)} ms`,
        ok: heard.length > 0 && worst < heardMsMax,
        ...(heard.length > 0 && { time: true as const }),
      },
      {
        what: `of that, until the first page heard, and from then to 99 of 100, ${when}`,
        wanted: "",
        got: heard
          .map((one) => `${one.firstMs.toFixed(0)} + ${(one.tookMs - one.firstMs).toFixed(0)} ms`)
          .join(", "),
        ok: null,
      },
    ];
  };
  return [
    {
      what: "pages that listen",
      wanted: wanted.toLocaleString("en"),
      got: `${opened.listening.toLocaleString("en")}, after ${(opened.tookMs / 1_000).toFixed(1)} s`,
      ok: opened.listening === wanted,
    },
    ...heardRows("before the storm", before),
    {
      what: "pages that listen again after all were cut at once",
      wanted: `all, within ${backMsMax / 1_000} s`,
      got: `${back.listening.toLocaleString("en")}, after ${(back.tookMs / 1_000).toFixed(1)} s`,
      ok: back.listening === wanted && back.tookMs < backMsMax,
    },
    ...heardRows("after it", after),
  ];
}

/** What dnsperf says at its end, as numbers. */
export function readDnsperf(text: string): {
  readonly sent: number;
  readonly lost: number;
  readonly perSecond: number;
  readonly meanMs: number;
} {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  return {
    sent: number(/Queries sent:\s+(\d+)/),
    lost: number(/Queries lost:\s+(\d+)/),
    perSecond: number(/Queries per second:\s+([\d.]+)/),
    meanMs: 1_000 * number(/Average Latency \(s\):\s+([\d.]+)/),
  };
}

const lostMax = 0.001;
const meanMsMax = 10;

async function driveDns({ network, profile, folder, step }: Once): Promise<Driven> {
  const listen = await network.startDns();
  if (network.dns === null || listen === null) throw new Error("This network has no DNS server.");
  if (spawnSync("dnsperf", ["-h"], { stdio: "ignore" }).error !== undefined)
    throw new Error("dnsperf is not installed: it is in the package `dnsperf` of most systems.");
  const [host = "", port = ""] = listen.split(":");
  const zone = network.dns.name.split(".").slice(1).join(".");
  const file = join(folder, "queries");
  writeFileSync(
    file,
    [
      `${network.dns.name} A`,
      `${network.dns.name} A`,
      `_status.${network.dns.name} TXT`,
      `nobody.${zone} A`,
    ].join("\n"),
  );
  step(`${profile.queriesPerSecond.toLocaleString("en")} queries a second for ${profile.holdS} s`);
  const flags = [
    "-s",
    host,
    "-p",
    port,
    "-d",
    file,
    "-l",
    String(profile.holdS),
    "-Q",
    String(profile.queriesPerSecond),
    "-c",
    "8",
  ];
  const [program = "", ...args] = bound(profile.generatorCores, ["dnsperf", ...flags]);
  const text = await new Promise<string>((done) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    child.once("close", () => done(said));
  });
  const { sent, lost, perSecond, meanMs } = readDnsperf(text);
  const asked = profile.queriesPerSecond;
  const under = sent < 0.99 * asked * profile.holdS;
  return {
    rows: [
      {
        what: "answers a second",
        wanted: `>= ${Math.round(asked * 0.99)}`,
        got: perSecond.toFixed(0),
        ok: perSecond >= 0.99 * asked,
      },
      {
        what: "queries lost",
        wanted: `< ${100 * lostMax} %`,
        got: `${lost} of ${sent}`,
        ok: lost < lostMax * sent,
      },
      {
        what: "an answer's time, mean",
        wanted: `< ${meanMsMax} ms`,
        got: `${meanMs.toFixed(2)} ms`,
        ok: meanMs < meanMsMax,
        time: true,
      },
    ],
    // dnsperf has so many queries under way at most: where answers are late it asks less, and says so by what it sent.
    reasons:
      under && lost < lostMax * sent
        ? [
            {
              kind: "under-asked",
              sentence: `dnsperf sent ${sent.toLocaleString("en")} of ${(asked * profile.holdS).toLocaleString("en")} queries.`,
            },
          ]
        : [],
  };
}
