// Times of zones. In: seconds, or BIND's units such as `1h30m`. Out: seconds, within what RFC 2181 (8) allows.

/** The highest bit of a TTL has no meaning: 68 years are the most. */
export const ttlMax = 2 ** 31 - 1;

const seconds: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };

/** Null where the text is no time. */
export function readTtl(text: string): number | null {
  if (/^\d{1,10}$/.test(text)) return within(Number(text));
  if (!/^(?:\d{1,10}[wdhms])+$/i.test(text)) return null;
  let sum = 0;
  for (const [, amount = "", unit = ""] of text.toLowerCase().matchAll(/(\d+)([a-z])/g))
    sum += Number(amount) * (seconds[unit] ?? 0);
  return within(sum);
}

function within(value: number): number | null {
  return value <= ttlMax ? value : null;
}
