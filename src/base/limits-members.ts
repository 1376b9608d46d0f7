// Limits of POPs that joined a control plane, and of what they say of themselves (snapshot/, sync/). A part of limits.ts, which is where they are read.

export const memberLimits = {
  /** POPs of one registry: 512 with names and flags are about 50 KiB, which a signed document may have. */
  popsMax: 512,
  /** A one-time token to join by is good for this long. */
  popTokenMs: 3_600_000,
  joinBytesMax: 1024,
  /** How often a POP says how it is. */
  reportMs: 3_000,
  /** Pages that one report names; it counts the others. */
  reportPagesMax: 64,
  reportBytesMax: 8 * 1024,
  /** A proof whose count is this far below the highest seen is too old: so many requests of one POP may overtake each other. */
  proofsInFlightMax: 64,
} as const;
