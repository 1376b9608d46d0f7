// Values by network, the longest that holds an address first. In: networks with values, an address. Out: the value, and how many bits of the
// address decide it: every address that shares them gets the same one, which is what a client subnet's scope says (RFC 7871, 7.2.1).
import { type Address, bitAt, type Network } from "../zones/networks.ts";

export interface NetworkMap<Value> {
  find(address: Address): { readonly value: Value | null; readonly bits: number };
}

interface Node<Value> {
  value: Value | null;
  readonly next: [Node<Value> | null, Node<Value> | null];
}

const emptyNode = <Value>(): Node<Value> => ({ value: null, next: [null, null] });

/** A tree of bits for each family. Of two values for one network the later one holds. */
export function createNetworkMap<Value>(entries: Iterable<readonly [Network, Value]>): NetworkMap<Value> {
  const roots = { 4: emptyNode<Value>(), 16: emptyNode<Value>() };
  const rootOf = (address: Address): Node<Value> => (address.length === 4 ? roots[4] : roots[16]);
  for (const [{ address, bits }, value] of entries) {
    let node = rootOf(address);
    for (let at = 0; at < bits; at++) {
      const bit = bitAt(address, at);
      const child = node.next[bit] ?? emptyNode<Value>();
      node.next[bit] = child;
      node = child;
    }
    node.value = value;
  }
  return {
    find(address) {
      let node = rootOf(address);
      let value = node.value;
      for (let at = 0; ; at++) {
        if (node.next[0] === null && node.next[1] === null) return { value, bits: at };
        const child = node.next[bitAt(address, at)];
        // The bit that leads away from all others decides, too.
        if (child === null) return { value, bits: at + 1 };
        node = child;
        value = node.value ?? value;
      }
    },
  };
}
