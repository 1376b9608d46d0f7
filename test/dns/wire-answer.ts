// A DNS answer as one line, whatever order its records came in. In: the bytes of a message. Out: text. Knows only what comparisons need.
import { nameAt, showName } from "../../src/zones/names.ts";
import { showRdata } from "../../src/zones/rdata.ts";
import { rcodeWord, types, typeWord } from "../../src/zones/types.ts";

/** Names in the rdata of these may be compressed (RFC 3597, 4): where they begin, and how many there are. */
const compressed: ReadonlyMap<number, readonly [at: number, names: number]> = new Map([
  [types.NS, [0, 1]],
  [types.CNAME, [0, 1]],
  [types.PTR, [0, 1]],
  [types.MX, [2, 1]],
  [types.SOA, [0, 2]],
  [types.SRV, [6, 1]],
]);

export function readAnswer(message: Buffer): string {
  const flags = message.readUInt16BE(2);
  let at = 12;
  for (let question = message.readUInt16BE(4); question > 0; question--) at = nameEnd(message, at) + 4;
  const sections: string[] = [];
  for (const [index, prefix] of ["", "authority ", "additional "].entries()) {
    const lines: string[] = [];
    for (let left = message.readUInt16BE(6 + 2 * index); left > 0; left--) {
      const name = nameOf(message, at);
      at = nameEnd(message, at);
      const [type, ttl, length] = [
        message.readUInt16BE(at),
        message.readUInt32BE(at + 4),
        message.readUInt16BE(at + 8),
      ];
      const rdata = rdataOf(message, type, at + 10, length);
      at += 10 + length;
      if (type !== types.OPT)
        lines.push(`${prefix}${showName(name)} ${ttl} ${typeWord(type)} ${showRdata(type, rdata)}`);
    }
    sections.push(...lines.sort());
  }
  return [`${rcodeWord(flags & 15)}${flags & 0x400 ? " aa" : ""}`, ...sections].join(" | ");
}

function rdataOf(message: Buffer, type: number, at: number, length: number): Uint8Array {
  const [first, names] = compressed.get(type) ?? [length, 0];
  const parts = [message.subarray(at, at + first)];
  let next = at + first;
  for (let name = 0; name < names; name++) {
    parts.push(Buffer.from(nameOf(message, next), "latin1"));
    next = nameEnd(message, next);
  }
  return Buffer.concat([...parts, message.subarray(next, at + length)]);
}

function nameOf(message: Buffer, from: number): string {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const length = message.readUInt8(at);
    if (length >= 0xc0) at = message.readUInt16BE(at) & 0x3fff;
    else {
      parts.push(message.subarray(at, at + 1 + length));
      at += 1 + length;
      if (length === 0) break;
    }
  }
  return nameAt(Buffer.concat(parts), 0) ?? "";
}

function nameEnd(message: Buffer, from: number): number {
  for (let at = from; ; ) {
    const length = message.readUInt8(at);
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
    if (length === 0) return at;
  }
}
