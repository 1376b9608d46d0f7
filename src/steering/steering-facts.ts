// What a DNS node knows that its operator did not write: who lives, who is full, who is drained, what state pages are in.
// The process that follows and probes writes it as a file; the others, and the next start, read it. In: facts. Out: JSON text and back.
import { ok, type Result, refuse } from "../base/result.ts";

/** `unknown`: neither the registry nor the plan has a key of this name. */
export type Standing = "member" | "drained" | "revoked" | "unknown";

export interface PopFacts {
  readonly up: boolean;
  /** Over IPv6, where that is asked beside; without it, as `up`. */
  readonly upSix?: boolean;
  /** Those of several addresses that do not answer while another one of their family does. */
  readonly dead?: readonly string[];
  readonly full: boolean;
  readonly standing: Standing;
}

/** The state of a page, for those who can ask DNS and nothing else. */
export interface PageFacts {
  readonly page: string;
  readonly hosts: readonly string[];
  readonly generation: number;
  /** The page's own word: none, minor, major, critical or maintenance; `unknown` where it has none. */
  readonly state: string;
  /** What the page says in a line, or the emergency's text. */
  readonly text: string;
  /** 0 full, 1 without a source, 3 an emergency is in force. */
  readonly level: 0 | 1 | 3;
  /** When the source last confirmed it (ms since 1970), where that is not now. */
  readonly confirmedMs: number | null;
}

export interface SteeringFacts {
  readonly pops: Readonly<Record<string, PopFacts>>;
  readonly cdns: Readonly<Record<string, boolean>>;
  /** Does the static host answer? Null where nobody has asked yet. */
  readonly fallback: boolean | null;
  readonly pages: readonly PageFacts[];
}

/** Before anything is known: all live, as far as anybody can say. */
export const noFacts: SteeringFacts = { pops: {}, cdns: {}, fallback: null, pages: [] };

const format = "pharos-steering/1";

export function encodeFacts(facts: SteeringFacts): string {
  return `${JSON.stringify({ format, ...facts }, null, 1)}\n`;
}

/** Facts of a file; what is missing in it is unknown, what is none of it makes the whole unusable. */
export function decodeFacts(text: string): Result<SteeringFacts, string> {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return refuse("it is no JSON");
  }
  if (!isRecord(read) || read.format !== format) return refuse(`it is not of the format ${format}`);
  const { pops = {}, cdns = {}, fallback = null, pages = [] } = read;
  if (!isRecord(pops) || !Object.values(pops).every(isPop)) return refuse("its POPs cannot be read");
  if (!isRecord(cdns) || !Object.values(cdns).every((up) => typeof up === "boolean"))
    return refuse("its CDNs cannot be read");
  if (fallback !== null && typeof fallback !== "boolean") return refuse("its static host cannot be read");
  if (!Array.isArray(pages) || !pages.every(isPage)) return refuse("its pages cannot be read");
  return ok({
    pops: pops as SteeringFacts["pops"],
    cdns: cdns as SteeringFacts["cdns"],
    fallback,
    pages,
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const standings: readonly unknown[] = ["member", "drained", "revoked", "unknown"] satisfies Standing[];

const isPop = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.up === "boolean" &&
  (value.upSix === undefined || typeof value.upSix === "boolean") &&
  (value.dead === undefined ||
    (Array.isArray(value.dead) && value.dead.every((one) => typeof one === "string"))) &&
  typeof value.full === "boolean" &&
  standings.includes(value.standing);

const isPage = (value: unknown): value is PageFacts =>
  isRecord(value) &&
  typeof value.page === "string" &&
  Array.isArray(value.hosts) &&
  typeof value.generation === "number" &&
  typeof value.state === "string" &&
  typeof value.text === "string" &&
  [0, 1, 3].includes(value.level as number) &&
  (value.confirmedMs === null || typeof value.confirmedMs === "number");
