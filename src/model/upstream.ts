// What a page says of systems that others run. In: nothing. Out: the words and shapes that decisions, rounds, the store and pages share. What a
// vendor wrote is kept as it is, shortened: who shows it escapes it.
import { type Vendor, vendorById } from "./vendors.ts";
import type { ComponentStatus } from "./view.ts";

/** How a status page speaks; `monitor/upstream-*.ts` reads each. */
export const upstreamFormats = [
  "statuspage",
  "incident-io",
  "instatus",
  "status-io",
  "better-stack",
  "slack",
  "heroku",
  "salesforce",
  "google-cloud",
  "aws",
  "azure",
  "feed",
  "json",
  "html",
] as const;
export type UpstreamFormat = (typeof upstreamFormats)[number];

/** `unknown`: nothing was learned, or nothing for too long. It is never guessed from. */
export const upstreamStates = ["operational", "degraded", "outage", "maintenance", "unknown"] as const;
export type UpstreamState = (typeof upstreamStates)[number];

/** What is read where, by format; what a format does not know it ignores. */
export interface UpstreamOptions {
  /** One component, product, instance or region of the vendor, by its id or name. */
  readonly component?: string;
  /** `json`: where the word is, such as `status.items[0].state`. */
  readonly path?: string;
  /** `html`: the first element that this CSS selector finds. */
  readonly selector?: string;
  /** `json`, `html`: the vendor's own words for a state, beside the common ones. */
  readonly words?: Partial<Record<Exclude<UpstreamState, "unknown">, readonly string[]>>;
}

export interface UpstreamSource {
  readonly format: UpstreamFormat;
  /** A status page, or the very document: what is asked follows from the format. */
  readonly address: string;
  readonly options: UpstreamOptions;
}

/** A system of somebody else that a page shows, or sets a component by. */
export interface Upstream {
  readonly id: string;
  readonly name: string;
  /** Of the curated list (`vendors.ts`); null: `source` is its own. */
  readonly vendor: string | null;
  readonly source: UpstreamSource | null;
  /** Where people read more; null: the vendor's page. */
  readonly url: string | null;
  /** The component that it speaks for. */
  readonly componentId: string | null;
  readonly position: number;
  readonly rank: number;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly version: string;
}

/** Where an upstream is read; null where its vendor is on the list no more. What it narrows itself goes before what the list says. */
export function sourceOf({ vendor, source }: Pick<Upstream, "vendor" | "source">): UpstreamSource | null {
  const listed = vendor === null ? undefined : vendorById.get(vendor);
  if (listed === undefined) return vendor === null ? source : null;
  const options = { ...listed.options, ...source?.options };
  return { format: listed.format, address: listed.address, options };
}

/** Names a source: two upstreams with the same one are asked about once. */
export function sourceKey({ format, address, options }: UpstreamSource): string {
  const { component = null, path = null, selector = null, words = null } = options;
  return JSON.stringify([format, address, component, path, selector, words]);
}

/** Where people read more. */
export function upstreamPage({ vendor, source, url }: Upstream): string | null {
  const listed: Vendor | undefined = vendor === null ? undefined : vendorById.get(vendor);
  return url ?? listed?.page ?? (source === null ? null : new URL("/", source.address).href);
}

const stateByStatus: Readonly<Record<ComponentStatus, Exclude<UpstreamState, "unknown">>> = {
  operational: "operational",
  degraded_performance: "degraded",
  partial_outage: "outage",
  major_outage: "outage",
  under_maintenance: "maintenance",
};

export const stateOf = (status: ComponentStatus): UpstreamState => stateByStatus[status];

/** What a round learned last of a source. Moments are ms since the epoch. */
export interface UpstreamReading {
  readonly status: ComponentStatus;
  /** What the vendor says about it: the title of what is open. */
  readonly said: string | null;
  /** The vendor's own time, never ours; null where it says none. */
  readonly updatedAt: number | null;
  /** When it was read, or confirmed to be the same. */
  readonly confirmedAt: number;
}

/** A source after a round. */
export interface UpstreamResult {
  /** Null: never read. */
  readonly last: UpstreamReading | null;
  /** Why the last try taught nothing; null: it did. */
  readonly failed: UpstreamFailure | null;
  readonly triedAt: number;
  /** Until the whole answer of the last try was there; null where none came. */
  readonly ms: number | null;
}

export const upstreamWhys = [
  "timeout",
  "unreachable",
  "refused",
  "busy",
  "status",
  "too-large",
  "format",
] as const;
export interface UpstreamFailure {
  readonly why: (typeof upstreamWhys)[number];
  /** One sentence for operators. */
  readonly sentence: string;
}
