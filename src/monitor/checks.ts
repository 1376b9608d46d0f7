// The kinds of targets and how each is looked at. In: a target, what a look has to work with. Out: what was found, whatever happened. A kind is a line here.
import type { CheckTarget } from "../model/check.ts";
import { dnsHost, lookDns } from "./check-dns.ts";
import { httpHost, lookHttp } from "./check-http.ts";
import { lookTcp, tcpHost } from "./check-tcp.ts";
import { lookTls, tlsHost } from "./check-tls.ts";
import { lookWebsocket, websocketHost } from "./check-websocket.ts";
import { nothingSeen, type Seen } from "./connection.ts";
import { Failing, sentenceOf } from "./failing.ts";
import type { Found, LookedAt, LookTerms, Soon } from "./types.ts";

interface Kind<Target> {
  /** Throws Failing, or the signal's reason where it was called off. */
  look(target: Target, terms: LookTerms, seen: Seen): Promise<Soon>;
  /** The machine at the other end, as far as the target says. */
  host(target: Target): string;
}

const kinds: { readonly [K in LookedAt["kind"]]: Kind<Extract<LookedAt, { kind: K }>> } = {
  http: { look: lookHttp, host: httpHost },
  tcp: { look: lookTcp, host: tcpHost },
  tls: { look: lookTls, host: tlsHost },
  dns: { look: lookDns, host: dnsHost },
  websocket: { look: lookWebsocket, host: websocketHost },
};

const kindOf = (target: LookedAt): Kind<LookedAt> => kinds[target.kind] as Kind<LookedAt>;

/** A heartbeat comes by itself, and whoever keeps the pings judges it (heartbeat.ts). */
export const isLookedAt = (target: CheckTarget): target is LookedAt => target.kind !== "heartbeat";

export const hostOfTarget = (target: LookedAt): string => kindOf(target).host(target).toLowerCase();

/** Looks once. What is thrown is a defect of ours. */
export async function look(target: LookedAt, terms: LookTerms): Promise<Found> {
  const seen = nothingSeen();
  try {
    const soon = await kindOf(target).look(target, terms, seen);
    if (soon === null) return { state: "up", why: null, said: null, ...seen };
    return { state: "slow", why: "certificate", said: sentenceOf(soon), ...seen };
  } catch (thrown) {
    // Being called off shows as one error or another, wherever it was.
    if (terms.signal.aborted)
      return {
        state: "down",
        why: "timeout",
        said: `${slowStep(seen)} within ${terms.timeoutMs} ms.`,
        ...seen,
      };
    if (!(thrown instanceof Failing)) throw thrown;
    const { why, message } = thrown;
    return { state: why === "internal" ? "blind" : "down", why, said: sentenceOf(message), ...seen };
  }
}

function slowStep({ times: { nameMs, connectMs, tlsMs, firstByteMs } }: Seen): string {
  if (firstByteMs !== null) return "The answer began and was not whole";
  if (tlsMs !== null || connectMs !== null) return "Connected, and heard no answer";
  return nameMs === null ? "Nothing answered" : "The name was found, and there was no connection";
}
