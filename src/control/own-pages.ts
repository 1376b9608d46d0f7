// /api/pharos/v1: a page as a whole, out and in. In: calls. Out: everything of a page as one JSON value; what an import made of one.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { Command } from "../model/command.ts";
import { hasEnded } from "../model/rule.ts";
import type { PageView } from "../model/view.ts";
import { may } from "../people/principal.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { answer, endpoint } from "./endpoint.ts";
import { bundleIn, pageFileOf, rowChanges } from "./page-file.ts";
import { type PageFile, pageFile, pageFileFormat } from "./page-file-shape.ts";

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

/** What files of older releases say without its state, where it differs from what is here: it is made anew. */
function* stateless(
  { incidents, recurrences = [] }: PageFile,
  view: PageView,
  now: number,
): Iterable<Command> {
  for (const { id, postmortemDraft: body } of incidents)
    if (typeof body === "string" && body !== "" && view.incidentById.get(id)?.postmortemDraft?.body !== body)
      yield { kind: "postmortem.draft", id, body };
  const recurring = new Set(view.recurrences.map(({ id }) => id));
  for (const { id, state, ...fields } of recurrences)
    if (state !== undefined) continue;
    else if (recurring.has(id)) yield { kind: "recurrence.update", id, fields };
    else if (!hasEnded(fields.rule, fields.start, view.page.timeZone, now))
      yield { kind: "recurrence.create", id, fields };
}

export const ownPageEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/export",
    summary: "Export a page",
    description:
      "Everything that is kept of a page, as one value that an import takes: settings, looks, components, incidents with their updates and post-mortems, maintenances, status history, metrics, templates, recurring maintenance, drafts, access users and groups, and the names of what was deleted. Subscribers and points of metrics have exports of their own; people and keys belong to the installation.",
    answers: { 200: pageFile },
    needs: "administer",
    answer: ({ view, rows }) => answer(200, pageFileOf(view, rows)),
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
    async answer({ principal, body, submit, rows, views, nowMs }) {
      const { id } = body.page;
      const held = views().find(({ page }) => page.id === id);
      // Who may not make pages is told the same whether or not there is such a page.
      if (!may(principal, held === undefined ? "*" : id, "administer"))
        throw new ApiRefusal(notFound("Page"));
      // Refuses what rows may not say, before anything is kept.
      rowChanges(body, rows);
      const now = nowMs();
      await submit({ kind: "import", bundle: bundleIn(body) }, (view) => stateless(body, view, now), {
        page: id,
        decide: () => rowChanges(body, rows),
      });
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
