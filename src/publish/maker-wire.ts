// What the control plane and its maker say to each other. In: messages. Out: frames (MessagePack), and back. Both are one binary, of one release.
import { Fault, type FaultCode, messageOf } from "../base/fault.ts";
import type { Head } from "../snapshot/types.ts";
import type { Apply } from "../store/types.ts";
import { packValue, unpackValue } from "../store/values.ts";
import type { Made } from "./make-page.ts";
import type { Order } from "./maker.ts";

/** `order` numbers the order that is spoken of. */
export type ToMaker =
  | { readonly does: "make"; readonly order: number; readonly of: Order }
  /** The bodies are staged: more may come. */
  | { readonly does: "staged"; readonly order: number; readonly failure: Failure | null }
  | { readonly does: "kept"; readonly head: Head }
  | { readonly does: "forget"; readonly page: string };

export type FromMaker =
  | { readonly says: "stage"; readonly order: number; readonly objects: Apply["objects"] }
  | { readonly says: "made"; readonly order: number; readonly made: Made }
  | { readonly says: "failed"; readonly order: number; readonly failure: Failure };

export interface Failure {
  readonly code: FaultCode;
  readonly sentence: string;
  readonly remedy: string;
}

export const toFrame = (message: ToMaker | FromMaker): Uint8Array => packValue(message);
export const fromFrame = <Message extends ToMaker | FromMaker>(frame: Uint8Array): Message =>
  unpackValue<Message>(frame);

export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Fault)) return { code: "internal", sentence: messageOf(thrown), remedy: "" };
  return { code: thrown.code, sentence: thrown.message, remedy: thrown.remedy };
}

export function faultOf({ code, sentence, remedy }: Failure): Fault {
  return new Fault(code, sentence, remedy);
}
