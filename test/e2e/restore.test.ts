// A control plane is lost and comes back from a backup: POPs take the new epoch, and never again what the lost machine sends.
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { ApiClient, Installation, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
afterAll(() => installation.end());

const create = (name: string) => ({ incident: { name, status: "investigating", body: `${name}.` } });

test("a restored control plane publishes in a new epoch; the old one is refused from then on", async () => {
  const data = join(installation.folder, "control");
  const old = await installation.control();
  await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
  const token = await installation.token();
  const api = new ApiClient(`http://${await installation.address("api")}`, token);
  await installation.pop("pop", "--workers", "1");
  const address = await installation.address("pop");
  const shown = async (name: string): Promise<boolean> => {
    const answer = await get(address, "/api/v2/incidents.json", { host: sampleHost }).catch(() => null);
    return answer?.status === 200 && answer.body.includes(name);
  };

  expect((await api.ask("POST", `/pages/${samplePage}/incidents`, create("Before the copy"))).status).toBe(
    201,
  );
  await old.dismiss();
  const backup = join(installation.folder, "backup");
  expect(await installation.run("backup", "--data", data, "--out", backup)).toMatchObject({ code: 0 });

  const lost = await installation.control();
  for (const name of ["After the copy", "After it again"])
    expect((await api.ask("POST", `/pages/${samplePage}/incidents`, create(name))).status).toBe(201);
  await until("the POP shows what the copy lacks", () => shown("After it again"));
  await lost.kill("SIGKILL");

  const restored = join(installation.folder, "restored");
  const root = join(installation.keys, "root.key");
  expect(
    await installation.run("restore", "--from", backup, "--data", restored, "--root", root),
  ).toMatchObject({ code: 0 });
  const addresses = [
    "--listen",
    await installation.address("api"),
    "--feed",
    await installation.address("feed"),
  ];
  const control = ["control", "--keys", installation.keys, ...addresses];
  const next = await installation.start("restored", [...control, "--data", restored]);
  expect((await api.ask("POST", `/pages/${samplePage}/incidents`, create("After the restore"))).status).toBe(
    201,
  );
  await until("the POP has taken the new epoch", () => shown("After the restore"));
  expect(await shown("Before the copy")).toBe(true);
  expect(await shown("After the copy")).toBe(false);
  await next.dismiss();

  await installation.start("revenant", [...control, "--data", data]);
  expect((await api.ask("POST", `/pages/${samplePage}/incidents`, create("From the grave"))).status).toBe(
    201,
  );
  const ops = await installation.address("pop-ops");
  await until("the POP refuses the old epoch", async () =>
    /^pharos_follow_refused_total\{.*reason="epoch-behind".*\} [1-9]/m.test(
      (await get(ops, "/metrics")).body.toString(),
    ),
  );
  expect(await shown("From the grave")).toBe(false);
  expect(await shown("After the restore")).toBe(true);
}, 60_000);

test("a restore with another root key makes nothing", async () => {
  const other = new Installation();
  const root = join(other.keys, "root.key");
  const data = join(installation.folder, "restored-wrongly");
  const { code, err } = await installation.run(
    "restore",
    "--from",
    join(installation.folder, "backup"),
    "--data",
    data,
    "--root",
    root,
  );
  await other.end();
  expect(code).toBe(1);
  expect(err).toContain("The root key is not the one that signed the delegation in this backup.");
  const again = await installation.run(
    "restore",
    "--from",
    join(installation.folder, "backup"),
    "--data",
    data,
    "--root",
    join(installation.keys, "root.key"),
  );
  expect(again.code).toBe(0);
}, 30_000);
