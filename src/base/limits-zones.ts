// The bounds of zones (dns/). In: nothing. Out: a part of base/limits.ts, which is what is imported.

export const zoneLimits = {
  /** 100,000 names are 5 MB of text; a file of this length is read in under 20 s. */
  zoneBytesMax: 64 * 1024 * 1024,
  /** Measured: a name with one record takes 0.5 kB. */
  zoneNamesMax: 1_000_000,
  zonesMax: 10_000,
  /** A TOML file is parsed in one go, in which nobody is answered: 256 KiB take some 30 ms. Larger zones are master files. */
  zoneTomlBytesMax: 256 * 1024,
  /** Entries that a reading looks at between two looks at the clock: well under a millisecond. */
  zoneStepEntries: 64,
  /** So long a reading goes on while questions wait. */
  zoneSliceMs: 2,
  /** How often the files of zones are looked at; a change is read once it is the same at two looks. */
  zonePollMs: 2_000,
  /** So long who asks for a reading waits for all processes: twice what the largest file takes. */
  reloadMsMax: 40_000,
  /** After so many the rest says nothing new. */
  zoneMistakesMax: 20,
  /** Names that one answer goes through: resolvers give up after some ten themselves. */
  aliasesMax: 8,
} as const;
