// What pages take from visitors, wired. In: the keys beside the store, how subscribers are told. Out: what each page offers. Without keys that open, pages
// have no forms, and the log says why.
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Offer } from "../render/types.ts";
import type { Store } from "../store/open.ts";
import { openReaderLinks } from "../store/reader-links.ts";
import { type NotifyFlags, notifySettings } from "./notify-flags.ts";

interface Parts {
  readonly store: Store;
  readonly random: Random;
  readonly log: Log;
  readonly flags: NotifyFlags;
}

/** The same of every page: channels are the installation's. */
export async function offering({
  store,
  random,
  log,
  flags,
}: Parts): Promise<(page: string) => Offer | null> {
  const { mail, sms } = notifySettings(flags);
  try {
    const { inbox } = await openReaderLinks(store, random);
    const offer: Offer = {
      inboxKey: Buffer.from(inbox.publicKey).toString("base64url"),
      channels: [
        ...(mail === null ? [] : (["email"] as const)),
        ...(sms === null ? [] : (["sms"] as const)),
        ...(["webhook", "slack", "teams", "discord"] as const),
      ],
    };
    return () => offer;
  } catch (thrown) {
    log.error(`Pages take nothing from visitors: ${messageOf(thrown)}`);
    return () => null;
  }
}
