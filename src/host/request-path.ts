// What a request asks for. In: the URL that the runtime made of it. Out: its target or its path as it was sent; never throws.
// `new URL` throws for a Host that no URL can name, and Host is whatever anybody sends: it would turn a bad request into a failure of ours.

/** Path and query, with their escapes and dot segments as they are; empty where the URL has none. */
export function requestTarget(url: string): string {
  const authority = url.indexOf("://");
  const start = url.indexOf("/", authority === -1 ? 0 : authority + 3);
  return start === -1 ? "" : url.slice(start);
}

/** The path, without query and fragment, with its escapes and dot segments as they are. */
export function requestPath(url: string): string {
  const target = requestTarget(url);
  if (target === "") return "/";
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}
