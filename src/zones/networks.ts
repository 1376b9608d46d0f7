// Networks as bytes. In: text as people write it, bytes as packets carry it. Out: an address and a number of bits.
import { addressBytes, showAddress } from "./addresses.ts";

/** 4 or 16 bytes. */
export type Address = Uint8Array;

/** Zero beyond `bits`. */
export interface Network {
  readonly address: Address;
  readonly bits: number;
}

/** `192.0.2.0/24`, or an address, which is a network of its own. Null for what is none, also where bits beyond the prefix are set. */
export function parseNetwork(text: string): Network | null {
  const [left = "", right, ...more] = text.split("/");
  const address = addressBytes(left);
  if (address === null || more.length > 0) return null;
  const all = address.length * 8;
  if (right !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(right)) return null;
  const bits = right === undefined ? all : Number(right);
  if (bits > all || cut(address, bits).some((byte, at) => byte !== address[at])) return null;
  return { address, bits };
}

export function showNetwork({ address, bits }: Network): string {
  return `${showAddress(address)}/${bits}`;
}

/** The address with all bits from `bits` on set to zero. */
export function cut(address: Address, bits: number): Address {
  const kept = Uint8Array.from(address);
  const whole = bits >> 3;
  if (whole >= kept.length) return kept;
  kept[whole] = (kept[whole] ?? 0) & (0xff00 >> (bits & 7));
  return kept.fill(0, whole + 1);
}

export function bitAt(address: Address, at: number): 0 | 1 {
  return (((address[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) as 0 | 1;
}

const mappedBits = 96;

/** An IPv4 address in IPv6 clothes (`::ffff:0:0/96`, RFC 4291, 2.5.5.2) as what it is; any other network as it came. */
export function unmapped(network: Network): Network {
  const { address, bits } = network;
  const isMapped =
    address.length === 16 &&
    bits >= mappedBits &&
    address.subarray(0, 10).every((byte) => byte === 0) &&
    address[10] === 0xff &&
    address[11] === 0xff;
  return isMapped ? { address: address.slice(12), bits: bits - mappedBits } : network;
}
