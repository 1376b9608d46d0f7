// Datagrams on an address. In: a place, who answers. Out: a listener that sends answers in batches; a taken port becomes Fault `port-taken`.
import { bindFault } from "./http.ts";
import { runtime } from "./runtime.ts";
import { openUdpBun } from "./udp-bun.ts";
import { openUdpNode } from "./udp-node.ts";

export interface UdpOptions {
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Other processes listen on the same port; the system gives each of them its share. Bun alone. */
  readonly shared: boolean;
  /** Called for each datagram; must not throw. What it gives is sent back. `packet` is its own to keep. */
  answer(packet: Buffer, from: string): Uint8Array | null;
  /** Answers left; `lost` of them did not, for nobody took them. */
  onSent(sent: number, lost: number): void;
}

export interface UdpListener {
  readonly port: number;
  /** Answers what has come, then closes. */
  stop(): Promise<void>;
}

/** Throws Fault `port-taken` or `address-refused`. */
export async function listenUdp(options: UdpOptions): Promise<UdpListener> {
  try {
    return await (runtime === "bun" ? openUdpBun(options) : openUdpNode(options));
  } catch (thrown) {
    throw bindFault(`${options.address}:${options.port} (UDP)`, thrown);
  }
}
