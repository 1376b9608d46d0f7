import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { commandEntries, loadCommand } from "../../src/cli/commands.ts";
import { readSettings } from "../../src/cli/settings.ts";
import { skipUnless } from "../support/skip.ts";

const deploy = resolve(import.meta.dirname, "../../deploy");
const composeFile = join(deploy, "compose.yaml");
const runs = (...line: readonly string[]) => spawnSync(line[0] ?? "", line.slice(1), { encoding: "utf8" });
const hasCompose = runs("docker", "compose", "version").status === 0;
const hasEngine = runs("docker", "buildx", "version").status === 0 && runs("docker", "info").status === 0;

interface Service {
  readonly image: string;
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly command: readonly string[];
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
}
const { services, volumes } = Bun.YAML.parse(readFileSync(composeFile, "utf8")) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const argsOf = (service: Service | undefined, flag: string): readonly string[] =>
  (service?.command ?? []).flatMap((word) =>
    word.startsWith(`--${flag}=`) ? [word.slice(flag.length + 3)] : [],
  );

test("compose: one control plane and three POPs, each at an address of its own", () => {
  expect(Object.keys(services)).toEqual(["control", "pop-1", "pop-2", "pop-3"]);
  expect(Object.keys(volumes)).toEqual(Object.keys(services));
  const published = Object.values(services).flatMap(({ ports }) => ports);
  expect(new Set(published).size).toBe(published.length);
  // Docker publishes past a firewall: nothing here is meant for other machines.
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.\d+:\d+:\d+$/);
});

for (const [name, service] of Object.entries(services)) {
  test(`compose: ${name} has no privileges, and writes to its volume and /tmp alone`, () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
    expect(service.tmpfs).toEqual([expect.stringMatching(/^\/tmp:exec,/)]);
    for (const volume of service.volumes) expect(volume).toMatch(/:ro$|^[a-z0-9-]+:\/var\/lib\/pharos$/);
    expect(service.volumes[0]).toBe(`${name}:/var/lib/pharos`);
    expect(join(service.build.context, service.build.dockerfile)).toBe("../deploy/Containerfile");
  });

  test(`compose: ${name}: its command and flags are read as they stand`, async () => {
    const [word, ...argv] = service.command;
    const entry = commandEntries.find((known) => known.name === word);
    if (entry === undefined) throw new Error(`There is no command ${word}.`);
    const commandNames = commandEntries.map((known) => known.name);
    const readFile = (): string => "";
    const settings = readSettings(await loadCommand(entry), { argv, env: {}, readFile, commandNames });
    expect(settings.kind).not.toBe("help");
    for (const path of [...argsOf(service, "keys"), ...argsOf(service, "root-key")])
      expect(service.volumes.map((volume) => volume.split(":")[1])).toContain(path);
  });

  test(`compose: ${name}: each source is where another service feeds`, () => {
    for (const source of argsOf(service, "source")) {
      const { hostname, port } = new URL(source);
      expect(hostname).not.toBe(name);
      expect(argsOf(services[hostname], "feed")).toEqual([`0.0.0.0:${port}`]);
    }
    for (const port of service.ports) {
      const listened = ["listen", "ops"].flatMap((flag) => argsOf(service, flag));
      expect(listened).toContain(`0.0.0.0:${port.split(":")[2]}`);
    }
  });
}

test("Containerfile: the built binary, on a base with its C library, run by a user who is nobody", () => {
  const lines = readFileSync(join(deploy, "Containerfile"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const words = lines.map((line) => line.split(" ")[0]);
  expect(words).toEqual(["FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "EXPOSE", "ENTRYPOINT", "CMD"]);
  expect(lines[0]).toBe("FROM debian:stable-slim");
  expect(lines[1]).toBe("COPY --chmod=0755 pharos /usr/local/bin/pharos");
  expect(lines.find((line) => line.startsWith("USER "))).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
  expect(lines.at(-2)).toBe('ENTRYPOINT ["/usr/local/bin/pharos"]');
});

skipUnless(hasCompose, "docker compose is absent")(
  "docker compose reads the file without a complaint",
  () => {
    const { status, stderr } = runs("docker", "compose", "-f", composeFile, "config", "--quiet");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  },
);

skipUnless(hasEngine, "no container engine with buildx runs here")(
  "docker build --check has no complaint",
  () => {
    const file = join(deploy, "Containerfile");
    const { status, stderr } = runs(
      "docker",
      "buildx",
      "build",
      "--check",
      "-f",
      file,
      join(deploy, "..", "dist"),
    );
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  },
);
