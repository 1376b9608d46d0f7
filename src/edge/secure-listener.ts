// A TLS listener that follows the files of its certificates. In: a place, certificates, a handler. Out: a listener that is always one, though
// another is put in its place when they change: Bun keeps the certificates that a listener began with, whatever it is told later.
import { type Clock, every } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Listener } from "../host/http.ts";
import { hasCertificateSwap } from "../host/runtime.ts";
import { listenVisitors, type VisitorOptions } from "../host/visitors.ts";
import type { HeldCertificate } from "./certificates.ts";
import type { TlsPlace } from "./listeners.ts";

export interface SecureOptions extends Pick<VisitorOptions, "answer" | "bodyBytesMax" | "remarks"> {
  readonly tls: TlsPlace;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface SecureListener extends Listener {
  /** Looks at the files now, and puts another listener in place where they changed. Never rejects. */
  reload(): Promise<void>;
}

/** Throws what `listenVisitors` throws. */
export function openSecure(options: SecureOptions): SecureListener {
  const { tls, clock, log, metrics } = options;
  const { certificates } = tls;
  const refusals = metrics.counter("edge_certificates_refused_total", "Certificates that could not be used.");
  const swaps = metrics.counter("edge_certificates_replaced_total", "Times that certificates were replaced.");
  const leaving = new Set<Listener>();
  let current = listen(options, tls.port, certificates.current);
  let settling = "";
  let seen = "";
  let reading: Promise<void> = Promise.resolve();
  const refuse = (sentence: string): void => {
    refusals.add();
    log.error(sentence);
  };

  for (const sentence of tls.refused) refuse(sentence);

  const renew = async (): Promise<void> => {
    const { certificates: held, refused, changed } = await certificates.read();
    for (const sentence of refused) refuse(sentence);
    if (!changed) return;
    try {
      const next = listen(options, current.port, held);
      retire(current, leaving, clock, () => log.info("The certificates before are no longer shown."));
      current = next;
      swaps.add();
      log.info("The certificates were replaced.", { certificates: held.length });
    } catch (thrown) {
      refuse(`The new certificates cannot be used: ${messageOf(thrown)} The ones before them stay.`);
    }
  };
  const reload = (): Promise<void> => {
    reading = reading.then(renew);
    return reading;
  };
  /** Files that are being written differ from one look to the next: they are read once they are at rest. */
  const poll = async (): Promise<void> => {
    const print = await certificates.print();
    if (print === settling && print !== seen) {
      seen = print;
      await reload();
    }
    settling = print;
  };

  const timers = [watchExpiry(options)];
  if (hasCertificateSwap) timers.push(every(clock, limits.certificatesPollMs, poll));
  else log.info("This runtime keeps the certificates that it began with: start it again for new ones.");
  const all = (): readonly Listener[] => [current, ...leaving];
  return {
    address: current.address,
    port: current.port,
    ready: current.ready,
    pendingRequests: () => all().reduce((sum, one) => sum + one.pendingRequests(), 0),
    drain: () => current.drain(),
    async stop(force) {
      for (const timer of timers) timer.cancel();
      await reading;
      await Promise.all(all().map((one) => one.stop(force)));
    },
    reload: hasCertificateSwap ? reload : async () => undefined,
  };
}

function listen(
  { tls: { host, http2, http3, publicPort }, answer, bodyBytesMax, remarks, clock }: SecureOptions,
  port: number,
  certificates: readonly HeldCertificate[],
): Listener {
  // Always shared: the next one takes its place beside it.
  return listenVisitors({
    address: host,
    port,
    reusePort: true,
    tls: { certificates, http2, http3, publicPort },
    bodyBytesMax,
    answer,
    remarks,
    clock,
  });
}

/**
 * Who holds a connection is told so with the next answer; what is idle then is closed, and what is never read to its end after a while too.
 * Whoever comes from now on is the next one's.
 */
function retire(listener: Listener, leaving: Set<Listener>, clock: Clock, left: () => void): void {
  leaving.add(listener);
  listener.close?.();
  listener.drain();
  clock.after(limits.drainMs, async () => {
    await listener.stop();
    leaving.delete(listener);
    left();
  });
  clock.after(limits.drainMs + limits.lingerMs, () => void listener.stop(true));
}

/** Says once a day what will soon be no good, and gives the moments as numbers. */
function watchExpiry({ tls: { certificates }, clock, log, metrics }: SecureOptions): { cancel(): void } {
  const soonest = (): readonly HeldCertificate[] =>
    [...certificates.current].sort((a, b) => a.expiresMs - b.expiresMs);
  metrics.watchEach(
    "edge_certificate_expires_seconds",
    "Unix time at which the certificates end that end first.",
    "file",
    () =>
      soonest()
        .slice(0, limits.certificateGaugesMax)
        .map(({ file, expiresMs }) => [file, expiresMs / 1_000] as const),
  );
  const say = (): void => {
    const ending = soonest().filter(({ expiresMs }) => expiresMs - clock.wallMs() < limits.certificateSoonMs);
    const [first] = ending;
    if (first === undefined) return;
    const verb = first.expiresMs <= clock.wallMs() ? "ended" : "ends";
    log.warn(
      `The certificate ${first.file} ${verb} at ${new Date(first.expiresMs).toISOString()}: renew it.`,
      {
        others: ending.length - 1,
      },
    );
  };
  say();
  return every(clock, limits.certificateSayMs, say);
}
