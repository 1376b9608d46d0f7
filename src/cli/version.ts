// `pharos version`: what exactly is running. In: what the build defined. Out: a line, or JSON.

import packageFile from "../../package.json" with { type: "json" };
import { defineCommand } from "./flags.ts";

/** Written into the binary by build.ts; absent where the source runs. */
declare const __PHAROS_BUILD__: { readonly commit: string; readonly target: string } | undefined;

export interface Version {
  readonly version: string;
  /** The commit it was built from, or `source` where nothing was built. */
  readonly commit: string;
  /** `linux-x64`, `linux-arm64-musl`, `darwin-arm64`, … */
  readonly target: string;
  /** `Bun 1.4.5`, `Deno 2.9.6`. */
  readonly runtime: string;
}

/** What is running. */
export function version(): Version {
  const built = typeof __PHAROS_BUILD__ === "undefined" ? undefined : __PHAROS_BUILD__;
  const { bun, deno, node } = process.versions;
  return {
    version: packageFile.version,
    commit: built?.commit ?? "source",
    target: built?.target ?? `${process.platform}-${process.arch}`,
    runtime: bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`,
  };
}

export const command = defineCommand({
  name: "version",
  summary: "name the commit, the target and the runtime of this program",
  example: "version --json",
  flags: { json: { kind: "boolean", help: "one JSON object" } },
  run(values, context) {
    const said = version();
    context.out(
      values.json
        ? JSON.stringify(said)
        : `pharos ${said.version}, commit ${said.commit}, ${said.target}, ${said.runtime}`,
    );
  },
});
