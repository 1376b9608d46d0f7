// The operator's own accounts as a channel: what happens on a page is posted where everyone may read it. In: accounts, deliveries. Out: a post each, once by its key.
// An account is nobody's subscription: there is no list to look at and nobody to unsubscribe, so its lane names who it is for from the beginning.
import { noContact } from "../model/subscriber.ts";
import { messageOf } from "../render/message.ts";
import { socialText } from "../render/message-social.ts";
import type { Posting } from "./posting.ts";
import { rememberedPerText } from "./remembered.ts";
import type { Account } from "./social-types.ts";
import type { Channel, Outcome, Recipient, Recipients } from "./types.ts";

export interface PageAccount {
  /** Null: of all pages. */
  readonly page: string | null;
  readonly account: Account;
}

export function createSocialChannel(accounts: readonly PageAccount[], posting: Posting): Channel {
  const of = (page: string): readonly Account[] =>
    accounts.filter((one) => one.page === null || one.page === page).map(({ account }) => account);
  const texts = rememberedPerText(({ occasion, view, language }) => {
    const { kind } = occasion;
    return kind === "update" || kind === "reminder" || kind === "postmortem"
      ? messageOf(occasion, view, language)
      : null;
  });
  return {
    kind: "social",
    inFlightMax: 8,
    // One after the other: whoever reads an account reads downwards in time.
    inFlightPerReceiverMax: 1,
    perSecondMax: null,
    recipients: recipientsOf(of),
    tells: (kind) => kind === "update" || kind === "reminder" || kind === "postmortem",
    receiverOf: ({ id }) => id,
    async deliver(delivery, signal) {
      const account = of(delivery.occasion.page).find(({ name }) => name === delivery.subscriber.id);
      const message = texts(delivery);
      if (account === undefined || message === null)
        return { kind: "refused", why: "There is nothing to tell any more." };
      const { key, language, occurredMs: atMs } = delivery;
      const text = socialText(message, account.graphemesMax);
      return mended(await account.publish({ text, key, atMs, language }, signal));
    },
    close: async () => posting.close(),
  };
}

function recipientsOf(of: (page: string) => readonly Account[]): Recipients & { of(page: string): string[] } {
  const recipientOf = (id: string): Recipient => ({
    ...{ id, kind: "social", state: "active", contact: noContact, components: null, incident: null },
    ...{ accessUser: null, skipConfirmation: true, createdMs: 0, quarantinedMs: null, consent: null },
    language: null,
  });
  return {
    of: (page) => of(page).map(({ name }) => name),
    row: (page, id) => (of(page).some(({ name }) => name === id) ? recipientOf(id) : null),
    open: (_page, { id }) => recipientOf(id),
    pageRowOf: () => null,
    next: () => null,
  };
}

/** A token that was revoked, an account that was moved: its operator mends that, within the day for which a message is tried. */
function mended(outcome: Outcome): Outcome {
  const isTheirs = outcome.kind === "gone" || mendedStatuses.has(outcome.status ?? 0);
  return isTheirs && "why" in outcome ? { ...outcome, kind: "later", afterMs: null } : outcome;
}

const mendedStatuses: ReadonlySet<number> = new Set([401, 403, 404]);
