// Which texts may stand in a signed format. In: text. Out: yes or no. All are ASCII, so their byte order is their string order.

/** What stands for every page or every host in a delegation. */
export const everything = "*";

export const pageCharsMax = 64;
export const hostCharsMax = 253;
export const contentTypeCharsMax = 127;
export const languageCharsMax = 35;

const page = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const host = /^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/;
const path = /^\/[!"$-;=@-~]*$/;
const contentType = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const language = /^[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;

/** Does `list`, as root wrote it, name this page or host? */
export function isNamed(list: readonly string[] | undefined, name: string): boolean {
  return list !== undefined && (list.includes(everything) || list.includes(name));
}

/** A page id: 1 to 64 of letters, digits, `.`, `_`, `-`. */
export function isPageId(text: string): boolean {
  return text.length <= pageCharsMax && page.test(text);
}

/** A host as a request names it: lower case, no port, a name or an address (IPv6 in brackets). */
export function isHostName(text: string): boolean {
  return text.length <= hostCharsMax && host.test(text);
}

/** A path as a request line carries it: from `/`, percent-encoded, without `?`, `#`, `<`, `>` and blanks (RFC 3986, 3.3). */
export function isRoutePath(text: string): boolean {
  return path.test(text);
}

/** A media type as a header carries it: nothing that could end the header. */
export function isContentType(text: string): boolean {
  return text.length <= contentTypeCharsMax && contentType.test(text);
}

/** A language tag in the shape of BCP 47. */
export function isLanguage(text: string): boolean {
  return text.length <= languageCharsMax && language.test(text);
}

export const isPageOrEverything = (text: string): boolean => text === everything || isPageId(text);
export const isHostOrEverything = (text: string): boolean => text === everything || isHostName(text);

/** Where a page's newest event is, and where a POP streams them. What is published by others has no such paths. */
export const eventPath = "/_event";
export const eventsPath = "/_events";

/** What a page takes from visitors. What is published by others takes nothing. */
export const inboxPath = "/_inbox";

/** Where a POP that has joined a control plane answers with a report of its own, for whatever host. */
export const ownReportPath = "/.well-known/pharos-report";
