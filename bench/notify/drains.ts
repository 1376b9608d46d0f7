// Incidents told, and how that went. In: a control plane that runs, a page. Out: figures of each drain. Times are those at which sinks answered.

import { progressIn } from "../../src/store/outbox-progress.ts";
import { until } from "../../test/support/installation.ts";
import type { Ask, Started } from "../control/plane.ts";
import { type Figure, quantile, type Run } from "../suite.ts";
import { notifierOf, type Sinks } from "./beside.ts";
import type { Told } from "./sinks.ts";
import { countOf, isDead, type PageName, pages, type Sizes } from "./world.ts";

export interface Planed {
  readonly plane: Started;
  readonly ask: Ask;
  readonly sinks: Sinks;
  readonly run: Run;
  readonly sizes: Sizes;
  /** Of the control plane's data. */
  readonly folder: string;
}

/** Nobody was told for so long: something is wrong. */
const quietMsMax = 60_000;
/** So long one drain may take, however much comes; the largest is told in seven minutes on a quiet machine. */
const drainMsMax = 8 * 60_000;
export const wholeMsMax = 20 * 60_000;
/** So long the large page is watched, unless all of it is. */
const watchedMs = 30_000;
const incidentsMeanwhile = 20;

export const perSecond = ({ count, firstMs, lastMs }: Told): number =>
  (1_000 * (count - 1)) / Math.max(1, lastMs - firstMs);

export interface Opened {
  readonly beganMs: number;
  readonly ackMs: number;
}

/** Opens an incident that tells all of the page. */
export async function open(ask: Ask, page: PageName): Promise<Opened> {
  const beganMs = performance.timeOrigin + performance.now();
  const body = "Some of you get errors. We look into it and say more within half an hour.";
  const { tookMs } = await ask({
    method: "POST",
    path: `/v1/pages/${pages[page]}/incidents`,
    body: { incident: { name: "Errors of the API", status: "investigating", body } },
  });
  return { beganMs, ackMs: tookMs };
}

/** Until the sinks were told `count` times; gives up where nothing comes any more, and with `msMax` over, by an error or with what there is. */
export async function toldAll(
  sinks: Sinks,
  count: number,
  { msMax = drainMsMax, orLess = false }: { readonly msMax?: number; readonly orLess?: boolean } = {},
): Promise<Told> {
  const endMs = performance.now() + msMax;
  let [seen, changedMs] = [-1, performance.now()];
  for (;;) {
    const told = await sinks.told();
    if (told.count >= count) return told;
    if (told.count !== seen) [seen, changedMs] = [told.count, performance.now()];
    if (performance.now() - changedMs > quietMsMax)
      throw new Error(`After ${told.count} of ${count} messages nothing came for ${quietMsMax / 1_000} s.`);
    if (performance.now() > endMs) {
      if (orLess) return told;
      throw new Error(`After ${msMax / 60_000} min ${told.count} of ${count} messages had come.`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

const cpuOf = (plane: Started): number => notifierOf(plane.running.pid)?.cpuMs ?? Number.NaN;

/** One incident of a page, told to all of it. */
export async function drain(
  { plane, ask, sinks, run, sizes, folder }: Planed,
  page: PageName,
  what: string,
  { rate, p95 }: { readonly rate?: Pick<Figure, "contract" | "aim">; readonly p95?: string } = {},
): Promise<readonly Figure[]> {
  const count = countOf(page, sizes);
  await sinks.begin();
  const before = cpuOf(plane);
  const { beganMs } = await open(ask, page);
  const told = await toldAll(sinks, count);
  const cpuMs = cpuOf(plane) - before;
  const apart = await progressApart(folder, page, told);
  run.say(
    `${what}: ${count} are told, ${Math.round(perSecond(told))} a second; progress is ${apart.toFixed(2)} % apart`,
  );
  return [
    { what: `${what}, told`, value: perSecond(told), unit: "a second", ...rate },
    { what: `${what}, the notifier's processor time each`, value: cpuMs / told.count, unit: "ms" },
    { what: `${what}, first`, value: told.firstMs - beganMs, unit: "ms" },
    {
      what: `${what}, occurred to taken, p95`,
      value: (told.p95AtMs - beganMs) / 1_000,
      unit: "s",
      ...(p95 === undefined ? {} : { contract: p95 }),
    },
    { what: `${what}, told twice`, value: told.count - told.distinct, unit: "", contract: "0" },
    {
      what: `${what}, progress to what was received, most apart`,
      value: apart,
      unit: "%",
      contract: "<= 5 %",
    },
  ];
}

/** How far what the control plane shows of the page's last job is from what the sinks measured: of counts and of p95 the worst (%). */
async function progressApart(folder: string, page: PageName, told: Told): Promise<number> {
  const progress = progressIn(folder);
  try {
    // A lane is kept with the next flush.
    const last = await until("all of it is kept", () => {
      const [job] = progress.list(pages[page], { limit: 1 });
      return job !== undefined && job.state === "done" && job;
    });
    const apartOf = (shown: number, measured: number): number =>
      (100 * Math.abs(shown - measured)) / Math.max(1, measured);
    return Math.max(
      apartOf(last.queued ?? 0, told.distinct),
      apartOf(last.sent, told.distinct),
      apartOf(last.sent + last.failed, told.distinct),
      apartOf(last.p95Ms ?? 0, told.p95AtMs - last.occurredMs),
    );
  } finally {
    await progress.close();
  }
}

/** The same page with and without receivers that never answer, in turns; what is counted is what the others get. */
export async function besideDead({ ask, sinks, run, sizes }: Planed): Promise<readonly Figure[]> {
  const rates: Record<"calm" | "beside", number[]> = { calm: [], beside: [] };
  for (const page of run.quick
    ? (["calm", "beside"] as const)
    : (["calm", "beside", "calm", "beside"] as const)) {
    const count = countOf(page, sizes);
    const dead = Array.from({ length: count }, (_none, at) => isDead(at)).filter((it) => it).length;
    await sinks.begin();
    await open(ask, page);
    const rate = perSecond(await toldAll(sinks, page === "calm" ? count : count - dead));
    rates[page].push(rate);
    run.say(`${page}: the living are told, ${Math.round(rate)} a second`);
  }
  const [calm, beside] = [quantile(rates.calm, 0.5), quantile(rates.beside, 0.5)];
  return [
    { what: "webhooks, all living", value: calm, unit: "a second" },
    { what: "webhooks to the others, one in a hundred to a dead receiver", value: beside, unit: "a second" },
    { what: "beside a dead receiver to without", value: beside / calm, unit: "x", contract: ">= 0.9 x" },
  ];
}

/** All there are of a large page; and meanwhile incidents of a small one. */
export async function large(it: Planed, isWhole: boolean): Promise<readonly Figure[]> {
  const { ask, sinks, run, sizes, folder } = it;
  const count = countOf("million", sizes);
  await sinks.begin();
  const { beganMs, ackMs } = await open(ask, "million");
  const first = await until(
    "somebody is told",
    async () => {
      const told = await sinks.told();
      return told.count > 0 && told;
    },
    60_000,
  );
  const countedMs = await counted(folder, beganMs);
  const acks: number[] = [];
  for (let left = incidentsMeanwhile; left > 0; left--) {
    await new Promise((done) => setTimeout(done, 500));
    acks.push((await open(ask, "small")).ackMs);
  }
  const endMs = performance.now() + watchedMs;
  const told = isWhole
    ? await toldAll(sinks, count + incidentsMeanwhile, { msMax: wholeMsMax, orLess: true })
    : await until(
        "it was watched for long enough",
        async () => {
          const some = await sinks.told();
          return (some.count >= count || performance.now() > endMs) && some;
        },
        2 * watchedMs,
      );
  run.say(
    `the large page: ${told.count} of ${count} are told; ack ${ackMs} ms, first ${first.firstMs - beganMs} ms, counted ${countedMs} ms`,
  );
  const rate = perSecond(told);
  const isAll = told.count >= count;
  return [
    { what: `${count} of a page, the incident's ack`, value: ackMs, unit: "ms", contract: "< 100 ms" },
    {
      what: `${count} of a page, first told`,
      value: first.firstMs - beganMs,
      unit: "ms",
      contract: "< 1,000 ms",
    },
    { what: `${count} of a page, counted after`, value: countedMs / 1_000, unit: "s" },
    { what: `${count} of a page, told by mail and webhook`, value: rate, unit: "a second" },
    {
      what: isAll ? `${count} of a page, all told after` : `${count} of a page, all told after, at that rate`,
      value: (isAll ? told.lastMs - beganMs : (1_000 * count) / rate) / 60_000,
      unit: "min",
    },
    { what: "acks of another page meanwhile, p50", value: quantile(acks, 0.5), unit: "ms" },
    { what: "acks of another page meanwhile, worst", value: quantile(acks, 1), unit: "ms" },
  ];
}

/** How long it took until the outbox said whom the latest job is for (ms). */
async function counted(folder: string, beganMs: number): Promise<number> {
  const progress = progressIn(folder);
  await until(
    "they are counted",
    () => (progress.list(pages.million, { limit: 1 })[0]?.queued ?? null) !== null,
    300_000,
  );
  await progress.close();
  return performance.timeOrigin + performance.now() - beganMs;
}
