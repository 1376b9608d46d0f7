// `pharos demo`: everything on this machine, for a look. In: flags. Out: a control plane and a POP as processes of their own, their addresses.
// keys and 90 invented days (first start only) -> control -> POP -> what to try next. Nothing outside 127.0.0.0/8.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { lockFolder } from "../host/lock.ts";
import { type Child, selfCommand, spawnChild } from "../host/process.ts";
import { withControlPlane } from "./control-plane.ts";
import { demoBundle, demoSeed } from "./demo-data.ts";
import { type Address, type Context, defineCommand } from "./flags.ts";
import { freeAddress } from "./free-address.ts";
import { keyFiles, makeKeys } from "./key-files.ts";

export const command = defineCommand({
  name: "demo",
  summary: "run a control plane and a POP on this machine, with an invented organisation to look at",
  about:
    "Its data stays in the folder: the next start goes on where this one ended. Ctrl-C ends every process.",
  example: ["demo", "demo --data /tmp/pharos-demo --port 9000"],
  flags: {
    data: { kind: "path", default: ".pharos/demo", help: "folder for keys, data and logs" },
    port: {
      kind: "port",
      default: 8080,
      help: "port of the POP on 127.0.0.11; the next free one if it is taken",
    },
    "control-port": {
      kind: "port",
      default: 8400,
      help: "port of the management API on 127.0.0.1, likewise",
    },
    workers: {
      kind: "integer",
      default: 1,
      min: 0,
      max: 64,
      help: "workers of the POP; 0 runs it as one process",
    },
  },
  async run(values, context) {
    const stop = context.stopSignal();
    const lock = lockFolder(join(values.data, "demo"));
    const children: Child[] = [];
    try {
      const page = await prepare(values.data, context);
      const at = chooseAddresses(values, context);
      const start = (name: string, args: readonly string[]) =>
        startChild(values.data, name, args, children, context);
      const control = await start("control", [...controlArgs(values.data, at)]);
      const pop = await start("edge", [...edgeArgs(values.data, at, page.id, values.workers)]);
      await waitForPage(at, stop, context);
      if (stop.aborted) return 0;
      for (const line of greeting({ ...at, ...page, data: values.data, control: control.pid, pop: pop.pid }))
        context.out(line);
      await Promise.race([aborted(stop), Promise.all(children.map(({ exited }) => exited))]);
      return 0;
    } finally {
      await endAll(children, context.clock);
      lock.release();
    }
  },
});

interface Addresses {
  readonly page: Address;
  readonly ops: Address;
  readonly api: Address;
  readonly feed: Address;
}

interface DemoPage {
  readonly id: string;
  readonly token: string;
  readonly componentId: string;
}

const keysOf = (data: string): string => join(data, "keys");
const controlOf = (data: string): string => join(data, "control");
const textOf = ({ host, port }: Address): string => `${host}:${port}`;

/** Keys and the invented organisation at the first start; a token for the visitor of the demo at each. */
async function prepare(data: string, context: Context): Promise<DemoPage> {
  const { clock, random, log } = context;
  const serial = clock.wallMs();
  if (!existsSync(join(keysOf(data), keyFiles.publisher.secret)))
    makeKeys({ folder: keysOf(data), pages: ["*"], hosts: ["*"], serial }, random);
  return withControlPlane({ folder: controlOf(data), clock, random, log }, async (plane) => {
    // Its ids are the seed's alone, its times the day's: whatever the day, this is the page of the first start.
    const bundle = demoBundle(demoSeed, serial);
    const held = await plane.pages();
    if (held.some(({ id }) => id === bundle.page.id)) context.err(`Going on with the data in ${data}.`);
    else {
      const done = await plane.submit(null, { kind: "import", bundle }, "demo");
      if (!done.ok)
        throw new Fault(
          "internal",
          `The demo's data is refused: ${done.refusal.sentences.join(" ")}`,
          "Please report it.",
        );
      context.err(`Made 90 days of an invented organisation in ${data}.`);
    }
    const [first] = bundle.components.filter(({ group }) => group !== true);
    return { id: bundle.page.id, componentId: first?.id ?? "", ...(await newToken(plane)) };
  });

  /** A token is shown once, so each start makes its own in place of the last. */
  async function newToken(
    plane: Parameters<Parameters<typeof withControlPlane>[1]>[0],
  ): Promise<{ token: string }> {
    await plane.revokeTokens("demo");
    return plane.addToken({ name: "demo", page: "*" });
  }
}

function chooseAddresses(values: { port: number; controlPort: number }, context: Context): Addresses {
  const free = (what: string, host: string, port: number, not: readonly number[] = []): Address =>
    freeAddress({ host, port }, not, (sentence) => context.err(`${what}: ${sentence}`));
  const page = free("Status page", "127.0.0.11", values.port);
  const ops = free("Ops address of the POP", page.host, page.port + 1, [page.port]);
  const api = free("Management API", "127.0.0.1", values.controlPort, [page.port, ops.port]);
  const feed = free("Feed", "127.0.0.1", api.port + 1, [page.port, ops.port]);
  return { page, ops, api, feed };
}

function controlArgs(data: string, { api, feed }: Addresses): readonly string[] {
  const folders = ["--data", controlOf(data), "--keys", keysOf(data)];
  return ["control", ...folders, "--listen", textOf(api), "--feed", textOf(feed), "--tied", "--json"];
}

function edgeArgs(data: string, at: Addresses, page: string, workers: number): readonly string[] {
  const folders = ["--data", join(data, "pop"), "--root-key", join(keysOf(data), keyFiles.root.public)];
  const addresses = [
    "--listen",
    textOf(at.page),
    "--ops",
    textOf(at.ops),
    "--source",
    `http://${textOf(at.feed)}`,
  ];
  return [
    "edge",
    ...folders,
    ...addresses,
    "--default-page",
    page,
    "--workers",
    String(workers),
    "--tied",
    "--json",
  ];
}

/** Starts a process of the demo and waits until it says its addresses. Throws Fault `internal` where it ends before. */
async function startChild(
  data: string,
  name: string,
  args: readonly string[],
  children: Child[],
  context: Context,
): Promise<Child> {
  const ready = Promise.withResolvers<boolean>();
  const logFile = join(data, `${name}.log`);
  const child = spawnChild({
    command: [...selfCommand(), ...args],
    onLine: () => ready.resolve(true),
    logFile,
  });
  children.push(child);
  let started = false;
  void child.exited.then(({ code, signal }) => {
    ready.resolve(false);
    if (started && code !== 0)
      context.err(`The process ${name} ended (${signal ?? `exit code ${code}`}); its log is ${logFile}.`);
  });
  started = await ready.promise;
  if (started) return child;
  throw new Fault("internal", `The demo's process ${name} did not start.`, `Its log says why: ${logFile}.`);
}

/** Each child has twice the time that a POP gives its own children. */
async function endAll(children: readonly Child[], clock: Clock): Promise<void> {
  for (const child of children) child.dismiss();
  const killing = clock.after(2 * limits.stopGraceMs, () => {
    for (const child of children) child.kill("SIGKILL");
  });
  await Promise.all(children.map(({ exited }) => exited));
  killing.cancel();
}

/** Until the POP answers with the page: it has then followed, verified and stored it. */
async function waitForPage({ page, ops }: Addresses, stop: AbortSignal, context: Context): Promise<void> {
  const deadline = context.clock.monotonicMs() + limits.demoReadyMsMax;
  while (!stop.aborted) {
    const answer = await fetch(`http://${textOf(ops)}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    if (context.clock.monotonicMs() > deadline)
      throw new Fault(
        "unreachable",
        `The POP at ${textOf(page)} has no page yet.`,
        "Look at the logs in the demo's folder.",
      );
    await new Promise<void>((resolve) => context.clock.after(50, resolve));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function greeting(
  demo: Addresses & DemoPage & { data: string; control: number; pop: number },
): readonly string[] {
  const site = `http://${textOf(demo.page)}`;
  const api = `http://${textOf(demo.api)}/v1/pages/${demo.id}`;
  const authorization = `-H 'Authorization: OAuth ${demo.token}'`;
  return [
    "",
    `Status page     ${site}/`,
    `As JSON         ${site}/api/v2/summary.json`,
    `History         ${site}/history`,
    `Feed            ${site}/history.atom`,
    `POP's metrics   http://${textOf(demo.ops)}/metrics`,
    "",
    "Try next:",
    `  curl -i ${site}/api/v2/status.json`,
    `  curl ${authorization} ${api}/incidents/unresolved`,
    `  curl ${authorization} ${api}/incidents -d 'incident[name]=Checkout is slow' -d 'incident[status]=investigating' -d 'incident[body]=We are looking into it.' -d 'incident[components][${demo.componentId}]=partial_outage'`,
    `  kill ${demo.control}   # the control plane: within 10 s the page says how old it is, and goes on`,
    "",
    `Keys, data and logs are in ${demo.data}. Ctrl-C ends both processes; the next start goes on from there.`,
  ];
}
