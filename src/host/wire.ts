// A connection's bytes, whatever carries them: TCP, or TLS over it. In: nothing. Out: the shapes between sockets and who speaks a protocol on them.

/** The other end of a connection, as a runtime gives it. */
export interface Wire {
  /** How many bytes of these were taken. Fewer than all: `drained` will be told when there is room. */
  write(bytes: Uint8Array, from: number, length: number): number;
  /** Says that nothing more comes after what was taken; what the other end still sends is handed over. */
  shut(): void;
  /** Ends it after what was taken; nothing more is handed over. */
  end(): void;
  /** Ends it at once. */
  close(): void;
}

/** One that can be told to hand nothing over for a while. */
export interface PausableWire extends Wire {
  /** Until `resume` nothing that comes is handed over, but what has been read already. */
  pause(): void;
  resume(): void;
}

/** Who speaks on one connection, as the runtime sees it. */
export interface Speaker {
  /** Bytes came; nobody else holds them. */
  take(bytes: Uint8Array): void;
  /** There is room again for what `Wire.write` did not take. */
  drained(): void;
  /** The other end sends nothing more, and may still read. */
  ended(): void;
  /** It is gone. */
  closed(): void;
}
