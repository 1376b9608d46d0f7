// The search tree of a location file (MaxMind DB file format 2.0), walked by the bytes of an address. In: the file's bytes and metadata. Out: which record
// an address has, and the widest network in which every address has one that says the same.
//
// `mmdb-lib` reads records, and takes addresses as text: an address taken apart into strings, some 50,000 a second, is what a process of DNS
// collected least willingly. A file may also tell neighbours apart that are one place to us, such as by postal code.
import type { Address } from "../zones/networks.ts";

export interface MmdbShape {
  readonly nodeCount: number;
  /** Bits of one of a node's two halves: 24, 28 or 32. */
  readonly recordSize: number;
  readonly ipVersion: number;
}

export interface MmdbTree {
  /**
   * `says` gives the same for records that say the same; `leaf` is a number of its own for each record, `noLeaf` where an address has none, and
   * `address` one that has it. At most `looks` nodes are looked at to widen a network. Throws RangeError where the tree leads out of the file.
   */
  find<Said>(
    address: Address,
    looks: number,
    says: (leaf: number, address: Address) => Said,
  ): { readonly said: Said; readonly bits: number };
}

export const noLeaf = -1;

const bitOf = (address: Address, at: number): number => ((address[at >> 3] as number) >> (7 - (at & 7))) & 1;

export function createMmdbTree(bytes: Buffer, { nodeCount, recordSize, ipVersion }: MmdbShape): MmdbTree {
  const nodeBytes = recordSize / 4;

  function child(node: number, bit: number): number {
    const at = node * nodeBytes;
    if (recordSize === 24) return bytes.readUIntBE(at + 3 * bit, 3);
    if (recordSize === 32) return bytes.readUInt32BE(at + 4 * bit);
    const shared = bytes.readUInt8(at + 3);
    return ((bit === 0 ? shared >> 4 : shared & 15) << 24) | bytes.readUIntBE(at + 4 * bit, 3);
  }

  const leafOf = (node: number): number => (node > nodeCount ? node : noLeaf);

  function firstOfFour(): number {
    let node = 0;
    for (let depth = 0; ipVersion === 6 && depth < 96 && node < nodeCount; depth++) node = child(node, 0);
    return node;
  }
  const four = firstOfFour();

  /** Do all addresses below say `said`? `at` is the first of them; gives the looks that are left, below zero for no. */
  function holds<Said>(
    top: number,
    at: Address,
    depth: number,
    looks: number,
    said: (leaf: number, address: Address) => boolean,
  ): number {
    if (looks <= 0) return -1;
    if (top >= nodeCount || depth >= 8 * at.length) return said(leafOf(top), at) ? looks - 1 : -1;
    const left = holds<Said>(child(top, 0), at, depth + 1, looks - 1, said);
    return left < 0 ? left : holds<Said>(child(top, 1), flipped(at, depth), depth + 1, left, said);
  }

  return {
    find(address, looks, says) {
      const path: number[] = [];
      let node = address.length === 4 ? four : 0;
      for (; path.length < 8 * address.length && node < nodeCount; ) {
        path.push(node);
        node = child(node, bitOf(address, path.length - 1));
      }
      const said = says(leafOf(node), address);
      let bits = path.length;
      for (let left = looks; bits > 0; bits--) {
        const beside = flipped(address, bits - 1);
        const sibling = child(path[bits - 1] as number, bitOf(beside, bits - 1));
        left = holds(sibling, beside, bits, left, (leaf, at) => says(leaf, at) === said);
        if (left < 0) break;
      }
      return { said, bits };
    },
  };
}

/** The first address of the network beside it: its bit `at` is the other one, and all behind are zero. */
function flipped(address: Address, at: number): Address {
  const other = new Uint8Array(address.length);
  const octet = at >> 3;
  for (let byte = 0; byte < octet; byte++) other[byte] = address[byte] as number;
  other[octet] = ((address[octet] as number) & (0xff00 >> (1 + (at & 7)))) ^ (0x80 >> (at & 7));
  return other;
}
