// Answers to packets that came before, byte for byte but for their id and the case of the name that is asked for, which resolvers send at random. In: a
// packet by UDP; its answer, and what counters and limits have to know of it. Out: the same again, without reading the packet. Dropped whole when zones or steering change, as the bodies of `answer-cache.ts` are.
//
// Rows of one piece of memory, each in one of two places by the packet's hash: the collector sees one object however many answers there are, and a look-up
// makes none. A packet has a row once it came twice. Memory is the system's until a row is written.
//
// | offset | size | field                                              |
// | -----: | ---: | -------------------------------------------------- |
// |      0 |    4 | hash of the packet, begun from a number that `clear` changes: no row from before it is met again |
// |      4 |    4 | kind of answer, for rate limiting                  |
// |      8 |    2 | length of the packet; 0 is an empty row            |
// |     10 |    2 | length of the answer                               |
// |     12 |    2 | rcode                                              |
// |     14 |    2 | type                                               |
// |     16 |    2 | where it leads: place in a list, from 1 on; 0 nowhere |
// |     18 |    2 | length of the answer that says no more than to come by TCP |
// |     20 |      | the packet without its id, its name in lower case; the answer without its id |
//
// The name is what stands behind the header up to the first zero, which may be less than all of it: what follows is compared as it is. Lengths of labels are no
// letters. An answer says the name once, where the question has it (compressed names point there), so it is the asker's own.
import type { Led } from "../zones/types.ts";

/** What is known of an answer beside its bytes. */
export interface Known {
  readonly kind: number;
  readonly rcode: number;
  readonly type: number;
  readonly led: Led | null;
  /** How long an answer is that says no more than to come by TCP. */
  readonly cutBytes: number;
}

export interface PacketCache {
  /** Its row; -1 where it has none. Good until the next `put` or `clear`. */
  find(packet: Uint8Array): number;
  answerBytes(row: number): number;
  known(row: number): Known;
  /** The answer, to be changed by whoever gets it, under the packet's id. */
  answer(row: number, packet: Uint8Array): Buffer;
  /** `answer` has the packet's id; both are good after it returns. */
  put(packet: Uint8Array, answer: Buffer, known: Known): void;
  clear(): void;
}

const rowBytes = 256;
const headBytes = 20;
const idBytes = 2;
/** Behind the header. */
const nameAt = 12;
const ledsMax = 65_535;

export function createPacketCache(bytesMax: number, marksMax: number): PacketCache {
  return new Rows(Math.floor(bytesMax / rowBytes / 2) * 2, marksMax);
}

class Rows implements PacketCache {
  readonly #rows: number;
  readonly #bytes: Buffer;
  readonly #words: Int32Array;
  readonly #shorts: Uint16Array;
  /** Hashes of packets that came once. */
  readonly #marks: Int32Array;
  #leds: Led[] = [];
  readonly #ledPlaces = new Map<string, number>();
  #isOurs = false;
  #turn = 0;
  #seed = 0x811c9dc5;

  constructor(rows: number, marksMax: number) {
    this.#rows = rows;
    const memory = new ArrayBuffer(rows * rowBytes);
    this.#bytes = Buffer.from(memory);
    this.#words = new Int32Array(memory);
    this.#shorts = new Uint16Array(memory);
    this.#marks = new Int32Array(marksMax);
  }

  find(packet: Uint8Array): number {
    const hash = hashOf(this.#seed, packet);
    const first = this.#firstRow(hash);
    if (this.#holds(first, hash, packet)) return first;
    return this.#holds(first + 1, hash, packet) ? first + 1 : -1;
  }

  answerBytes(row: number): number {
    return this.#shorts[(row * rowBytes + 10) >> 1] as number;
  }

  known(row: number): Known {
    const at = (row * rowBytes) >> 1;
    const led = this.#shorts[at + 8] as number;
    return {
      kind: this.#words[(row * rowBytes + 4) >> 2] as number,
      rcode: this.#shorts[at + 6] as number,
      type: this.#shorts[at + 7] as number,
      led: led === 0 ? null : (this.#leds[led - 1] as Led),
      cutBytes: this.#shorts[at + 9] as number,
    };
  }

  answer(row: number, packet: Uint8Array): Buffer {
    const start = row * rowBytes;
    const length = this.#shorts[(start + 10) >> 1] as number;
    const from = start + headBytes + (this.#shorts[(start + 8) >> 1] as number) - idBytes;
    const out = Buffer.allocUnsafe(length);
    out[0] = packet[0] as number;
    out[1] = packet[1] as number;
    this.#bytes.copy(out, idBytes, from, from + length - idBytes);
    for (let at = nameAt; at < packet.length && packet[at] !== 0; at++) out[at] = packet[at] as number;
    return out;
  }

  put(packet: Uint8Array, answer: Buffer, { kind, rcode, type, led, cutBytes }: Known): void {
    if (headBytes + packet.length + answer.length - 2 * idBytes > rowBytes) return;
    const hash = hashOf(this.#seed, packet);
    if (!this.#cameBefore(hash)) return;
    const place = led === null ? 0 : this.#ledPlace(led);
    if (place < 0) return;
    this.#claim();
    const row = this.#rowFor(hash);
    const start = row * rowBytes;
    this.#words[start >> 2] = hash;
    this.#words[(start >> 2) + 1] = kind;
    this.#shorts.set([packet.length, answer.length, rcode, type, place, cutBytes], (start + 8) >> 1);
    const own = start + headBytes - idBytes;
    this.#bytes.set(packet.subarray(idBytes), own + idBytes);
    for (let at = nameAt; at < packet.length && packet[at] !== 0; at++)
      this.#bytes[own + at] = lower(packet[at] as number);
    answer.copy(this.#bytes, start + headBytes + packet.length - idBytes, idBytes);
  }

  clear(): void {
    // To look at each row would take milliseconds, at each change of what steering knows.
    this.#seed = (this.#seed + 1) | 0;
    this.#leds = [];
    this.#ledPlaces.clear();
  }

  /** All of the memory with the first row: rows lie by their hash, and each would take a page of it for weeks, as a leak does. */
  #claim(): void {
    if (this.#isOurs) return;
    this.#isOurs = true;
    this.#bytes.fill(0);
  }

  /** The row and the one behind it are the packet's two places. */
  #firstRow(hash: number): number {
    return ((hash >>> 0) % (this.#rows >> 1)) * 2;
  }

  /** An empty one, else one or the other by turns. */
  #rowFor(hash: number): number {
    const first = this.#firstRow(hash);
    for (const row of [first, first + 1]) {
      const isEmpty = this.#shorts[(row * rowBytes + 8) >> 1] === 0;
      if (isEmpty || this.#words[(row * rowBytes) >> 2] === hash) return row;
    }
    this.#turn ^= 1;
    return first + this.#turn;
  }

  #holds(row: number, hash: number, packet: Uint8Array): boolean {
    const start = row * rowBytes;
    if (this.#words[start >> 2] !== hash) return false;
    if (this.#shorts[(start + 8) >> 1] !== packet.length) return false;
    const bytes = this.#bytes;
    const own = start + headBytes - idBytes;
    let at = idBytes;
    for (; at < nameAt; at++) if (bytes[own + at] !== packet[at]) return false;
    for (; at < packet.length && packet[at] !== 0; at++)
      if (bytes[own + at] !== lower(packet[at] as number)) return false;
    for (; at < packet.length; at++) if (bytes[own + at] !== packet[at]) return false;
    return true;
  }

  #cameBefore(hash: number): boolean {
    const place = (hash >>> 0) % this.#marks.length;
    if (this.#marks[place] === hash) return true;
    this.#marks[place] = hash;
    return false;
  }

  #ledPlace(led: Led): number {
    const name = `${led.first}\n${led.country}`;
    const known = this.#ledPlaces.get(name);
    if (known !== undefined) return known;
    if (this.#leds.length === ledsMax) return -1;
    this.#leds.push(led);
    this.#ledPlaces.set(name, this.#leds.length);
    return this.#leds.length;
  }
}

/**
 * FNV-1a over all but id and case. Of the same bytes two seeds never make the same hash, for each step can be undone. Who makes two packets of one hash takes a
 * row from one of them, which costs a look-up.
 */
function hashOf(seed: number, packet: Uint8Array): number {
  let hash = seed;
  let at = idBytes;
  for (; at < nameAt && at < packet.length; at++) hash = Math.imul(hash ^ (packet[at] as number), 0x01000193);
  for (; at < packet.length && packet[at] !== 0; at++)
    hash = Math.imul(hash ^ lower(packet[at] as number), 0x01000193);
  for (; at < packet.length; at++) hash = Math.imul(hash ^ (packet[at] as number), 0x01000193);
  return hash;
}

function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
