// Keys change while everything runs: another publisher key takes over and the old one is revoked; a lost emergency key is revoked, and what
// it said goes with it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keyFiles } from "../../src/cli/key-files.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { type Answer, get } from "../support/reader.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const there = new Installation();
afterAll(() => there.end());

const rootKey = join(there.keys, keyFiles.root.secret);
const nextKeys = join(there.folder, "keys-2");
const data = join(there.folder, "control");
let control: Running;
let pop = "";
let popOps = "";
let controlOps = "";

const look = (path = "/"): Promise<Answer> => get(pop, path, { host: sampleHost });
const levelIs = (level: string) =>
  until(`level ${level}`, async () => {
    const answer = await look().catch(() => null);
    return answer?.status === 200 && answer.headers["pharos-level"] === level && answer;
  });

/** Posts an incident, and waits until the POP has it. */
async function publishes(name: string): Promise<void> {
  const api = new ApiClient(`http://${await there.address("api")}`, await there.token());
  const incident = {
    name,
    status: "investigating",
    body: "We look.",
    components: { [sampleComponents[0]]: "partial_outage" },
  };
  expect((await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).status).toBe(201);
  await until(`the POP shows ${name}`, async () =>
    (await look("/api/v2/incidents/unresolved.json")).body.toString().includes(name),
  );
}

beforeAll(async () => {
  control = await there.control();
  await there.run("import", "statuspage", writeSampleSummary(there.folder), "--data", data);
  await there.pop("pop", "--workers", "1");
  pop = await there.address("pop");
  popOps = `http://${await there.address("pop-ops")}`;
  controlOps = `http://${await there.address("control-ops")}`;
  await levelIs("0");
}, 40_000);

test("another publisher key takes over: the POP follows it, and goes on when the old one is revoked", async () => {
  await publishes("Before");
  expect(await there.run("keygen", "publisher", "--root", rootKey, "--out", nextKeys)).toMatchObject({
    code: 0,
  });
  await control.dismiss();
  const addresses = await Promise.all(["api", "feed", "control-ops"].map((name) => there.address(name)));
  const flags = ["--listen", "--feed", "--ops"].flatMap((flag, at) => [flag, addresses[at] ?? ""]);
  control = await there.start("control", ["control", "--data", data, "--keys", nextKeys, ...flags]);
  await publishes("Under the next key");
  const old = join(there.keys, keyFiles.publisher.public);
  const revoked = join(there.folder, "revoked.signed");
  const signed = ["--root", rootKey, "--key", old, "--revoke", "--out", revoked, "--send", controlOps];
  expect(await there.run("keygen", "delegation", ...signed)).toMatchObject({ code: 0, err: "" });
  await publishes("After the revocation");
  const generation = (await levelIs("0")).headers["pharos-generation"];
  const brought = await fetch(`${popOps}/ingest`, {
    method: "POST",
    body: readFileSync(join(there.keys, keyFiles.delegation)),
  });
  expect(await brought.json()).toMatchObject({ outcome: "superseded" });
  expect((await look()).headers["pharos-generation"]).toBe(generation);
}, 60_000);

test("a lost emergency key is revoked: what it said is gone everywhere, and another key may speak", async () => {
  const say = (key: string) =>
    there.run("emergency", "--key", key, "--page", samplePage, "--text", "Buy now.", "--to", popOps);
  const lost = join(there.keys, keyFiles.emergency.secret);
  expect(await say(lost)).toMatchObject({ code: 0 });
  await levelIs("3");
  const revoked = join(there.folder, "emergency-revoked.signed");
  const key = join(there.keys, keyFiles.emergency.public);
  const signed = ["--root", rootKey, "--key", key, "--revoke", "--out", revoked, "--send", controlOps];
  expect(await there.run("keygen", "appointment", ...signed)).toMatchObject({ code: 0, err: "" });
  await levelIs("0");
  expect((await say(lost)).out).toContain("refused: Root has not appointed its key for emergencies.");
  const laptop = join(there.folder, "laptop");
  expect(await there.run("keygen", "emergency", "--root", rootKey, "--out", laptop)).toMatchObject({
    code: 0,
  });
  await fetch(`${controlOps}/ingest`, {
    method: "POST",
    body: readFileSync(join(laptop, keyFiles.appointment)),
  });
  await until("the other key is known at the POP", async () => {
    const said = await say(join(laptop, keyFiles.emergency.secret));
    return said.code === 0;
  });
  await levelIs("3");
}, 40_000);
