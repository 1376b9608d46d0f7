// What the operator set of a POP, for each of its processes.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import type { FeedAccess } from "../sync/members-gate.ts";
import type { AccessLogPlace } from "./access-log.ts";
import type { StartChecks } from "./checks-apart.ts";

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How pages are served over TLS; the plain place then only leads there. */
export interface PopTls {
  readonly listen: Place;
  /** Folders of certificates, and pairs `chain.pem:key.pem`. */
  readonly certificates: readonly string[];
  readonly http2: boolean;
  readonly http3: boolean;
  /** See `TlsOptions`. */
  readonly publicPort: number | null;
  /** See `RedirectOptions`. */
  readonly challenges: string | null;
}

export interface PopOptions {
  readonly folder: string;
  readonly rootKeys: readonly PublicKey[];
  /** Addresses of feeds, the nearest first, then of mirrors; none serves what is held. */
  readonly sources: readonly string[];
  readonly listen: Place;
  /** Without it, plain HTTP alone. */
  readonly tls?: PopTls | null;
  readonly ops: Place | null;
  /** Where this POP feeds others; without it, it feeds nobody. */
  readonly feed?: Place | null;
  readonly defaultPage: string | null;
  /** Requests of one worker that are under way at once; default `pendingRequestsMax`. */
  readonly pendingMax?: number;
  /** See `NoteRatesOptions.perAddress`. */
  readonly notesPerAddress?: number;
  readonly accessLog?: AccessLogPlace | null;
  /** This POP's own key, where it has joined a control plane. */
  readonly popKey?: SecretKey | null;
  /** Who may follow this POP's own feed; default `open`. */
  readonly feedAccess?: FeedAccess;
  /** Starts the process that makes this POP's checks, once a plan names one; without it, none are made. */
  readonly startChecks?: StartChecks;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Something that runs until it is stopped. */
export interface Running {
  readonly port: number;
  stop(): Promise<void>;
}
