// /api/pharos/v1: a page as a whole, out and in. In: calls. Out: everything of a page as one JSON value; what an import made of one.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { Command } from "../model/command.ts";
import { hasEnded } from "../model/rule.ts";
import type { PageView } from "../model/view.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { may } from "./authenticate.ts";
import { answer, endpoint } from "./endpoint.ts";
import { bundleIn, type PageFile, pageFile, pageFileFormat, pageFileOf } from "./page-file.ts";

const doneAnswer = t.Object(
  {
    page_id: t.String(),
    components: t.Integer(),
    incidents: t.Integer(),
    metrics: t.Integer(),
    templates: t.Integer(),
  },
  { title: "Imported" },
);

/** What the import command leaves to others, where it differs from what is there. */
function* others(
  { page, templates = [], incidents, recurrences = [] }: PageFile,
  view: PageView,
  now: number,
): Iterable<Command> {
  const { headline, supportUrl, brand, logo, favicon, headerLinks, footerText, footerLinks } = page;
  const looks = { headline, supportUrl, brand, logo, favicon, headerLinks, footerText, footerLinks };
  const said = Object.fromEntries(Object.entries(looks).filter(([, value]) => value !== undefined));
  if (Object.keys(said).length > 0) yield { kind: "page.update", fields: said };
  const known = new Set(view.templates.map(({ id }) => id));
  for (const { id, ...fields } of templates)
    yield known.has(id) ? { kind: "template.update", id, fields } : { kind: "template.create", id, fields };
  for (const { id, postmortemDraft: body } of incidents)
    if (body && view.incidentById.get(id)?.postmortemDraft?.body !== body)
      yield { kind: "postmortem.draft", id, body };
  const recurring = new Set(view.recurrences.map(({ id }) => id));
  for (const { id, ...fields } of recurrences)
    if (recurring.has(id)) yield { kind: "recurrence.update", id, fields };
    else if (!hasEnded(fields.rule, fields.start, view.page.timeZone, now))
      yield { kind: "recurrence.create", id, fields };
}

export const ownPageEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/export",
    summary: "Export a page",
    description:
      "Settings, components, incidents with their updates, maintenances, status history, metrics, templates and recurring maintenance as one value that an import takes. Points of metrics, drafts, people, keys and subscribers are not in it.",
    answers: { 200: pageFile },
    needs: "administer",
    answer: ({ view }) => answer(200, pageFileOf(view)),
  }),
  endpoint({
    methods: ["POST"],
    path: "/import",
    summary: "Import a page",
    description:
      "Writes what differs from the page of the same id, and makes the page where there is none; what the value does not name stays. A second import of the same writes nothing.",
    answers: { 200: doneAnswer },
    needs: "read",
    body: pageFile,
    bodyBytesMax: limits.pageFileBytesMax,
    example: {
      body: {
        format: pageFileFormat,
        page: { id: "8kq3vx0tz5ma", name: "Acme", url: "https://status.acme.test" },
        components: [{ id: "api", name: "API", status: "operational" }],
        incidents: [],
      },
    },
    async answer({ principal, body, submit, views, nowMs }) {
      const { id } = body.page;
      const held = views().find(({ page }) => page.id === id);
      // Who may not make pages is told the same whether or not there is such a page.
      if (!may(principal, held === undefined ? "*" : id, "administer"))
        throw new ApiRefusal(notFound("Page"));
      const now = nowMs();
      await submit({ kind: "import", bundle: bundleIn(body) }, (view) => others(body, view, now));
      return answer(200, {
        page_id: id,
        components: body.components.length,
        incidents: body.incidents.length,
        metrics: body.metrics?.length ?? 0,
        templates: body.templates?.length ?? 0,
      });
    },
  }),
];
