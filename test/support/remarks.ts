// What a listener says of itself, kept. In: nothing. Out: remarks to pass in, and what was said so far.
import { messageOf } from "../../src/base/fault.ts";
import type { RefusedHead, Remarks } from "../../src/host/remarks.ts";

export interface KeptRemarks extends Remarks {
  readonly defects: readonly string[];
  readonly refused: readonly RefusedHead[];
}

export function keepRemarks(): KeptRemarks {
  const defects: string[] = [];
  const refused: RefusedHead[] = [];
  return {
    defects,
    refused,
    onDefect: (thrown) => void defects.push(messageOf(thrown)),
    onRefused: (reason) => void refused.push(reason),
  };
}
