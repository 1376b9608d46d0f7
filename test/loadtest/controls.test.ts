// The harness tried on servers and generators whose verdict is known, with k6 itself. Skipped by name where there is no k6.
// Alone: a generator that shares its core with other tests is starved without using it up.
import { expect } from "bun:test";
import { controls, runControl } from "../../loadtest/run/controls.ts";
import { findK6, k6Version } from "../../loadtest/run/k6.ts";
import { skipUnless } from "../support/skip.ts";

const found = findK6();
const testWithK6 = skipUnless(found !== null, `k6 is not installed: go install go.k6.io/k6@${k6Version}`);

for (const control of controls)
  testWithK6(control.name, async () => {
    if (found?.kind !== "found") throw new Error("k6 is gone.");
    const { summary, ok } = await runControl(control, found);
    const { outcome, rows, reasons } = summary.verdict;
    expect({ outcome, ok, rows, reasons }).toMatchObject({ outcome: control.wants, ok: true });
  });
