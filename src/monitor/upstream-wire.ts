// What the process that asks vendors and the control plane say to each other. In: messages. Out: frames (JSON), and messages of frames.
import type { UpstreamResult, UpstreamSource } from "../model/upstream.ts";

type Entries = readonly (readonly [key: string, result: UpstreamResult])[];

/** From now on these; `known` is what was learned before that process was. */
export interface ToRounds {
  readonly does: "follow";
  readonly sources: readonly UpstreamSource[];
  readonly known: Entries;
}

export interface FromRounds {
  readonly says: "round";
  readonly results: Entries;
  readonly ms: number;
  readonly askedCount: number;
}

export const toFrame = (message: ToRounds | FromRounds): Uint8Array => Buffer.from(JSON.stringify(message));

export const fromFrame = <Message extends ToRounds | FromRounds>(frame: Uint8Array): Message =>
  JSON.parse(Buffer.from(frame).toString()) as Message;
