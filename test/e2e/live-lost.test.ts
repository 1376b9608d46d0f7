// A POP dies under an open page, at the pace of the world: a line says so half a minute later, with the age of what is shown, and goes when a POP is there again.
// Long: it waits for that half minute. The deadlines, on a clock of their own, are in test/render/live-page.test.ts.
import { afterAll, expect } from "bun:test";
import { type Browser, chromium } from "../support/chromium.ts";
import { Installation, until } from "../support/installation.ts";
import { openSamplePage } from "../support/open-page.ts";
import { skipUnless } from "../support/skip.ts";
import { samplePage } from "../support/summary.ts";

const test = skipUnless(chromium !== null, "there is no chromium");
/** Said after 30 s; a busy machine gets three times as long. */
const saidMsMax = 3 * 30_000;
const installation = new Installation();
let browser: Browser | undefined;
afterAll(async () => {
  await browser?.end();
  await installation.end();
});

test("a page that is open while its POP is killed says so, with its age, and goes on with the next POP there", async () => {
  const page = await openSamplePage(installation);
  browser = page.browser;
  const { tab, pop } = page;
  const told = () => tab.ask<string | null>("document.querySelector('body>.lost')?.innerText ?? null");
  await pop.kill("SIGKILL");
  const killedMs = performance.now();
  await until("it says so", async () => (await told()) !== null, saidMsMax);
  console.log(`said ${Math.round((performance.now() - killedMs) / 1_000)} s after the POP was killed`);
  expect(await told()).toMatch(/^No connection\. What you see was last confirmed .* ago, at \d\d:\d\d\.$/);
  await installation.pop("pop", "--default-page", samplePage);
  await until("the line is gone", async () => (await told()) === null, saidMsMax);
  expect(await tab.ask("window.mark")).toBe("as it was loaded");
}, 240_000);
