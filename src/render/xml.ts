// XML 1.0 text. In: any string. Out: characters that XML allows, escaped.

// XML 1.0 §2.2 allows tab, line feed, carriage return and U+0020 up, without surrogates, U+FFFE and U+FFFF.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML refuses
const refused = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text or attribute value: what XML refuses is dropped, half surrogate pairs become U+FFFD. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(refused, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
