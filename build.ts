// One executable a target. In: src/main.ts, the addon and the runtime of the target. Out: dist/pharos, checked.
//   bun build.ts                  dist/pharos for this machine
//   bun build.ts --all            dist/pharos-<target> for every Linux and macOS target as well
// What this machine lacks for other targets comes from npm, at the versions and hashes of package-lock.json.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const root = import.meta.dirname;
const cache = join(root, "node_modules", ".cache", "pharos-build");

/** One platform. `interpreter` is the loader that the ELF header names; macOS has none. */
export interface Target {
  readonly name: string;
  readonly bunTarget: Bun.Build.CompileTarget;
  readonly bunPackage: string;
  readonly addonPackage: string;
  readonly addonFile: string;
  readonly machine: "elf-x64" | "elf-arm64" | "macho-x64" | "macho-arm64";
  readonly interpreter: string | null;
}

export const targets: readonly Target[] = [
  linux("x64", "x64", "glibc", "/lib64/ld-linux-x86-64.so.2"),
  linux("arm64", "aarch64", "glibc", "/lib/ld-linux-aarch64.so.1"),
  linux("x64", "x64", "musl", "/lib/ld-musl-x86_64.so.1"),
  linux("arm64", "aarch64", "musl", "/lib/ld-musl-aarch64.so.1"),
  darwin("x64", "x64"),
  darwin("arm64", "aarch64"),
];

function linux(arch: "x64" | "arm64", bunArch: string, libc: "glibc" | "musl", interpreter: string): Target {
  const suffix = libc === "musl" ? "-musl" : "";
  return {
    name: `linux-${arch}${suffix}`,
    bunTarget: `bun-linux-${arch}${suffix}` as Bun.Build.CompileTarget,
    bunPackage: `@oven/bun-linux-${bunArch}${suffix}`,
    addonPackage: `@lmdb/lmdb-linux-${arch}`,
    addonFile: `node.napi.${libc}.node`,
    machine: `elf-${arch}`,
    interpreter,
  };
}

function darwin(arch: "x64" | "arm64", bunArch: string): Target {
  return {
    name: `darwin-${arch}`,
    bunTarget: `bun-darwin-${arch}`,
    bunPackage: `@oven/bun-darwin-${bunArch}`,
    addonPackage: `@lmdb/lmdb-darwin-${arch}`,
    addonFile: "node.napi.node",
    machine: `macho-${arch}`,
    interpreter: null,
  };
}

/** The target that runs here. */
export function hostTarget(): Target {
  const musl = process.platform === "linux" && existsSync("/etc/alpine-release") ? "-musl" : "";
  const name = `${process.platform}-${process.arch}${musl}`;
  const found = targets.find((target) => target.name === name);
  if (found === undefined) throw new Error(`There is no build for ${name}.`);
  return found;
}

/** The commit that is checked out, `-dirty` where files differ from it; `unknown` outside of a checkout. */
export function commitHere(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return `${git("rev-parse", "HEAD")}${git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "-dirty"}`;
  } catch {
    return "unknown";
  }
}

/** The load harness as text, by path below loadtest/: the binary writes it out to run it, for k6 reads files. */
export function loadtestFiles(): Readonly<Record<string, string>> {
  const folders = ["lib", "profiles", "run", "scenarios"];
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, "loadtest", folder))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`),
  );
  return Object.fromEntries(
    [...paths, "baseline.json"]
      .toSorted()
      .map((path) => [path, readFileSync(join(root, "loadtest", path), "utf8")]),
  );
}

/** Compiles one target to `outfile` and checks what came out. */
export async function build(target: Target, outfile: string, commit: string): Promise<void> {
  const local = target.name === hostTarget().name;
  const addon = join(packageFolder(target.addonPackage, local), target.addonFile);
  const built = await Bun.build({
    entrypoints: [join(root, "src", "main.ts")],
    target: "bun",
    // Shorter identifiers break Elysia, which reads the source of its handlers.
    minify: { whitespace: true, syntax: true, identifiers: false },
    // Parsing took most of a start: with the parsed form beside the source, which Bun checks and falls back to, it takes a quarter of the time.
    bytecode: true,
    format: "esm",
    define: {
      "process.env.NODE_ENV": '"production"',
      __PHAROS_BUILD__: JSON.stringify({ commit, target: target.name }),
      __PHAROS_LOADTEST__: JSON.stringify(loadtestFiles()),
    },
    plugins: [nativeLoader(addon)],
    compile: {
      target: target.bunTarget,
      outfile,
      // The folder a server is started in is not its configuration.
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(local ? {} : { executablePath: join(packageFolder(target.bunPackage, false), "bin", "bun") }),
    },
  });
  if (!built.success) throw new AggregateError(built.logs, `The build for ${target.name} failed.`);
  if (target.name === "darwin-x64") writeFileSync(outfile, signMachO(readFileSync(outfile)));
  checkExecutable(target, outfile, addon);
}

/**
 * lmdb's loader looks for its package.json at run time, which a single file has not: it imports the addon instead.
 * msgpackr does without its optional addon when that throws.
 */
function nativeLoader(addon: string): Bun.BunPlugin {
  return {
    name: "native-loader",
    setup(builder) {
      builder.onLoad({ filter: /[\\/]lmdb[\\/]native\.js$/ }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const loaderImport = "import loadNAPI from 'node-gyp-build-optional-packages';";
        const loaderCall = "loadNAPI(dirName)";
        if (!source.includes(loaderImport) || !source.includes(loaderCall))
          throw new Error(`${path} has another loader than this build knows: adapt build.ts.`);
        const contents = source
          .replace(loaderImport, `import embeddedAddon from ${JSON.stringify(addon)};`)
          .replace(loaderCall, "embeddedAddon");
        return { contents, loader: "js" };
      });
      builder.onLoad({ filter: /[\\/]msgpackr-extract[\\/]index\.js$/ }, () => ({
        contents: 'throw new Error("msgpackr-extract is not part of this program");',
        loader: "js",
      }));
    },
  };
}

/** Where a package of a platform lies: installed for this machine, else fetched by npm and checked against the lock. */
function packageFolder(name: string, local: boolean): string {
  if (local) return join(root, "node_modules", name);
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const locked = lock.packages[`node_modules/${name}`] as { version: string; integrity: string } | undefined;
  if (locked === undefined) throw new Error(`package-lock.json names no ${name}.`);
  const folder = join(cache, `${name.replace("/", "+")}-${locked.version}`);
  if (existsSync(folder)) return join(folder, "package");
  mkdirSync(cache, { recursive: true });
  console.log(`fetching ${name} ${locked.version}`);
  const packed = JSON.parse(
    execFileSync("npm", ["pack", `${name}@${locked.version}`, "--json", "--pack-destination", cache], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const archive = join(cache, ([packed].flat()[0] ?? Object.values(packed)[0]).filename);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (integrity !== locked.integrity)
    throw new Error(`${name} ${locked.version} is not what package-lock.json names.`);
  const unpacked = `${folder}.part`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked);
  execFileSync("tar", ["-xzf", archive, "-C", unpacked]);
  rmSync(archive);
  execFileSync("mv", [unpacked, folder]);
  return join(folder, "package");
}

/** Throws where the file is for another machine or loader, or lacks the addon. */
export function checkExecutable(target: Target, file: string, addon: string): void {
  const bytes = readFileSync(file);
  const { machine, interpreter } = executableHeader(bytes);
  if (machine !== target.machine || interpreter !== target.interpreter)
    throw new Error(`${file} is ${machine} with ${interpreter}, not what ${target.name} runs.`);
  if (machine.startsWith("macho-") && !isSigned(bytes))
    throw new Error(`${file} has no valid signature: macOS would kill it.`);
  if (!bytes.includes(readFileSync(addon))) throw new Error(`${file} does not contain ${addon}.`);
}

/** Machine and loader of an executable: ELF (System V gABI, chapter 4) or Mach-O (mach-o/loader.h), little-endian, 64 bit. */
export function executableHeader(bytes: Buffer): { machine: string; interpreter: string | null } {
  const magic = bytes.readUInt32LE(0);
  if (magic === 0xfeedfacf) {
    const cpu = bytes.readUInt32LE(4);
    return { machine: `macho-${{ 16777223: "x64", 16777228: "arm64" }[cpu] ?? cpu}`, interpreter: null };
  }
  if (magic !== 0x464c457f) return { machine: "unknown", interpreter: null };
  const machine = `elf-${{ 62: "x64", 183: "arm64" }[bytes.readUInt16LE(18)] ?? bytes.readUInt16LE(18)}`;
  const table = Number(bytes.readBigUInt64LE(32));
  const entryBytes = bytes.readUInt16LE(54);
  for (let at = table; at < table + entryBytes * bytes.readUInt16LE(56); at += entryBytes) {
    if (bytes.readUInt32LE(at) !== 3) continue;
    const start = Number(bytes.readBigUInt64LE(at + 8));
    const text = bytes.toString("latin1", start, start + Number(bytes.readBigUInt64LE(at + 32)));
    return { machine, interpreter: text.replace(/\0.*$/s, "") };
  }
  return { machine, interpreter: null };
}

const pageBytes = 4096;
const directoryAt = 20;
const directoryBytes = 88;
/** The name that Bun writes too, so that both signatures of one program are the same bytes. */
const identifier = Buffer.from("a.out\0");

/** Where a Mach-O's load commands put its text, its link edit segment and its signature (mach-o/loader.h). */
function machOLayout(bytes: Buffer): { textBytes: bigint; linkEditAt: number; signatureAt: number } {
  const found = { textBytes: 0n, linkEditAt: 0, signatureAt: 0 };
  let at = 32;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const command = bytes.readUInt32LE(at);
    const segment = command === 0x19 ? bytes.toString("latin1", at + 8, at + 24).replace(/\0.*$/s, "") : "";
    if (segment === "__TEXT") found.textBytes = bytes.readBigUInt64LE(at + 48);
    if (segment === "__LINKEDIT") found.linkEditAt = at;
    if (command === 0x1d) found.signatureAt = at;
    at += bytes.readUInt32LE(at + 4);
  }
  if (found.linkEditAt === 0 || found.signatureAt === 0)
    throw new Error("The Mach-O has no place for a signature.");
  return found;
}

/** Hashes of the pages of what a signature covers; the last one of what is left, not of a whole page. */
function pageHashes(bytes: Buffer, limit: number): Buffer {
  const hashes: Buffer[] = [];
  for (let at = 0; at < limit; at += pageBytes)
    hashes.push(
      createHash("sha256")
        .update(bytes.subarray(at, Math.min(at + pageBytes, limit)))
        .digest(),
    );
  return Buffer.concat(hashes);
}

/**
 * The same program with an ad-hoc signature (kern/cs_blobs.h: one CodeDirectory 0x20400). Bun signs what it compiles for
 * arm64 and leaves for x64 the signature of the runtime that it started from, which no longer holds.
 */
export function signMachO(unsigned: Buffer): Buffer {
  const { textBytes, linkEditAt, signatureAt } = machOLayout(unsigned);
  const limit = unsigned.readUInt32LE(signatureAt + 8);
  const pages = Math.ceil(limit / pageBytes);
  const hashesAt = directoryBytes + identifier.length;
  const length = directoryAt + hashesAt + pages * 32;
  const signed = Buffer.alloc(limit + length);
  unsigned.copy(signed, 0, 0, limit);
  signed.writeUInt32LE(length, signatureAt + 12);
  signed.writeBigUInt64LE(BigInt(limit + length) - signed.readBigUInt64LE(linkEditAt + 40), linkEditAt + 48);
  const head = [0xfade0cc0, length, 1, 0, directoryAt];
  const directory = [
    0xfade0c02,
    length - directoryAt,
    0x20400,
    0x20002,
    hashesAt,
    directoryBytes,
    0,
    pages,
    limit,
  ];
  // Hash size and kind (32, sha256), platform, page size as a power of two; then four empty words, and the 64-bit limit.
  const rest = [0x2002000c, 0, 0, 0, 0, 0, 0];
  for (const [index, word] of [...head, ...directory, ...rest].entries())
    signed.writeUInt32BE(word, limit + index * 4);
  const segmentAt = limit + directoryAt + 64;
  signed.writeBigUInt64BE(0n, segmentAt);
  signed.writeBigUInt64BE(textBytes, segmentAt + 8);
  signed.writeBigUInt64BE(1n, segmentAt + 16);
  identifier.copy(signed, limit + directoryAt + directoryBytes);
  pageHashes(signed, limit).copy(signed, limit + directoryAt + hashesAt);
  return signed;
}

/** Whether every page is what the first CodeDirectory of the signature says. */
export function isSigned(bytes: Buffer): boolean {
  const { signatureAt } = machOLayout(bytes);
  const start = bytes.readUInt32LE(signatureAt + 8);
  const directory = start + bytes.readUInt32BE(start + 16);
  const limit = bytes.readUInt32BE(directory + 32);
  const hashes = directory + bytes.readUInt32BE(directory + 16);
  const expected = pageHashes(bytes, limit);
  return limit === start && expected.equals(bytes.subarray(hashes, hashes + expected.length));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } });
  const commit = commitHere();
  const out = resolve(root, "dist");
  mkdirSync(out, { recursive: true });
  const one = async (target: Target, outfile: string): Promise<void> => {
    const started = performance.now();
    await build(target, outfile, commit);
    const size = (statSync(outfile).size / 1e6).toFixed(0);
    console.log(
      `${outfile}  ${target.name}  ${size} MB  ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  };
  await one(hostTarget(), join(out, "pharos"));
  if (!values.all) return;
  for (const target of targets) {
    const outfile = join(out, `pharos-${target.name}`);
    if (target.name === hostTarget().name) copyFileSync(join(out, "pharos"), outfile);
    else await one(target, outfile);
  }
}

if (import.meta.main) await main();
