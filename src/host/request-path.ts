// Which path a request asks for. In: the URL that the runtime made of it. Out: its path as it was sent; never throws.
// `new URL` throws for a Host that no URL can name, and Host is whatever anybody sends: it would turn a bad request into a failure of ours.

/** The path, without query and fragment, with its escapes and dot segments as they are. */
export function requestPath(url: string): string {
  const authority = url.indexOf("://");
  const start = url.indexOf("/", authority === -1 ? 0 : authority + 3);
  if (start === -1) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end === -1 ? url.slice(start) : url.slice(start, start + end);
}
