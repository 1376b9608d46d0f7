// A control plane, wired. In: a data folder, keys, addresses. Out: the management API, the feed for POPs, the ops address.
// operator -> API or socket -> ledger (decide, append, fold) -> publisher (render, sign, store) -> feed -> POPs.
import { chmodSync } from "node:fs";
import { defectsOf } from "../base/defects.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { createMetrics } from "../base/metrics.ts";
import { createApi } from "../control/api.ts";
import { createLocal, localBodyBytesMax } from "../control/local.ts";
import { startTimers } from "../control/timers.ts";
import { createIngest } from "../edge/ingest.ts";
import { createOps } from "../edge/ops.ts";
import type { Peer } from "../host/asked.ts";
import { dial } from "../host/dial.ts";
import { listenHttp } from "../host/http.ts";
import { lockFolder } from "../host/lock.ts";
import { listenUnix } from "../host/unix.ts";
import { startBeat } from "../publish/beat.ts";
import { createByHand } from "../publish/by-hand.ts";
import { makerBySize } from "../publish/maker-by-size.ts";
import { createPublisher, makerHere } from "../publish/publisher.ts";
import { createPurging } from "../publish/purge.ts";
import type { PurgeAdapter } from "../publish/purge-types.ts";
import type { Head } from "../snapshot/types.ts";
import { asDamage } from "../store/file-check.ts";
import { openLedger } from "../store/ledger.ts";
import { openStore, type Store, storePlace } from "../store/open.ts";
import { createPageRows } from "../store/page-rows.ts";
import { createReplays } from "../store/replays.ts";
import { createSeries } from "../store/series.ts";
import { startShelving } from "../store/shelving.ts";
import { createSubscribers } from "../store/subscribers.ts";
import { startSweeping } from "../store/sweeping.ts";
import { createTokens } from "../store/tokens.ts";
import { trustOf } from "../store/trusted.ts";
import { createUpstreams } from "../store/upstreams.ts";
import { createFeed } from "../sync/feed.ts";
import type { FeedAccess } from "../sync/members-gate.ts";
import { type MirrorExport, type MirrorExportOptions, startMirrorExport } from "../sync/mirror-export.ts";
import { byHandOperations } from "./by-hand.ts";
import { bouncesOf } from "./control-bounces.ts";
import { checkDeskOf } from "./control-checking.ts";
import { startControlChecks } from "./control-checks.ts";
import { deliveriesOf } from "./control-deliveries.ts";
import type { PeopleFlags } from "./control-flags.ts";
import { createControlFront, frontBodyBytesMax } from "./control-front.ts";
import { watchControl } from "./control-gauges.ts";
import { installOf } from "./control-install.ts";
import { makerApart } from "./control-maker.ts";
import { createMembership } from "./control-members.ts";
import { monitorOf } from "./control-monitor.ts";
import { startForgetting, takeNotes } from "./control-notes.ts";
import { notifierApart } from "./control-notifier.ts";
import { offering } from "./control-offer.ts";
import { createPersons } from "./control-people.ts";
import { controlSocketOf } from "./control-plane.ts";
import { monitorAllowed, upstreamsApart } from "./control-upstreams.ts";
import type { Address, Context } from "./flags.ts";
import { type NotifyFlags, notifySettings } from "./notify-flags.ts";
import { admitDocuments, type PublisherKeys, readPublisherKeys } from "./read-keys.ts";

export interface ControlOptions {
  readonly data: string;
  readonly keys: string;
  readonly listen: Address;
  readonly feed: Address;
  readonly ops: Address | null;
  /** Default `open`. A revoked POP is sent away in either. */
  readonly feedAccess?: FeedAccess;
  /** Folder of a mirror that is kept up to date, or null. */
  readonly export: string | null;
  /** CDNs in front of the POPs. */
  readonly purge?: readonly PurgeAdapter[];
  /** How browsers reach the admin pages. */
  readonly people?: PeopleFlags;
  /** How subscribers are told. */
  readonly notify?: NotifyFlags;
  /** Networks that addresses of upstreams may lie in. */
  readonly monitorAllow?: readonly string[];
  /** Requests a minute of each API key; 0: no bound. */
  readonly apiRate?: number;
  readonly region: string;
  readonly acceptClock: boolean;
}

export interface RunningControl {
  readonly api: string;
  readonly feed: string;
  readonly ops: string | null;
  /** Where the first owner signs up; null where there is one. */
  readonly first: string | null;
  stop(): Promise<void>;
}

/** Starts everything or, where something cannot start, ends what was started and throws its Fault. */
export async function startControl(options: ControlOptions, context: Context): Promise<RunningControl> {
  const keys = readPublisherKeys(options.keys);
  // Read again by the process that sends: what is wrong is said here, where the operator looks.
  notifySettings(options.notify ?? {});
  monitorAllowed(options.monitorAllow);
  const closing: Closing = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const lock = lockFolder(options.data);
    closing.push(() => lock.release());
    const store = openStore({
      folder: options.data,
      clock: context.clock,
      log: context.log,
      snapshots: "apart",
    });
    closing.push(() => store.close());
    return { ...(await wire(options, context, keys, store, closing)), stop };
  } catch (thrown) {
    await stop();
    throw asDamage(storePlace(options.data), thrown);
  }
}

type Closing = (() => void | Promise<void>)[];

async function wire(
  options: ControlOptions,
  context: Context,
  keys: PublisherKeys,
  store: Store,
  closing: Closing,
): Promise<Omit<RunningControl, "stop">> {
  const { clock, random, log } = context;
  const { snapshots } = store;
  const { secretKey } = keys;
  const metrics = createMetrics();
  const ledger = openLedger({ ...options, store, clock, random, log });
  const tokens = createTokens(store, random, log);
  const persons = createPersons({ store, ledger, tokens, clock, random, log }, options.people ?? {});
  const series = createSeries(store);
  const upstreams = createUpstreams(store);
  const rows = createPageRows(store, random);
  const subscribers = createSubscribers({ store, log });
  closing.push(() => subscribers.close());
  const trust = trustOf(snapshots, [keys.rootKey]);
  await admitDocuments(keys, trust, snapshots);
  const common = { store: snapshots, trust, clock, random, log, metrics };
  const announce = (): void => {
    members.look();
    feed.announce();
    mirror?.announce();
    purging.look(snapshots.heads());
  };
  const access = options.feedAccess ?? "open";
  const members = await createMembership({ ...common, store, secretKey, access });
  const onAck = (page: string): void => purging.acked(page);
  const noting = { ...common, store, subscribers, ledger, gate: members.gate };
  const feed = takeNotes(createFeed({ ...common, mayFollow: () => true, gate: members.gate, onAck }), noting);
  const mirror = await mirrorIn(options.export, common, closing);
  members.onSigned(announce);
  closing.push(() => feed.close());
  const purging = createPurging({ ...common, dial, adapters: options.purge ?? [], lacking: feed.lacking });
  closing.push(() => purging.stop());
  purging.look(snapshots.heads());
  const offer = await offering({ store, random, log, flags: options.notify ?? {} });
  const publishing = { ...common, ledger, series, upstreams, secretKey, announce, offer };
  const maker = makerBySize({
    view: ledger.view,
    here: makerHere(publishing),
    apart: makerApart(options, common),
  });
  const publisher = createPublisher({ ...publishing, maker });
  closing.push(() => publisher.stop());
  const { alone, settled } = publisher;
  const byHand = createByHand({ ...common, ledger, secretKey, alone, settled, announce });
  const onTaken = (): void => {
    publisher.recheck();
    announce();
  };
  const install = installOf({
    store,
    ledger,
    tokens,
    byHand,
    pops: members.pops,
    people: persons.accounts.desk,
  });
  const domain = options.notify?.mailBounceDomain ?? null;
  const bounces = bouncesOf({ store, subscribers, clock, log, domain });
  const notifier = notifierApart({
    ...{ store, ledger, subscribers, bounces, clock, random, log, metrics },
    flags: options.notify ?? {},
    keys: options.keys,
  });
  closing.push(() => notifier.stop());
  const monitored = monitorOf({ store, ledger, rows, clock, random, log, metrics });
  closing.push(() => monitored.stop());
  const { onProbes } = monitored.monitor;
  const checking = startControlChecks({
    ...common,
    store,
    ledger,
    secretKey,
    onProbes,
    members: members.members,
  });
  closing.push(() => checking.stop());
  const deliveries = deliveriesOf({ store, notifier });
  closing.push(() => deliveries.close());
  watchControl({ ...{ data: options.data, ledger, deliveries, clock, metrics } });
  const checks = checkDeskOf({
    results: checking.results,
    verdict: monitored.monitor.verdict,
    pingPath: checking.pingPath,
  });
  const addresses = listenAll(options, closing, {
    onDefect: defectsOf({ log, metrics, of: "control" }),
    api: createControlFront({
      ...{
        ledger,
        series,
        upstreams,
        byHand,
        subscribers,
        deliveries,
        checks,
        clock,
        random,
        log,
        store,
        pops: members.pops,
      },
      accounts: persons.accounts,
      ...{ ingest: monitored.ingest, alerts: monitored.alerts, rows },
      api: createApi({
        ...{
          ledger,
          tokens,
          series,
          upstreams,
          rows,
          subscribers,
          deliveries,
          checks,
          install,
          clock,
          log,
          metrics,
        },
        alerts: monitored.alerts,
        bounces,
        replays: createReplays(store),
        requestsPerMinute: options.apiRate ?? limits.apiRequestsPerMinute,
      }),
    }),
    feed: (request) =>
      members.answer(request) ??
      checking.answer(request) ??
      feed.fetch(request) ??
      new Response("This address feeds POPs.\n", { status: 404 }),
    ops: createOps({
      ...common,
      metricsText: () => metrics.text() + members.metricsText() + notifier.metricsText(),
      ingest: createIngest({ ...common, onTaken }),
    }),
    local: createLocal({
      ledger,
      tokens,
      series,
      log,
      more: { ...byHandOperations(byHand), ...members.operations, ...persons.operations },
    }),
  });
  const send = (heartbeat: Uint8Array, heads: readonly Head[]): void => {
    members.beat(heartbeat, heads);
    feed.beat(heartbeat, heads);
    mirror?.beat(heartbeat, heads);
  };
  const timers = [
    startSweeping(common),
    startForgetting(noting),
    startShelving({ ...common, ledger }),
    await startBeat({ ...common, secretKey, send }),
  ];
  closing.push(() => {
    for (const timer of timers) timer.cancel();
  });
  publisher.start();
  monitored.start();
  const asking = upstreamsApart(options, { ...common, ledger, upstreams });
  closing.push(() => asking.stop());
  const happening = startTimers({ ...common, ledger });
  closing.push(() => happening.stop());
  // Nobody waits for it: what needs them says by itself what is wrong.
  subscribers.ready().catch((thrown: unknown) => log.error(messageOf(thrown)));
  return { ...addresses, first: persons.firstLink(addresses.api) };
}

async function mirrorIn(
  folder: string | null,
  options: Omit<MirrorExportOptions, "folder">,
  closing: Closing,
): Promise<MirrorExport | null> {
  if (folder === null) return null;
  const mirror = await startMirrorExport({ ...options, folder });
  closing.push(() => mirror.stop());
  return mirror;
}

type Fetch = (request: Request, peer: Peer) => Response | Promise<Response>;
type Addresses = Pick<RunningControl, "api" | "feed" | "ops">;

function listenAll(
  options: ControlOptions,
  closing: Closing,
  on: Readonly<Record<"api" | "feed" | "ops", Fetch>> & {
    readonly local: (request: Request) => Promise<Response>;
    readonly onDefect: (thrown: unknown) => void;
  },
): Addresses {
  const listen = ({ host, port }: Address, fetch: Fetch, bodyBytesMax: number): string => {
    const listener = listenHttp({ address: host, port, bodyBytesMax, onDefect: on.onDefect, fetch });
    closing.push(() => listener.stop(true));
    return `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  };
  const addresses = {
    api: listen(options.listen, on.api, frontBodyBytesMax),
    feed: listen(options.feed, on.feed, limits.helloBytesMax),
    ops: options.ops === null ? null : listen(options.ops, on.ops, limits.documentBytesMax),
  };
  const socket = controlSocketOf(options.data);
  const local = listenUnix(socket, {
    bodyBytesMax: localBodyBytesMax,
    onDefect: on.onDefect,
    fetch: on.local,
  });
  chmodSync(socket, 0o600);
  closing.push(() => local.stop(true));
  return addresses;
}
