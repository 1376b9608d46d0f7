// How a POP is, in its own words. In: a report and the POP's key, or bytes from anyone. Out: signed bytes, or a report and who made it.
// It names only what differs from the last heartbeat, so that its size does not grow with the number of pages.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import type { PublicKey, SecretKey } from "./keys.ts";
import { isPageId, pageCharsMax } from "./names.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Report } from "./types.ts";

export const reportFormat: SignedFormat<Report> = {
  context: "pharos/report/1",
  signer: "pop",
  bytesMax: limits.reportBytesMax,
  write(writer, report) {
    writer.u64(report.sequence).u64(report.timeMs).u8(report.level).u16(report.load).u64(report.beat);
    writer.u32(report.pages).u32(report.differing).count(report.held.length, limits.reportPagesMax);
    for (const { page, generation } of report.held) writer.name(page, pageCharsMax, isPageId).u64(generation);
  },
  read(reader) {
    const [sequence, timeMs] = [reader.u64(), reader.u64()];
    const level = reader.u8();
    if (level !== 0 && level !== 1) reader.stop("over-limit");
    const [load, beat] = [reader.u16(), reader.u64()];
    const [pages, differing] = [reader.u32(), reader.u32()];
    const count = reader.count(limits.reportPagesMax);
    if (count !== Math.min(differing, limits.reportPagesMax)) reader.stop("not-canonical");
    const held: { page: string; generation: number }[] = [];
    for (let at = 0; at < count; at++) {
      const page = reader.name(pageCharsMax, isPageId);
      if (page <= (held.at(-1)?.page ?? "")) reader.stop("not-canonical");
      held.push({ page, generation: reader.u64() });
    }
    return { sequence, timeMs, level: level === 0 ? 0 : 1, load, beat, pages, differing, held };
  },
};

/** Signed bytes of a report. `held` must be sorted by page and name what `differing` counts, up to its bound. */
export function signReport(report: Report, popKey: SecretKey): Uint8Array {
  return signAs(reportFormat, report, popKey);
}

/** A report of one of the keys that `knows` names. Whether its sequence rises is for who keeps the last one. */
export function openReport(
  bytes: Uint8Array,
  knows: (key: PublicKey) => boolean = () => true,
): Result<Opened<Report>, OpenReason> {
  return openAs(reportFormat, bytes, knows);
}
