// IP addresses between text and bytes. In: text as people write it, 4 or 16 bytes. Out: the other one; IPv6 is written as RFC 5952 says.
import { isIP } from "node:net";

/** 4 or 16 bytes; null where the text is no address. A zone (`%eth0`) belongs to one machine, and is none. */
export function addressBytes(text: string): Uint8Array<ArrayBuffer> | null {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 4) return Uint8Array.from(text.split("."), Number);
  return family === 6 ? ipv6Bytes(text) : null;
}

function ipv6Bytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const [head = "", tail] = text.split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  bytes.set(before, 0);
  bytes.set(after, 16 - after.length);
  return bytes;
}

function groups(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** The shortest way to write it: the longest run of zero groups, the first of equals, becomes `::`. */
export function showAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  const run = longestZeros(words);
  const hex = words.map((word) => word.toString(16));
  if (run.length < 2) return hex.join(":");
  return `${hex.slice(0, run.at).join(":")}::${hex.slice(run.at + run.length).join(":")}`;
}

function longestZeros(words: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < words.length; at++) {
    let length = 0;
    while (words[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  return best;
}
