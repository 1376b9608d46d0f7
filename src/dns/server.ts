// Listens for queries by UDP and TCP. In: places, who answers. Out: a server that answers until it is stopped, and then what has come by then.
import { type Clock, every, pause } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { createRecent } from "../base/recent.ts";
import { collectDropped } from "../host/collect.ts";
import { listenStreams, type StreamListener } from "../host/streams.ts";
import { listenUdp, type UdpListener } from "../host/udp.ts";
import { addressBytes } from "../zones/addresses.ts";
import type { Answering } from "./answer.ts";
import { createDnsStreams } from "./stream.ts";
import type { DnsTally } from "./tally.ts";

export interface DnsPlace {
  readonly host: string;
  readonly port: number;
}

export interface DnsServerOptions {
  /** Port 0 lets the system choose, the same for UDP and TCP. */
  readonly places: readonly DnsPlace[];
  /** Other processes listen on the same ports. */
  readonly shared: boolean;
  readonly answering: Answering;
  readonly tally: DnsTally;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

export interface DnsServer {
  /** As they came to be. */
  readonly places: readonly DnsPlace[];
  stop(): Promise<void>;
}

/** Seconds: an answer that is held takes microseconds, and waits for those of its turn. */
const durations = [0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5];

/** Throws Fault `port-taken` or `address-refused`. */
export async function openDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { answering, clock, metrics } = options;
  const nowMs = (): number => clock.monotonicMs();
  const rest = createRest();
  const streams = createDnsStreams({
    answer(packet, address) {
      rest.came();
      return answering.answer(packet, address, "tcp");
    },
    nowMs,
    metrics,
  });
  const opened: { place: DnsPlace; udp: UdpListener; tcp: StreamListener }[] = [];
  const stop = async (): Promise<void> => {
    for (const { tcp } of opened) tcp.stop();
    await Promise.all(opened.map(({ udp }) => udp.stop()));
    await Promise.race([streams.stop(false), pause(clock, limits.stopGraceMs / 3)]);
    await streams.stop(true);
  };
  try {
    for (const place of options.places) opened.push(await openPlace(place, { ...options, rest }, streams));
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  const ticking = every(clock, limits.connectionsLookMs, () => {
    streams.tick();
    rest.look();
  });
  return {
    places: opened.map(({ place }) => place),
    stop() {
      ticking.cancel();
      return stop();
    },
  };
}

interface Rest {
  came(): void;
  look(): void;
}

/**
 * Collects once nobody asks any more. The engine lets what was thrown away grow to half of all it holds, the memory of answers with it, and leaves it there for
 * as long as nothing new is made: after a million queries a process weighed a third more than it needs.
 */
function createRest(): Rest {
  let sinceCollected = 0;
  let sinceLook = 0;
  return {
    came: () => void sinceLook++,
    look() {
      const isQuiet = sinceLook === 0;
      sinceCollected += sinceLook;
      sinceLook = 0;
      if (!isQuiet || sinceCollected < limits.dnsRestQueries) return;
      sinceCollected = 0;
      collectDropped();
    },
  };
}

/** A port that the system chose for UDP may be taken for TCP. */
const portsTried = 16;

async function openPlace(
  place: DnsPlace,
  options: DnsServerOptions & { readonly rest: Rest },
  streams: ReturnType<typeof createDnsStreams>,
): Promise<{ place: DnsPlace; udp: UdpListener; tcp: StreamListener }> {
  const { shared } = options;
  const { host, port } = place;
  const senders = createSenders();
  for (let tried = 1; ; tried++) {
    const udp = await listenUdp({ address: host, port, shared, ...datagrams(options, senders) });
    try {
      const tcp = await listenStreams({
        address: host,
        port: udp.port,
        shared,
        open: (wire, peer) => streams.open(wire, senders(peer.address ?? "")),
      });
      return { place: { host, port: udp.port }, udp, tcp };
    } catch (thrown) {
      await udp.stop();
      if (port !== 0 || tried === portsTried || !(thrown instanceof Fault) || thrown.code !== "port-taken")
        throw thrown;
    }
  }
}

/** The time of an answer is that of the slowest of its batch: from the first query that came to the last answer that left. */
function datagrams(
  { answering, tally, clock, metrics, rest }: DnsServerOptions & { readonly rest: Rest },
  senders: (text: string) => Uint8Array,
) {
  const took = metrics.histogram(
    "dns_answer_duration_seconds",
    "From a query's arrival over UDP to its answer's leaving, of the slowest of a batch.",
    durations,
  );
  let sinceMs = 0;
  let isOpen = false;
  return {
    answer(packet: Buffer, from: string): Buffer | null {
      if (!isOpen) {
        isOpen = true;
        sinceMs = clock.monotonicMs();
      }
      rest.came();
      return answering.answer(packet, senders(from), "udp");
    },
    onSent(sent: number, lost: number): void {
      isOpen = false;
      if (sent > 0) took.observe((clock.monotonicMs() - sinceMs) / 1_000, sent);
      if (lost > 0) tally.unsent(lost);
    },
  };
}

const nobody = new Uint8Array(4);

/** Bytes of addresses, those that came lately without reading their text again. IPv4 in IPv6 clothes is IPv4. */
function createSenders(): (text: string) => Uint8Array {
  const known = createRecent<Uint8Array>(limits.dnsSendersMax, () => 1);
  return (text) => {
    const held = known.get(text);
    if (held !== undefined) return held;
    const bytes = addressBytes(text.split("%")[0] ?? "") ?? nobody;
    const isMapped =
      bytes.length === 16 && bytes.every((byte, at) => at >= 12 || byte === (at < 10 ? 0 : 0xff));
    const own = isMapped ? bytes.slice(12) : bytes;
    known.set(text, own);
    return own;
  };
}
