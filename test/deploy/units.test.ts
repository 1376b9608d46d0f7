import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { commandEntries, loadCommand } from "../../src/cli/commands.ts";
import { sysctls } from "../../src/cli/doctor-checks.ts";
import { command as edgeCommand } from "../../src/cli/edge.ts";
import { variableOf } from "../../src/cli/flags.ts";
import { keyFiles } from "../../src/cli/key-files.ts";
import { skipUnless } from "../support/skip.ts";

const deploy = resolve(import.meta.dirname, "../../deploy");
const units = readdirSync(deploy).filter((file) => file.endsWith(".service"));
const folder = mkdtempSync(join(tmpdir(), "pharos-units-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const analyze = (...args: readonly string[]) => spawnSync("systemd-analyze", args, { encoding: "utf8" });
const present = analyze("--version").status === 0;
const knowsOffline = present && analyze("security", "--help").stdout.includes("--offline");
const testWithSystemd = skipUnless(present, "systemd-analyze is absent");
const testOffline = skipUnless(knowsOffline, "systemd-analyze cannot judge a unit offline");

/** Tenths of systemd's exposure level, from 0 to 100: what is left is the network, which is a server's purpose. */
const exposureMax = 20;

/** The unit with a program that this machine has in place of the installed one, for systemd looks whether it is there. */
function unit(name: string, change: (text: string) => string = (text) => text): string {
  const file = join(folder, name);
  const text = readFileSync(join(deploy, name), "utf8").replaceAll("/usr/local/bin/pharos", "/bin/true");
  writeFileSync(file, change(text));
  return file;
}

test("there is a unit for each long-running command", () => {
  expect(units.toSorted()).toEqual(["pharos-control.service", "pharos-demo.service", "pharos-edge.service"]);
});

test("the control plane's unit hands on every key file that a control plane reads, and no secret besides", () => {
  const text = readFileSync(join(deploy, "pharos-control.service"), "utf8");
  const handed = [...text.matchAll(/^LoadCredential=(\S+):\/etc\/pharos\/keys\/(\S+)$/gm)];
  for (const [, as, file] of handed) expect(as).toBe(file ?? "");
  const { publisher, root, delegation, appointment } = keyFiles;
  const read = [publisher.secret, root.public, delegation, appointment];
  expect(handed.map(([, as = ""]) => as).toSorted()).toEqual(read.toSorted());
});

test("a POP's unit bounds its files, tasks and memory, and has room for the most workers there can be", () => {
  const text = readFileSync(join(deploy, "pharos-edge.service"), "utf8");
  const value = (name: string) => Number(new RegExp(`^${name}=(\\d+)%?$`, "m").exec(text)?.[1]);
  const { max: workersMax = 0 } = edgeCommand.flags.workers as { max?: number };
  expect(value("TasksMax")).toBeGreaterThan(workersMax * 20);
  // Each worker's most requests, and as many event clients.
  expect(value("LimitNOFILE")).toBeGreaterThan(workersMax * (limits.pendingRequestsMax + 10_000));
  expect(value("MemoryHigh")).toBeLessThan(value("MemoryMax"));
  expect(value("MemoryMax")).toBeLessThan(100);
  expect(value("MemorySwapMax")).toBe(0);
});

test("the sysctls handed out are those that the doctor looks at", () => {
  const file = readFileSync(join(deploy, "pharos-sysctl.conf"), "utf8");
  expect(file).toContain("net.ipv4.tcp_migrate_req = 1\n");
  const handed = file.matchAll(/^([a-z0-9_.]+) = (\d+)$/gm);
  const asked = new Map(sysctls.map(({ name, atLeast }) => [name, atLeast]));
  const weak = [...handed].filter(([, name = "", value]) => Number(value) < (asked.get(name) ?? Infinity));
  expect(weak).toEqual([]);
});

testWithSystemd("with the drop-in for TLS a POP's unit is read without a complaint", () => {
  const text = readFileSync(join(deploy, "pharos-edge-tls.conf"), "utf8").replace(/^#.*$/gm, "");
  const file = unit("pharos-edge.service", (own) => own.replace("[Install]", `${text}\n[Install]`));
  expect(analyze("verify", file)).toMatchObject({ status: 0, stderr: "" });
});

for (const name of units) {
  testWithSystemd(`${name}: systemd reads it without a complaint`, () => {
    const { status, stderr } = analyze("verify", unit(name));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const misspelt = unit(name, (text) => text.replace("ProtectSystem=", "ProtectSystm="));
    expect(analyze("verify", misspelt).stderr).toContain("ProtectSystm");
  });

  testOffline(`${name}: what is open to an attacker stays below ${exposureMax / 10} of 10`, () => {
    const judge = (file: string) =>
      analyze("security", "--offline=true", `--threshold=${exposureMax}`, file).status;
    expect(judge(unit(name))).toBe(0);
    expect(
      judge(
        unit(name, (text) => text.replace(/^(SystemCallFilter|NoNewPrivileges|ProtectSystem)=.*$/gm, "")),
      ),
    ).toBe(1);
  });

  test(`${name}: compiled code may run, for the runtime compiles while it runs`, () => {
    expect(readFileSync(join(deploy, name), "utf8")).not.toMatch(/^MemoryDenyWriteExecute=/m);
  });

  test(`${name}: its command, flags and variables exist`, async () => {
    const text = readFileSync(join(deploy, name), "utf8");
    const [, line = ""] = /^ExecStart=\/usr\/local\/bin\/pharos (.*)$/m.exec(text) ?? [];
    const entry = commandEntries.find((known) => line.startsWith(known.name));
    if (entry === undefined) throw new Error(`The unit starts no known command: ${line}`);
    const command = await loadCommand(entry);
    const flags = ["config", ...Object.keys(command.flags)];
    for (const [, flag] of line.matchAll(/ --([a-z-]+)/g)) expect(flags).toContain(flag ?? "");
    for (const [, variable] of text.matchAll(/^Environment=(PHAROS_[A-Z_]+)=/gm))
      expect(flags.map(variableOf)).toContain(variable ?? "");
  });
}
