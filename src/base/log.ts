// One line a happening, as JSON. In: level, sentence, fields. Out: a line on the given sink (stderr by default).
// Our own 30 lines: the kept loggers start worker threads for their transports, and a POP runs from a read-only root.
import type { Clock } from "./clock.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  error(sentence: string, fields?: LogFields): void;
  /** The same log with fields added to each line. */
  with(fields: LogFields): Log;
}

/** A log of JSON lines: {time, level, says, …fields}. `time` is ISO 8601 in UTC. */
export function createLog(clock: Clock, write: (line: string) => void, fixed: LogFields = {}): Log {
  const line = (level: string, says: string, fields: LogFields): void => {
    const time = new Date(clock.wallMs()).toISOString();
    // Written twice: first for their place in the line, last so that no field can take their name.
    write(`${JSON.stringify({ ...{ time, level, says }, ...fixed, ...fields, ...{ time, level, says } })}\n`);
  };
  return {
    info: (says, fields = {}) => line("info", says, fields),
    warn: (says, fields = {}) => line("warn", says, fields),
    error: (says, fields = {}) => line("error", says, fields),
    with: (fields) => createLog(clock, write, { ...fixed, ...fields }),
  };
}

/** A log that keeps nothing: for tests that assert something else. */
export const silentLog: Log = { info() {}, warn() {}, error() {}, with: () => silentLog };
