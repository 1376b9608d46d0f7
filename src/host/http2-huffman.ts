// Huffman's code of header fields (RFC 7541, 5.2 and B). In: bytes. Out: bytes; never throws.

// The code is canonical: shorter codes first, and those of one length in the order of their symbols. So lengths say all of it: one digit of
// base 32 for each of 256 symbols, and 30 bits of ones for the end.
const lengths =
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca" +
  "d67777777777777777777777878djde6f56565666577666567655677777fbeds" +
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq";

const endSymbol = 256;
const endBits = 30;

interface Code {
  readonly bits: number;
  readonly code: number;
}

function codesOf(): readonly Code[] {
  const bitsOf = [...lengths].map((digit) => Number.parseInt(digit, 32));
  bitsOf.push(endBits);
  const order = bitsOf.map((bits, symbol) => ({ bits, symbol }));
  order.sort((a, b) => a.bits - b.bits || a.symbol - b.symbol);
  const codes: Code[] = [];
  let code = 0;
  let before = order[0]?.bits ?? 0;
  for (const { bits, symbol } of order) {
    code *= 2 ** (bits - before);
    before = bits;
    codes[symbol] = { bits, code };
    code++;
  }
  return codes;
}

const codes = codesOf();

// Decoding takes four bits at a time: from a node of the tree and four bits follow the next node and at most one symbol, no code being
// shorter than five bits. An entry: next node, `emits` with a symbol, or `fails`.
const nodesMax = 256;
const emits = 1 << 16;
const fails = 1 << 17;

interface Node {
  readonly next: [Node | number | null, Node | number | null];
  readonly at: number;
  /** Bits from the root are at most seven and all of them ones: a text may end here. */
  readonly isEnd: boolean;
}

function treeOf(): readonly Node[] {
  const nodes: Node[] = [];
  const grow = (isEnd: boolean): Node => {
    const node: Node = { next: [null, null], at: nodes.length, isEnd };
    nodes.push(node);
    return node;
  };
  const root = grow(true);
  for (const [symbol, { bits, code }] of codes.entries()) {
    let node = root;
    for (let left = bits - 1; left > 0; left--) {
      const bit = Math.floor(code / 2 ** left) % 2 === 1 ? 1 : 0;
      const known = node.next[bit];
      const deep = bits - left;
      const next =
        typeof known === "object" && known !== null ? known : grow(node.isEnd && bit === 1 && deep < 8);
      node.next[bit] = next;
      node = next;
    }
    node.next[code % 2 === 1 ? 1 : 0] = symbol;
  }
  return nodes;
}

function tableOf(nodes: readonly Node[]): Uint32Array {
  const table = new Uint32Array(nodesMax * 16).fill(fails);
  const [root] = nodes;
  if (root === undefined || nodes.length > nodesMax)
    throw new Error("Huffman's code of RFC 7541 has 256 inner nodes.");
  for (const node of nodes)
    for (let nibble = 0; nibble < 16; nibble++) table[node.at * 16 + nibble] = entryOf(node, nibble, root);
  return table;
}

function entryOf(from: Node, nibble: number, root: Node): number {
  let node = from;
  let emitted = 0;
  for (let left = 3; left >= 0; left--) {
    const next = node.next[((nibble >> left) & 1) === 1 ? 1 : 0];
    if (next === null || next === endSymbol) return fails;
    if (typeof next === "number") {
      emitted = emits | (next << 8);
      node = root;
    } else node = next;
  }
  return node.at | emitted;
}

const nodes = treeOf();
const table = tableOf(nodes);
const isEnd: readonly boolean[] = nodes.map((node) => node.isEnd);

/** Symbols are bytes (8 bits), so an entry holds the node in its low byte and the symbol in the next. */
const lowByte = 0xff;

/** Bytes written to `to`, which has room for 8/5 of those read; -1 where they are no text in this code (RFC 7541, 5.2). */
export function unhuffman(bytes: Uint8Array, from: number, end: number, to: Uint8Array): number {
  let node = 0;
  let length = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    let entry = table[(node << 4) | (byte >> 4)] ?? fails;
    if (entry >= fails) return -1;
    if (entry >= emits) to[length++] = (entry >> 8) & lowByte;
    entry = table[((entry & lowByte) << 4) | (byte & 15)] ?? fails;
    if (entry >= fails) return -1;
    if (entry >= emits) to[length++] = (entry >> 8) & lowByte;
    node = entry & lowByte;
  }
  return isEnd[node] === true ? length : -1;
}

/** The text in this code, or null where that is no shorter. */
export function huffman(bytes: Uint8Array): Uint8Array | null {
  let bits = 0;
  for (const byte of bytes) bits += codes[byte]?.bits ?? 0;
  const length = Math.ceil(bits / 8);
  if (length >= bytes.length) return null;
  const coded = new Uint8Array(length);
  let at = 0;
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    const { bits: more, code } = codes[byte] ?? { bits: 0, code: 0 };
    // At most 7 + 28 bits: too many for 32-bit operators.
    held = held * 2 ** more + code;
    heldBits += more;
    while (heldBits >= 8) {
      heldBits -= 8;
      coded[at++] = Math.floor(held / 2 ** heldBits);
      held %= 2 ** heldBits;
    }
  }
  if (heldBits > 0) coded[at] = held * 2 ** (8 - heldBits) + (2 ** (8 - heldBits) - 1);
  return coded;
}
