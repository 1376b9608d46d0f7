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
  | { readonly says: "damaged"; readonly digest: Digest };

/** From the parent: to the syncer what a worker said, to a worker that another one answers in its place. */
export type ParentSays =
  | { readonly says: "leave" }
  /** Read again what you read at the start. */
  | { readonly says: "reload" }
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
    default:
      return null;
  }
}

export function parentSays(line: string): ParentSays | null {
  const message = parsed(line);
  if (message?.says === "leave" || message?.says === "reload") return { says: message.says };
  if (message?.says === "damaged") return damaged(message.digest);
  if (message?.says !== "worker-metrics" || !isText(message.worker) || !isText(message.text)) return null;
  return { says: "worker-metrics", worker: message.worker, text: message.text };
}

/** A child's fault as its parent throws it. */
export function faultOf(message: Extract<ChildSays, { says: "fault" }>): Fault {
  return new Fault(message.code, message.sentence, message.remedy);
}

function damaged(digest: unknown): { says: "damaged"; digest: Digest } | null {
  return isText(digest) && isDigest(digest) ? { says: "damaged", digest } : null;
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
