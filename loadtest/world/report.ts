// The figures as Markdown, and their place in the README. In: a simulation. Out: tables, the README's text with them, the map.
import { type Assumption, assumptions, showAssumed } from "./assumptions.ts";
import { capacityAssumptions, type PopNeeds } from "./capacity.ts";
import { cities, usersOfAll } from "./cities.ts";
import type { Percentiles } from "./first-byte.ts";
import { drawMap } from "./map.ts";
import type { Simulation } from "./simulate.ts";

/** Time to first byte everywhere (seed 002 of the design): half of all visitors, and all but one in a hundred. */
export const goal = { p50Ms: 50, p99Ms: 200, availability: 0.9999 };

/** Sections of the README by the name of their markers. */
export function sectionsOf(simulation: Simulation): ReadonlyMap<string, string> {
  return new Map([
    ["first byte", firstByteTable(simulation)],
    ["what if", whatIfTable(simulation)],
    ["year", yearTable(simulation)],
    ["capacity", capacityTable(simulation)],
    ["assumptions", assumedTable(assumptions)],
    ["assumptions of the capacity", assumedTable(capacityAssumptions)],
  ]);
}

/** What loadtest/README.md shows of it. */
export function summaryOf({ seed, rows }: Simulation): ReadonlyMap<string, string> {
  const head = [
    "POPs",
    "addresses an answer",
    "p50 / p95 / p99 in ms",
    "at the nearest POP",
    "visits that succeed in a year",
  ];
  const body = rows.map(({ pops, addresses, bytes, year }) => [
    ...[String(pops.length), String(addresses), showMs(bytes.warm)],
    ...[percent(bytes.atNearest, 1), percent(1 - year.failed, 4)],
  ]);
  return new Map([["world", `Seed ${seed}, on a connection that is there.\n\n${table(head, body)}`]]);
}

/** Puts each section between its markers. Throws where the text has no such place. */
export function filled(readme: string, sections: ReadonlyMap<string, string>): string {
  let text = readme;
  for (const [name, section] of sections) {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = text.indexOf(open);
    const to = text.indexOf(close);
    if (from < 0 || to < from) throw new Error(`The README has no place for ${name}: ${open} … ${close}`);
    text = `${text.slice(0, from + open.length)}\n\n${section}\n\n${text.slice(to)}`;
  }
  return text;
}

export function mapOf({ seed, rows, waitMs }: Simulation): string {
  const row = rows.at(-1);
  const count = row?.pops.length ?? 0;
  return drawMap({
    ...{ cities, pops: row?.pops ?? [], waitMs },
    title: `Visitors of the world and ${count} POP${count === 1 ? "" : "s"}`,
    description:
      `Each dot is a city, its area the people there who use the Internet, its colour and form the median time to first byte on a connection ` +
      `that is there already, with one address an answer. Seed ${seed}.`,
  });
}

function firstByteTable({ seed, rows }: Simulation): string {
  const head = [
    "POPs",
    "addresses an answer",
    "connection there (1 round trip)",
    "new, HTTP/3 (2)",
    "new, TCP and TLS 1.3 (3)",
    "new, and DNS before it",
    "at the nearest POP",
    "goal, connection there",
    "goal, new (TCP)",
  ];
  const body = rows.map(({ pops, addresses, bytes }) => [
    String(pops.length),
    String(addresses),
    showWithin(bytes.warm),
    ...[bytes.quic, bytes.tls, bytes.first].map(showMs),
    percent(bytes.atNearest, 1),
    verdictOn(bytes.warm),
    verdictOn(bytes.tls),
  ]);
  const last = rows.at(-1)?.pops ?? [];
  const order = last.map(({ name, city }) => `${name} (${city})`).join(", ");
  return [
    `Seed ${seed}; p50 / p95 / p99 in ms, and within which p99 lies with 95 % as far as the draw goes; ${(usersOfAll / 1e9).toFixed(2)} billion users in ${cities.length} cities.`,
    table(head, body),
    `POPs in this order: ${order}.`,
  ].join("\n\n");
}

function whatIfTable({ whatIfs }: Simulation): string {
  const head = [
    "what if",
    "connection there",
    "new, TCP and TLS 1.3",
    "at the nearest POP",
    "goal, connection there",
  ];
  return table(
    head,
    whatIfs.map(({ what, bytes }) => [
      what,
      showWithin(bytes.warm),
      showMs(bytes.tls),
      percent(bytes.atNearest, 1),
      verdictOn(bytes.warm),
    ]),
  );
}

function yearTable({ rows, found, originHours }: Simulation): string {
  const head = [
    "POPs",
    "addresses an answer",
    "visits that succeed",
    "goal 99.99 %",
    "who tries all addresses",
    "who tries one",
    "without a static host",
    "with broken paths that no probe sees",
    "at the nearest living POP",
    "outages of regions",
  ];
  const body = rows.map(({ pops, addresses, year, regionOutages }) => [
    String(pops.length),
    String(addresses),
    percent(1 - year.failed, 4),
    1 - year.failed >= goal.availability ? "held" : "missed",
    percent(1 - year.failedTryingAll, 4),
    percent(1 - year.failedTryingOne, 4),
    percent(1 - year.failedWithoutStatic, 4),
    percent(1 - year.failedWithPaths, 4),
    percent(year.atNearest, 1),
    String(regionOutages),
  ]);
  const times = (list: readonly number[]): string =>
    `${(list[0] ?? 0).toFixed(1)} to ${(list.at(-1) ?? 0).toFixed(1)} s (median ${(list[list.length >> 1] ?? 0).toFixed(1)})`;
  return [
    table(head, body),
    `From the moment a POP stops until DNS answers leave it out: ${times(found.refused)} where connections are refused, ${times(found.silent)} where ` +
      `packets are dropped. Back in answers ${times(found.back)} after it lives again. The control plane was down for ${originHours.toFixed(0)} hours of the year. POPs ` +
      "serve without it (promise 1): no visit counts as failed by that, pages show their age.",
  ].join("\n\n");
}

function capacityTable({ capacity }: Simulation): string {
  const head = [
    "POPs",
    "busiest POP",
    "its viewers",
    "new connections/s",
    "answers/s",
    "streams",
    "processors",
    "memory of streams",
    "bandwidth, worst second",
  ];
  const row = (pops: string, name: string, share: number, needs: PopNeeds): readonly string[] => [
    pops,
    `${name} (${percent(share, 0)})`,
    count(needs.viewers),
    count(needs.newConnections),
    count(needs.answers),
    count(needs.streams),
    count(needs.cores),
    `${needs.memoryGB.toFixed(1)} GB`,
    `${needs.gigabits.toFixed(1)} Gbit/s`,
  ];
  return table(
    head,
    capacity.flatMap(({ pops, name, share, needs, without }) => [
      row(String(pops), name, share, needs),
      ...(without === null ? [] : [row(`${pops}, ${name} lost`, without.name, without.share, without.needs)]),
    ]),
  );
}

function assumedTable(all: Readonly<Record<string, Assumption>>): string {
  return table(
    ["taken for true", "value", "from"],
    Object.values(all).map((one) => [one.what, showAssumed(one), one.source]),
  );
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const isNumber = (at: number): boolean => body.every((cells) => /^[\d>]/.test(cells[at] ?? ""));
  return [line(head), line(head.map((_none, at) => (isNumber(at) ? "---:" : "---"))), ...body.map(line)].join(
    "\n",
  );
}

const showMs = ({ p50, p95, p99 }: Percentiles): string =>
  [p50, p95, p99].map((ms) => ms.toFixed(0)).join(" / ");
const count = (value: number): string => Number(value.toPrecision(3)).toLocaleString("en");

/** What is not all is not shown as 100 %. */
function percent(share: number, digits: number): string {
  const shown = (100 * share).toFixed(digits);
  return Number(shown) === 100 && share < 1 ? `> ${(100 - 10 ** -digits).toFixed(digits)} %` : `${shown} %`;
}

function showWithin(one: Percentiles): string {
  const [low, high] = one.p99Within;
  return `${showMs(one)} (${low.toFixed(0)} to ${high.toFixed(0)})`;
}

/** Undecided where other visitors of the same world may turn it. */
function verdictOn({ p50Within, p99Within }: Percentiles): string {
  const held = (what: string, [low, high]: readonly [number, number], most: number): string =>
    `${what} ${high < most ? "held" : low >= most ? "missed" : "undecided"}`;
  return `${held("p50", p50Within, goal.p50Ms)}, ${held("p99", p99Within, goal.p99Ms)}`;
}
