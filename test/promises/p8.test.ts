// Promise 8: reads and writes do not compete. No visitor's request runs on the control plane, no editor's on a POP's hot path.
// Covered: the control plane frozen in the middle of its work while visitors read, also what is not there; the whole POP frozen while editors write;
// both at once, counted on either side. Figures of load are the benches'.
// Covered later: visitors' writes (subscriptions, probe reports), which a POP keeps and forwards.
// Switch: PHAROS_BREAK=compete puts a front before both, which asks the other side first, as a server that did both would.
// Long: it waits for answers that must not come.
import { afterEach, describe, expect, test } from "bun:test";
import { createServer } from "node:http";
import { join } from "node:path";
import { processesBelow } from "../support/command.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { metricsAt } from "../support/metrics.ts";
import { type Answer, get } from "../support/reader.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const visits = 200;
const edits = 4;
/** What nobody holds up is answered long before this, however busy the machine is. */
const answeredMsMax = 15_000;
/** How long the front of the switch waits for the other side. */
const frontWaitMs = 1_500;
/** Held pages, what no page has, another's name: none of them is anyone else's business. */
const asked = [
  ["/", sampleHost, 200],
  ["/api/v2/summary.json", sampleHost, 200],
  ["/history.atom", sampleHost, 200],
  ["/incidents/none", sampleHost, 404],
  ["/", "unknown.example", 421],
] as const;
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** Null where there was no answer in time. */
async function inTime<Value>(asking: Promise<Value>, waitMs = answeredMsMax): Promise<Value | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), waitMs);
  return Promise.race([asking, late.promise])
    .catch(() => null)
    .finally(() => clearTimeout(timer));
}

/** A front that asks `other` before it passes a request on to `to`: what the promise says that nobody does. */
async function frontOf(to: string, other: string): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const before = await inTime(get(other, "/"), frontWaitMs);
    if (before === null) return void outgoing.writeHead(504).end();
    const headers = new Headers(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const { method = "GET", url = "/" } = incoming;
    const body = method === "GET" ? null : Buffer.concat(chunks);
    const answer = await fetch(`http://${to}${url}`, { method, headers, body, redirect: "manual" });
    outgoing.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const place = server.address();
  return `127.0.0.1:${typeof place === "object" && place !== null ? place.port : 0}`;
}

interface World {
  readonly control: Running;
  readonly pop: Running;
  readonly popOps: string;
  readonly controlOps: string;
  /** How many of so many visits were answered as they should. */
  visit(): Promise<number>;
  /** How many of so many writes were acked. */
  edit(): Promise<number>;
}

async function world(breaks: string | undefined): Promise<World> {
  const there = new Installation();
  ended.push(() => there.end());
  await there.run(
    ...["import", "statuspage", writeSampleSummary(there.folder)],
    ...["--data", join(there.folder, "control")],
  );
  const control = await there.control();
  const pop = await there.pop("pop", "--workers", "2");
  const [visitors, api] = [await there.address("pop"), await there.address("api")];
  await until(
    "the POP has the page",
    async () => (await get(visitors, "/", { host: sampleHost }).catch(() => null))?.status === 200,
  );
  const compete = breaks === "compete";
  const reading = compete ? await frontOf(visitors, api) : visitors;
  const client = new ApiClient(`http://${compete ? await frontOf(api, visitors) : api}`, await there.token());
  const look = (path: string, host: string): Promise<Answer | null> => inTime(get(reading, path, { host }));
  return {
    control,
    pop,
    popOps: await there.address("pop-ops"),
    controlOps: await there.address("control-ops"),
    async visit() {
      const answers = await Promise.all(
        Array.from({ length: visits }, async (_none, at) => {
          const [path, host, status] = asked[at % asked.length] ?? asked[0];
          return (await look(path, host))?.status === status;
        }),
      );
      return answers.filter(Boolean).length;
    },
    async edit() {
      let acked = 0;
      for (let at = 0; at < edits; at++) {
        const incident = {
          name: `Trouble ${at}`,
          status: "investigating",
          body: "We look into it.",
          components: { [sampleComponents[0]]: "partial_outage" },
        };
        const answer = await inTime(client.ask("POST", `/pages/${samplePage}/incidents`, { incident }));
        if (answer?.status === 201) acked++;
      }
      return acked;
    },
  };
}

/** Stops these processes in the middle of whatever they do, until the end of `meanwhile`. */
async function frozen<Value>(pids: readonly number[], meanwhile: () => Promise<Value>): Promise<Value> {
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  try {
    return await meanwhile();
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
}

const allOf = ({ pid }: Running): readonly number[] => [pid, ...processesBelow(pid)];

/** What is answered while the other side does nothing at all. */
async function eachAlone(breaks: string | undefined): Promise<{ read: number; written: number }> {
  const { control, pop, visit, edit } = await world(breaks);
  const read = await frozen([control.pid], visit);
  return { read, written: await frozen(allOf(pop), edit) };
}

describe("promise 8: reads and writes do not compete", () => {
  test("the control plane is frozen: every visitor is answered, also about what is not there; the whole POP is: every write is acked", async () => {
    expect(await eachAlone(process.env.PHAROS_BREAK)).toEqual({ read: visits, written: edits });
  }, 60_000);

  test("both at once: the POP has answered what visitors asked and nothing else, the control plane what editors wrote", async () => {
    const { visit, edit, popOps, controlOps } = await world(process.env.PHAROS_BREAK);
    const answered = async (): Promise<number> => (await metricsAt(popOps)).sum("edge_requests_total");
    const written = async (): Promise<number> => (await metricsAt(controlOps)).sum("api_requests_total");
    const before = await until(
      "the workers have reported",
      async () => (await answered()) > 0 && (await answered()),
    );
    const writtenBefore = await written();
    expect(await Promise.all([visit(), edit()])).toEqual([visits, edits]);
    await until("all is counted", async () => (await answered()) >= before + visits);
    expect(await answered()).toBe(before + visits);
    expect(await written()).toBe(writtenBefore + edits);
  }, 60_000);

  test("the switch: a server that asks the other side first lets both down", async () => {
    const { read, written } = await eachAlone("compete");
    expect(read).toBeLessThan(visits);
    expect(written).toBeLessThan(edits);
  }, 90_000);
});
