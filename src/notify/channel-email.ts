// E-mail, through the operator's server. In: deliveries. Out: what became of each. Texts are render/message-mail.tsx's; mail-bytes.ts makes messages of them, nodemailer signs and pools.
// All mail of an incident hangs on one name, so that readers see a thread; a message's own name is its delivery's key, so that a second copy is known as one.
import { createPrivateKey } from "node:crypto";
import { createTransport } from "nodemailer";
import type { Clock } from "../base/clock.ts";
import { messageOf as wordsOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { dialSocket } from "../host/dial.ts";
import { baseOf } from "../render/feed-entry.ts";
import { messageOf, ownMessageOf, type Sender } from "../render/message.ts";
import { type Mail, mailOf, ownMailOf } from "../render/message-mail.tsx";
import { isMailAddress, isPlain, wireAddress } from "./mail-address.ts";
import { mailBytes } from "./mail-bytes.ts";
import type { MailSettings } from "./mail-settings.ts";
import { rememberedPerText } from "./remembered.ts";
import { outcomeOf, type SendingError } from "./smtp-outcome.ts";
import type { Channel, Delivery, Outcome } from "./types.ts";

export interface EmailParts {
  readonly settings: MailSettings;
  readonly clock: Clock;
  /** Where a subscriber's bounces go; null where that is the sender. */
  returnPath(page: string, subscriber: string): string | null;
}

export function createEmailChannel({ settings, clock, returnPath }: EmailParts): Channel {
  const transport = createTransport(transportOptions(settings));
  // What goes wrong with a connection that carries no message has no other listener, and would end the process.
  transport.on("error", () => {});
  const made = rememberedPerText((about: About) => makeTelling(about, settings.from));

  async function send(
    delivery: Delivery,
    address: string,
    mail: Made,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { key, links } = delivery;
    const oneClick = mail.leaves ? links.oneClick : null;
    const messageId = `<${letters(key)}@${mail.host}>`;
    const sent = await transport.sendMail({
      raw: mail.bytes({ to: address, messageId, atMs: clock.wallMs(), oneClick, links }),
      envelope: {
        from: returnPath(delivery.view.page.id, delivery.subscriber.id) ?? settings.from.address,
        to: address,
      },
      signal,
    });
    return { kind: "sent", receipt: receiptIn(sent.response) };
  }

  return {
    kind: "email",
    inFlightMax: limits.mailInFlightMax,
    inFlightPerReceiverMax: limits.mailPerReceiverMax,
    perSecondMax: null,
    tells: (occasion) => occasion !== "component" && occasion !== "challenge",
    receiverOf: ({ contact }) => contact.email?.split("@").at(-1)?.toLowerCase() ?? "",
    async deliver(delivery, signal) {
      const given = delivery.subscriber.contact.email ?? "";
      if (!isMailAddress(given)) return { kind: "gone", why: "It has no address that mail can be sent to." };
      const address = wireAddress(given);
      const mail = isOwn(delivery) ? makeOwn(delivery, settings.from) : made(delivery);
      if (mail === null) return { kind: "refused", why: "The page tells nothing of it any more." };
      const late = new AbortController();
      // A server that trickles its answers is never quiet.
      const timer = clock.after(limits.mailDeliveryMsMax, () => late.abort());
      try {
        return await send(delivery, address, mail, AbortSignal.any([signal, late.signal]));
      } catch (thrown) {
        if (late.signal.aborted)
          return { kind: "later", why: "The mail server did not answer in time.", afterMs: null };
        if (!(thrown instanceof Error)) return { kind: "later", why: wordsOf(thrown), afterMs: null };
        return outcomeOf(thrown as SendingError, isPlain(address));
      } finally {
        timer.cancel();
      }
    },
    async close() {
      transport.close();
    },
  };
}

const isOwn = ({ occasion: { kind } }: Delivery): boolean =>
  kind === "confirm" || kind === "changed" || kind === "unsubscribed";

/** A text that was made, and the names of messages in it. */
interface Made {
  readonly bytes: ReturnType<typeof mailBytes>;
  readonly host: string;
  /** Whether it says how to leave with one click: not before one joined, and not after. */
  readonly leaves: boolean;
}

type About = Pick<Delivery, "occasion" | "view" | "language">;

function makeTelling({ occasion, view, language }: About, from: MailSettings["from"]): Made | null {
  if (occasion.kind !== "update" && occasion.kind !== "reminder" && occasion.kind !== "postmortem")
    return null;
  const message = messageOf(occasion, view, language);
  if (message === null) return null;
  const thread = `<incident.${letters(occasion.incident)}@${message.host}>`;
  return madeOf(mailOf(message), message, from, thread, true);
}

function makeOwn(
  { occasion: { kind }, view, language, subscriber }: Delivery,
  from: MailSettings["from"],
): Made | null {
  if (kind !== "confirm" && kind !== "changed" && kind !== "unsubscribed") return null;
  const message = ownMessageOf(kind, view, language, subscriber);
  const { voice, page } = message;
  const mail = ownMailOf(message, `${baseOf(page)}${voice.path("/subscribe")}`);
  return madeOf(mail, message, from, null, kind === "changed");
}

function madeOf(
  mail: Mail,
  { name, host, voice }: Sender,
  from: MailSettings["from"],
  thread: string | null,
  leaves: boolean,
): Made {
  const sender = { name: from.name ?? name, address: from.address };
  const shared = { from: sender, listId: `status.${host}`, language: voice.code, thread };
  return { bytes: mailBytes(mail, shared), host, leaves };
}

/** What may stand in a message's name. */
const letters = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, "_");

/** What the server called it: "250 2.0.0 Ok: queued as 4F2A" */
function receiptIn(response: string): string | null {
  const said = response.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return said === "" ? null : said.slice(0, 200);
}

/** RFC 6376, 5.4.1, and what one click needs (RFC 8058, 4), which is in no list of before. */
const signedHeaders =
  "From:Subject:Date:Message-ID:To:MIME-Version:Content-Type:Content-Language:In-Reply-To:References:Auto-Submitted:List-Id:List-Unsubscribe:List-Unsubscribe-Post";

function transportOptions(settings: MailSettings) {
  const { host, port, security, login, dkim } = settings;
  return {
    pool: true as const,
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    // A server on this machine may have no certificate that anybody vouches for.
    ...(security === "offered" ? { tls: { rejectUnauthorized: false } } : {}),
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password }, forceAuth: true }),
    ...(dkim === null
      ? {}
      : {
          dkim: {
            domainName: dkim.domain,
            keySelector: dkim.selector,
            // Read once: each signature by the text of a key reads it anew, which is a quarter of its time.
            privateKey: createPrivateKey(dkim.privateKey),
            headerFieldNames: signedHeaders,
          },
        }),
    maxConnections: limits.mailConnectionsMax,
    maxMessages: limits.mailPerConnectionMax,
    // Of connections that were lost before a message went over them, and no others.
    maxRequeues: 2,
    connectionTimeout: limits.mailConnectMsMax,
    greetingTimeout: limits.mailConnectMsMax,
    socketTimeout: limits.mailQuietMsMax,
    getSocket(
      _options: unknown,
      done: (error: Error | null, socket: { connection: object } | false) => void,
    ) {
      dialSocket({ host, port }, { policy: "configured", timeoutMs: limits.mailConnectMsMax }).then(
        (connection) => done(null, { connection }),
        (thrown: Error) => done(thrown, false),
      );
    },
  };
}
