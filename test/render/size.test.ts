// What a page weighs on the wire, and what it costs to name the documents of a long history. Figures are printed.
import { expect, test } from "bun:test";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { demoBundle, demoSeed } from "../../src/cli/demo-data.ts";
import { demoPoints } from "../../src/cli/demo-metric.ts";
import type { PageView } from "../../src/model/view.ts";
import { documentsOf } from "../../src/render/documents.ts";
import { emptyWorld } from "../model/world.ts";
import { hourMs, incident, inventedParts, now, update, viewFrom } from "./invented.ts";
import { invented } from "./invented-charts.ts";
import { bodyOf } from "./pages.ts";

/** Status line and headers of a POP's answer come to about 800 bytes; this leaves them room. */
const headerBytesMax = 1_200;
const contractBytes = 14_600;
const aimBytes = 10_000;

function demoView(): PageView {
  const bundle = demoBundle(demoSeed, now);
  const made = emptyWorld(bundle.page.id, now);
  made.run({ kind: "import", bundle });
  return made.view();
}

const demo = demoView();
test.each([
  ["the demo", demo, invented(demo, demoPoints(now))],
  ["an invented organisation of 24 components", viewFrom(inventedParts()), new Map()],
])("front page of %s: the first flight of a connection holds it", (what, view, charts) => {
  const body = bodyOf(view, "/", now, charts);
  const bytes = gzipSync(body, { level: 9 }).length;
  const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }).length;
  console.log(
    `front page of ${what}: ${body.length} bytes, ${bytes} as gzip, ${brotli} as brotli; aim ${aimBytes} with headers`,
  );
  expect(bytes + headerBytesMax).toBeLessThan(contractBytes);
});

test("5,000 incidents: what did not change keeps its name", () => {
  const { components, transitions, page } = inventedParts();
  const incidents = Array.from({ length: 5_000 }, (_, at) => {
    const id = at.toString(36).padStart(12, "0");
    const from = now - (at + 1) * 5 * hourMs;
    const updates = [
      update(id, from + hourMs, "resolved", "Over."),
      update(id, from, "investigating", "Looking into it."),
    ];
    return incident(id, `Incident ${at}`, { updates, componentIds: ["c05", "c09"] });
  });
  const parts = { page, components, transitions, incidents };
  const timed = (view: PageView) => {
    const started = performance.now();
    const keys = new Map<string, string>();
    for (const { path, key } of documentsOf(view, now)) keys.set(path, key);
    return { keys, ms: performance.now() - started };
  };
  const first = timed(viewFrom(parts));
  const [newest, ...others] = incidents;
  if (newest === undefined) throw new Error("There are no incidents.");
  const second = timed(viewFrom({ ...parts, incidents: [{ ...newest, name: "Another" }, ...others] }));
  const changed = [...second.keys]
    .filter(([path, key]) => first.keys.get(path) !== key)
    .map(([path]) => path);
  console.log(
    `5,000 incidents: ${first.keys.size} keys in ${first.ms.toFixed(0)} ms, again in ${second.ms.toFixed(0)} ms, ${changed.length} changed`,
  );
  expect(first.keys.size).toBeGreaterThan(10_000);
  expect(changed).toContain(`/incidents/${newest.id}`);
  expect(changed.length).toBeLessThan(16);
}, 30_000);
