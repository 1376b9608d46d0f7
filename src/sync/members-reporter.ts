// A POP says how it is. In: what it holds and what it was told last, its key, the source of the moment. Out: a signed report every few seconds.
// A relay carries the reports of those behind it along: they are signed, so who brings them does not matter.
import { Buffer } from "node:buffer";
import { type Clock, every, type Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { readAll } from "../host/dial.ts";
import { decode, Writer } from "../snapshot/bytes.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { signReport } from "../snapshot/report.ts";
import type { Head, Report } from "../snapshot/types.ts";
import { createCall, post, type SourceLine } from "./ask.ts";

/** How a POP is. */
export interface Reading {
  readonly level: 0 | 1;
  /** The last heartbeat that was accepted, and what it named. */
  readonly beat: { readonly sequence: number; readonly heads: ReadonlyMap<string, Head> } | null;
  readonly held: readonly Head[];
}

export interface ReporterOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Null where this POP has no key: it then only carries. */
  readonly key: SecretKey | null;
  /** The source that is listened to, null while there is none. */
  line(): SourceLine | null;
  read(): Reading;
  /** Is this page one that this POP gets? */
  gets(page: string): boolean;
  /** Thousandths of this machine's processors. */
  load(): number;
  /** Reports of others that came since this was asked last. */
  carried(): readonly Uint8Array[];
}

/** Above this a source that lies about the last sequence is not believed: there must be room to rise. */
const sequenceMax = 2 ** 50;

/** Starts to report. A report that is lost is not missed: the next one says more. */
export function startReporting(options: ReporterOptions): Timer {
  const { clock, key } = options;
  const outcomes = options.metrics.counter(
    "follow_reports_total",
    "Reports to the source, by outcome.",
    "outcome",
  );
  let sequence = 0;
  let sending = false;

  function own(): Uint8Array[] {
    if (key === null) return [];
    sequence = Math.max(sequence + 1, clock.wallMs());
    return [signReport(reportOf(options, sequence), key)];
  }

  /** The source says up to where it knows this POP's sequence: a clock that was set back must not silence a POP. */
  function learn(answer: Uint8Array): void {
    const last = decode(answer.subarray(0, 8), (reader) => reader.u64());
    if (last.ok && last.value < sequenceMax) sequence = Math.max(sequence, last.value);
  }

  async function send(): Promise<void> {
    const line = options.line();
    const reports = line === null || sending ? [] : [...own(), ...options.carried()];
    if (line === null || reports.length === 0) return;
    const call = createCall(clock, line.stopped, limits.answerMsMax);
    sending = true;
    try {
      const answer = await post(
        { ...line, prover: undefined },
        reportPath,
        encodeReports(reports),
        call.signal,
      );
      if (answer.status === 200) learn(await readAll(answer.body, 8 * limits.popsMax));
      outcomes.add(reports.length, answer.status === 200 ? "sent" : "refused");
      answer.close();
    } catch {
      // The line to the source says once why it is gone; a report is not worth a second line.
      outcomes.add(reports.length, "lost");
    } finally {
      sending = false;
      call.close();
    }
  }

  return every(clock, limits.reportMs, () => void send());
}

export const reportPath = "/sync/report";

/** Reports one after the other, each behind its length (2 bytes). */
export function encodeReports(reports: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  for (const bytes of reports) writer.u16(bytes.length).bytes(bytes);
  return Buffer.from(writer.done());
}

function reportOf({ clock, read, gets, load }: ReporterOptions, sequence: number): Report {
  const { level, beat, held } = read();
  const holds = new Map(held.map(({ page, generation }) => [page, generation]));
  const pages = new Set([...holds.keys(), ...(beat?.heads.keys() ?? [])]);
  const differing = [...pages]
    .filter((page) => gets(page) && holds.get(page) !== beat?.heads.get(page)?.generation)
    .sort();
  return {
    sequence,
    timeMs: clock.wallMs(),
    level,
    load: Math.min(Math.max(0, Math.round(load())), 0xffff),
    beat: beat?.sequence ?? 0,
    pages: held.length,
    differing: differing.length,
    held: differing
      .slice(0, limits.reportPagesMax)
      .map((page) => ({ page, generation: holds.get(page) ?? 0 })),
  };
}
