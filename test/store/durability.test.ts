// An acked write survives a power failure: what a writer does to its file is recorded, each state that a failure may leave is opened.
// kill -9 keeps the page cache and so cannot show this. The switch that breaks it is the writer's mode `early`, which acks before the flush.
// Long: it opens what each power failure leaves.
import { describe, expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serialize } from "node:v8";
import { storeFile } from "../../src/store/open.ts";
import {
  type Deed,
  findRecorder,
  type Recorder,
  recordPreloaded,
  recordTraced,
} from "../support/record-writes.ts";
import { skipUnless } from "../support/skip.ts";
import { freshFolder } from "./stores.ts";

const found = findRecorder();
const recordable = skipUnless(
  found !== null,
  "neither a C compiler nor strace is here to record writes with",
);
const comparable = skipUnless(
  process.platform === "linux" && Bun.which("cc") !== null && Bun.which("strace") !== null,
  "a C compiler and strace are not both here",
);

describe("store/durability", () => {
  recordable(
    "power fails at any moment: every acked op and generation is there, whole",
    async () => {
      const deeds = await record(found?.record ?? recordPreloaded, "flushed");
      expect(countOf(deeds)).toMatchObject({ acks: 31 });
      const { states, lost, end } = await reopen(deeds);
      expect({ lost, end }).toEqual({ lost: [], end: `opened ${states}` });
      expect(states).toBeGreaterThan(200);
    },
    60_000,
  );

  recordable(
    "a writer that acks before the flush is caught",
    async () => {
      const { lost } = await reopen(await record(found?.record ?? recordPreloaded, "early"));
      expect(lost.length).toBeGreaterThan(0);
    },
    60_000,
  );

  comparable(
    "both recorders see the same deeds, but for the zeros by which the file grows",
    async () => {
      const [preloaded, traced] = [
        await record(recordPreloaded, "flushed"),
        await record(recordTraced, "flushed"),
      ];
      expect(countOf(traced)).toEqual(countOf(preloaded));
    },
    60_000,
  );
});

async function record(recorder: Recorder, mode: "flushed" | "early"): Promise<readonly Deed[]> {
  const scratch = freshFolder();
  const folder = join(scratch, "writer");
  const acks = join(scratch, "acks");
  const command = [process.execPath, join(import.meta.dir, "durability-writer.ts"), folder, acks, mode];
  const recorded = await recorder(command, { file: storeFile(folder), acks, scratch });
  expect({ exitCode: recorded.exitCode, stderr: recorded.stderr }).toEqual({ exitCode: 0, stderr: "" });
  return recorded.deeds;
}

async function reopen(deeds: readonly Deed[]): Promise<{ states: number; lost: string[]; end: string }> {
  const scratch = freshFolder();
  const images = join(scratch, "states");
  mkdirSync(images);
  writeFileSync(join(scratch, "deeds"), serialize(deeds));
  const command = [
    process.execPath,
    join(import.meta.dir, "durability-reopen.ts"),
    join(scratch, "deeds"),
    images,
  ];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  const lines = out.trim().split("\n");
  return {
    states: lines.filter((line) => line.startsWith("opening ")).length,
    lost: lines.filter((line) => line.startsWith("LOST ")),
    end: child.exitCode === 0 ? (lines.at(-1) ?? "") : `${lines.at(-1)}, then ${child.signalCode ?? err}`,
  };
}

/** Deeds by kind, and the bytes written but for zeros: the preloaded library does not see those, see record-writes.c. */
function countOf(deeds: readonly Deed[]): Record<string, number> {
  const count = { acks: 0, flushes: 0, through: 0, bytes: 0 };
  for (const deed of deeds) {
    if (deed.kind === "ack") count.acks++;
    else if (deed.kind === "flush") count.flushes++;
    else if (deed.bytes.some((byte) => byte !== 0)) count.bytes += deed.bytes.length;
    if (deed.kind === "through") count.through++;
  }
  return count;
}
