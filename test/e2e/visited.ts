// A page, its POP, and a visitor who never stops looking: what tests of faults beneath visitors begin with. In: an installation. Out: each of them.
import { expect } from "bun:test";
import { join } from "node:path";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { metricsAt } from "../support/metrics.ts";
import { get } from "../support/reader.ts";
import { type SteadyVisitor, visitSteadily } from "../support/steady-visitor.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

/** What a test began; it ends it, last first. */
export const ending: (() => unknown)[] = [];

export async function endAll(): Promise<void> {
  for (const end of ending.splice(0).reverse()) await end();
}

export function install(): Installation {
  const there = new Installation();
  ending.push(() => there.end());
  return there;
}

/** A control plane with the page. */
export async function publishing(there: Installation): Promise<ApiClient> {
  await there.control();
  return withPage(there);
}

export async function withPage(there: Installation): Promise<ApiClient> {
  const sample = writeSampleSummary(there.folder);
  const data = join(there.folder, "control");
  expect(await there.run("import", "statuspage", sample, "--data", data)).toMatchObject({ code: 0 });
  return new ApiClient(`http://${await there.address("api")}`, await there.token());
}

/** Someone who looks at this address from the moment the page is there. */
export async function visiting(address: string): Promise<SteadyVisitor> {
  await until(
    "the page is there",
    async () => (await get(address, "/", { host: sampleHost }).catch(() => null))?.status === 200,
  );
  const visitor = visitSteadily(address);
  ending.push(() => visitor.stop());
  return visitor;
}

let incidents = 0;
/** Publishes; resolves when the visitor sees it. */
export async function publishSeen(api: ApiClient, visitor: SteadyVisitor): Promise<void> {
  const before = visitor.last()?.generation ?? 0;
  incidents += 1;
  const incident = { name: `Trouble ${incidents}`, status: "investigating", body: "We look into it." };
  expect(await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).toMatchObject({
    status: 201,
  });
  await until("the visitor sees it", () => (visitor.last()?.generation ?? 0) > before);
}

export const ops = async (there: Installation, name = "pop") => metricsAt(await there.address(`${name}-ops`));
export const saying = (running: Running, words: string): number =>
  running
    .log()
    .split("\n")
    .filter((line) => line.includes(words)).length;
