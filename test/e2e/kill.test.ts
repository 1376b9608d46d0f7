// kill -9 of control plane and POP: no acked write is lost, and every body that anyone saw was signed, whole, in the generation it names.
// Long: it kills processes at random moments.
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { seededRandom } from "../../src/base/random.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { get, type Seen, seenIn } from "../support/reader.ts";
import { count, testSeed } from "../support/seed.ts";
import { SignedHistory } from "../support/signed-history.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
afterAll(() => installation.end());

const kills = count(5, 50);
const random = seededRandom(testSeed);
const paths = [
  "/",
  "/api/v2/summary.json",
  "/api/v2/incidents.json",
  "/api/v2/status.json",
  "/history.atom",
  "/history",
];
const encodings = ["identity", "gzip", "br", "zstd", "gzip, br, zstd"];
const pick = <Value>(values: readonly Value[]): Value => values[random.below(values.length)] as Value;

test(
  `kill -9 ${kills} times: nothing acked is lost, nothing unsigned is seen`,
  async () => {
    let control = await installation.control();
    const source = writeSampleSummary(installation.folder);
    const imported = await installation.run(
      "import",
      "statuspage",
      source,
      "--data",
      join(installation.folder, "control"),
    );
    expect(imported).toMatchObject({ code: 0 });
    const api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
    let pop = await installation.pop("pop", "--workers", "1");
    const address = await installation.address("pop");
    await until(
      "the POP has the page",
      async () => (await get(address, "/", { host: sampleHost }).catch(() => null))?.status === 200,
    );

    const seen: Seen[] = [];
    const complaints: string[] = [];
    const acked: string[] = [];
    let live = true;
    const write = async (): Promise<void> => {
      for (let at = 0; live; at++) {
        const incident = {
          name: `Trouble ${at}`,
          status: "investigating",
          body: `Look ${at}.`,
          components: { [pick(sampleComponents)]: "partial_outage" },
        };
        const done = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident }).catch(() => null);
        if (done?.status === 201) acked.push(String(done.body.id));
        else if (done !== null)
          complaints.push(`The API answered ${done.status}: ${JSON.stringify(done.body)}`);
        else await new Promise((resume) => setTimeout(resume, 50));
      }
    };
    const read = async (): Promise<void> => {
      while (live) {
        const path = pick(paths);
        const answer = await get(address, path, {
          host: sampleHost,
          "accept-encoding": pick(encodings),
        }).catch(() => null);
        if (answer === null) await new Promise((resume) => setTimeout(resume, 20));
        else if (answer.status === 200) seen.push(seenIn(path, answer));
        else
          complaints.push(
            `The POP answered ${answer.status} for ${path}: ${answer.body.toString().slice(0, 200)}`,
          );
      }
    };
    const history = new SignedHistory(join(installation.folder, "control"), samplePage);
    const collect = async (): Promise<void> => {
      while (live) {
        await history.collect();
        await new Promise((resume) => setTimeout(resume, 1_000));
      }
    };
    const working = [write(), read(), read(), collect()];
    const generationSeen = (): number => seen.reduce((most, { generation }) => Math.max(most, generation), 0);
    for (let kill = 0; kill < kills; kill++) {
      await new Promise((resume) => setTimeout(resume, 100 + random.below(600)));
      const [ackedBefore, seenBefore] = [acked.length, generationSeen()];
      const restart: () => Promise<Running> =
        kill % 2 === 0 ? () => installation.control() : () => installation.pop("pop", "--workers", "1");
      const victim = kill % 2 === 0 ? control : pop;
      await victim.kill("SIGKILL");
      const restarted = await restart();
      if (kill % 2 === 0) control = restarted;
      else pop = restarted;
      await until("writes are acked again", () => acked.length > ackedBefore + 1);
      await until("what was written since is seen", () => generationSeen() > seenBefore);
    }
    live = false;
    await Promise.all(working);
    expect(complaints).toEqual([]);

    const listed = await until("the POP shows the last acked incident", async () => {
      const answer = await get(address, `/api/v2/incidents/${acked.at(-1)}.json`, { host: sampleHost });
      return answer.status === 200;
    });
    expect(listed).toBe(true);
    for (const id of acked)
      expect([id, (await api.ask("GET", `/pages/${samplePage}/incidents/${id}`)).status]).toEqual([id, 200]);
    await pop.dismiss();
    await control.dismiss();

    await history.collect();
    expect(seen.length).toBeGreaterThan(kills * 5);
    const unsigned = seen.filter(
      ({ generation, path, encoding, digest }) => history.digestOf(generation, path, encoding) !== digest,
    );
    expect(unsigned).toEqual([]);
    expect(new Set(seen.map(({ generation }) => generation)).size).toBeGreaterThan(kills);
  },
  count(60_000, 600_000),
);
