// Long: installs a program of others from its registry, and lets it ask a control plane for a minute.
// Schemathesis (schemathesis.readthedocs.io) against a control plane that listens, by nothing but its document: it makes the requests, valid and not,
// and judges the answers. Installed into a folder of its own, in CI and in `npm run test:long`; where its registry is absent it is skipped by name.
import { afterAll, expect } from "bun:test";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ApiClient, Installation } from "../support/installation.ts";
import { seed } from "../support/property.ts";
import { count, testLong } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";

const run = promisify(execFile);
const release = "schemathesis==4.32.5";
const installMs = 300_000;
/** In CI it has to be done in 90 s where nothing else runs; here two cores may be shared. */
const runMs = count(270_000, 3_000_000);

/**
 * What is judged otherwise than by its default, and why. All other checks are on: no 5xx, statuses, content types, headers and bodies as the document
 * has them, no wrong method taken, `Allow`, nothing read after it was deleted, what was made is there, nothing without a key.
 *
 * | check                    | otherwise                  | because                                                                                    |
 * | ------------------------ | -------------------------- | ------------------------------------------------------------------------------------------ |
 * | not_a_server_error       | 501 is none                | the document says where Statuspage does what Pharos does not                                |
 * | positive_data_acceptance | 400, 412, 422, 501 are fine | a schema cannot say that an incident may not go from resolved to scheduled, or a zone exists |
 * | negative_data_rejection  | 412, 413, 501 are refusals | `If-Match` and the length are looked at before the body is                                   |
 *
 * What follows what is taken from the links of the document, not inferred: of 149 operations it infers 14,832, and then asks nothing.
 *
 * Left out are the revoking of keys, for who does it by chance revokes its own, and every answer from then on is 401; and those that take lines
 * (`application/x-ndjson`) or a table (`text/csv`), which it cannot write.
 */
const checks = `
[phases.stateful.inference]
algorithms = []

[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "501"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "412", "422", "501"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "422", "501"]
`;
const leftOut = [
  "--exclude-operation-id",
  "delete_api_pharos_v1_tokens_token_id",
  "--exclude-path-regex",
  "/(import/(points|subscribers)|subscribers/csv)$",
];

/** What ids in paths are taken from, mostly: by the operation that makes one. */
const made: Readonly<Record<string, readonly [path: string, body: (at: number) => object]>> = {
  component_id: ["components", (at) => ({ component: { name: `Part ${at}` } })],
  id: ["component-groups", (at) => ({ component_group: { name: `Group ${at}`, components: [] } })],
  incident_id: ["incidents", (at) => ({ incident: { name: `Down ${at}`, body: "We look." } })],
  metric_id: ["metrics", (at) => ({ metric: { name: `Latency ${at}` } })],
  template_id: [
    "incident_templates",
    (at) => ({ template: { name: `T${at}`, title: "Slow", body: "We look." } }),
  ],
  metrics_provider_id: ["metrics_providers", () => ({ metrics_provider: { type: "Self" } })],
  page_access_user_id: ["page_access_users", (at) => ({ page_access_user: { email: `u${at}@example.com` } })],
  page_access_group_id: ["page_access_groups", (at) => ({ page_access_group: { name: `G${at}` } })],
  subscriber_id: ["subscribers", (at) => ({ subscriber: { email: `s${at}@example.com` } })],
};
/** Some are deleted on the way. */
const ofEach = 8;

const wanted = testLong || process.env.CI === "true";
const folder = wanted ? mkdtempSync(join(tmpdir(), "pharos-schemathesis-")) : "";
const program = join(folder, "venv", "bin", "schemathesis");
const installed = wanted && (await install());

async function install(): Promise<boolean> {
  const options = { timeout: installMs };
  try {
    await run("python3", ["-m", "venv", join(folder, "venv")], options);
    await run(join(folder, "venv", "bin", "pip"), ["install", "-q", "--no-input", release], options);
    return true;
  } catch (thrown) {
    console.log(`${release} could not be installed: ${String(thrown).split("\n")[0]}`);
    return false;
  }
}

afterAll(() => {
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

const reason = wanted ? "its registry is absent" : "only in CI and in npm run test:long";

skipUnless(installed, reason)(
  `schemathesis finds nothing (seed ${seed})`,
  async () => {
    const there = new Installation();
    try {
      await there.control("--api-rate", "0");
      const token = await there.token();
      const api = `http://${await there.address("api")}`;
      const config = join(folder, "schemathesis.toml");
      writeFileSync(config, await configFor(there, new ApiClient(api, token)));
      const found = await judge(config, api, token);
      expect(found).toEqual({ code: 0, said: expect.any(String) });
      // A phase that found nothing to ask says so in a line, and ends well.
      expect(found.said.match(/^ *(?:⏭|❌).*/gm)?.map((line) => line.trim()) ?? []).toEqual(
        testLong ? [] : [expect.stringContaining("Coverage"), expect.stringContaining("Stateful")],
      );
    } finally {
      await there.end();
    }
  },
  runMs + 60_000,
);

/** A page with some of everything, and the names of it. */
async function configFor(there: Installation, client: ApiClient): Promise<string> {
  const data = join(there.folder, "control");
  const address = "https://status.example.org";
  const { code, out, err } = await there.run(
    "page",
    "create",
    "--data",
    data,
    "--name",
    "Example",
    "--url",
    address,
  );
  if (code !== 0) throw new Error(err);
  const page = out.trim().split(/\s+/).at(-1) ?? "";
  const lists: string[] = [];
  for (const [name, [path, body]] of Object.entries(made)) {
    const ids: unknown[] = [];
    for (let at = 0; at < ofEach; at++) {
      const { status, body: said } = await client.ask("POST", `/pages/${page}/${path}`, body(at));
      if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(said)}`);
      ids.push(said.id);
    }
    lists.push(`[dictionaries.${name}]\nvalues = ${JSON.stringify(ids)}`);
  }
  const names = Object.keys(made).map(
    (name) => `"path.${name}" = { dictionary = "${name}", probability = 0.9 }`,
  );
  return [`[parameters]\n"path.page_id" = "${page}"`, ...names, ...lists, checks].join("\n");
}

async function judge(config: string, api: string, token: string) {
  const args = [
    ...["--config-file", config, "run", `${api}/openapi.json`, "--header", `Authorization: Bearer ${token}`],
    ...["--phases", testLong ? "examples,coverage,fuzzing,stateful" : "examples,fuzzing"],
    ...["--max-examples", String(count(1, 20)), "--seed", String(seed), ...leftOut],
    ...[
      "--continue-on-failure",
      "--no-shrink",
      "--generation-database",
      "none",
      "--warnings",
      "off",
      "--no-color",
    ],
  ];
  // In its own folder: it leaves files where it stands.
  return run(program, args, { cwd: folder, timeout: runMs, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stdout = "" }: { readonly code?: unknown; readonly stdout?: string }) => ({
      code,
      said: stdout.slice(Math.max(0, stdout.search(/=+ (FAILURES|ERRORS) =+/))).slice(0, 20_000),
    }),
  );
}
