// What is wrong with a certificate, or soon will be. In: what was shown, days of warning. Out: why it is down, or the sentence that warns.
import type { Clock } from "../base/clock.ts";
import type { ShownCertificate } from "../host/dial-secure.ts";
import { Failing } from "./failing.ts";
import type { Soon } from "./types.ts";

const dayMs = 86_400_000;

/** Throws where nobody should trust it. Its end is judged by who verified it, which is the machine's clock; a warning by the clock given. */
export function refuseDoubt(certificate: ShownCertificate | null, where: string): void {
  if (certificate?.doubt == null) return;
  throw new Failing("certificate", `The certificate of ${where} is refused: ${certificate.doubt}.`);
}

/** A sentence where it ends within so many days; null: it does not, or nobody asked. */
export function certificateFound(
  certificate: ShownCertificate | null,
  days: number | null,
  clock: Clock,
): Soon {
  if (certificate === null || days === null || certificate.endsMs === null) return null;
  const leftMs = certificate.endsMs - clock.wallMs();
  if (leftMs > days * dayMs) return null;
  const left = Math.max(0, Math.floor(leftMs / dayMs));
  const end = new Date(certificate.endsMs).toISOString().slice(0, 16).replace("T", " ");
  return `The certificate ends in ${left} ${left === 1 ? "day" : "days"}, at ${end} UTC.`;
}
