// A network of one's own: a namespace with nothing but loopback, which goes with the process that is run in it. In: a script, sysctls of that
// network. Out: what the script printed.
import { spawnSync } from "node:child_process";
import { runLine } from "./command.ts";

/** Null where there can be one; else why not. */
export const noOwnNetworkReason: string | null =
  process.platform !== "linux" || process.getuid?.() !== 0
    ? "only root may have a network of its own"
    : spawnSync("unshare", ["--net", "sh", "-c", "ip link set lo up"]).status !== 0
      ? "this machine does not let a process have a network of its own"
      : null;

const entering = 'ip link set lo up && for pair in $0; do sysctl -qw "$pair" || exit 9; done && exec "$@"';

/** Runs a test's script under Bun. Rejects with what it wrote when it fails. */
export async function runInOwnNetwork(
  script: string,
  args: readonly string[],
  sysctls: readonly string[] = [],
): Promise<string> {
  const { code, out, err } = await runLine(
    ["unshare", "--net", "sh", "-c", entering, sysctls.join(" "), process.execPath, script, ...args],
    { env: { PATH: process.env.PATH ?? "" }, deadlineMs: 60_000 },
  );
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${err}`);
  return out;
}
