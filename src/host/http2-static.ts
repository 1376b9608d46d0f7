// The static table (RFC 7541, A). In: nothing. Out: names and values by index, from 1 on; the index of a name.

const entries: readonly (readonly [name: string, value: string])[] = [
  [":authority", ""],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
  [":status", "204"],
  [":status", "206"],
  [":status", "304"],
  [":status", "400"],
  [":status", "404"],
  [":status", "500"],
  ["accept-charset", ""],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language", ""],
  ["accept-ranges", ""],
  ["accept", ""],
  ["access-control-allow-origin", ""],
  ["age", ""],
  ["allow", ""],
  ["authorization", ""],
  ["cache-control", ""],
  ["content-disposition", ""],
  ["content-encoding", ""],
  ["content-language", ""],
  ["content-length", ""],
  ["content-location", ""],
  ["content-range", ""],
  ["content-type", ""],
  ["cookie", ""],
  ["date", ""],
  ["etag", ""],
  ["expect", ""],
  ["expires", ""],
  ["from", ""],
  ["host", ""],
  ["if-match", ""],
  ["if-modified-since", ""],
  ["if-none-match", ""],
  ["if-range", ""],
  ["if-unmodified-since", ""],
  ["last-modified", ""],
  ["link", ""],
  ["location", ""],
  ["max-forwards", ""],
  ["proxy-authenticate", ""],
  ["proxy-authorization", ""],
  ["range", ""],
  ["referer", ""],
  ["refresh", ""],
  ["retry-after", ""],
  ["server", ""],
  ["set-cookie", ""],
  ["strict-transport-security", ""],
  ["transfer-encoding", ""],
  ["user-agent", ""],
  ["vary", ""],
  ["via", ""],
  ["www-authenticate", ""],
];

export const staticLength: number = entries.length;

/** By index; nothing stands at 0. */
export const staticNames: readonly string[] = ["", ...entries.map(([name]) => name)];
export const staticValues: readonly string[] = ["", ...entries.map(([, value]) => value)];

const firstOf: ReadonlyMap<string, number> = new Map(
  entries.map(([name], at) => [name, at + 1] as const).reverse(),
);
const exactOf: ReadonlyMap<string, number> = new Map(
  entries.map(([name, value], at) => [`${name}\n${value}`, at + 1]),
);

/** Index of a field of this name, or 0. */
export function staticName(name: string): number {
  return firstOf.get(name) ?? 0;
}

/** Index of just this field, or 0. */
export function staticField(name: string, value: string): number {
  return exactOf.get(`${name}\n${value}`) ?? 0;
}
