// What listening for HTTP means on every runtime. In: nothing. Out: the shapes that each runtime's own file fills.
import type { Peer } from "./asked.ts";
import type { RefusedHead } from "./remarks.ts";

/** A certificate with its key, both PEM, the leaf first, and the names that it is shown for: `status.example.org`, `*.example.org`. */
export interface Certificate {
  readonly names: readonly string[];
  readonly chain: string;
  readonly key: string;
}

/** HTTP/1.1 over TLS, and what the client may choose in its place. */
export interface TlsOptions {
  /** At least one; the first is also shown to clients that name no host, or one that no certificate is for. */
  readonly certificates: readonly Certificate[];
  readonly http2: boolean;
  /** HTTP/3 too, on the UDP port of the same number; answers then name it (`Alt-Svc`). Not under Deno. */
  readonly http3: boolean;
  /** The port that clients know it by, where that is another one than is listened on. */
  readonly publicPort?: number | null;
}

export interface ListenOptions {
  /** IP address to bind, or `unix` instead. */
  readonly address?: string;
  /** 0 lets the system choose. */
  readonly port?: number;
  /** Path of a unix socket. */
  readonly unix?: string;
  /** Several processes on one address and port (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Without it, HTTP/1.1 alone. */
  readonly tls?: TlsOptions;
  /** Largest request body in bytes. */
  readonly bodyBytesMax: number;
  /** A connection without traffic is closed after this (s, at most 255); streams must speak more often. */
  readonly idleTimeoutS?: number;
  /** A head was refused here before `fetch` was asked. Bun does not tell. */
  onRefused?(reason: RefusedHead): void;
  /** `fetch` threw, which is a defect of ours: the client gets a 500. */
  onDefect?(thrown: unknown): void;
  fetch(request: Request, peer: Peer): Response | Promise<Response>;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Resolves once a connection would be accepted: at once under Bun, some turns later under Deno. Rejects where it never will be. */
  readonly ready: Promise<void>;
  pendingRequests(): number;
  /**
   * From now on each answer of HTTP/1.1 ends its connection, so that no client sends its next request into a connection that is being
   * closed. HTTP/2 has a frame for that, which `stop` sends. New connections are still taken until `stop`.
   */
  drain(): void;
  /** Takes no new connections from now on, where the runtime can do so while those that are open live on. */
  close?(): void;
  /** Stops accepting, answers what was asked and closes what is idle; `force` closes all that is open. */
  stop(force?: boolean): Promise<void>;
}

/** The body of a 500: the handler threw, which no handler of ours should. */
export const failedText = "The server failed to answer. It has written why to its log.\n";
