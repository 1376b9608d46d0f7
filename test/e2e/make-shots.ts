// Makes the three pictures of the README: `bun test/e2e/make-shots.ts`, with a chromium. In: the demo's page. Out: PNG files in test/shots.
import { join } from "node:path";
import { demoBundle, demoSeed } from "../../src/cli/demo-data.ts";
import { emptyWorld } from "../model/world.ts";
import { now } from "../render/invented.ts";
import { startBrowser } from "../support/browser.ts";
import { serveRendered } from "../support/rendered-site.ts";

const bundle = demoBundle(demoSeed, now);
const made = emptyWorld(bundle.page.id, now);
made.run({ kind: "import", bundle: { ...bundle, page: { ...bundle.page, languages: ["en", "de", "ar"] } } });
const site = serveRendered(made.view(), now);
const browser = await startBrowser();
const shots = [
  { name: "phone-light", path: "/", width: 390, height: 844, colorScheme: "light" },
  { name: "desktop-dark", path: "/", width: 800, height: 470, colorScheme: "dark" },
  { name: "arabic", path: "/ar", width: 390, height: 844, colorScheme: "light" },
] as const;
for (const { name, path, width, height, colorScheme } of shots) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(site.url + path);
  await page.screenshot({ path: join(import.meta.dirname, "..", "shots", `${name}.png`) });
}
await browser.close();
await site.stop();
