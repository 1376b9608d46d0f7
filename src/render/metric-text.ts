// Values of metrics in words. In: a number, how many places, a suffix. Out: "34.5 ms".

/** `places` digits behind the point; what is too long for a line in powers of ten. */
export function numberText(value: number, places: number): string {
  const text = Math.abs(value) < 1e15 ? value.toFixed(places) : value.toPrecision(4);
  return /^-[0.]*$/.test(text) ? text.slice(1) : text;
}

/** A unit stands apart from its number, by a space that breaks no line; a sign such as "%" does not. */
export function valueText(number: string, suffix: string): string {
  const unit = suffix.trim();
  return `${number}${/^\p{L}/u.test(unit) ? "\u202f" : ""}${unit}`;
}
