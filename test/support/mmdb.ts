// Makes location databases (MaxMind DB file format 2.0), so that tests know what is in them. In: networks with records. Out: bytes of a file.
import { bitAt, type Network, parseNetwork } from "../../src/zones/networks.ts";

type Value = string | number | { readonly [key: string]: Value };

interface Node {
  readonly next: [Node | Value | null, Node | Value | null];
}

const isNode = (one: Node | Value | null): one is Node =>
  typeof one === "object" && one !== null && "next" in one && Array.isArray(one.next);

/** A file of both families (IPv4 below ::/96), or of IPv4 alone. Networks must not contain each other. */
export function mmdb(entries: readonly (readonly [string, Value])[], ipVersion: 4 | 6 = 6): Buffer {
  const top: Node = { next: [null, null] };
  for (const [text, value] of entries) place(top, networkOf(text, ipVersion), value);
  const nodes: Node[] = [];
  const collect = (node: Node): void => {
    nodes.push(node);
    for (const next of node.next) if (isNode(next)) collect(next);
  };
  collect(top);
  const chunks: Buffer[] = [];
  let length = 0;
  const offsets = new Map<Value, number>();
  const offsetOf = (value: Value): number => {
    const known = offsets.get(value);
    if (known !== undefined) return known;
    const bytes = encoded(value);
    chunks.push(bytes);
    offsets.set(value, length);
    length += bytes.length;
    return length - bytes.length;
  };
  const numbers = new Map(nodes.map((node, at) => [node, at]));
  const recordOf = (one: Node | Value | null): number => {
    if (one === null) return nodes.length;
    return isNode(one) ? (numbers.get(one) ?? 0) : nodes.length + 16 + offsetOf(one);
  };
  const tree = Buffer.alloc(nodes.length * 8);
  nodes.forEach((node, at) => {
    tree.writeUInt32BE(recordOf(node.next[0]), at * 8);
    tree.writeUInt32BE(recordOf(node.next[1]), at * 8 + 4);
  });
  const metadata = encoded({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_760_000_000,
    database_type: "Test",
    description: { de: "Orte", en: "Places by nobody (CC BY 4.0)" },
    ip_version: ipVersion,
    node_count: nodes.length,
    record_size: 32,
  });
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...chunks,
    Buffer.from("abcdef4d61784d696e642e636f6d", "hex"),
    metadata,
  ]);
}

function networkOf(text: string, ipVersion: 4 | 6): Network {
  const network = parseNetwork(text);
  if (network === null) throw new Error(`${text} is no network.`);
  if (network.address.length === 16 || ipVersion === 4) return network;
  return { address: Buffer.concat([Buffer.alloc(12), network.address]), bits: network.bits + 96 };
}

function place(top: Node, { address, bits }: Network, value: Value): void {
  let node = top;
  for (let at = 0; at < bits - 1; at++) {
    const bit = bitAt(address, at);
    const child = node.next[bit];
    const next: Node = isNode(child) ? child : { next: [null, null] };
    node.next[bit] = next;
    node = next;
  }
  node.next[bitAt(address, bits - 1)] = value;
}

function encoded(value: Value): Buffer {
  if (typeof value === "string") {
    const bytes = Buffer.from(value);
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === "object") {
    const pairs = Object.entries(value);
    return Buffer.concat([
      control(7, pairs.length),
      ...pairs.flatMap(([key, one]) => [encoded(key), encoded(one)]),
    ]);
  }
  if (Number.isInteger(value) && value >= 0) {
    const four = Buffer.alloc(4);
    four.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), four]);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return Buffer.concat([control(3, 8), bytes]);
}

/** Type in the upper three bits, length in the lower five, or 29 and one byte more. */
function control(type: number, length: number): Buffer {
  return length < 29 ? Buffer.of((type << 5) | length) : Buffer.of((type << 5) | 29, length - 29);
}
