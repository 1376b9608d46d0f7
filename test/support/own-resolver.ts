// A program that sees a resolver of the test's own: /etc/resolv.conf of a mount namespace names 127.0.0.99. In: a script. Out: what it printed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { skipUnless } from "./skip.ts";

function inNamespace(command: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "pharos-resolver-"));
  const file = join(folder, "resolv.conf");
  writeFileSync(file, "nameserver 127.0.0.99\n");
  const script = `mount --bind ${file} /etc/resolv.conf && exec "$@"`;
  try {
    return spawnSync("unshare", ["-m", "sh", "-c", script, "sh", ...command], {
      encoding: "utf8",
      timeout: 15_000,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `test`, or its skipping twin where no such namespace can be made. */
export const testWithOwnResolver = skipUnless(
  inNamespace(["true"]).status === 0,
  "no mount namespace can be made here",
);

/** Runs a script to its end and gives the JSON that it printed. */
export function runWithOwnResolver(script: string): unknown {
  const { stdout, stderr } = inNamespace([process.execPath, script]);
  if (stdout === "") throw new Error(`${script} printed nothing: ${stderr}`);
  return JSON.parse(stdout);
}
