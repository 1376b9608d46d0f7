// /api/pharos/v1/pages/{page_id}/subscribers/csv: many subscribers at once, with where their consent is from. In: calls. Out: what became of them.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { actorOf, byOf } from "../people/principal.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, said } from "./fields.ts";
import { bringCsv, csvExample, csvSentences, foreseenOf, readSubscriberCsv } from "./subscriber-csv.ts";

const count = () => t.Integer({ minimum: 0 });
const csvAnswer = t.Object(
  {
    ...{ added: count(), known: count(), unsubscribed: count(), suppressed: count(), wrong: count() },
    errors: t.Array(t.Object({ line: t.Integer(), column: t.String(), error: t.String() })),
  },
  { title: "SubscribersFromCsv" },
);

export const ownSubscriberEndpoints = [
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/subscribers/csv",
    summary: "Import subscribers from a CSV",
    description: `The body is a CSV (RFC 4180, UTF-8) of at most ${limits.csvRowsMax} rows. Its first line names columns: email, or phone_number and phone_country, or endpoint, one of them a row; components (ids or names, with ; between them; none: all), language, consent_source (where the consent is from: it is kept with the subscriber, with who imported it), consent_at (when it was given; without it, now). All are told from then on. Where a line is wrong nothing is kept, unless skip_wrong is true; a dry run says what would become of all of them, and each wrong line. Who is there stays as they are, who unsubscribed stays so, and nothing is sent to those on the list of suppressions. Of who was erased nothing is left to know them by: take them off the CSV.`,
    answers: { 200: csvAnswer },
    text: "text/csv",
    example: { text: csvExample },
    needs: "edit",
    body: t.Object({ text: t.String() }),
    query: t.Object({ skip_wrong: maybe(flag()) }),
    async answer({ view, body, query, principal, subscribers, nowMs, effect }) {
      const page = view.page.id;
      const { wanted, wrong } = await readSubscriberCsv(body.text, view, {
        ...{ nowMs: nowMs(), by: actorOf(principal) },
      });
      const isRefused = wrong.length > 0 && said(query.skip_wrong) !== true;
      const counts = await effect(
        () => {
          if (isRefused) throw new ApiRefusal(unprocessable(...csvSentences(wrong)));
          return bringCsv(subscribers, page, wanted, byOf(principal));
        },
        () => foreseenOf(subscribers, page, wanted),
      );
      const errors = wrong.slice(0, limits.csvWrongToldMax);
      const lines = new Set(wrong.map(({ line }) => line));
      // Only a dry run comes here with what is refused: it tells the status, and the counts all the same.
      return answer(isRefused ? 422 : 200, { ...counts, wrong: lines.size, errors });
    },
  }),
];
