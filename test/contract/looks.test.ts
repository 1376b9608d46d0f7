// The same targets are found to be the same on every runtime that a POP runs on.
import { describe, expect } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { denoProgram } from "../support/pop.ts";
import { runtimes } from "./runtimes.ts";

const script = join(import.meta.dirname, "looks.ts");
const programs: Readonly<Record<string, readonly string[]>> = {
  bun: [process.execPath, script],
  deno: [denoProgram, "run", "-A", script],
};

describe("looks", () => {
  // What is compiled is Bun's, and holds no tests.
  for (const { name, test } of runtimes.filter((one) => one.name in programs))
    test(`on ${name}`, () => {
      const [program = "", ...args] = programs[name] ?? [];
      const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 60_000 });
      expect(stdout, stderr).not.toBe("");
      expect(JSON.parse(stdout)).toEqual({
        "a page in chunks": "up",
        "a gzip bomb": "down: too-large",
        "HTML for JSON": "down: json",
        "an answer that ends early": "down: malformed",
        "an answer that hangs": "down: timeout",
        "a loop": "down: redirects",
        "nothing listens": "down: refused",
        "a name that is none": "down: name",
        "an address inside": "down: not-allowed",
        "a certificate that ends: a month": "up",
        "a certificate that ends: three days": "slow: certificate",
        "a certificate that ends: yesterday": "down: certificate",
        HTTPS: "up",
        "a certificate that nobody knows": "down: certificate",
        "a certificate for another name": "down: certificate",
        "no TLS": "down: tls",
        "a greeting": "up",
        "another greeting": "down: answer",
        "a WebSocket": "up",
        "a WebSocket that says something else": "down: timeout",
        "a name": "up",
        "a name that leads elsewhere": "down: answer",
      });
    }, 90_000);
});
