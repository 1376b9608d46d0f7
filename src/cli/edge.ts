// `pharos edge`: a POP. In: flags. Out: a parent with one syncer and N workers, or all of it in one process, until it is told to stop.
// The children run this command again with a role; what the parent learnt from variables or a file reaches them as flags.
import { existsSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { createMetrics } from "../base/metrics.ts";
import type { AccessLogPlace } from "../edge/access-log.ts";
import { readCertificates } from "../edge/certificates.ts";
import { createParent } from "../edge/parent.ts";
import { checkPlace, runWhole } from "../edge/pop.ts";
import type { Place, PopOptions, PopTls, Running } from "../edge/pop-options.ts";
import { runSyncer } from "../edge/pop-syncer.ts";
import { runWorker } from "../edge/pop-worker.ts";
import { asideCounter } from "../edge/store-losses.ts";
import type { Syncer } from "../edge/syncer.ts";
import { parentSays, toLine } from "../edge/wire.ts";
import { appendToDescriptor, appendToFile } from "../host/append.ts";
import {
  linkToParent,
  onHangUp,
  selfCommand,
  sharedOutput,
  spawnChild,
  spawnFramed,
} from "../host/process.ts";
import { hasHttp3, hasWorkers } from "../host/runtime.ts";
import { asDamage } from "../store/file-check.ts";
import { storeFile } from "../store/open.ts";
import { checkNetworks, guardsOf } from "./check-flags.ts";
import {
  type EdgeOptions,
  edgeFlags,
  flagsOf,
  shareOf,
  textOf,
  toOutput,
  withoutFlags,
} from "./edge-flags.ts";
import { type Context, defineCommand } from "./flags.ts";
import { readPopKey } from "./pop-key.ts";
import { readRootKey } from "./read-keys.ts";
import { feedAddress, mirrorAddress } from "./source-address.ts";
import { stopOf } from "./stopping.ts";
import { moveStoreAside } from "./store-aside.ts";

const rolePattern = /^(?:parent|syncer|checks|worker-[1-9]\d*)$/;

export const command = defineCommand({
  name: "edge",
  summary: "run a POP: follow a source and answer visitors",
  about:
    "Serves what is in its folder whether or not a source answers. SIGHUP replaces its workers one by one, without losing a request; they read the certificates again. SIGTERM or Ctrl-C ends it and all its processes.",
  example: [
    "edge --root-key keys/root.pub --source http://127.0.0.1:7300 --listen 127.0.0.1:8080",
    "edge --root-key root.pub --source https://near.example.org --source https://origin.example.org --feed 0.0.0.0:8401",
    "edge --root-key root.pub --source https://origin.example.org --ops 127.0.0.1:9090 --workers 4",
  ],
  flags: edgeFlags,
  run: (values, context) => runEdge(values, context),
});

/** Runs a POP, or one of its processes, until it is told to stop. Gives the exit code; throws the Fault of a POP that cannot start. */
export async function runEdge(options: EdgeOptions, context: Context): Promise<number> {
  if (!rolePattern.test(options.role)) throw noRole(options.role);
  // Said here, where the operator looks, and not by the process that needs them.
  checkNetworks(options);
  guardsOf(options);
  const popKey = readPopKey(options.data);
  if (options.role === "checks") {
    const { runChecks } = await import("./pop-checks.ts");
    await runChecks(options, popKey?.publicKey ?? "", context);
    return 0;
  }
  const metrics = createMetrics();
  const pop: PopOptions = {
    folder: options.data,
    sources: [...options.source.map(feedAddress), ...options.mirror.map(mirrorAddress)],
    rootKeys: readRootKeys(options.rootKey),
    listen: options.listen,
    tls: tlsOf(options, context),
    ops: options.ops ?? null,
    feed: options.feed ?? null,
    defaultPage: options.defaultPage ?? null,
    ...(options.pendingMax === undefined ? {} : { pendingMax: options.pendingMax }),
    ...(options.notesPerAddress === undefined ? {} : { notesPerAddress: options.notesPerAddress }),
    accessLog: accessLogOf(options),
    popKey,
    startChecks: (onFrame) => startChecks(options, context, onFrame),
    feedAccess: options.feedAccess ?? "open",
    clock: context.clock,
    random: context.random,
    log: context.log.with({ process: options.role }),
    metrics,
  };
  if (options.role !== "parent") return runChild(options.role, pop);
  if (options.workers > 0 && !hasWorkers)
    pop.log.info("This runtime has no worker processes: all is done in this one.");
  return options.workers === 0 || !hasWorkers
    ? runAlone(options, pop, context)
    : runParent(options, pop, context);
}

/** Of a syncer, or of one process that does all. */
const startChecks = (options: EdgeOptions, { env }: Context, onFrame: (frame: Uint8Array) => void) =>
  spawnFramed({
    command: [...selfCommand(), "edge", ...flagsOf({ ...options, role: "checks" })],
    env: withoutFlags(env),
    onFrame,
  });

function tlsOf(
  { certs = [], listenTls, http2 = true, http3 = false, publicTlsPort, acmeWebroot }: EdgeOptions,
  { log }: Context,
): PopTls | null {
  if (certs.length === 0 || listenTls === undefined) return null;
  if (http3 && !hasHttp3)
    log.info("This runtime has no HTTP/3: visitors are answered by HTTP/2 and HTTP/1.1.");
  return {
    listen: listenTls,
    certificates: certs,
    http2,
    http3: http3 && hasHttp3,
    publicPort: publicTlsPort ?? null,
    challenges: acmeWebroot ?? null,
  };
}

/** All in this process. */
async function runAlone(options: EdgeOptions, pop: PopOptions, context: Context): Promise<number> {
  const stop = stopOf(context, options.tied);
  // From the start on: unheard, it would end the process.
  let reload = async (): Promise<void> => undefined;
  onHangUp(() => void reload());
  const running = await runWhole(pop).catch((thrown) => {
    if (!(thrown instanceof Fault) || thrown.code !== "store-corrupt") throw thrown;
    return runWithout(thrown, options, pop);
  });
  const at = (place: Place | undefined, port: number) => place && { ...place, port };
  const addresses = {
    listen: { ...pop.listen, port: running.port },
    listenTls: running.tlsPort === null ? undefined : at(pop.tls?.listen, running.tlsPort),
    ops: at(options.ops, running.opsPort),
    feed: at(options.feed, running.feedPort),
  };
  reload = running.reload;
  sayAddresses(options, addresses, context);
  await stop;
  await running.stop();
  return 0;
}

/** What a parent does about a damaged store: it is put aside, and everything is fetched again. */
function runWithout(damage: Fault, { data }: EdgeOptions, pop: PopOptions): ReturnType<typeof runWhole> {
  const place = moveStoreAside(data, pop.clock.wallMs());
  asideCounter(pop.metrics).add();
  pop.log.error(`The store was damaged. It now lies at ${place}, and everything is fetched again.`, {
    why: damage.message,
  });
  return runWhole(pop);
}

async function runParent(options: EdgeOptions, pop: PopOptions, context: Context): Promise<number> {
  const stop = stopOf(context, options.tied);
  const listen = await checkPlace(pop.listen);
  const ops = options.ops && (await checkPlace(options.ops));
  const feed = options.feed && (await checkPlace(options.feed));
  if (pop.tls) await readCertificates(pop.tls.certificates);
  const listenTls = pop.tls ? await checkPlace(pop.tls.listen) : undefined;
  const places = { listen, listenTls, ops, feed };
  const parent = createParent({
    workers: options.workers,
    spawn: (role, onLine) =>
      spawnChild({
        command: [...selfCommand(), "edge", ...flagsOf({ ...options, ...places, role })],
        env: withoutFlags(context.env),
        onLine,
        sharesOutput: options.accessLog === toOutput,
      }),
    moveStoreAside: () => moveStoreAside(options.data, context.clock.wallMs()),
    hasStore: () => existsSync(storeFile(options.data)),
    clock: context.clock,
    random: context.random,
    log: pop.log,
    metrics: pop.metrics,
  });
  // Before that one has started, there is nothing to replace.
  onHangUp(() => void parent.restart());
  const started = await Promise.race([parent.start().then(() => true), stop.then(() => false)]);
  if (started) {
    sayAddresses(options, places, context);
    await stop;
  }
  await parent.stop();
  return 0;
}

/** A child says its Fault to its parent, who decides whether it is worth a sentence. */
async function runChild(role: string, pop: PopOptions): Promise<number> {
  const gone = Promise.withResolvers<void>();
  let hear: (line: string) => void = () => undefined;
  // It may be thrown before anyone waits here.
  gone.promise.catch(() => undefined);
  const link = linkToParent({
    onLine: (line) => hear(line),
    onGone: gone.resolve,
    onUncaught: (thrown) => gone.reject(asDamage(storeFile(pop.folder), thrown)),
  });
  const tell = (message: Parameters<typeof toLine>[0]): void => link.send(toLine(message));
  const start = async (): Promise<Running> => {
    if (role !== "syncer") {
      const running = await runWorker(pop, {
        damaged: (digest) => tell({ says: "damaged", digest }),
        metrics: (text) => tell({ says: "metrics", text }),
        lost: gone.reject,
      });
      hear = (line) => {
        if (parentSays(line)?.says === "leave") void running.leave().then(gone.resolve, gone.reject);
      };
      return running;
    }
    const running = await runSyncer(pop);
    hear = (line) => hearParent(running.syncer, line);
    return running;
  };
  try {
    const running = await start();
    tell({ says: "ready", port: running.port });
    await gone.promise;
    await running.stop();
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    tell({ says: "fault", code: thrown.code, sentence: thrown.message, remedy: thrown.remedy });
    return thrown.exit;
  }
}

function hearParent(syncer: Syncer, line: string): void {
  const message = parentSays(line);
  if (message?.says === "damaged") syncer.takeDamaged(message.digest);
  if (message?.says === "worker-metrics") syncer.takeMetrics(message.worker, message.text);
}

function sayAddresses(
  { json }: EdgeOptions,
  at: Record<"listenTls" | "ops" | "feed", Place | undefined> & { readonly listen: Place },
  context: Context,
): void {
  const plain = urlOf(at.listen);
  const pages = at.listenTls === undefined ? plain : urlOf(at.listenTls, "https");
  const ops = at.ops === undefined ? null : urlOf(at.ops);
  const feed = at.feed === undefined ? null : urlOf(at.feed);
  const others = Object.entries({ ops, feed }).filter(([, url]) => url !== null);
  if (pages !== plain) others.unshift(["plain", plain]);
  if (json) context.out(JSON.stringify({ pages, ops, feed, ...(pages === plain ? {} : { plain }) }));
  else context.out([`Pages ${pages}`, ...others.map(([what, url]) => `${what} ${url}`)].join(", "));
}

function noRole(role: string): Fault {
  return new Fault(
    "usage",
    `--role: ${JSON.stringify(role)} is not allowed.`,
    "Leave it out: the parent gives one of parent, syncer, checks, worker-1, worker-2 and so on to its processes.",
  );
}

function readRootKeys(paths: readonly string[]): readonly string[] {
  if (paths.length === 0) {
    throw new Fault(
      "usage",
      "--root-key is missing: a POP serves nothing that no root key vouches for.",
      "Give the file root.pub that `pharos keygen` wrote.",
    );
  }
  return paths.map(readRootKey);
}

function accessLogOf(options: EdgeOptions): AccessLogPlace | null {
  const {
    accessLog: place,
    accessLogSample: text = "0.01",
    accessLogAddresses: addresses = "network",
  } = options;
  const sample = shareOf("--access-log-sample", text);
  if (place === undefined) return null;
  const own = options.role === "parent" ? 1 : sharedOutput;
  return { to: place === toOutput ? appendToDescriptor(own) : appendToFile(place), sample, addresses };
}

function urlOf(place: Place, scheme = "http"): string {
  return `${scheme}://${textOf(place)}`;
}
