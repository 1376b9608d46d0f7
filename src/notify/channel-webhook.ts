// Webhooks, by the Standard Webhooks specification (id, timestamp, signature; https://www.standardwebhooks.com). In: deliveries. Out: signed POSTs.
// A receiver is first asked to repeat a challenge: nobody can have messages sent to a place that is not theirs.
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { challengeBody, filledBody, type WebhookBody, webhookBodyOf } from "../render/message-webhook.ts";
import { outcomeOf, type Posting } from "./posting.ts";
import { rememberedPerText } from "./remembered.ts";
import type { Channel, Delivery, Outcome } from "./types.ts";

export interface WebhookOptions {
  readonly posting: Posting;
  readonly clock: Clock;
  /** The secrets of a subscriber, that of now first; while one is being replaced, both. */
  secretsOf(page: string, subscriber: string): readonly [string, ...string[]];
  /** What it has to repeat. */
  challengeOf(delivery: Pick<Delivery, "key">): string;
}

export function createWebhookChannel({ posting, clock, secretsOf, challengeOf }: WebhookOptions): Channel {
  const bodyOf = rememberedPerText(({ occasion, view, occurredMs }): WebhookBody | null =>
    "subscriber" in occasion ? null : webhookBodyOf(occasion, view, occurredMs),
  );

  async function send(delivery: Delivery, body: string, signal: AbortSignal) {
    const { key, subscriber, occasion } = delivery;
    const at = Math.floor(clock.wallMs() / 1_000);
    const secrets = secretsOf(occasion.page, subscriber.id);
    return posting.post(
      {
        url: subscriber.contact.endpoint ?? "",
        body,
        headers: {
          "content-type": "application/json",
          "webhook-id": key,
          "webhook-timestamp": String(at),
          "webhook-signature": secrets.map((secret) => signatureOf(secret, key, at, body)).join(" "),
        },
      },
      signal,
    );
  }

  async function challenge(delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
    const { view, occasion, subscriber } = delivery;
    const [secret] = secretsOf(occasion.page, subscriber.id);
    const asked = challengeOf(delivery);
    const posted = await send(delivery, challengeBody(view.page, { challenge: asked, secret }), signal);
    const outcome = outcomeOf(posted);
    if (outcome.kind !== "sent" || posted.kind !== "answered") return outcome;
    return repeats(posted.text, asked)
      ? { kind: "confirmed", status: posted.status }
      : { kind: "refused", why: "It did not repeat the challenge.", status: posted.status };
  }

  return {
    kind: "webhook",
    inFlightMax: 256,
    inFlightPerReceiverMax: 64,
    perSecondMax: null,
    keepsTries: true,
    tells: (kind) => kind !== "confirm" && kind !== "changed" && kind !== "unsubscribed",
    receiverOf: ({ contact }) => URL.parse(contact.endpoint ?? "")?.host ?? "",
    async deliver(delivery, signal) {
      if (delivery.occasion.kind === "challenge") return challenge(delivery, signal);
      const body = bodyOf(delivery);
      if (body === null) return { kind: "refused", why: "There is nothing to tell any more." };
      return outcomeOf(await send(delivery, filledBody(body, delivery.links.unsubscribe), signal));
    },
    close: async () => posting.close(),
  };
}

/** `v1,` and base64 of HMAC-SHA-256 over id, timestamp and body, by the bytes of a secret such as `whsec_…`. */
export function signatureOf(secret: string, id: string, atSeconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${atSeconds}.${body}`).digest("base64")}`;
}

/** As the whole answer, or as `challenge` of a JSON object. */
function repeats(text: string, challenge: string): boolean {
  return isSame(text.trim(), challenge) || isSame(challengeIn(text), challenge);
}

function isSame(said: string, challenge: string): boolean {
  const [a, b] = [Buffer.from(said), Buffer.from(challenge)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function challengeIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    const said = typeof value === "object" && value !== null && "challenge" in value ? value.challenge : "";
    return typeof said === "string" ? said : "";
  } catch {
    return ""; // No JSON: then it is not there.
  }
}
