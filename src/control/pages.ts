// /v1/pages. In: calls. Out: the pages that a token may see, and changes to one.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { PageFields } from "../model/command.ts";
import type { PageView } from "../model/view.ts";
import type { PageRows } from "../store/page-rows.ts";
import { keepRows } from "./access-rows.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { answers, orNull } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { maybe, said, text } from "./fields.ts";
import { looksAsked, looksFields } from "./looks.ts";
import { settingFields, settingsAsked, settingsChange, settingsOf } from "./page-settings.ts";
import { pageShape } from "./shapes.ts";

const pageBody = t.Object({
  page: t.Object({
    name: maybe(text(limits.nameCharsMax)),
    time_zone: maybe(text(100)),
    page_description: t.Optional(t.Union([text(limits.updateCharsMax), t.Null()])),
    domain: maybe(
      t.String({
        maxLength: 253,
        pattern: "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
        description: "a host name",
      }),
    ),
    url: maybe(text(2_000)),
    uptime_badges: t.Optional(t.Boolean()),
    uptime_partial_weight: t.Optional(t.Number({ minimum: 0, maximum: 1 })),
    sla_target: t.Optional(orNull(t.Number({ minimum: 50, maximum: 100 }))),
    ...looksFields,
    ...settingFields,
  }),
});

const shapeOf = ({ page }: PageView, rows: PageRows): object => ({
  ...pageShape(page),
  ...settingsOf(rows, page.id),
});

export const pageEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages",
    summary: "List the pages of this token",
    answers: { 200: t.Array(answers.page) },
    needs: "read",
    answer: ({ views, rows }) =>
      answer(
        200,
        views().map((view) => shapeOf(view, rows)),
      ),
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id",
    summary: "Read a page",
    answers: { 200: answers.page },
    needs: "read",
    answer: ({ view, rows }) => answer(200, shapeOf(view, rows)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: "/pages/:page_id",
    summary: "Change a page",
    answers: { 200: answers.page },
    example: { body: { page: { page_description: "What we run, and how it is" } } },
    needs: "administer",
    body: pageBody,
    async answer({ view, rows, body, principal, submit, effect }) {
      const { name, time_zone, page_description, domain, url, uptime_badges } = body.page;
      const { uptime_partial_weight: partialWeight, sla_target: slaTarget } = body.page;
      // Statuspage's `url` is the company's site; here it is the page's own address, which follows `domain`.
      if (said(url) !== undefined && url !== view.page.url)
        throw new ApiRefusal(
          unprocessable("Url is the address of this page and follows its domain: change domain instead"),
        );
      const host = said(domain)?.toLowerCase();
      const fields: PageFields = {
        ...(said(name) === undefined ? {} : { name: said(name) ?? "" }),
        ...(uptime_badges === undefined ? {} : { uptimeBadges: uptime_badges }),
        ...(partialWeight === undefined ? {} : { partialWeight }),
        ...(slaTarget === undefined ? {} : { slaTarget }),
        ...(said(time_zone) === undefined ? {} : { timeZone: said(time_zone) ?? "" }),
        ...looksAsked(body.page),
        ...(page_description === undefined ? {} : { description: page_description || null }),
        ...(host === undefined || host === view.page.hosts[0]
          ? {}
          : {
              url: `https://${host}`,
              hosts: [host, ...view.page.hosts.slice(1).filter((it) => it !== host)],
            }),
      };
      const settings = settingsAsked(body.page);
      const changed = await submit({ kind: "page.update", fields });
      if (Object.keys(settings).length > 0)
        await keepRows({ view, rows, principal, effect }, () => [
          settingsChange(rows, view.page.id, settings),
        ]);
      return answer(200, shapeOf(changed.view, rows));
    },
  }),
];
