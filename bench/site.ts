// What is served in a bench against other servers. In: how many pages. Out: signed pages with the demo's front page, each under its own
// name, and a POP's folder and source for them; the header lines that a POP answers with, for the others to say too.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { silentLog } from "../src/base/log.ts";
import { seededRandom } from "../src/base/random.ts";
import { demoBundle, demoSeed } from "../src/cli/demo-data.ts";
import { createMaker } from "../src/publish/maker.ts";
import { publishPage } from "../src/publish/publish-page.ts";
import { loadPublished, loadSigned } from "../src/publish/published.ts";
import { signDelegation } from "../src/snapshot/documents.ts";
import { generateKeyPair } from "../src/snapshot/keys.ts";
import { createTrust } from "../src/snapshot/trust.ts";
import { openLedger } from "../src/store/ledger.ts";
import { openStore } from "../src/store/open.ts";
import { signedPage } from "../test/edge/fixture.ts";
import { manualClock } from "../test/support/manual-clock.ts";
import { startOrigin, type TestOrigin } from "../test/support/origin.ts";
import { makePopFolder, type PopFolder } from "../test/support/pop-folder.ts";
import type { Answer } from "../test/support/reader.ts";

const front = "/";
const day = Date.UTC(2026, 10, 21);

export interface Site {
  /** Host names, the most visited first. */
  readonly hosts: readonly string[];
  readonly pop: PopFolder;
  readonly origin: TestOrigin;
  /** Files for the other servers: `<folder>/www/<host>/index.html` and `index.html.gz`, the very bytes that the POP sends. */
  readonly folder: string;
  end(): Promise<void>;
}

/** The demo's front page as the publisher renders it. */
export async function demoFront(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-bench-demo-"));
  const random = seededRandom(demoSeed);
  const clock = manualClock(day);
  const log = silentLog;
  const store = openStore({ folder, clock, log });
  try {
    const ledger = openLedger({ store, clock, random, region: "bench", log });
    const bundle = demoBundle(demoSeed, day);
    const done = await ledger.submit(null, { kind: "import", bundle }, "bench");
    const view = done.ok ? ledger.view(done.page) : null;
    if (view === null) throw new Error("The demo's data is refused.");
    const [root, key] = [generateKeyPair("root", random), generateKeyPair("publisher", random)];
    const delegation = { publisherKey: key.publicKey, pages: ["*"], hosts: ["*"], serial: 1 };
    const trust = createTrust({
      rootKeys: [root.publicKey],
      documents: [signDelegation(delegation, root.secretKey)],
    });
    const published = loadSigned(store.snapshots, view.page.id);
    const maker = createMaker({ store: store.snapshots, view: ledger.view });
    const context = { store: store.snapshots, trust, secretKey: key.secretKey, maker };
    const outcome = await publishPage(context, view.page.id, clock.wallMs(), published);
    if (outcome.kind === "refused") throw new Error(outcome.reason);
    const route = loadPublished(store.snapshots, view.page.id).rendered.get(front)?.route;
    const body = route && store.snapshots.object(route.variants.identity.digest);
    if (!body) throw new Error("The demo has no front page.");
    return Buffer.from(body).toString();
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `count` pages with the demo's front page, each with a name of its own in it. */
export async function makeSite(html: string, count: number): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-bench-site-"));
  const hosts = Array.from({ length: count }, (_none, at) => `s${at}.example`);
  const pages = [];
  for (const [at, host] of hosts.entries()) {
    const body = html.replaceAll("Quillfjord", `Quillfjord ${at}`);
    const routes = { [front]: { body, contentType: "text/html; charset=utf-8", slot: true } };
    const page = await signedPage({ page: `page${at}`, hosts: [host], generation: 1, routes });
    pages.push(page);
    const place = join(folder, "www", host);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "index.html"), body);
    const packed = page.objects.find(([, bytes]) => bytes[0] === 0x1f && bytes[1] === 0x8b)?.[1];
    writeFileSync(join(place, "index.html.gz"), packed ?? gzipSync(body));
  }
  const pop = await makePopFolder(pages);
  const origin = await startOrigin(pop.root.secretKey, pages, 2_000);
  return {
    hosts,
    pop,
    origin,
    folder,
    async end() {
      await origin.stop();
      pop.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lines that a server says by itself, from the file or from its protocol. */
const ownLines = new Set([
  "date",
  "etag",
  "content-length",
  "content-type",
  "content-encoding",
  "connection",
  "transfer-encoding",
]);

/** What the others must be told to say, of a POP's answer: name and value, `{page}` standing for the page's id. */
export function linesToSay(answer: Answer, page: string): readonly (readonly [string, string])[] {
  return Object.entries(answer.headers)
    .filter(([name]) => !ownLines.has(name))
    .map(([name, value]) => [name, String(value) === page ? "{page}" : String(value)]);
}
