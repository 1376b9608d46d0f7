// SipHash-2-4 (Aumasson, Bernstein 2012): a short keyed hash, by which a server knows its cookies again. In: a key of 16 bytes, bytes. Out: 8 bytes.
// In halves of 32 bits: BigInt makes an object of each of some 200 sums, and a cookie is checked for each query that carries one.

/** A key, read once. */
export type SipKey = readonly [k0: number, k0High: number, k1: number, k1High: number];

export function sipKey(key: Uint8Array): SipKey {
  const view = new DataView(key.buffer, key.byteOffset, 16);
  return [view.getInt32(0, true), view.getInt32(4, true), view.getInt32(8, true), view.getInt32(12, true)];
}

/** v0 to v3, low half before high half. */
const state = new Int32Array(8);

/** Hashes the first `length` bytes and writes 8 bytes to `out` at `at`. */
export function sipHash(key: SipKey, bytes: Uint8Array, length: number, out: Uint8Array, at: number): void {
  const [k0, k0High, k1, k1High] = key;
  const v = state;
  v[0] = k0 ^ 0x70736575;
  v[1] = k0High ^ 0x736f6d65;
  v[2] = k1 ^ 0x6e646f6d;
  v[3] = k1High ^ 0x646f7261;
  v[4] = k0 ^ 0x6e657261;
  v[5] = k0High ^ 0x6c796765;
  v[6] = k1 ^ 0x79746573;
  v[7] = k1High ^ 0x74656462;
  const whole = length - (length % 8);
  for (let from = 0; from < whole; from += 8) block(word(bytes, from, 4), word(bytes, from + 4, 4));
  const left = length - whole;
  block(
    word(bytes, whole, Math.min(left, 4)),
    word(bytes, whole + 4, Math.max(left - 4, 0)) | (length << 24),
  );
  (v[4] as number) ^= 0xff;
  for (let turn = 0; turn < 4; turn++) round();
  put(out, at, (v[0] as number) ^ (v[2] as number) ^ (v[4] as number) ^ (v[6] as number));
  put(out, at + 4, (v[1] as number) ^ (v[3] as number) ^ (v[5] as number) ^ (v[7] as number));
}

function block(low: number, high: number): void {
  (state[6] as number) ^= low;
  (state[7] as number) ^= high;
  round();
  round();
  (state[0] as number) ^= low;
  (state[1] as number) ^= high;
}

function round(): void {
  sum(0, 2);
  turnedLeft(2, 13);
  mix(2, 0);
  turnedLeft(0, 32);
  sum(4, 6);
  turnedLeft(6, 16);
  mix(6, 4);
  sum(0, 6);
  turnedLeft(6, 21);
  mix(6, 0);
  sum(4, 2);
  turnedLeft(2, 17);
  mix(2, 4);
  turnedLeft(4, 32);
}

function sum(to: number, from: number): void {
  const low = ((state[to] as number) >>> 0) + ((state[from] as number) >>> 0);
  state[to] = low | 0;
  (state[to + 1] as number) += (state[from + 1] as number) + (low > 0xffffffff ? 1 : 0);
}

function mix(to: number, from: number): void {
  (state[to] as number) ^= state[from] as number;
  (state[to + 1] as number) ^= state[from + 1] as number;
}

function turnedLeft(at: number, bits: number): void {
  const low = state[at] as number;
  const high = state[at + 1] as number;
  if (bits === 32) {
    state[at] = high;
    state[at + 1] = low;
    return;
  }
  state[at] = (low << bits) | (high >>> (32 - bits));
  state[at + 1] = (high << bits) | (low >>> (32 - bits));
}

function word(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = 0; at < count; at++) value |= (bytes[from + at] as number) << (8 * at);
  return value;
}

function put(out: Uint8Array, at: number, value: number): void {
  out[at] = value;
  out[at + 1] = value >>> 8;
  out[at + 2] = value >>> 16;
  out[at + 3] = value >>> 24;
}
