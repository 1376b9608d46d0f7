// Secrets by which messages to webhooks are signed. In: a subscriber. Out: its secret, and for a while the one before it. Only which version it is, is kept:
// the secrets follow from the key beside the store (reader-links.ts).
import { limits } from "../base/limits.ts";
import { auditOf } from "./audit.ts";
import type { Store } from "./open.ts";
import type { ReaderLinks } from "./reader-links.ts";
import type { By } from "./tokens.ts";
import { packValue, unpackValue } from "./values.ts";

/** Without a row it is the first version. */
interface Replaced {
  readonly version: number;
  readonly replacedMs: number;
}

const place = "webhook-secret";
const first: Replaced = { version: 1, replacedMs: 0 };

export interface WebhookSecrets {
  /** That of now; while receivers change to it, the one before it too. */
  of(page: string, subscriber: string): readonly [string, ...string[]];
  /** From now on there is another one; on the device when it resolves. */
  replace(page: string, subscriber: string, by: By): Promise<void>;
}

export function createWebhookSecrets(
  store: Store,
  links: Pick<ReaderLinks, "webhookSecret">,
): WebhookSecrets {
  const { tables, clock, commit } = store;
  const held = (page: string, subscriber: string): Replaced => {
    const bytes = tables.meta.getBinary([place, page, subscriber]);
    return bytes === undefined ? first : unpackValue<Replaced>(bytes);
  };
  return {
    of(page, subscriber) {
      const { version, replacedMs } = held(page, subscriber);
      const now = links.webhookSecret(page, subscriber, version);
      const isChanging = version > 1 && clock.wallMs() < replacedMs + limits.webhookSecretBothMs;
      return isChanging ? [now, links.webhookSecret(page, subscriber, version - 1)] : [now];
    },
    async replace(page, subscriber, by) {
      const row: Replaced = { version: held(page, subscriber).version + 1, replacedMs: clock.wallMs() };
      await commit([
        { table: tables.meta, key: [place, page, subscriber], value: packValue(row) },
        ...auditOf(store).entry({
          ...by,
          what: "webhook.secret",
          subject: { kind: "subscriber", id: subscriber, name: "" },
          pages: [page],
          before: { version: row.version - 1 },
          after: { version: row.version },
        }),
      ]);
    },
  };
}
