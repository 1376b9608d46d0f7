// A connection to a target, made anew for each look. In: a host, a port, with or without TLS. Out: what can be read and written, and where the time went.
// None is kept for the next look: what is asked is whether somebody who comes now is let in, and a connection that is still open hides a listener that
// died, a name that leads elsewhere and a certificate that ended. 10,000 checks a minute are 167 connections a second, which is little.
import { isIP, type Socket } from "node:net";
import { Fault } from "../base/fault.ts";
import { dialSocket } from "../host/dial.ts";
import { type ShownCertificate, secure } from "../host/dial-secure.ts";
import { type Reached, reach } from "../host/reach.ts";
import { Failing, failingOf } from "./failing.ts";
import type { LookTerms, ProbeTimes } from "./types.ts";

/** What a look has learned so far; also where it fails later. */
export interface Seen {
  times: ProbeTimes;
  certificateEndsMs: number | null;
}

export const nothingSeen = (): Seen => ({
  times: { nameMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
  certificateEndsMs: null,
});

export interface Place {
  readonly host: string;
  readonly port: number;
  /** Name that a certificate is asked for; null: without TLS. */
  readonly secureAs: string | null;
}

export interface Connection {
  readonly where: string;
  readonly certificate: ShownCertificate | null;
  write(bytes: Uint8Array | string): void;
  /** The next bytes; null: the other side has ended. Throws Failing. */
  read(): Promise<Buffer | null>;
  close(): void;
}

/** Throws Failing; `timeout` is told apart by who called it off. */
export async function connectTo(place: Place, terms: LookTerms, seen: Seen): Promise<Connection> {
  const where = `${isIP(place.host) === 6 ? `[${place.host}]` : place.host}:${place.port}`;
  const since = stopwatch(terms);
  const { address } = await addressOf(place.host, terms);
  seen.times = { ...seen.times, nameMs: isIP(place.host) === 0 ? since() : null };
  const socket = await socketTo({ host: address, port: place.port }, terms, where);
  seen.times = { ...seen.times, connectMs: since() };
  if (place.secureAs === null) return connectionOver(socket, where, null, terms);
  const secured = await securely(socket, place.secureAs, terms, where);
  seen.times = { ...seen.times, tlsMs: since() };
  seen.certificateEndsMs = secured.certificate.endsMs;
  return connectionOver(secured.socket, where, secured.certificate, terms);
}

/** Each call: ms since the one before. */
export function stopwatch({ clock }: Pick<LookTerms, "clock">): () => number {
  let last = clock.monotonicMs();
  return () => {
    const now = clock.monotonicMs();
    const took = now - last;
    last = now;
    return took;
  };
}

/** Where a name leads, as long as it is wanted: a look-up cannot be called off, and is left behind. */
export async function addressOf(host: string, { allowed, signal }: LookTerms): Promise<Reached> {
  signal.throwIfAborted();
  const calledOff = Promise.withResolvers<never>();
  const stop = (): void => calledOff.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([reach(host, { policy: "foreign", allowed }), calledOff.promise]);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "unreachable") throw new Failing("name", thrown.message);
    throw failingOf(thrown, host);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function socketTo(
  place: { host: string; port: number },
  terms: LookTerms,
  where: string,
): Promise<Socket> {
  const { allowed, timeoutMs, signal } = terms;
  try {
    return await dialSocket(place, { policy: "foreign", allowed, timeoutMs, signal });
  } catch (thrown) {
    throw failingOf(thrown, where);
  }
}

async function securely(socket: Socket, name: string, { authorities, signal }: LookTerms, where: string) {
  const stop = (): void => void socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await secure(socket, { name, authorities });
  } catch (thrown) {
    socket.destroy();
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Failing("tls", `${where} and this POP came to no TLS connection: ${said.replace(/\.?$/, ".")}`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function connectionOver(
  socket: Socket,
  where: string,
  certificate: ShownCertificate | null,
  { signal }: LookTerms,
): Connection {
  const chunks = socket[Symbol.asyncIterator]();
  const close = (): void => {
    signal.removeEventListener("abort", close);
    socket.destroy();
  };
  signal.addEventListener("abort", close, { once: true });
  // A signal that ended a moment ago tells no new listener.
  if (signal.aborted) close();
  // What comes after the look is over, and what a write met, is told by the next read or by nobody.
  socket.on("error", () => {});
  return {
    where,
    certificate,
    write: (bytes) => void socket.write(bytes),
    async read() {
      try {
        const { value, done } = await chunks.next();
        // A socket that was closed from here ends as one that the other side has ended.
        signal.throwIfAborted();
        return done === true ? null : (value as Buffer);
      } catch (thrown) {
        throw failingOf(thrown, where);
      }
    },
    close,
  };
}
