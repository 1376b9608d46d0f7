// /api/pharos/v1/pages/{page_id}/bounces. In: calls of the service that sends our mail, or of whoever receives what comes back. Out: what became of each subscriber.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { byOf } from "../people/principal.ts";
import type { By } from "../store/tokens.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answer, endpoint } from "./endpoint.ts";

/** What takes bounces: counts them, quarantines, suppresses. */
export interface BounceDesk {
  take(
    page: string,
    bounces: readonly {
      readonly address: string;
      readonly kind: "hard" | "soft" | "complaint";
      readonly reason?: string | undefined;
    }[],
    by: By,
  ): Promise<readonly ("counted" | "quarantined" | "suppressed" | "passing" | "unknown")[]>;
  /** The same of a service's own post; null where it is none of that service's. */
  takeVendor(
    page: string,
    vendor: (typeof vendors)[number],
    body: unknown,
    by: By,
  ): Promise<{ readonly became: Awaited<ReturnType<BounceDesk["take"]>> } | null>;
  /** The same of a report as mail; none where it is no report. */
  takeReport(page: string, message: string, by: By): ReturnType<BounceDesk["take"]>;
}

/** Whose posts are read (notify/bounce-vendors.ts). */
const vendors = ["ses", "postmark", "sendgrid", "mailgun"] as const;

/** Whatever it holds: a service adds fields as it likes. */
const ofService = () => t.Object({}, { additionalProperties: true });

const became = t.UnionEnum(["counted", "quarantined", "suppressed", "passing", "unknown"]);

export const ownBounceEndpoints = [
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/bounces",
    summary: "Tell of mail that came back, or was complained of",
    description: `An address is the return path that the mail had (--mail-bounce-domain), or a subscriber's own. ${limits.bouncesInARowMax} hard bounces in a row, an hour or more apart, quarantine a subscriber; a complaint puts its address on the list of those who are told nothing. \`message\` is a report as it came by mail (RFC 3464, RFC 5965).`,
    answers: { 200: t.Object({ became: t.Array(became) }, { title: "Bounces" }) },
    needs: "administer",
    body: t.Object({
      bounces: t.Optional(
        t.Array(
          t.Object({
            address: t.String({ minLength: 1, maxLength: limits.emailCharsMax }),
            kind: t.UnionEnum(["hard", "soft", "complaint"]),
            reason: t.Optional(t.String({ maxLength: 1_000 })),
          }),
          { maxItems: limits.bouncesPerRequestMax },
        ),
      ),
      message: t.Optional(t.String({ maxLength: limits.bounceReportCharsMax })),
    }),
    example: {
      body: {
        bounces: [{ address: "nobody@reader.example", kind: "hard", reason: "550 5.1.1 No such user" }],
      },
    },
    async answer({ view, bounces, body, principal, effect }) {
      const { id } = view.page;
      const told = await effect(() => bounces.take(id, body.bounces ?? [], byOf(principal)));
      const reported = await effect(async () =>
        body.message === undefined ? [] : bounces.takeReport(id, body.message, byOf(principal)),
      );
      return answer(200, { became: [...told, ...reported] });
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/bounces/:vendor",
    summary: "Take a mail service's own posts of bounces",
    description: `The vendor is one of ${vendors.join(", ")}: Amazon SES through SNS (HTTPS; its subscription is confirmed by itself), Postmark's bounce and spam complaint webhooks, SendGrid's event webhook, Mailgun's. A service sends no key in a header: give it this address with ?api_key=. What is no bounce is taken and nothing follows from it.`,
    answers: { 200: t.Object({ became: t.Array(became) }, { title: "VendorBounces" }) },
    needs: "administer",
    body: t.Union([ofService(), t.Array(ofService())]),
    example: {
      body: {
        RecordType: "Bounce",
        Type: "HardBounce",
        Email: "nobody@reader.example",
        Details: "550 5.1.1",
      },
    },
    async answer({ view, bounces, params, body, principal, effect }) {
      const vendor = vendors.find((name) => name === params.vendor);
      if (vendor === undefined) throw new ApiRefusal(notFound("Vendor"));
      const taken = await effect(() => bounces.takeVendor(view.page.id, vendor, body, byOf(principal)));
      if (taken === null) throw new ApiRefusal(unprocessable(`That is no post of ${vendor}`));
      return answer(200, { became: [...taken.became] });
    },
  }),
];
