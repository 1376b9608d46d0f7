// What a visitor asks and what he is answered, whatever carries it: HTTP/1.1, 2 or 3, any runtime. In: nothing. Out: the shapes between a
// listener for visitors and the one who answers. Both sides are values: a listener that sees the same head again may hand over the same `Asked`,
// and who answers may give the same `Answer` to thousands, so that either side may remember by the object what it once made of it.

/** The head of one request. Never changes once it is handed over. */
export interface Asked {
  /** As it was sent. */
  readonly method: string;
  /** Path and query as they were sent, from the slash on; empty where none was named (`OPTIONS *`, CONNECT). */
  readonly target: string;
  /** Host, or HTTP/2's `:authority`, as it was sent; several are joined by ", ". Null without any. */
  readonly host: string | null;
  /** It came over TLS. */
  readonly secure: boolean;
  /**
   * It says that it has a body, be it of no bytes. The listener reads none of it that is not asked for, and ends a connection of HTTP/1.1 with the
   * answer, whether it was read or not.
   */
  readonly hasBody: boolean;
  /**
   * Reads the body, to be asked for in the turn in which this is handed over, or never; there where a body was said to follow. Never rejects. It waits
   * for as long as the client takes: who asks bounds the time, and answers without it.
   */
  readonly hear?: Hear;
  /** The listener hands over this very object again when the same is asked again: what is remembered by it is found again. */
  readonly repeats?: boolean;
  /** Any other header, by its name in lower case; several of one name are joined by ", " (RFC 9110, 5.3). Null without any. */
  field(name: string): string | null;
}

export type Hear = (bytesMax: number) => Promise<Heard>;

/** The body; or that it is longer than was asked for, not what its head or its framing says, or broken off by the client. */
export type Heard = Uint8Array | "too-long" | "malformed" | "gone";

/** Who asks. */
export interface Peer {
  /** The address of the connection's other end; null where the runtime does not say. */
  readonly address: string | null;
}

/** Names in lower case, with values. A list that many answers share is made once: a listener keeps by the list what it has made of it. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** Never changes once it is given. */
export interface Answer {
  readonly status: number;
  /** Without `content-length`, `date` and `connection`, which are the listener's. */
  readonly fields: Fields;
  /** The whole body, shared by all who are sent it; or one that is written as it comes, for this one client. Under HEAD nothing of it is sent. */
  readonly body: Uint8Array | StreamBody | null;
  /** Of a HEAD whose body is not here: the length that it would have. */
  readonly length?: number;
  /** A connection of HTTP/1.1 ends with it. */
  readonly last?: boolean;
}

/** A body that is written as it comes. Each client has one of its own. */
export interface StreamBody {
  /** The head is on its way; what is written from now on follows it. Called once, in the turn in which the answer was given. */
  start(sink: StreamSink): void;
  /** The client is gone, or was never to get the body (HEAD). Never called after `end` or `abort` of the sink. */
  cancel(): void;
}

export interface StreamSink {
  /** Sends `piece` as it is, now or when the client takes more; the bytes must not change any more. Gives how many pieces wait, this one among them. */
  write(piece: Uint8Array): number;
  /** Ends the body after what waits. */
  end(): void;
  /** Drops what waits, and what carries it: nobody may take the body for whole. */
  abort(): void;
}

/** Answers what a visitor asks. Must not throw; what it throws is a 500. */
export type Answering = (asked: Asked, peer: Peer) => Answer | Promise<Answer>;

export function isStream(body: Answer["body"]): body is StreamBody {
  return body !== null && "start" in body;
}

/** The value of `name`, or null. */
export function fieldOf(fields: Fields, name: string): string | null {
  for (const [known, value] of fields) if (known === name) return value;
  return null;
}
