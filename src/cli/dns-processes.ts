// What the processes of a DNS node do. In: flags. Out: one that answers, one that has the ops address, or both in one.
import { every } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { type Answering, createAnswering } from "../dns/answer.ts";
import { readCookieSecrets } from "../dns/cookie-secrets.ts";
import { type Cookies, createCookies } from "../dns/cookies.ts";
import { createQueryLog, type QueryLog } from "../dns/query-log.ts";
import { createRateLimit } from "../dns/rate-limit.ts";
import { type DnsPlace, type DnsServer, openDnsServer } from "../dns/server.ts";
import { createDnsTally } from "../dns/tally.ts";
import { mergeExpositions } from "../edge/exposition.ts";
import { appendToDescriptor, appendToFile } from "../host/append.ts";
import { type Listener, listenHttp } from "../host/http.ts";
import { sharedOutput } from "../host/process.ts";
import { requestPath } from "../host/request-path.ts";
import type { Find } from "../zones/types.ts";
import type { Reloaded } from "../zones/zone-files.ts";
import { type DnsOptions, placesOf } from "./dns-flags.ts";
import { oneAfterTheOther, reloadAnswer } from "./dns-reload.ts";
import { openDnsSource } from "./dns-source.ts";
import { keepSteering } from "./dns-steering.ts";
import { shareOf, toOutput } from "./edge-flags.ts";
import type { Context } from "./flags.ts";

export interface DnsProcess {
  readonly places: readonly DnsPlace[];
  readonly opsPort: number;
  /** Reads zones, steering and secrets again; what does not hold stays as it was. */
  reload(): Promise<Reloaded>;
  stop(): Promise<void>;
}

export interface ProcessParts {
  readonly options: DnsOptions;
  /** Of the secrets. */
  readonly cookieSecret: string;
  readonly context: Pick<Context, "clock" | "random" | "log">;
  readonly metrics: Metrics;
}

/** Answers queries. `shared`: so do others, on the same ports. */
export async function runAnswering(parts: ProcessParts, shared: boolean): Promise<DnsProcess> {
  const { options, cookieSecret, context, metrics } = parts;
  const { clock, random, log } = context;
  const nowMs = (): number => clock.monotonicMs();
  const cookies = createCookies(readCookieSecrets(cookieSecret), () => clock.wallMs() / 1_000);
  const tally = createDnsTally(metrics);
  let answering: Answering | null = null;
  const onFind = (find: Find): void => answering?.replace(find);
  const source = await openDnsSource({ options, context, metrics, onFind });
  const queryLog = openQueryLog(parts);
  let said = false;
  answering = createAnswering({
    find: source.find,
    identity: { version: options.sayVersion ?? null, id: options.id ?? null },
    cookies,
    rateLimit:
      options.rateLimit === 0 ? null : createRateLimit({ perSecond: options.rateLimit, nowMs, random }),
    tally,
    queryLog,
    onDefect(thrown) {
      // Once: what one query brings about, the next million may.
      if (!said) log.error("A query met a defect and was answered SERVFAIL.", { why: String(thrown) });
      said = true;
    },
  });
  const server = await openServer(
    { places: placesOf(options), shared, answering, tally, clock, metrics },
    source,
  );
  return {
    places: server.places,
    opsPort: 0,
    async reload() {
      const secrets = rotated(cookies, cookieSecret);
      const read = await source.reload();
      if (secrets === null) return read;
      log.error(secrets);
      return { ...read, refused: [secrets, ...read.refused] };
    },
    async stop() {
      await server.stop();
      source.stop();
      await queryLog?.stop();
    },
  };
}

/** Null, or why the secrets stay as they were. */
function rotated(cookies: Cookies, path: string): string | null {
  try {
    cookies.rotate(readCookieSecrets(path));
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return `${thrown.message} ${thrown.remedy}`;
  }
}

function openQueryLog({ options, context, metrics }: ProcessParts): QueryLog | null {
  const { queryLog: place, queryLogSample, queryLogAddresses: addresses } = options;
  const sample = shareOf("--query-log-sample", queryLogSample);
  if (place === undefined) return null;
  const own = options.role === "parent" ? 1 : sharedOutput;
  const to = place === toOutput ? appendToDescriptor(own) : appendToFile(place);
  return createQueryLog({ ...context, metrics, to, sample, addresses });
}

async function openServer(
  options: Parameters<typeof openDnsServer>[0],
  source: { stop(): void },
): Promise<DnsServer> {
  try {
    return await openDnsServer(options);
  } catch (thrown) {
    source.stop();
    throw thrown;
  }
}

export interface Keeping {
  readonly opsPort: number;
  /** Its own part: the plan that it probes by. */
  reload(): void;
  stop(): Promise<void>;
  /** Counters of a process that answers, as Prometheus text. */
  takeMetrics(name: string, text: string): void;
}

/** Has the ops address, and what is done once for all processes. `reloadAll`: all of them read again. */
export async function runKeeping(
  { options, metrics, context }: ProcessParts,
  own: string,
  reloadAll: () => Promise<Reloaded>,
): Promise<Keeping> {
  const reloading = oneAfterTheOther(reloadAll);
  const texts = new Map<string, string>();
  const steering = await keepSteering(options, { ...context, metrics });
  const ops: Listener | null =
    options.ops === undefined
      ? null
      : listenHttp({
          address: options.ops.host,
          port: options.ops.port,
          bodyBytesMax: limits.requestBodyBytesMax,
          fetch: (request) =>
            steering.answer(request) ??
            (isReload(request) ? reloading().then(reloadAnswer) : null) ??
            answerOps(request, () => mergeExpositions(new Map([[own, metrics.text()], ...texts]))),
        });
  await ops?.ready;
  return {
    opsPort: ops?.port ?? 0,
    takeMetrics: (name, text) => void texts.set(name, text),
    reload: () => steering.reload(),
    async stop() {
      await ops?.stop(true);
      await steering.stop();
    },
  };
}

function isReload(request: Request): boolean {
  return request.method === "POST" && requestPath(request.url) === "/reload";
}

function answerOps(request: Request, metricsText: () => string): Response {
  const path = requestPath(request.url);
  const text = (status: number, body: string, type = "text/plain; charset=utf-8"): Response =>
    new Response(body, { status, headers: { "content-type": type, "cache-control": "no-store" } });
  if (request.method !== "GET" && request.method !== "HEAD")
    return text(405, "This address answers GET and HEAD, and POST /reload.\n");
  if (path === "/metrics") return text(200, metricsText(), "text/plain; version=0.0.4; charset=utf-8");
  if (path === "/healthz") return text(200, "alive\n");
  return text(404, "This address has /metrics, /healthz, /steering, /explain, /view and POST /reload.\n");
}

/** Hands a process's counters on. */
export function reportMetrics({ context, metrics }: ProcessParts, tell: (text: string) => void): () => void {
  const reporting = every(context.clock, limits.workerMetricsMs, () => tell(metrics.text()));
  return () => reporting.cancel();
}
