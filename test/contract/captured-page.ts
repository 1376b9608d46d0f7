// A captured page, imported into an empty control plane, published and served. In: files of ../shared/data, a rule. Out: answers to
// (host, path) by the serving function that a POP runs, and the management API of the same page.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { bouncesOf } from "../../src/cli/control-bounces.ts";
import { checkDeskOf } from "../../src/cli/control-checking.ts";
import { deliveriesOf } from "../../src/cli/control-deliveries.ts";
import { monitorOf } from "../../src/cli/control-monitor.ts";
import { type Api, createApi } from "../../src/control/api.ts";
import { bundleOf } from "../../src/control/import-statuspage.ts";
import { createRoots } from "../../src/edge/roots.ts";
import { createServing } from "../../src/edge/serve.ts";
import { fetchOf } from "../../src/host/visitors-fetch.ts";
import type { IndicatorRule } from "../../src/model/view.ts";
import { createMaker } from "../../src/publish/maker.ts";
import { publishPage } from "../../src/publish/publish-page.ts";
import { loadSigned } from "../../src/publish/published.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { createTrust } from "../../src/snapshot/trust.ts";
import { openCheckResults } from "../../src/store/check-results.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createPageRows } from "../../src/store/page-rows.ts";
import { createReplays } from "../../src/store/replays.ts";
import { createSeries } from "../../src/store/series.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { commandLine, createTokens } from "../../src/store/tokens.ts";
import { openInstall } from "../control/open-install.ts";
import { manualClock } from "../support/manual-clock.ts";
import { skipUnless } from "../support/skip.ts";

const folder = join(import.meta.dir, "../../../shared/data");

export const testWithCaptures = skipUnless(existsSync(folder), "../shared/data is absent");

export function captureText(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Asks a POP as a visitor would. Point it at a running one to test that. */
export type Ask = (host: string, path: string) => Promise<Answered>;

export interface CapturedPage {
  readonly page: string;
  readonly ask: Ask;
  readonly api: Api;
  /** A token of this page. */
  readonly token: string;
  /** Imports the same files once more; gives the number of ops that it wrote. */
  importAgain(): Promise<number>;
  /** Time passes, and what has changed is published. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** `at` is a moment shortly after the capture was taken (ms). */
export async function openCaptured(
  files: readonly string[],
  indicatorRule: IndicatorRule,
  at: number,
): Promise<CapturedPage> {
  const data = mkdtempSync(join(tmpdir(), "pharos-contract-"));
  const clock = manualClock(at);
  const random = seededRandom(11);
  const log = silentLog;
  const store = openStore({ folder: data, clock, log });
  const ledger = openLedger({ store, clock, random, region: "test", log });
  const texts = files.map((name) => ({ name, text: captureText(name) }));
  const take = async () => {
    const before = ledger.position();
    const bundle = bundleOf(texts, { known: [], indicatorRule });
    const done = await ledger.submit(null, { kind: "import", bundle }, "test");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    return { page: done.page, changes: done.position - before };
  };
  const { page } = await take();
  const [root, publisher] = [generateKeyPair("root", random), generateKeyPair("publisher", random)];
  const delegation = signDelegation(
    { publisherKey: publisher.publicKey, pages: ["*"], hosts: ["*"], serial: 1 },
    root.secretKey,
  );
  await store.snapshots.putDocument({ kind: "delegation", subject: publisher.publicKey, bytes: delegation });
  const trust = createTrust({ rootKeys: [root.publicKey], documents: [delegation] });
  let signed = loadSigned(store.snapshots, page);
  const maker = createMaker({ store: store.snapshots, view: ledger.view });
  const publish = async () => {
    const context = { store: store.snapshots, trust, secretKey: publisher.secretKey, maker };
    const outcome = await publishPage(context, page, clock.wallMs(), signed);
    if (outcome.kind === "refused") throw new Error(`The page was not published: ${outcome.reason}.`);
    signed = outcome.signed;
  };
  await publish();
  const metrics = createMetrics();
  const serving = fetchOf(
    createServing({
      store: store.snapshots,
      openRoot: createRoots(store.snapshots, [root.publicKey]),
      rootKeys: [root.publicKey],
      onDamaged: (digest) => {
        throw new Error(`The body ${digest} is damaged.`);
      },
      clock,
      defaultPage: null,
      log,
      metrics,
    }),
  );
  const tokens = createTokens(store, random);
  const { token } = await tokens.add(
    { name: "contract", grants: [[page, "admin"]], expiresMs: null },
    commandLine,
  );
  const subscribers = createSubscribers({ store, log });
  return {
    page,
    token,
    api: createApi({
      ledger,
      tokens,
      series: createSeries(store),
      rows: createPageRows(store),
      replays: createReplays(store),
      alerts: monitorOf({ store, ledger, rows: createPageRows(store), clock, random, log, metrics }).alerts,
      install: openInstall({ store, ledger, tokens }).install,
      subscribers,
      bounces: bouncesOf({ store, subscribers, clock, log, domain: null }),
      deliveries: deliveriesOf({ store, notifier: { replay: () => false } }),
      checks: checkDeskOf({ results: openCheckResults({ folder: data, clock, log }) }),
      clock,
      log,
      metrics,
    }),
    async ask(host, path) {
      const response = serving(new Request(`http://${host}${path}`, { headers: { host } }));
      return { status: response.status, text: await response.text() };
    },
    importAgain: async () => (await take()).changes,
    async pass(ms) {
      await clock.advance(ms);
      await publish();
    },
    async close() {
      await store.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
