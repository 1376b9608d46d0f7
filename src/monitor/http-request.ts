// A request of HTTP/1.1 as bytes. In: URL, method, headers. Out: the head (RFC 9112, 3), and the place that it goes to.
import type { Place } from "./connection.ts";
import { Failing } from "./failing.ts";

const isSecure = ({ protocol }: URL): boolean => protocol === "https:" || protocol === "wss:";

/** A name, or an address without its brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");

export function hostOfUrl(url: string): string {
  return URL.canParse(url) ? hostOf(new URL(url)) : url;
}

export function urlPlace(url: URL): Place {
  const host = hostOf(url);
  const port = url.port === "" ? (isSecure(url) ? 443 : 80) : Number(url.port);
  return { host, port, secureAs: isSecure(url) ? host : null };
}

export interface RequestOf {
  readonly url: URL;
  readonly method: string;
  /** They replace those that are sent else. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Of the body; null: none. */
  readonly length: number | null;
  /** Another protocol to go on with. */
  readonly upgrade?: string;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function requestHead({ url, method, headers, length, upgrade }: RequestOf): Buffer {
  const usual: Record<string, string> = {
    host: url.host,
    "user-agent": "Pharos (status checks)",
    accept: "*/*",
    "accept-encoding": "identity",
    connection: upgrade === undefined ? "close" : "Upgrade",
    ...(upgrade !== undefined && { upgrade }),
    ...(length !== null && { "content-length": String(length) }),
  };
  const own = headers.filter(([name]) => !framing.has(name.toLowerCase()));
  for (const [name, value] of own) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the header
    if (!token.test(name) || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value))
      throw new Failing("internal", `The check's header ${JSON.stringify(name)} cannot be sent.`);
    delete usual[name.toLowerCase()];
  }
  const lines = [...Object.entries(usual), ...own].map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...lines, "", ""];
  // Values are Latin-1 (RFC 9110, 5.5).
  return Buffer.from(head.join("\r\n"), "latin1");
}

/** What says how long the request is says no one else: another length would make it two requests. */
const framing = new Set(["content-length", "transfer-encoding", "connection"]);
