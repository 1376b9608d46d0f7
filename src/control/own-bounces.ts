// /api/pharos/v1/pages/{page_id}/bounces. In: calls of the service that sends our mail, or of whoever receives what comes back. Out: what became of each subscriber.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { byOf } from "../people/principal.ts";
import type { By } from "../store/tokens.ts";
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
  /** The same of a report as mail; none where it is no report. */
  takeReport(page: string, message: string, by: By): ReturnType<BounceDesk["take"]>;
}

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
];
