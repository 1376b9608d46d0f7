// Pages on the wire and in a browser. The demo's page and one of 500 components and 5,000 incidents: bytes of each kind of page in each encoding with its
// headers, the time to render, and the largest contentful paint in Chromium over 40 kB/s with 150 ms of latency.
import { demoBundle, demoSeed } from "../../src/cli/demo-data.ts";
import { demoPoints } from "../../src/cli/demo-metric.ts";
import type { PageView } from "../../src/model/view.ts";
import { documentsOf } from "../../src/render/documents.ts";
import { bytesOf } from "../../src/render/types.ts";
import { compressBody } from "../../src/snapshot/body.ts";
import { emptyWorld } from "../../test/model/world.ts";
import {
  component,
  hourMs,
  incident,
  inventedParts,
  now,
  update,
  viewFrom,
} from "../../test/render/invented.ts";
import { invented } from "../../test/render/invented-charts.ts";
import { chromium, startBrowser } from "../../test/support/browser.ts";
import { onePerKind, serveRendered } from "../../test/support/rendered-site.ts";
import { type Figure, quantile, type Run, type Suite } from "../suite.ts";

/** Status line and headers of a POP's answer with every header that it sends. */
const headerBytes = 800;
const contract = "< 14,600 bytes";
const aim = "< 10,000 bytes";
const [components, incidents] = [500, 5_000];
const [bytesPerSecond, latencyMs] = [40_000, 150];

export const suite: Suite = {
  about: `bytes of each page with ${headerBytes} of headers, rendering ${components} components and ${incidents} incidents, paint over 40 kB/s`,
  async run(run) {
    const demo = demoView();
    return [...(await weigh(demo)), ...timesOf(manyView(), run), ...(await paint(demo, run))];
  },
};

function demoView(): PageView {
  const bundle = demoBundle(demoSeed, now);
  const made = emptyWorld(bundle.page.id, now);
  made.run({ kind: "import", bundle });
  return made.view();
}

function manyView(): PageView {
  const parts = Array.from({ length: components }, (_, at) =>
    component(`c${at}`, `Service ${at}`, { rank: at }),
  );
  const told = Array.from({ length: incidents }, (_, at) => {
    const id = at.toString(36).padStart(12, "0");
    const from = now - (at + 1) * 5 * hourMs;
    const updates = [
      update(id, from + hourMs, "resolved", "Over."),
      update(id, from, "investigating", "We look."),
    ];
    return incident(id, `Incident ${at}`, { updates, componentIds: [`c${at % components}`] });
  });
  return viewFrom({ ...inventedParts(), components: parts, transitions: {}, incidents: told });
}

async function weigh(view: PageView): Promise<readonly Figure[]> {
  const documents = [...documentsOf(view, now, invented(view, demoPoints(now)))];
  const figures: Figure[] = [];
  for (const path of onePerKind(documents)) {
    const document = documents.find((it) => it.path === path);
    if (document === undefined) continue;
    const { variants } = await compressBody(bytesOf(document));
    const kind = path.replace(/[a-z0-9]{12}$/, "<id>");
    for (const [encoding, variant] of Object.entries(variants))
      figures.push({
        what: `${kind}: ${encoding}`,
        value: variant.length + headerBytes,
        unit: "bytes",
        // Nobody is sent the identity body who does not ask for it alone.
        ...(encoding === "identity" ? {} : { contract, aim }),
      });
  }
  return figures;
}

function timesOf(view: PageView, { quick }: Run): readonly Figure[] {
  const took = (work: () => void): number => {
    const started = performance.now();
    work();
    return performance.now() - started;
  };
  const rounds = quick ? 5 : 50;
  const all = Array.from({ length: quick ? 1 : 5 }, () =>
    took(() => {
      for (const document of documentsOf(structuredClone(view), now)) document.body();
    }),
  );
  const front = Array.from({ length: rounds }, () => {
    const fresh = structuredClone(view);
    for (const document of documentsOf(fresh, now))
      if (document.path === "/") return took(() => void document.body());
    return Number.NaN;
  });
  return [
    { what: "front page of 500 components, nothing remembered", value: quantile(front, 0.5), unit: "ms" },
    { what: "all documents, nothing remembered", value: quantile(all, 0.5), unit: "ms" },
    { what: "all documents", value: [...documentsOf(view, now)].length, unit: "documents" },
  ];
}

async function paint(view: PageView, { quick, say }: Run): Promise<readonly Figure[]> {
  if (chromium === null) {
    say("there is no chromium: no paint");
    return [];
  }
  const site = serveRendered(view, now);
  const browser = await startBrowser();
  const paints: number[] = [];
  for (let round = 0; round < (quick ? 3 : 15); round++) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    const throughput = { downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond };
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: latencyMs,
      ...throughput,
    });
    await page.goto(site.url);
    const largest = `new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
      .observe({ type: "largest-contentful-paint", buffered: true }))`;
    paints.push(await page.evaluate<number>(largest));
    await context.close();
  }
  await browser.close();
  await site.stop();
  return [
    { what: "largest contentful paint, 40 kB/s, 150 ms, p50", value: quantile(paints, 0.5), unit: "ms" },
    { what: "largest contentful paint, worst", value: Math.max(...paints), unit: "ms" },
  ];
}
