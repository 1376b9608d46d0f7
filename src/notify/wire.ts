// What the notifier's process and the control plane say to each other. In: messages. Out: frames (JSON), and messages of frames.
import type { ChannelKind } from "../model/subscriber.ts";

/** Subscribers of a page that are reached no more. */
export interface GoneReport {
  readonly page: string;
  readonly ids: readonly string[];
  readonly why: string;
}

/** A dead letter, by its place in the outbox. */
export interface DeadName {
  readonly job: number;
  readonly kind: ChannelKind;
  readonly subscriber: string;
}

export type ToNotifier =
  /** Something was written. `from`: where an outbox that is new begins to read the op-log. */
  | { readonly does: "wake"; readonly from: number }
  /** These are sent once more. */
  | { readonly does: "replay"; readonly dead: readonly DeadName[] }
  /** What was reported gone is quarantined, or counted. */
  | { readonly does: "took"; readonly page: string; readonly ids: readonly string[] };

export type FromNotifier =
  | { readonly says: "gone"; readonly gone: readonly GoneReport[] }
  /** Its endpoint answered a challenge of `askedMs`. Where this word is lost, it is asked again when somebody asks for that. */
  | {
      readonly says: "confirmed";
      readonly page: string;
      readonly subscriber: string;
      readonly askedMs: number;
      readonly atMs: number;
    }
  /** Its metrics, as Prometheus reads them. */
  | { readonly says: "measured"; readonly text: string }
  /** Ask rows up to here are in the outbox. */
  | { readonly says: "asked"; readonly until: number };

export const toFrame = (message: ToNotifier | FromNotifier): Uint8Array =>
  Buffer.from(JSON.stringify(message));

export const fromFrame = <Message extends ToNotifier | FromNotifier>(frame: Uint8Array): Message =>
  JSON.parse(Buffer.from(frame).toString()) as Message;
