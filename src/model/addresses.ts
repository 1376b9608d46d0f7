// Where people can be reached, as they write it. In: texts. Out: whether it can be one. Whether it is one, only an answer from there tells.

/** One @, something before it, a name with a dot behind it, no spaces (RFC 5321 allows more than anyone has). */
export function isEmail(text: string): boolean {
  const isShaped = /^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\.]+(\.[^\s@<>"(),;:\\.]+)+$/.test(text);
  return isShaped && text.length <= 254 && !/\p{Cc}/u.test(text);
}

/** http or https with a host. Nothing that a parser would leave out in silence. */
export function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) && !/[\s\p{Cc}]/u.test(text.trim()) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "";
}

/** At least five digits, and what stands between them. */
export function isPhoneNumber(text: string): boolean {
  return /^\+?[\d\s().\-/]+$/.test(text) && text.replace(/\D/g, "").length >= 5;
}

/** `+1 (202) 555-0105` where the plan of numbers is known; else as it was given. */
export function displayedPhone(number: string, country: string): string {
  const digits = number.replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");
  if ((country !== "US" && country !== "CA") || digits.length !== 10) return number;
  return `+1 (${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)}`;
}
