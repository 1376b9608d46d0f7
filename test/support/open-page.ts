// The sample page, imported into a control plane, served by a POP, open in a browser. In: an installation. Out: the tab once it is live.
import { join } from "node:path";
import { type Browser, startChromium, type Tab } from "./chromium.ts";
import { type Installation, until } from "./installation.ts";
import { samplePage, writeSampleSummary } from "./summary.ts";

export interface OpenPage {
  readonly browser: Browser;
  readonly tab: Tab;
  /** The process of the POP. */
  readonly pop: Awaited<ReturnType<Installation["pop"]>>;
  /** Whether the page says these words now. */
  shows(words: string): Promise<boolean>;
}

/** Throws the error of the command that failed, or says what did not come about. The caller ends browser and installation. */
export async function openSamplePage(installation: Installation): Promise<OpenPage> {
  await installation.control();
  const source = writeSampleSummary(installation.folder);
  const data = join(installation.folder, "control");
  const { code, err } = await installation.run("import", "statuspage", source, "--data", data);
  if (code !== 0) throw new Error(`The sample was not imported: ${err}`);
  const pop = await installation.pop("pop", "--default-page", samplePage);
  const address = await installation.address("pop");
  await until("the page is there", async () => (await fetch(`http://${address}/`).catch(() => null))?.ok);
  const browser = await startChromium();
  const tab = await browser.tab();
  await tab.open(`http://${address}/`);
  await tab.ask("window.mark = 'as it was loaded'");
  const shows = (words: string) =>
    tab.ask<boolean>(`document.body.innerText.includes(${JSON.stringify(words)})`);
  await until("it is live", () => shows("· live"));
  return { browser, tab, pop, shows };
}
