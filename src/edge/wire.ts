// What the processes of a POP say to each other, a JSON line each. In: a line of a child or parent. Out: a message, or null for none.
import { Fault, type FaultCode } from "../base/fault.ts";
import { isDigest } from "../snapshot/digest.ts";
import type { Digest } from "../snapshot/types.ts";

/** From a child to its parent. */
export type ChildSays =
  /** It does its work from now on; a worker also says on which port. */
  | { readonly says: "ready"; readonly port: number }
  /** It cannot work, and ends. */
  | { readonly says: "fault"; readonly code: FaultCode; readonly sentence: string; readonly remedy: string }
  /** Its counters, as Prometheus text. */
  | { readonly says: "metrics"; readonly text: string }
  /** It read a body that does not hash to its name. */
  | { readonly says: "damaged"; readonly digest: Digest }
  /** All children are to read again what they read at the start, and to say what came of it under this number. */
  | { readonly says: "reload"; readonly request: number }
  | ({ readonly says: "reloaded" } & ReloadOutcome);

export interface ReloadOutcome {
  /** Of the asking; 0 where nobody waits for what comes of it. */
  readonly request: number;
  /** What is new. */
  readonly changed: readonly string[];
  /** Why something stays as it was, a sentence each. */
  readonly refused: readonly string[];
}

/** From the parent: to the syncer what a worker said, to a worker that another one answers in its place. */
export type ParentSays =
  | { readonly says: "leave" }
  /** Read again what you read at the start. */
  | { readonly says: "reload"; readonly request: number }
  | ({ readonly says: "worker-reloaded"; readonly worker: string } & ReloadOutcome)
  | { readonly says: "worker-metrics"; readonly worker: string; readonly text: string }
  | { readonly says: "damaged"; readonly digest: Digest };

export function toLine(message: ChildSays | ParentSays): string {
  return JSON.stringify(message);
}

/** A child is this same program; what is no message of this release (a library's print) is passed over. */
export function childSays(line: string): ChildSays | null {
  const message = parsed(line);
  switch (message?.says) {
    case "ready":
      return typeof message.port === "number" ? { says: "ready", port: message.port } : null;
    case "fault":
      return isText(message.code) && isText(message.sentence) && isText(message.remedy)
        ? {
            says: "fault",
            code: message.code as FaultCode,
            sentence: message.sentence,
            remedy: message.remedy,
          }
        : null;
    case "metrics":
      return isText(message.text) ? { says: "metrics", text: message.text } : null;
    case "damaged":
      return damaged(message.digest);
    case "reload":
      return reload(message.request);
    case "reloaded": {
      const outcome = outcomeOf(message);
      return outcome && { says: "reloaded", ...outcome };
    }
    default:
      return null;
  }
}

export function parentSays(line: string): ParentSays | null {
  const message = parsed(line);
  switch (message?.says) {
    case "leave":
      return { says: "leave" };
    case "reload":
      return reload(message.request);
    case "damaged":
      return damaged(message.digest);
    case "worker-metrics":
      return isText(message.worker) && isText(message.text)
        ? { says: "worker-metrics", worker: message.worker, text: message.text }
        : null;
    case "worker-reloaded": {
      const outcome = outcomeOf(message);
      return outcome && isText(message.worker)
        ? { says: "worker-reloaded", worker: message.worker, ...outcome }
        : null;
    }
    default:
      return null;
  }
}

/** A child's fault as its parent throws it. */
export function faultOf(message: Extract<ChildSays, { says: "fault" }>): Fault {
  return new Fault(message.code, message.sentence, message.remedy);
}

function damaged(digest: unknown): { says: "damaged"; digest: Digest } | null {
  return isText(digest) && isDigest(digest) ? { says: "damaged", digest } : null;
}

function reload(request: unknown): { says: "reload"; request: number } | null {
  return typeof request === "number" ? { says: "reload", request } : null;
}

function outcomeOf({ request, changed, refused }: Readonly<Record<string, unknown>>): ReloadOutcome | null {
  return typeof request === "number" && isTexts(changed) && isTexts(refused)
    ? { request, changed, refused }
    : null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
