// The states that a power failure may leave a file in. In: what a process did to it. Out: bytes, with the acks told before.
// What was flushed is there. Of what was written since, anything may be there: nothing, all, halves, or some of it; a write that was
// under way may be there by half.
import type { Random } from "../../src/base/random.ts";
import type { Deed } from "../support/record-writes.ts";

export interface FileState {
  /** Number of the deed during which power failed. */
  readonly at: number;
  readonly how: string;
  readonly bytes: Uint8Array;
  readonly acks: readonly string[];
}

type Write = Extract<Deed, { kind: "write" | "through" }>;

export function* powerFailures(deeds: readonly Deed[], random: Random): Generator<FileState> {
  let kept: Uint8Array = new Uint8Array();
  let pending: Write[] = [];
  const acks: string[] = [];
  const state = (at: number, how: string, writes: readonly Write[]): FileState => ({
    at,
    how,
    bytes: writes.reduce(written, kept),
    acks: [...acks],
  });
  for (const [at, deed] of deeds.entries()) {
    if (deed.kind === "ack") acks.push(...deed.text.split("\n"));
    else if (deed.kind === "flush") {
      yield state(at, "nothing of what was not flushed", []);
      kept = pending.reduce(written, kept);
      pending = [];
    } else {
      yield state(at, "all before it, and half of it", [...pending, half(deed)]);
      if (pending.length > 0) yield state(at, "halves", pending.map(half));
      yield state(at, "some, and it", [...pending.filter(() => random.below(2) === 0), deed]);
      if (deed.kind === "through") kept = written(kept, deed);
      else pending.push(deed);
    }
  }
  yield state(deeds.length, "nothing of what was not flushed", []);
}

function half(write: Write): Write {
  return { ...write, bytes: write.bytes.subarray(0, Math.floor(write.bytes.length / 2)) };
}

function written(before: Uint8Array, { offset, bytes }: Write): Uint8Array {
  const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
  after.set(before);
  after.set(bytes, offset);
  return after;
}
