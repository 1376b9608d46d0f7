// /api/pharos/v1/pages/{page_id}/recurrences. In: calls. Out: maintenances that recur, with the occurrences that are ahead.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { RecurrenceFields } from "../model/command.ts";
import { type Automation, noAutomation, type PageView, type Recurrence } from "../model/view.ts";
import { idList } from "./access-rows.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import { automationFields, automationOf, automationShape } from "./automation.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, name, pageOf, paging, said, text } from "./fields.ts";
import { timeOf } from "./incident-fields.ts";
import { isoOf, isoOrNull } from "./own-fields.ts";

const minuteMs = 60_000;

const fields = {
  name: maybe(text(limits.nameCharsMax)),
  body: t.Optional(text(limits.updateCharsMax)),
  rule: maybe(text(limits.ruleCharsMax)),
  start: maybe(text(32)),
  duration_minutes: maybe(
    t.Numeric({ minimum: 1, maximum: limits.occurrenceMsMax / minuteMs, multipleOf: 1 }),
  ),
  component_ids: t.Optional(idList()),
  deliver_notifications: maybe(flag()),
  occurrences_ahead: maybe(t.Numeric({ minimum: 1, maximum: limits.occurrencesAheadMax, multipleOf: 1 })),
  paused: maybe(flag()),
  ...automationFields,
};
const changeBody = t.Object({ recurrence: t.Object(fields) });
const newBody = t.Object({
  recurrence: t.Object({
    ...fields,
    name: name(),
    rule: text(limits.ruleCharsMax, 1),
    start: text(32, 1),
    duration_minutes: t.Numeric({ minimum: 1, maximum: limits.occurrenceMsMax / minuteMs, multipleOf: 1 }),
  }),
});

type Said = (typeof changeBody)["static"]["recurrence"];

const flags = {
  scheduled_auto_in_progress: t.Boolean(),
  scheduled_auto_completed: t.Boolean(),
  auto_transition_deliver_notifications_at_start: t.Boolean(),
  auto_transition_deliver_notifications_at_end: t.Boolean(),
  auto_transition_to_maintenance_state: t.Boolean(),
  auto_transition_to_operational_state: t.Boolean(),
  scheduled_remind_prior: t.Boolean(),
  scheduled_auto_verifying_minutes: orNull(t.Number()),
};
const recurrenceAnswer = t.Object(
  {
    id: id(),
    page_id: id(),
    name: t.String(),
    body: t.String(),
    rule: t.String(),
    start: t.String(),
    time_zone: t.String(),
    duration_minutes: t.Number(),
    component_ids: t.Array(id()),
    deliver_notifications: t.Boolean(),
    occurrences_ahead: t.Integer(),
    paused: t.Boolean(),
    skipped: t.Array(time()),
    ...flags,
    occurrences: t.Array(t.Object({ incident_id: id(), scheduled_for: time(), status: t.String() })),
    next_at: orNull(time()),
    created_at: time(),
    updated_at: time(),
  },
  { title: "Recurrence" },
);

function shape(of: Recurrence, view: PageView) {
  const occurrences = view.maintenances.filter(
    ({ recurrence, status }) => recurrence?.id === of.id && status !== "completed",
  );
  return {
    id: of.id,
    page_id: view.page.id,
    name: of.name,
    body: of.body,
    rule: of.rule,
    start: of.start,
    time_zone: view.page.timeZone,
    duration_minutes: of.durationMs / minuteMs,
    component_ids: of.componentIds.filter((component) => view.componentById.has(component)),
    deliver_notifications: of.deliverNotifications,
    occurrences_ahead: of.ahead,
    paused: of.paused,
    skipped: of.skips.map(isoOf),
    ...automationShape(of.automation),
    occurrences: occurrences.map(({ id, window, status, createdAt }) => ({
      incident_id: id,
      scheduled_for: isoOf(window?.from ?? createdAt),
      status,
    })),
    next_at: isoOrNull(of.nextAt),
    created_at: isoOf(of.createdAt),
    updated_at: isoOf(of.updatedAt),
  };
}

/** `held`: what happens by itself so far. */
function fieldsOf(asked: Said, held: Automation): RecurrenceFields {
  const automation = automationOf(asked);
  const minutes = said(asked.duration_minutes);
  const told = {
    name: said(asked.name),
    body: asked.body,
    rule: said(asked.rule),
    start: said(asked.start),
    durationMs: minutes === undefined ? undefined : minutes * minuteMs,
    componentIds: asked.component_ids?.filter((component) => component !== ""),
    deliverNotifications: said(asked.deliver_notifications),
    ahead: said(asked.occurrences_ahead),
    paused: said(asked.paused),
    automation: automation === undefined ? undefined : { ...held, ...automation },
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

function recurrenceOf(view: PageView, wanted: string | undefined): Recurrence {
  const recurrence = view.recurrences.find(({ id }) => id === wanted);
  if (recurrence === undefined) throw new ApiRefusal(notFound("Recurrence"));
  return recurrence;
}

const base = "/pages/:page_id/recurrences";

export const ownRecurrenceEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/recurrences",
    summary: "List the maintenances that recur",
    needs: "read",
    answers: { 200: t.Array(recurrenceAnswer) },
    query: t.Object(paging),
    answer: ({ view, query }) =>
      answer(
        200,
        pageOf(view.recurrences, query).map((one) => shape(one, view)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/recurrences",
    summary: "Let a maintenance recur",
    description:
      "`rule` is one of RFC 5545 that recurs at most daily, `start` a time on the clock of the page's zone. Readers see the next `occurrences_ahead` as maintenances; unless told otherwise they begin and complete by themselves.",
    needs: "edit",
    answers: { 201: recurrenceAnswer },
    example: {
      body: {
        recurrence: {
          name: "Backups",
          rule: "FREQ=MONTHLY;BYDAY=1SU",
          start: "2027-01-03T02:30",
          duration_minutes: 60,
        },
      },
    },
    body: newBody,
    async answer({ body: { recurrence: asked }, submit }) {
      const { name, rule, start, duration_minutes: minutes } = asked;
      const fields = fieldsOf(asked, { ...noAutomation, begins: true, completes: true });
      const made = await submit({
        kind: "recurrence.create",
        fields: { ...fields, name, rule, start, durationMs: minutes * minuteMs },
      });
      return answer(201, shape(recurrenceOf(made.view, made.id), made.view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:recurrence_id`,
    summary: "Read a maintenance that recurs",
    needs: "read",
    answers: { 200: recurrenceAnswer },
    answer: ({ view, params }) => answer(200, shape(recurrenceOf(view, params.recurrence_id), view)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:recurrence_id`,
    summary:
      "Change a maintenance that recurs, pause it, let it go on; occurrences that have not begun are made anew",
    needs: "edit",
    answers: { 200: recurrenceAnswer },
    example: { body: { recurrence: { occurrences_ahead: 3 } } },
    body: changeBody,
    async answer({ view, params, body, submit }) {
      const { id, automation } = recurrenceOf(view, params.recurrence_id);
      const fields = fieldsOf(body.recurrence, automation);
      const changed = await submit({ kind: "recurrence.update", id, fields });
      return answer(200, shape(recurrenceOf(changed.view, id), changed.view));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/:recurrence_id/skip`,
    summary: "Leave out one occurrence; readers see the next one instead",
    needs: "edit",
    answers: { 200: recurrenceAnswer },
    example: { body: { at: "2027-02-07T02:30:00Z" } },
    body: t.Object({ at: text(64, 1) }),
    async answer({ view, params, body, submit }) {
      const { id } = recurrenceOf(view, params.recurrence_id);
      const sentences: string[] = [];
      const at = timeOf("At", body.at, sentences);
      if (at === undefined) throw new ApiRefusal(unprocessable(...sentences));
      const skipped = await submit({ kind: "recurrence.skip", id, at });
      return answer(200, shape(recurrenceOf(skipped.view, id), skipped.view));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:recurrence_id`,
    summary: "Delete a maintenance that recurs, with the occurrences that have not begun",
    needs: "edit",
    answers: { 200: recurrenceAnswer },
    async answer({ view, params, submit }) {
      const recurrence = recurrenceOf(view, params.recurrence_id);
      await submit({ kind: "recurrence.delete", id: recurrence.id });
      return answer(200, shape(recurrence, view));
    },
  }),
];
