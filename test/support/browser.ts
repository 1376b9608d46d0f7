// Chromium through Playwright, one process for a test file. In: nothing, or the settings of a visitor. Out: pages, what they complained of, what
// axe finds, what looks wrong. Where the machine has no chromium `chromium` is null, and tests are skipped by name.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, type Page, chromium as program } from "playwright-core";
import { chromium } from "./chromium.ts";

export type { Browser, Page } from "playwright-core";
export { chromium };

/** Starts it; the file that did ends it. */
export function startBrowser(): Promise<Browser> {
  if (chromium === null) throw new Error("There is no chromium.");
  return program.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
}

export interface Visit {
  readonly page: Page;
  /** What the page, or the browser about it, said that no page should make it say; each request that left the page's host. */
  readonly complaints: readonly string[];
  end(): Promise<void>;
}

/** A visitor with memory of their own. `own` are the hosts whose requests are no complaint. */
export async function visitor(
  browser: Browser,
  options: BrowserContextOptions = {},
  own: readonly string[] = ["127.0.0.1"],
): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "info") complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== "data:" && !own.includes(hostname)) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  return { page, complaints, end: () => context.close() };
}

/** The rules of WCAG 2.0 to 2.2, levels A and AA; none is switched off. */
const axeTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What axe finds against the open page: rule, first element, why. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(axeTags).setLegacyMode(true).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 3)
      .map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary ?? ""}`),
  );
}

const lookAround = readFileSync(join(import.meta.dirname, "look-around.js"), "utf8");

/** What is wrong to the eye on the open page, as it stands now: sideways scrolling, texts one over the other, texts cut off. */
export function looksWrong(page: Page): Promise<readonly string[]> {
  return page.evaluate(lookAround);
}
