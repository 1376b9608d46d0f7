// Where k6 is. In: PATH. Out: its file; it is installed by Go after saying so, and where that cannot be, a sentence says how to get it.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Scenarios are written for it, and numbers of two versions are not to be compared. */
export const k6Version = "v1.8.1";
const module = `go.k6.io/k6@${k6Version}`;
const minutesMax = 10;
/** Where a k6 that plays `spike-1000x` spends its time: Go makes what is run most shorter by it. A compiled pharos does not have it, and does without. */
const profile = resolve(import.meta.dirname, "../k6.pgo");

export type Found =
  | { readonly kind: "found"; readonly file: string; readonly version: string }
  | { readonly kind: "missing"; readonly sentence: string };

/** Null where it is neither on PATH nor where Go installs programs. */
export function findK6(env: NodeJS.ProcessEnv = process.env): Found | null {
  const gopath = env.GOPATH ?? join(env.HOME ?? "", "go");
  const folders = [...(env.PATH ?? "").split(delimiter), join(gopath.split(delimiter)[0] ?? "", "bin")];
  const file = folders.map((folder) => join(folder, "k6")).find(isProgram);
  if (file === undefined) return null;
  const said = spawnSync(file, ["version"], { encoding: "utf8", env }).stdout ?? "";
  return { kind: "found", file, version: /v\d+\.\d+\.\d+/.exec(said)?.[0] ?? "unknown" };
}

/** Finds k6, or installs it. */
export function getK6(say: (line: string) => void, env: NodeJS.ProcessEnv = process.env): Found {
  const found = findK6(env);
  if (found !== null) return found;
  if (spawnSync("go", ["version"], { stdio: "ignore", env }).status !== 0)
    return {
      kind: "missing",
      sentence: `k6 is not installed, nor is Go, which could install it. Get k6 ${k6Version} from https://grafana.com/docs/k6/latest/set-up/install-k6/, put it on PATH, and try again.`,
    };
  const line = ["install", ...(existsSync(profile) ? [`-pgo=${profile}`] : []), module];
  say(`k6 is not installed: \`go ${line.join(" ")}\`, which takes some minutes the first time.`);
  const made = spawnSync("go", line, { encoding: "utf8", env, timeout: minutesMax * 60_000 });
  return (
    findK6(env) ?? {
      kind: "missing",
      sentence: `\`go install ${module}\` did not bring k6: ${(made.stderr ?? "").trim().split("\n").at(-1)}`,
    }
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
