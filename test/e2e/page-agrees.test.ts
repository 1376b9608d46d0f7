// Waits: for answers of a POP and for publishes between them.
// Page, badge, API, widget and feeds say the same at each generation, read one by one while publishes go on.
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { ApiClient, Installation, until } from "../support/installation.ts";
import { count } from "../support/seed.ts";
import { sampleComponents, samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
afterAll(() => installation.end());

const component = sampleComponents[0];
const statuses = ["operational", "degraded_performance", "partial_outage", "major_outage"] as const;

/** What each format says of one of two things. */
interface Reader {
  readonly path: string;
  readonly of: "state" | "update";
  read(body: string): string | undefined;
}

const inHtml = (body: string): string => body.replaceAll(/&#x27;|&apos;/g, "'");
const updateIn = (body: string): string | undefined => /Update number \d+/.exec(body)?.[0];

const readers: readonly Reader[] = [
  { path: "/", of: "state", read: (body) => /<h1>([^<]*)<\/h1>/.exec(inHtml(body))?.[1] },
  { path: "/badge.svg", of: "state", read: (body) => /<title id="t">.*: ([^<]*)<\/title>/.exec(body)?.[1] },
  { path: "/api/v2/status.json", of: "state", read: (body) => JSON.parse(body).status.description },
  { path: "/api/v2/summary.json", of: "state", read: (body) => JSON.parse(body).status.description },
  { path: "/widget.json", of: "state", read: (body) => JSON.parse(body).says[""].state },
  { path: "/widget", of: "state", read: (body) => /<title>([^<]*)<\/title>/.exec(body)?.[1] },
  { path: "/", of: "update", read: updateIn },
  { path: "/api/v2/incidents.json", of: "update", read: updateIn },
  { path: "/history.atom", of: "update", read: updateIn },
  { path: "/history.rss", of: "update", read: updateIn },
  { path: "/history.json", of: "update", read: updateIn },
];

test(`${count(500, 10_000)} reads during publishes: each generation says one thing in every format`, async () => {
  await installation.control();
  const source = writeSampleSummary(installation.folder);
  const data = join(installation.folder, "control");
  expect(await installation.run("import", "statuspage", source, "--data", data)).toMatchObject({ code: 0 });
  await installation.pop("pop", "--default-page", samplePage);
  const base = `http://${await installation.address("pop")}`;
  await until("the page is there", async () => (await fetch(base).catch(() => null))?.ok, 30_000);
  const api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
  const incidents = `/pages/${samplePage}/incidents`;
  const incident = (at: number) => ({
    name: "Errors",
    status: "investigating",
    body: `Update number ${at}`,
    components: { [component]: statuses[at % statuses.length] },
  });
  const { status, body } = await api.ask("POST", incidents, { incident: incident(3) });
  expect(status).toBe(201);
  await until("it is told", async () =>
    (await (await fetch(`${base}/history.atom`)).text()).includes("Update number"),
  );

  const said = {
    state: new Map<number, Map<string, string>>(),
    update: new Map<number, Map<string, string>>(),
  };
  let reads = 0;
  let publishing = true;
  const read = async (from: number): Promise<void> => {
    for (let at = from; reads < count(500, 10_000) || publishing; at++) {
      const reader = readers[at % readers.length];
      if (reader === undefined) continue;
      const answer = await fetch(base + reader.path, { headers: { connection: "keep-alive" } });
      const generation = Number(answer.headers.get("pharos-generation"));
      const words = reader.read(await answer.text());
      if (words === undefined) throw new Error(`${reader.path} says nothing of the ${reader.of}.`);
      const known = said[reader.of].get(generation) ?? new Map<string, string>();
      said[reader.of].set(generation, known.set(reader.path, words));
      reads++;
    }
  };
  const publish = async (): Promise<void> => {
    for (let at = 4; at < count(12, 200); at++) {
      const known = said.state.size;
      await api.ask("PATCH", `${incidents}/${String(body.id)}`, { incident: incident(at) });
      // Changes that come close together are one generation: each waits until it has one of its own, and until that was read.
      await until("a generation of its own is read", () => said.state.size > known);
      const before = reads;
      await until("others have read it", () => reads > before + 2 * readers.length);
    }
    publishing = false;
  };
  await Promise.all([publish(), read(0), read(4), read(8)]);
  const differing = Object.entries(said).flatMap(([of, generations]) =>
    [...generations].filter(([, formats]) => new Set(formats.values()).size > 1).map((it) => [of, it]),
  );
  const compared = [...said.state.values(), ...said.update.values()].filter(({ size }) => size > 1).length;
  console.log(`${reads} reads of ${said.state.size} generations, ${compared} sets compared`);
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(8);
  expect(new Set([...said.state.values()].flatMap((formats) => [...formats.values()])).size).toBeGreaterThan(
    2,
  );
}, 120_000);
