// The request line and Host, before anything is looked up. In: texts from anyone. Out: a host, a path, or a refusal.

/** Methods that a POP answers; others get 405 with this list as `Allow`. */
export const allowedMethods = "GET, HEAD, OPTIONS";

// uri-host [ ":" port ] of RFC 9110, section 7.2, with the characters that a registered name or an address needs and no others:
// no user part, no percent-encoding, no list. Runtimes join two Host headers with ", ", which this refuses too.
const hostShape = /^(?:([A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253})?)|(\[[0-9A-Fa-f:.]{2,45}\]))(?::\d{0,5})?$/;

/** The host in lower case, without port and without a final dot; null when it is not exactly one host. */
export function hostOf(header: string | null): string | null {
  if (header === null) return null;
  const found = hostShape.exec(header);
  if (found === null) return null;
  const host = (found[1] ?? found[2] ?? "").toLowerCase();
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

const plainPath = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/;
const unreserved = /[A-Za-z0-9._~-]/;

/**
 * The path of a target in the form in which routes are named: percent-encoding normal (RFC 3986, 6.2.2), `//` as `/`, no slash at
 * the end, no query. Null when an escape is broken or a dot segment is left after decoding.
 */
export function pathOf(target: string): string | null {
  // Most ask for the front page; `OPTIONS *` names no path.
  if (target === "/" || target === "") return "/";
  const end = target.search(/[?#]/);
  const raw = end === -1 ? target : target.slice(0, end);
  if (raw === "/" || plainPath.test(raw)) return raw;
  return normalPath(raw);
}

function normalPath(raw: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) return null;
  const decoded = raw.replace(/%[0-9A-Fa-f]{2}/g, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return unreserved.test(character) ? character : triplet.toUpperCase();
  });
  const segments = decoded.split("/").filter((segment) => segment !== "");
  if (segments.some((segment) => segment === "." || segment === "..")) return null;
  return `/${segments.join("/")}`;
}
