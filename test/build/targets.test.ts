import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, hostTarget, isSigned, signMachO, type Target, targets } from "../../build.ts";
import { testLong } from "../support/seed.ts";
import { skipUnless } from "../support/skip.ts";

const folder = mkdtempSync(join(tmpdir(), "pharos-targets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A Mach-O of three load commands: text, link edit with a signature's place at its end, signature. */
function machO(contentBytes: number): Buffer {
  const bytes = Buffer.alloc(contentBytes + 8_000, 0x5a);
  bytes.fill(0, 0, 32 + 72 + 72 + 16);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(3, 16);
  const segment = (at: number, name: string, from: number, length: number): void => {
    bytes.writeUInt32LE(0x19, at);
    bytes.writeUInt32LE(72, at + 4);
    bytes.write(name, at + 8, "latin1");
    bytes.writeBigUInt64LE(BigInt(from), at + 40);
    bytes.writeBigUInt64LE(BigInt(length), at + 48);
  };
  segment(32, "__TEXT", 0, 8_192);
  segment(104, "__LINKEDIT", 8_192, bytes.length - 8_192);
  [0x1d, 16, contentBytes, 8_000].forEach((word, index) => void bytes.writeUInt32LE(word, 176 + index * 4));
  return bytes;
}

// A last page that is whole, one byte long, one byte short: its hash covers what there is and no padding.
for (const contentBytes of [40_960, 40_961, 45_055]) {
  test(`a signature over ${contentBytes} bytes holds, and breaks with any byte`, () => {
    const signed = signMachO(machO(contentBytes));
    expect(isSigned(signed)).toBe(true);
    expect(signed.readUInt32LE(176 + 8) + signed.readUInt32LE(176 + 12)).toBe(signed.length);
    expect(8_192n + signed.readBigUInt64LE(104 + 48)).toBe(BigInt(signed.length));
    expect(isSigned(signMachO(signed))).toBe(true);
    for (const at of [200, 5_000, contentBytes - 1]) {
      const altered = Buffer.from(signed);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect([at, isSigned(altered)]).toEqual([at, false]);
    }
  });
}

const testAll = skipUnless(testLong, "other machines' runtimes are fetched in npm run test:long alone");
for (const target of targets.filter(({ name }) => name !== hostTarget().name)) {
  // `build` checks machine, loader, signature and addon.
  testAll(
    `${target.name} is built, and runs where this machine can`,
    async () => {
      const file = join(folder, target.name);
      await build(target, file, "0".repeat(40));
      // Bun signs for arm64 itself: what is signed here must be the same bytes.
      if (target.name === "darwin-arm64")
        expect(signMachO(readFileSync(file)).equals(readFileSync(file))).toBe(true);
      const line = emulatorOf(target);
      if (line === null) return;
      const [program = "", ...args] = [...line, file, "version", "--json"];
      const ran = spawnSync(program, args, {
        encoding: "utf8",
        env: { PATH: "/nonexistent", TMPDIR: folder },
      });
      expect(JSON.parse(ran.stdout)).toMatchObject({ commit: "0".repeat(40), target: target.name });
    },
    180_000,
  );
}

/** What runs a foreign program here; null where nothing does. */
function emulatorOf(target: Target): readonly string[] | null {
  const qemu = "/usr/bin/qemu-aarch64";
  const libraries = "/usr/aarch64-linux-gnu";
  return target.name === "linux-arm64" && existsSync(qemu) && existsSync(libraries)
    ? [qemu, "-L", libraries]
    : null;
}
