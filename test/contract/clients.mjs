// statuspage.io from npm, driven by nothing but another base URL. In: where it is installed, base URL, a component. Out: its name when all went well.
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, base, component] = process.argv.slice(2);
const { Statuspage } = createRequire(join(folder, "package.json"))("statuspage.io");

const page = new Statuspage("ours");
page.setApiUrl(base);
const { components } = await page.api.getComponents();
if (!components.some(({ id }) => id === component)) throw new Error("The component is not there.");
const summary = await page.api.getSummary();
if (summary.components.length !== components.length) throw new Error("Two lists of components differ.");
const { status } = await page.api.getStatus();
if (status.indicator !== summary.status.indicator) throw new Error("Two indicators differ.");
const { incidents } = await page.api.incidents.getUnresolved();
if (!incidents.some(({ name }) => name === "Seen by clients"))
  throw new Error("The open incident is not there.");
console.log("statuspage.io");
