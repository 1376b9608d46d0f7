// Names whose servers are dead, beside one that is well. In a mount namespace with a resolver of the test's own.
import { expect } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skipUnless } from "../support/skip.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-names-"));
const file = join(folder, "resolv.conf");
writeFileSync(file, "nameserver 127.0.0.99\n");
const inOwnNames = (command: readonly string[]) =>
  spawnSync(
    "unshare",
    ["-m", "sh", "-c", `mount --bind ${file} /etc/resolv.conf && exec "$@"`, "sh", ...command],
    {
      encoding: "utf8",
      timeout: 15_000,
    },
  );
const testInNamespace = skipUnless(inOwnNames(["true"]).status === 0, "no mount namespace can be made here");

testInNamespace(
  "a name that is well waits for none of 64 that nobody answers for",
  () => {
    const { stdout, stderr } = inOwnNames([process.execPath, join(import.meta.dirname, "names-child.ts")]);
    rmSync(folder, { recursive: true });
    expect(stdout, stderr).not.toBe("");
    expect(JSON.parse(stdout)).toEqual({ address: "1.1.1.1", ended: 0 });
  },
  20_000,
);
