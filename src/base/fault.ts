// Errors as a catalogue: a code, a sentence (what and where), and what the reader can do.
// In: the place that knows all three. Out: one log line or one line on the terminal, written once, where the process meets the world.

/** Codes are stable: scripts and tests match them. Adding one is a line here. */
export type FaultCode =
  | "usage" // a flag, variable or setting has a value that is not allowed
  | "key-unreadable" // a key file is missing, unreadable or not a key
  | "document-refused" // a signed document does not verify, or its signer may not say this
  | "port-taken" // the address is in use
  | "address-refused" // the address cannot be bound or connected to for another reason
  | "folder-locked" // another process holds the data folder
  | "folder-unusable" // the data folder cannot be made, read or written
  | "disk-full" // a write did not fit or failed on the device
  | "store-corrupt" // the store's file is damaged
  | "store-format" // the store was written by a release that this one cannot read
  | "clock-behind" // the op-log is ahead of the wall clock
  | "import-refused" // the material to import is not what it should be
  | "folder-refused" // a folder holds what cannot be published
  | "not-found" // what was named does not exist
  | "busy" // more is waiting than may wait
  | "unreachable" // the other side did not answer
  | "internal"; // an assertion failed: a defect of this program

/** An expected failure: says what happened and where, and what to do about it. `exit` is the process's exit code. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly remedy: string;
  readonly exit: 1 | 2;

  constructor(code: FaultCode, sentence: string, remedy: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = "Fault";
    this.code = code;
    this.remedy = remedy;
    this.exit = code === "usage" ? 2 : 1;
  }
}

/** What must be true, in production too. `what` is a full sentence about the broken expectation. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition)
    throw new Fault("internal", what, "This is a defect of Pharos: please report it with this line.");
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
