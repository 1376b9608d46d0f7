// DNS over TCP (RFC 7766): each message behind its length in two octets, as many on a connection as the client likes. In: wires, who answers. Out: what
// is told of each connection. Keeps no time: it is told of it.
//
// Answers go out in the order of their queries, for each is there at once. Where a client does not read, its connection is not read either, so that it
// holds at most `dnsTcpUnsentBytes` and what had come by then. Closed is: who asks nothing for `dnsTcpIdleMs`, takes nothing of an answer for as long,
// has been there for `dnsTcpAgeMsMax`, or sends what is no query; and where `dnsTcpConnectionsMax` are open, the one that has been silent longest.
import { limits } from "../base/limits.ts";
import type { Counter, Metrics } from "../base/metrics.ts";
import { OpenOnes } from "../host/open-ones.ts";
import type { PausableWire, Speaker } from "../host/wire.ts";
import { headerBytes } from "./query.ts";

export interface DnsStreamsOptions {
  answer(packet: Buffer, address: Uint8Array): Buffer | null;
  readonly nowMs: () => number;
  readonly metrics: Metrics;
}

export interface DnsStreams {
  open(wire: PausableWire, address: Uint8Array): Speaker;
  /** Called about once a second. */
  tick(): void;
  /** Answers what has come whole, and ends all connections; resolves when they are gone. `force` cuts them. */
  stop(force: boolean): Promise<void>;
}

export function createDnsStreams({ answer, nowMs, metrics }: DnsStreamsOptions): DnsStreams {
  const open = new OpenOnes<DnsConnection>();
  const closed = metrics.counter(
    "dns_tcp_closed_total",
    "TCP connections that were closed here, by reason.",
    "reason",
  );
  const opened = metrics.counter("dns_tcp_connections_total", "TCP connections.");
  metrics.watch("dns_tcp_open", "TCP connections that are open.", () => open.size);
  const shared: Shared = { open, closed, answer, nowMs };
  return {
    open(wire, address) {
      opened.add();
      const [silent] = open;
      if (open.size >= limits.dnsTcpConnectionsMax) silent?.close("crowded");
      const connection = new DnsConnection(wire, address, shared);
      open.add(connection);
      return connection;
    },
    tick() {
      for (const connection of [...open]) connection.tick();
    },
    stop(force) {
      for (const connection of [...open]) {
        if (force) connection.close("stopped");
        else connection.finish();
      }
      return open.none();
    },
  };
}

interface Shared {
  /** The one that has been silent longest comes first. */
  readonly open: OpenOnes<DnsConnection>;
  readonly closed: Counter;
  readonly answer: DnsStreamsOptions["answer"];
  readonly nowMs: () => number;
}

class DnsConnection implements Speaker {
  readonly #wire: PausableWire;
  readonly #address: Uint8Array;
  readonly #shared: Shared;
  readonly #bornMs: number;
  /** When a query was last answered, or something of an answer taken. */
  #movedMs: number;
  /** What came and is no whole message yet, or waits for the client to read. */
  #rest: Buffer = Buffer.alloc(0);
  #unsent: Buffer[] = [];
  #unsentBytes = 0;
  #isPaused = false;
  #isEnding = false;

  constructor(wire: PausableWire, address: Uint8Array, shared: Shared) {
    this.#wire = wire;
    this.#address = address;
    this.#shared = shared;
    this.#bornMs = shared.nowMs();
    this.#movedMs = this.#bornMs;
  }

  take(bytes: Uint8Array): void {
    if (this.#isEnding) return;
    const came = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#rest = this.#rest.length === 0 ? came : Buffer.concat([this.#rest, came]);
    this.#answer();
  }

  drained(): void {
    this.#flush();
    if (this.#unsentBytes > 0) return;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#wire.resume();
    }
    this.#answer();
  }

  /** It has asked everything, and may still read. */
  ended(): void {
    this.finish();
  }

  closed(): void {
    this.#unsent = [];
    this.#shared.open.delete(this);
  }

  /** Closes it once what was asked is answered and taken. */
  finish(): void {
    this.#isEnding = true;
    if (this.#unsentBytes === 0) this.#wire.end();
  }

  close(reason: string): void {
    this.#shared.closed.add(1, reason);
    this.#isEnding = true;
    this.#wire.close();
  }

  tick(): void {
    const now = this.#shared.nowMs();
    if (now - this.#movedMs >= limits.dnsTcpIdleMs) this.close(this.#unsentBytes > 0 ? "slow" : "idle");
    else if (now - this.#bornMs >= limits.dnsTcpAgeMsMax) this.close("age");
  }

  #answer(): void {
    const rest = this.#rest;
    let at = 0;
    while (rest.length - at >= 2 && this.#unsentBytes < limits.dnsTcpUnsentBytes) {
      const length = rest.readUInt16BE(at);
      if (length < headerBytes || length > limits.dnsQueryBytesMax) {
        this.close("malformed");
        return;
      }
      if (rest.length - at < 2 + length) break;
      this.#say(this.#shared.answer(rest.subarray(at + 2, at + 2 + length), this.#address));
      at += 2 + length;
    }
    // A copy, lest a few octets hold all that came with them.
    this.#rest = at === rest.length ? Buffer.alloc(0) : Buffer.from(rest.subarray(at));
    if (at > 0) this.#move();
    this.#flush();
    if (this.#unsentBytes >= limits.dnsTcpUnsentBytes && !this.#isPaused) {
      this.#isPaused = true;
      this.#wire.pause();
    }
  }

  #say(answer: Buffer | null): void {
    if (answer === null) return;
    this.#unsent.push(Buffer.of(answer.length >> 8, answer.length & 0xff), answer);
    this.#unsentBytes += 2 + answer.length;
  }

  #flush(): void {
    if (this.#unsentBytes === 0) return;
    const bytes = this.#unsent.length === 1 ? (this.#unsent[0] as Buffer) : Buffer.concat(this.#unsent);
    const taken = Math.max(0, this.#wire.write(bytes, 0, bytes.length));
    this.#unsentBytes = bytes.length - taken;
    this.#unsent = this.#unsentBytes === 0 ? [] : [bytes.subarray(taken)];
    if (taken > 0) this.#move();
    if (this.#unsentBytes === 0 && this.#isEnding) this.#wire.end();
  }

  #move(): void {
    this.#movedMs = this.#shared.nowMs();
    // To the end of the line. Not when it is alone: `OpenOnes.delete` would say that none is left. Nor when it is gone.
    if (this.#shared.open.size > 1 && this.#shared.open.delete(this)) this.#shared.open.add(this);
  }
}
