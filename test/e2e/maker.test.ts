// A page of a thousand incidents: the process that makes it, its end, and the control plane's.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seed } from "../../bench/control/seed.ts";
import { incidentId } from "../../bench/control/world.ts";
import { limits } from "../../src/base/limits.ts";
import { processesBelow } from "../support/command.ts";
import { Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { sampleHost, samplePage } from "../support/summary.ts";

const installation = new Installation();
let control: Running;
let token = "";

beforeAll(async () => {
  const sizes = { components: 41, incidents: limits.pageApartEntities, subscribers: 0 };
  await seed(join(installation.folder, "control"), sizes);
  token = await installation.token();
  control = await installation.control();
  await installation.pop();
}, 60_000);
afterAll(() => installation.end());

/** The process of the maker, or null. */
function makerOf({ pid }: Running): number | null {
  const isMaker = (one: number): boolean =>
    readFileSync(`/proc/${one}/cmdline`, "utf8").includes("--role\0maker");
  return processesBelow(pid).find(isMaker) ?? null;
}

async function tell(body: string): Promise<void> {
  const response = await fetch(
    `http://${await installation.address("api")}/v1/pages/${samplePage}/incidents/${incidentId(0)}`,
    {
      method: "PATCH",
      headers: { authorization: `OAuth ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ incident: { body } }),
    },
  );
  expect(response.status).toBe(200);
}

async function shown(body: string): Promise<void> {
  const address = await installation.address("pop");
  await until(
    `visitors read "${body}"`,
    async () =>
      (
        await get(address, `/incidents/${incidentId(0)}`, { host: sampleHost }).catch(() => null)
      )?.body.includes(body),
    45_000,
  );
}

const isLinux = process.platform === "linux";

test.skipIf(!isLinux)(
  "a large page is made by a process of its own; killed, it is started again, and what was told meanwhile is shown",
  async () => {
    await tell("Before the maker is killed.");
    await shown("Before the maker is killed.");
    const first = makerOf(control);
    expect(first).not.toBeNull();
    process.kill(first ?? 0, "SIGKILL");
    await tell("Told without a maker.");
    await shown("Told without a maker.");
    const second = makerOf(control);
    expect(second).not.toBeNull();
    expect(second).not.toBe(first);
  },
  120_000,
);

test.skipIf(!isLinux)(
  "a control plane that is killed takes it along",
  async () => {
    const maker = makerOf(control);
    expect(maker).not.toBeNull();
    await control.kill("SIGKILL");
    await until("the maker has ended", () => !readdirSync("/proc").includes(String(maker)));
  },
  30_000,
);
