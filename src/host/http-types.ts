// What listening for HTTP means on every runtime. In: nothing. Out: the shapes that each runtime's own file fills.

export interface ListenOptions {
  /** IP address to bind, or `unix` instead. */
  readonly address?: string;
  /** 0 lets the system choose. */
  readonly port?: number;
  /** Path of a unix socket. */
  readonly unix?: string;
  /** Several processes on one address and port (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Largest request body in bytes. */
  readonly bodyBytesMax: number;
  /** A connection without traffic is closed after this (s, at most 255); streams must speak more often. */
  readonly idleTimeoutS?: number;
  fetch(request: Request, peer: Peer): Response | Promise<Response>;
}

/** Who asked, and the listener's own gauges. */
export interface Peer {
  readonly address: string | null;
  /** Whether the request came over TLS, and so most likely over HTTP/2 or 3. */
  readonly secure: boolean;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Resolves once a connection would be accepted: at once under Bun, some turns later under Deno. Rejects where it never will be. */
  readonly ready: Promise<void>;
  pendingRequests(): number;
  /** Stops accepting; `force` also closes what is open. */
  stop(force?: boolean): Promise<void>;
}

/** The body of a 500: the handler threw, which no handler of ours should. */
export const failedText = "The server failed to answer. It has written why to its log.\n";
