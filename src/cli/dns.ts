// `pharos dns`: an authoritative DNS server. In: flags. Out: a parent with one process that keeps and N that answer, or all in one, until it is told to
// stop. The children run this command again with a role; what the parent learnt from variables or a file reaches them as flags.
import { Fault } from "../base/fault.ts";
import { createMetrics } from "../base/metrics.ts";
import { createAnswering } from "../dns/answer.ts";
import { cookieSecretPath } from "../dns/cookie-secrets.ts";
import { type DnsPlace, openDnsServer } from "../dns/server.ts";
import { createDnsTally } from "../dns/tally.ts";
import { createParent } from "../edge/parent.ts";
import { checkPlace } from "../edge/pop.ts";
import { parentSays, toLine } from "../edge/wire.ts";
import { goBehindOthers } from "../host/core-turns.ts";
import { linkToParent, onHangUp, selfCommand, spawnChild } from "../host/process.ts";
import { hasWorkers } from "../host/runtime.ts";
import type { Reloaded } from "../zones/zone-files.ts";
import { type DnsOptions, dnsFlags, dnsFlagsOf, placesOf, withoutDnsFlags } from "./dns-flags.ts";
import { type ProcessParts, reportMetrics, runAnswering, runKeeping } from "./dns-processes.ts";
import { createReloadAll } from "./dns-reload.ts";
import { textOf, toOutput } from "./edge-flags.ts";
import { type Context, defineCommand } from "./flags.ts";
import { stopOf } from "./stopping.ts";
import { moveStoreAside } from "./store-aside.ts";

const rolePattern = /^(?:parent|syncer|worker-[1-9]\d*)$/;

export const command = defineCommand({
  name: "dns",
  summary: "run a DNS server that leads each visitor to the nearest living POP",
  about:
    "Answers by UDP and TCP for its zones. SIGHUP, or POST /reload at the ops address, reads zones, steering and cookie secrets again without losing a query; what does not hold stays as it was, and is said. SIGTERM or Ctrl-C ends it.",
  example: [
    "dns --listen 127.0.0.1:5353 --zone example.com.zone",
    "dns --listen 0.0.0.0:53 --listen [::]:53 --zone example.com.toml --steering steering.toml --root-key keys/root.pub --source https://origin.example.org --ops 127.0.0.1:9091 --workers 2",
  ],
  flags: dnsFlags,
  run: (values, context) => runDns(values, context),
});

/** Runs a DNS node, or one of its processes, until it is told to stop. Throws the Fault of one that cannot start. */
export async function runDns(options: DnsOptions, context: Context): Promise<number> {
  if (!rolePattern.test(options.role))
    throw new Fault(
      "usage",
      `--role: ${JSON.stringify(options.role)} is not allowed.`,
      "Leave it out: the parent gives one to each of its processes.",
    );
  if (options.zone.length === 0)
    throw new Fault("usage", "--zone is missing: there is nothing to answer for.", "Give a zone file.");
  const { clock, random } = context;
  const log = context.log.with({ process: options.role });
  const cookieSecret = await cookieSecretPath(options.cookieSecret ?? null, options.data, random);
  const parts: ProcessParts = {
    options,
    cookieSecret,
    context: { clock, random, log },
    metrics: createMetrics(),
  };
  if (options.role !== "parent") return runChild(parts);
  if (options.workers > 0 && !hasWorkers)
    log.info("This runtime has no worker processes: all is done in this one.");
  return options.workers === 0 || !hasWorkers ? runAlone(parts, context) : runParent(parts, context);
}

async function runAlone(parts: ProcessParts, context: Context): Promise<number> {
  const { options } = parts;
  const stop = stopOf(context, options.tied);
  // From the start on: unheard, it would end the process.
  let reload = async (): Promise<Reloaded> => ({ changed: [], refused: [] });
  onHangUp(() => void reload());
  const keeping = await runKeeping(parts, "whole", () => reload());
  try {
    const answering = await runAnswering(parts, false);
    reload = async () => {
      keeping.reload();
      return answering.reload();
    };
    sayAddresses(options, answering.places, keeping.opsPort, context);
    await stop;
    await answering.stop();
  } finally {
    await keeping.stop();
  }
  return 0;
}

/**
 * What a process that answers has thrown away it needs again a moment later. Given back to the system (by mimalloc, which reads these at its start alone) it
 * makes queries late that come just then: by a thread of its own, on the same core; and ten times a second by the thread that answers, which looks
 * through all that was freed for pages without anything in them, for up to three milliseconds.
 */
const keepingMemory = { MIMALLOC_PURGE_DELAY: "-1", MIMALLOC_PURGE_HOLES: "0" };

async function runParent(parts: ProcessParts, context: Context): Promise<number> {
  const { options } = parts;
  const { log } = parts.context;
  const stop = stopOf(context, options.tied);
  const places = await checkDnsPlaces(placesOf(options), parts);
  const ops = options.ops && (await checkPlace(options.ops));
  const settled = { ...options, ops, listen: places.map(textOf), cookieSecret: parts.cookieSecret };
  const parent = createParent({
    workers: options.workers,
    spawn: (role, onLine) =>
      spawnChild({
        command: [...selfCommand(), "dns", ...dnsFlagsOf({ ...settled, role })],
        env: { ...keepingMemory, ...withoutDnsFlags(context.env) },
        onLine,
        sharesOutput: options.queryLog === toOutput,
      }),
    moveStoreAside: () => moveStoreAside(options.data, context.clock.wallMs()),
    // Those that answer need none of what the keeping one makes.
    hasStore: () => true,
    clock: context.clock,
    random: context.random,
    log,
    metrics: parts.metrics,
  });
  // Not by other processes in their place: one that ends has queries in its socket that nobody else can see.
  onHangUp(() => parent.tell({ says: "reload", request: 0 }));
  const started = await Promise.race([parent.start().then(() => true), stop.then(() => false)]);
  if (started) {
    sayAddresses(options, places, ops?.port ?? 0, context);
    await stop;
  }
  await parent.stop();
  return 0;
}

/**
 * Are these places free? Listens alone for a moment, and gives the ports. Processes share their ports with anyone of this user who shares too, so a
 * second server would otherwise take half of the queries in silence. Throws Fault `port-taken` or `address-refused`.
 */
async function checkDnsPlaces(
  places: readonly DnsPlace[],
  { context: { clock } }: ProcessParts,
): Promise<readonly DnsPlace[]> {
  const tally = createDnsTally(createMetrics());
  const answering = createAnswering({
    find: () => {
      throw new Error("Nobody is answered yet.");
    },
    identity: { version: null, id: null },
    cookies: null,
    rateLimit: null,
    tally,
    onDefect: () => undefined,
  });
  const server = await openDnsServer({
    places,
    shared: false,
    answering,
    tally,
    clock,
    metrics: createMetrics(),
  });
  await server.stop();
  return server.places;
}

/** A child says its Fault to its parent, who decides whether it is worth a sentence. */
async function runChild(parts: ProcessParts): Promise<number> {
  const { role } = parts.options;
  const gone = Promise.withResolvers<void>();
  let hear: (line: string) => void = () => undefined;
  gone.promise.catch(() => undefined);
  const link = linkToParent({
    onLine: (line) => hear(line),
    onGone: gone.resolve,
    onUncaught: gone.reject,
  });
  const tell = (message: Parameters<typeof toLine>[0]): void => link.send(toLine(message));
  try {
    const stop = role === "syncer" ? await keep() : await answer();
    await gone.promise;
    await stop();
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    tell({ says: "fault", code: thrown.code, sentence: thrown.message, remedy: thrown.remedy });
    return thrown.exit;
  }

  async function keep(): Promise<() => Promise<void>> {
    // A probe takes it milliseconds, and it has the same cores as those that answer.
    await goBehindOthers();
    const { workers } = parts.options;
    const all = createReloadAll(workers, parts.context.clock, (request) => tell({ says: "reload", request }));
    const keeping = await runKeeping(parts, role, all.run);
    hear = (line) => {
      const message = parentSays(line);
      if (message?.says === "worker-metrics") keeping.takeMetrics(message.worker, message.text);
      if (message?.says === "worker-reloaded") all.came(message.worker, message);
      if (message?.says === "reload") keeping.reload();
    };
    tell({ says: "ready", port: keeping.opsPort });
    return keeping.stop;
  }

  async function answer(): Promise<() => Promise<void>> {
    const answering = await runAnswering(parts, true);
    const end = reportMetrics(parts, (text) => tell({ says: "metrics", text }));
    hear = (line) => {
      const message = parentSays(line);
      if (message?.says !== "reload") return;
      const { request } = message;
      void answering.reload().then((outcome) => tell({ says: "reloaded", request, ...outcome }));
    };
    tell({ says: "ready", port: answering.places[0]?.port ?? 0 });
    return async () => {
      end();
      await answering.stop();
    };
  }
}

function sayAddresses(
  { json, ops }: DnsOptions,
  places: readonly DnsPlace[],
  opsPort: number,
  context: Context,
): void {
  const dns = places.map(textOf);
  const opsUrl = ops === undefined ? null : `http://${textOf({ ...ops, port: opsPort })}`;
  if (json) context.out(JSON.stringify({ dns, ops: opsUrl }));
  else context.out([`DNS ${dns.join(" ")}`, ...(opsUrl === null ? [] : [`ops ${opsUrl}`])].join(", "));
}
