// Header blocks written (RFC 7541). In: fields. Out: their block. `blockOf` leaves the client's dynamic table alone: so its block is the same on each
// connection, and is made once for all answers with the same lines. What enters the table is for http2-kept.ts to know.
import { huffman } from "./http2-huffman.ts";
import { staticField, staticName } from "./http2-static.ts";

/** An integer after `first`, whose low `bits` are its prefix (RFC 7541, 5.1). */
function integer(first: number, bits: number, value: number): number[] {
  const most = 2 ** bits - 1;
  if (value < most) return [first | value];
  const bytes = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

function text(value: string): number[] {
  const plain = Buffer.from(value, "latin1");
  const coded = huffman(plain);
  return coded === null
    ? [...integer(0, 7, plain.length), ...plain]
    : [...integer(0x80, 7, coded.length), ...coded];
}

/** A field by its place in one of the tables (RFC 7541, 6.1). */
export function indexBlock(index: number): Uint8Array {
  return new Uint8Array(integer(0x80, 7, index));
}

/** One field: by its index, or as a literal that is not kept. */
export function fieldBlock(name: string, value: string): Uint8Array {
  const exact = staticField(name, value);
  return exact > 0 ? indexBlock(exact) : keptFieldBlock(name, value, false);
}

/** A literal, which enters the client's table or not (RFC 7541, 6.2.1 and 6.2.2). */
export function keptFieldBlock(name: string, value: string, isKept: boolean): Uint8Array {
  const known = staticName(name);
  const [first, bits] = isKept ? [0x40, 6] : [0, 4];
  const named = known > 0 ? integer(first, bits, known) : [first, ...text(name)];
  return new Uint8Array([...named, ...text(value)]);
}

/** The same with the value's letters as they are: whoever has written it once may write others of that length in its place. */
export function plainFieldBlock(name: string, value: string): Uint8Array {
  const plain = Buffer.from(value, "latin1");
  return new Uint8Array([...integer(0, 4, staticName(name)), ...integer(0, 7, plain.length), ...plain]);
}

export function blockOf(fields: Iterable<readonly [name: string, value: string]>): Uint8Array {
  return Buffer.concat(Array.from(fields, ([name, value]) => fieldBlock(name, value)));
}
