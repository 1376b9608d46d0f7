// Frames of HTTP/2 (RFC 9113, 4 and 6). In: numbers. Out: their bytes; an error's number as its name.
//
// | offset | size | field | meaning                                            |
// | ------ | ---- | ----- | -------------------------------------------------- |
// | 0      | 3    | length | of the payload, without these nine bytes           |
// | 3      | 1    | type  | `frameTypes`; others are passed over               |
// | 4      | 1    | flags | `flags`; which of them mean something, the type says |
// | 5      | 4    | stream | 31 bits; 0 is the connection                       |
// | 9      | ...  | payload |                                                  |

export const frameHeadBytes = 9;

/** The longest payload that everyone takes (RFC 9113, 4.2): we ask for no more, and send no more. */
export const payloadBytesMax = 16_384;

export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;

export const flags = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

/** RFC 9113, 7. */
export const errorCodes = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  calm: 11,
} as const;

export type Http2Error = keyof typeof errorCodes;

/** RFC 9113, 6.5.2. */
export const settingIds = {
  tableSize: 1,
  push: 2,
  streamsMax: 3,
  initialWindow: 4,
  frameSizeMax: 5,
  headerListBytesMax: 6,
} as const;

export const windowMax = 0x7fffffff;
/** Of every connection, and of each stream until the peer says otherwise (RFC 9113, 6.9.2). */
export const windowAtFirst = 65_535;

export const preface: Uint8Array = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

export function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function putHead(
  bytes: Uint8Array,
  at: number,
  length: number,
  type: number,
  flagBits: number,
  stream: number,
): void {
  bytes[at] = length >>> 16;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length;
  bytes[at + 3] = type;
  bytes[at + 4] = flagBits;
  putUint32(bytes, at + 5, stream);
}

/** A frame whose payload is 32-bit numbers: RST_STREAM, WINDOW_UPDATE, GOAWAY. */
export function numberFrame(type: number, stream: number, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(frameHeadBytes + 4 * values.length);
  putHead(bytes, 0, 4 * values.length, type, 0, stream);
  for (const [place, value] of values.entries()) putUint32(bytes, frameHeadBytes + 4 * place, value);
  return bytes;
}

/** `[id, value]` pairs. */
export function settingsFrame(pairs: readonly (readonly [id: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(frameHeadBytes + 6 * pairs.length);
  putHead(bytes, 0, 6 * pairs.length, frameTypes.settings, 0, 0);
  for (const [place, [id, value]] of pairs.entries()) {
    const at = frameHeadBytes + 6 * place;
    bytes[at] = id >>> 8;
    bytes[at + 1] = id;
    putUint32(bytes, at + 2, value);
  }
  return bytes;
}

export const settingsAck: Uint8Array = new Uint8Array([0, 0, 0, frameTypes.settings, flags.ack, 0, 0, 0, 0]);
