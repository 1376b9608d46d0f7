// Addresses and folders that another process has: the command that cannot start says which, exits with 1 and leaves nothing behind.
import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { lockFolder } from "../../src/host/lock.ts";
import { anotherUser, noOtherUserReason, runCommand, sentenceOf } from "../support/command.ts";
import { Installation, until } from "../support/installation.ts";
import { skipUnless } from "../support/skip.ts";
import { samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
const { folder, keys, rootKeyFile } = installation;
const taking: Server = createServer((socket) => socket.destroy());
await new Promise<void>((done) => taking.listen(0, "127.0.0.1", done));
const address = taking.address();
const taken = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
afterAll(async () => {
  taking.close();
  await installation.end();
});

const any = "127.0.0.1:0";

/** Each address of each command, and the command with that address taken. */
const commands: Readonly<Record<string, readonly string[]>> = {
  "the API of a control plane": ["control", "--listen", taken, "--feed", any],
  "the feed of a control plane": ["control", "--listen", any, "--feed", taken],
  "the ops address of a control plane": ["control", "--listen", any, "--feed", any, "--ops", taken],
  "the pages of a POP": ["edge", "--listen", taken],
  "the ops address of a POP": ["edge", "--listen", any, "--ops", taken],
  "the pages of a POP in one process": ["edge", "--workers", "0", "--listen", taken],
  "the ops address of a POP in one process": ["edge", "--workers", "0", "--listen", any, "--ops", taken],
};

for (const [name, [command = "", ...flags]] of Object.entries(commands)) {
  test(`taken: ${name}`, async () => {
    const data = join(folder, name);
    const trust = command === "control" ? ["--keys", keys] : ["--root-key", rootKeyFile];
    const began = systemClock.monotonicMs();
    const sentence = sentenceOf(await runCommand([command, "--data", data, ...trust, ...flags]), 1);
    expect(sentence).toContain(`${taken} is taken by another process`);
    // A child that was left behind would hold stdout, and with it the end of the command.
    expect(systemClock.monotonicMs() - began).toBeLessThan(2 * limits.stopGraceMs);
    lockFolder(data).release();
  });
}

test("an address that this machine lacks is named", async () => {
  for (const line of [
    ["control", "--keys", keys, "--listen", "192.0.2.77:8400"],
    ["edge", "--root-key", rootKeyFile, "--listen", "192.0.2.77:8080"],
  ]) {
    const said = await runCommand([...line, "--data", join(folder, "elsewhere")]);
    expect(sentenceOf(said, 1)).toContain("Cannot listen on 192.0.2.77:8");
  }
});

test("a data folder that cannot be made is named", async () => {
  const blocked = join(folder, "a-file");
  writeFileSync(blocked, "in the way");
  for (const line of [
    ["control", "--keys", keys],
    ["edge", "--root-key", rootKeyFile, "--listen", any],
    ["demo", "--port", "0"],
    ["token", "--page", "*"],
  ]) {
    const sentence = sentenceOf(await runCommand([...line, "--data", join(blocked, "data")]), 1);
    expect(sentence).toContain(join(blocked, "data"));
    expect(sentence).toContain("--data");
  }
});

const nobody = await anotherUser();

skipUnless(nobody !== null, noOtherUserReason)(
  "a data folder of another user is named, whatever may be done with it",
  async () => {
    const data = join(folder, "of-another");
    expect((await installation.run("token", "--page", "*", "--data", data)).code).toBe(0);
    // What leads to the keys may be passed, so that they are not what is refused.
    for (const place of [folder, keys]) chmodSync(place, 0o711);
    for (const file of readdirSync(keys)) chmodSync(join(keys, file), 0o644);
    for (const [mode, lockMode] of [
      [0o700, 0o600],
      [0o755, 0o644],
      [0o755, 0o666],
      [0o777, 0o666],
    ] as const) {
      chmodSync(data, mode);
      chmodSync(join(data, "lock"), lockMode);
      for (const line of [
        ["control", "--keys", keys, "--listen", any, "--feed", any],
        ["edge", "--root-key", rootKeyFile, "--listen", any],
        ["token", "--page", "*"],
      ]) {
        const said = await runCommand([...line, "--data", data], { before: nobody ?? [] });
        expect(sentenceOf(said, 1)).toContain(data);
      }
    }
  },
);

test("one control plane a folder; import, token and page go through the one that runs", async () => {
  const control = await installation.control();
  const data = join(folder, "control");
  const second = ["control", "--data", data, "--keys", keys, "--listen", any, "--feed", any];
  const sentence = sentenceOf(await runCommand(second), 1);
  expect(sentence).toContain(`The data folder ${data} is held by another process.`);

  const sample = writeSampleSummary(folder);
  const imported = await installation.run("import", "statuspage", sample, "--data", data);
  expect(imported).toMatchObject({ code: 0 });
  expect((await installation.run("page", "list", "--data", data)).out).toContain(samplePage);
  const token = await installation.token(samplePage);
  const listed = await fetch(`${control.says.api}/v1/pages/${samplePage}/incidents`, {
    headers: { authorization: `OAuth ${token}` },
  });
  expect([listed.status, await listed.json()]).toEqual([200, []]);
  await control.dismiss();
  expect((await installation.run("token", "list", "--data", data)).out).toContain(samplePage);
});

test("one POP a folder; the first serves on", async () => {
  const pop = await installation.pop();
  const data = join(folder, "pop");
  const seconds = ["0", "1"].map((workers) =>
    runCommand(["edge", "--data", data, "--root-key", rootKeyFile, "--listen", any, "--workers", workers]),
  );
  for (const said of await Promise.all(seconds))
    expect(sentenceOf(said, 1)).toContain(`The data folder ${data} is held by another process.`);
  // Workers share their port among themselves, so a POP on the port of another one would get half of its visitors.
  const visited = await installation.address("pop");
  const beside = ["edge", "--data", join(folder, "beside"), "--root-key", rootKeyFile, "--listen", visited];
  expect(sentenceOf(await runCommand(beside), 1)).toContain(`${visited} is taken by another process`);
  expect((await fetch(`${pop.says.ops}/healthz`)).status).toBe(200);
  await pop.kill("SIGKILL");
  const again = await until("the folder is free again", () => installation.pop().catch(() => null));
  await again.dismiss();
});

test("a folder of a control plane that was killed is free at once, its socket in the way of nobody", async () => {
  await (await installation.control()).kill("SIGKILL");
  expect((await installation.run("token", "list", "--data", join(folder, "control"))).code).toBe(0);
  const again = await installation.control();
  await again.dismiss();
  expect(await again.exited).toBe(0);
});

test("a store that is a folder is named", async () => {
  const data = join(folder, "odd");
  mkdirSync(join(data, "store", "data.mdb"), { recursive: true });
  const sentence = sentenceOf(await runCommand(["token", "--page", "*", "--data", data]), 1);
  expect(sentence).toContain(join(data, "store"));
});
