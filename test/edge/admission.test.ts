// Admission, by numbers: a worker whose clients read slowly, or not at all, as a table of what is under way.
import { describe, expect, test } from "bun:test";
import { createMetrics } from "../../src/base/metrics.ts";
import { type Admission, createAdmission } from "../../src/edge/admission.ts";
import { type Answer, fieldOf } from "../../src/host/asked.ts";

interface World extends Admission {
  /** Requests under way, beside the one that asks. */
  others: number;
  streams: number;
  text(): string;
  /** One request whose answer has so many bytes: the refusal, or null. */
  turn(bytes: number, accept?: string): Answer | null;
  /** The same, and whether it was let in. */
  ask(bytes: number): boolean;
}

function world(requestsMax = 100, bytesMax = 10_000): World {
  const metrics = createMetrics();
  let within = 0;
  const made: World = {
    others: 0,
    streams: 0,
    text: () => metrics.text(),
    turn(bytes, accept = "*/*") {
      within = 1;
      const refusal = made.refusal({ target: "/de/", field: () => accept });
      within = 0;
      if (refusal === null) made.answered(bytes);
      return refusal;
    },
    ask: (bytes) => made.turn(bytes) === null,
    ...createAdmission({
      pending: () => made.others + made.streams + within,
      streams: () => made.streams,
      requestsMax,
      bytesMax,
      metrics,
    }),
  };
  return made;
}

const pendingBytes = ({ text }: World): number =>
  Number(/^pharos_edge_pending_bytes (\d+)$/m.exec(text())?.[1]);

describe("edge/admission", () => {
  test("clients that read: whatever the length of answers, nothing is pending and all are let in", () => {
    const admission = world();
    for (let at = 0; at < 10_000; at++) expect(admission.ask(1_000_000)).toBe(true);
    expect(pendingBytes(admission)).toBe(0);
  });

  test("a client that does not read: its answer's bytes are counted, those of others between are not", () => {
    const admission = world();
    admission.ask(700);
    admission.ask(3_000);
    admission.others = 1;
    admission.ask(50);
    admission.ask(60);
    expect(pendingBytes(admission)).toBe(3_000);
    admission.ask(4_000);
    admission.others = 2;
    admission.ask(1);
    expect(pendingBytes(admission)).toBe(7_000);
  });

  test("too many bytes: refused with Retry-After and a few words, and let in again once they are gone", async () => {
    const admission = world();
    admission.ask(10_000);
    admission.others = 1;
    const refusal = admission.turn(1);
    expect(refusal?.status).toBe(503);
    expect(Number(fieldOf(refusal?.fields ?? [], "retry-after"))).toBeWithin(1, 11);
    expect(fieldOf(refusal?.fields ?? [], "cache-control")).toBe("no-store");
    expect(Buffer.from((refusal?.body ?? "") as Uint8Array).toString()).toMatch(
      /^This server is busy\..{1,80}\n$/,
    );
    const page = admission.turn(1, "text/html,*/*;q=0.8");
    expect(fieldOf(page?.fields ?? [], "content-type")).toStartWith("text/html");
    expect(Number(fieldOf(page?.fields ?? [], "retry-after"))).toBeWithin(1, 11);
    expect(Buffer.from((page?.body ?? "") as Uint8Array).toString()).toContain("<h1>Ausgelastet</h1>");
    expect(admission.text()).toContain('pharos_edge_refused_total{reason="bytes"} 2\n');
    admission.others = 0;
    expect(admission.ask(1)).toBe(true);
    expect(pendingBytes(admission)).toBe(0);
  });

  test("too many requests, though their answers are short", () => {
    const admission = world(3);
    admission.others = 2;
    expect(admission.ask(1)).toBe(true);
    admission.others = 3;
    expect(admission.ask(1)).toBe(false);
    expect(admission.text()).toContain('pharos_edge_refused_total{reason="requests"} 1\n');
  });

  test("event streams are no load", () => {
    const admission = world(3);
    admission.streams = 15_000;
    for (let at = 0; at < 100; at++) expect(admission.ask(1_000_000)).toBe(true);
    expect(pendingBytes(admission)).toBe(0);
  });

  test("requests that wait for a body count as requests, and as bytes once they have it", () => {
    const admission = world(3);
    admission.waits(1);
    admission.waits(1);
    admission.others = 2;
    expect(admission.ask(100)).toBe(true);
    expect(pendingBytes(admission)).toBe(0);
    admission.waits(-1);
    admission.waits(-1);
    admission.answered(2_000);
    admission.answered(4_000);
    admission.others = 1;
    admission.ask(1);
    // One of the three answers since is stuck, and which one nobody knows.
    expect(pendingBytes(admission)).toBe(Math.round(6_100 / 3));
    admission.waits(1);
    admission.others = 3;
    expect(admission.ask(1)).toBe(false);
  });

  test("slow readers that go: their bytes go with them, on average", () => {
    const admission = world();
    for (let at = 0; at < 4; at++) {
      admission.ask(2_000);
      admission.others++;
    }
    admission.ask(1);
    expect(pendingBytes(admission)).toBe(8_000);
    admission.others = 1;
    expect(pendingBytes(admission)).toBe(2_000);
    admission.ask(1);
    expect(pendingBytes(admission)).toBe(2_000);
  });

  test("those who were refused are told to come back at different times", () => {
    const admission = world(0);
    const told = Array.from({ length: 80 }, () => fieldOf(admission.turn(1)?.fields ?? [], "retry-after"));
    expect(new Set(told).size).toBeGreaterThan(4);
  });
});
