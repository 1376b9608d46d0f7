// The head of a request out of its fields (RFC 9113, 8.2 and 8.3). In: fields as they come. Out: an `Asked`, or why there is none.
import { limits } from "../base/limits.ts";
import type { Asked, Hear } from "./asked.ts";
import { entryBytes, type FieldSink } from "./http2-hpack.ts";

/** `malformed`: to be treated as if it had not come (RFC 9113, 8.1.1). `too-large`: more than anybody has to say. */
export type Head = Http2Asked | "malformed" | "too-large";

/** Lower case alone (RFC 9113, 8.2.1). */
const nameShape = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Nothing that ends a line, nothing at its ends that some cut away and others do not. */
const badValue = /[\0\r\n]|^[ \t]|[ \t]$/;
/** RFC 9112, 9.3: what a client may send as a request-target beside a path. */
const targetShape = /^[!-~\x80-\xff]+$/;

/** They speak of a connection, which HTTP/2 does by itself (RFC 9113, 8.2.2). */
const ofConnections = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

const pseudoNames = [":method", ":scheme", ":authority", ":path"] as const;
type Pseudo = (typeof pseudoNames)[number];

export class Http2Asked implements Asked {
  readonly method: string;
  readonly target: string;
  readonly host: string | null;
  readonly secure = true;
  readonly hasBody: boolean;
  /** Of those with a body, which are nobody else's. */
  hear?: Hear;
  repeats = false;
  /** Of what was said, so that it can be counted. */
  bytes = 0;
  private readonly names: readonly string[];
  private readonly values: readonly string[];

  constructor(
    line: { readonly method: string; readonly target: string; readonly host: string | null },
    hasBody: boolean,
    names: readonly string[],
    values: readonly string[],
  ) {
    this.method = line.method;
    this.target = line.target;
    this.host = line.host;
    this.hasBody = hasBody;
    this.names = names;
    this.values = values;
  }

  field(name: string): string | null {
    let found: string | null = null;
    for (let at = 0; at < this.names.length; at++) {
      if (this.names[at] !== name) continue;
      const value = this.values[at] ?? "";
      // Clients may cut a cookie into several fields (RFC 9113, 8.2.3).
      found = found === null ? value : `${found}${name === "cookie" ? "; " : ", "}${value}`;
    }
    return found;
  }
}

/** For one request after the other: `begin`, the fields, `end`. */
export class HeadReader implements FieldSink {
  private names: string[] = [];
  private values: string[] = [];
  private pseudo: Record<Pseudo, string | null> = noPseudo();
  private hosts: string[] = [];
  private bytes = 0;
  private isMalformed = false;

  begin(): void {
    this.names = [];
    this.values = [];
    this.pseudo = noPseudo();
    this.hosts = [];
    this.bytes = 0;
    this.isMalformed = false;
  }

  field(name: string, value: string): void {
    this.bytes += name.length + value.length + entryBytes;
    // What nobody will read is not kept: fields that unpack to a thousand times their length cost nothing but the counting.
    if (this.bytes > limits.requestHeadBytesMax || this.isMalformed) return;
    if (badValue.test(value)) this.isMalformed = true;
    else if (name.startsWith(":")) this.takePseudo(name, value);
    else if (!nameShape.test(name) || ofConnections.has(name)) this.isMalformed = true;
    else if (name === "te" && value !== "trailers") this.isMalformed = true;
    else this.takeField(name, value);
  }

  private takePseudo(name: string, value: string): void {
    const isKnown = pseudoNames.includes(name as Pseudo);
    // After the others none may come, and none twice.
    if (!isKnown || this.names.length > 0 || this.hosts.length > 0 || this.pseudo[name as Pseudo] !== null)
      this.isMalformed = true;
    else this.pseudo[name as Pseudo] = value;
  }

  private takeField(name: string, value: string): void {
    if (name === "host") this.hosts.push(value);
    else {
      this.names.push(name);
      this.values.push(value);
    }
  }

  /** `isWhole`: no body follows. */
  end(isWhole: boolean): Head {
    if (this.isMalformed) return "malformed";
    if (this.bytes > limits.requestHeadBytesMax) return "too-large";
    const target = this.target();
    const method = this.pseudo[":method"];
    if (target === null || method === null || !nameShape.test(method.toLowerCase())) return "malformed";
    const line = { method, target, host: this.host() };
    const asked = new Http2Asked(line, !isWhole, this.names, this.values);
    // Of several lengths, or one that is not the body's, nobody can say which one a proxy believed.
    const length = asked.field("content-length");
    if (length !== null && (!/^\d{1,15}$/.test(length) || (isWhole && Number(length) !== 0)))
      return "malformed";
    return asked;
  }

  /** What it was that was read, told from everything else: no name and no value has a line's end. */
  get text(): string {
    const line = pseudoNames.map((name) => this.pseudo[name] ?? "").join("\n");
    return `${line}\n${this.hosts.join("\n")}\n\n${this.names.join("\n")}\n\n${this.values.join("\n")}`;
  }

  /** Trailers are read to keep the table right, and then forgotten. */
  endTrailers(): "trailers" | "malformed" {
    const hasPseudo = pseudoNames.some((name) => this.pseudo[name] !== null);
    return this.isMalformed || hasPseudo ? "malformed" : "trailers";
  }

  private target(): string | null {
    const path = this.pseudo[":path"];
    const method = this.pseudo[":method"];
    // RFC 9113, 8.5: CONNECT names a host alone.
    if (method === "CONNECT") return path === null && this.pseudo[":scheme"] === null ? "" : null;
    if (path === null || !targetShape.test(path) || !/^https?$/i.test(this.pseudo[":scheme"] ?? ""))
      return null;
    if (path === "*") return method === "OPTIONS" ? "" : null;
    return path.startsWith("/") ? path : null;
  }

  /** One that is named twice in the same way is one (RFC 9113, 8.3.1); in two ways it is two, which serving refuses. */
  private host(): string | null {
    const authority = this.pseudo[":authority"];
    const others = authority === null ? this.hosts : this.hosts.filter((host) => host !== authority);
    const all = authority === null ? others : [authority, ...others];
    return all.length === 0 ? null : all.join(", ");
  }
}

function noPseudo(): Record<Pseudo, string | null> {
  return { ":method": null, ":scheme": null, ":authority": null, ":path": null };
}
