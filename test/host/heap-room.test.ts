// A process that begins again in its own place: the same process, with the same arguments and environment, and less room.
import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { skipUnless } from "../support/skip.ts";

const onLinux = skipUnless(process.platform === "linux", "other systems' heaps are left as they are");

function run(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const script = join(import.meta.dirname, "heap-room-child.ts");
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: "/nonexistent", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return new Promise<{ readonly pid: number | undefined; readonly says: unknown }>((done) =>
    child.once("close", () => done({ pid: child.pid, says: JSON.parse(said) })),
  );
}

onLinux("it is the same process, with what it was given", async () => {
  const args = ["control", "", "a b", "--name=Öffnung", "'\"$x"];
  const { pid, says } = await run({ ODD: "a=b\nc ü" }, ...args);
  expect(says).toEqual({ pid, why: null, room: ["300000000", "8000000", "0.4"], odd: "a=b\nc ü", args });
});

test("what the operator has said stays", async () => {
  const { pid, says } = await run({ BUN_JSC_forceRAMSize: "700000000" });
  expect(says).toMatchObject({ pid, why: null, room: ["700000000", null, null], args: [] });
});
