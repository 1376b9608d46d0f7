// /api/pharos/v1/pages/{page_id}/checks. In: calls. Out: what is checked from POPs, what is so of it and why, and what was found. Secrets (values of headers, a
// body) are told to who may change checks alone.
import { type Static, t } from "elysia";
import { limits } from "../base/limits.ts";
import { type Check, checkActs, checkKinds, checkMethods, dnsTypes, outageStatuses } from "../model/check.ts";
import { missingSecrets, withoutSecrets } from "../model/check-target.ts";
import type { CheckFields } from "../model/command.ts";
import { checkOf } from "../model/decide-check.ts";
import type { PageView } from "../model/view.ts";
import { may, type Principal } from "../people/principal.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import { type CheckDesk, historyOf, windows } from "./check-desk.ts";
import { foreignWords, type TargetWords, targetOf, wordsOf } from "./check-words.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, name, oneOf, pageOf, paging, said, text } from "./fields.ts";
import { isoOf, isoOrNull } from "./own-fields.ts";

const words = () => text(limits.checkTextCharsMax);
const whole = () => t.Numeric({ minimum: 0, maximum: 1_000_000_000, multipleOf: 1 });
const seconds = () => t.Numeric({ minimum: 0, maximum: 1_000_000_000 });
const { Optional: optional } = t;

/** What a check looks at; which of the words it has follows from its kind. A word that is not said stays, or is as by itself. */
const targetBody = t.Object(
  {
    kind: optional(oneOf(checkKinds)),
    url: optional(text(limits.checkUrlCharsMax)),
    method: optional(oneOf(checkMethods)),
    headers: optional(
      t.Array(t.Object({ name: text(100, 1), value: optional(orNull(text(limits.checkHeaderCharsMax))) }), {
        maxItems: limits.checkHeadersMax,
      }),
    ),
    body: optional(orNull(words())),
    statuses: optional(text(limits.checkStatusesCharsMax)),
    keyword: optional(orNull(words())),
    keyword_absent: optional(flag()),
    json_path: optional(orNull(words())),
    json_equals: optional(orNull(words())),
    redirects_max: optional(whole()),
    certificate_days: optional(orNull(whole())),
    host: optional(text(300)),
    port: optional(whole()),
    send: optional(orNull(words())),
    expect: optional(orNull(words())),
    server_name: optional(orNull(text(300))),
    days: optional(whole()),
    domain: optional(text(300)),
    record_type: optional(oneOf(dnsTypes)),
    name_server: optional(orNull(text(300))),
    answers: optional(t.Array(words(), { maxItems: limits.checkAnswersMax })),
    every_seconds: optional(orNull(seconds())),
    cron: optional(orNull(text(limits.cronCharsMax))),
    time_zone: optional(text(100)),
    grace_seconds: optional(seconds()),
  },
  { title: "CheckTarget" },
);

const fields = {
  name: maybe(text(limits.nameCharsMax)),
  paused: maybe(flag()),
  interval_seconds: maybe(seconds()),
  timeout_seconds: maybe(seconds()),
  pops: optional(t.Array(text(64), { maxItems: limits.checkPopsMax })),
  component_id: optional(orNull(text(limits.idCharsMax))),
  parent_id: optional(orNull(text(limits.idCharsMax))),
  template_id: optional(orNull(text(limits.idCharsMax))),
  latency: maybe(flag()),
  slow_ms: optional(orNull(whole())),
  failures_to_open: maybe(whole()),
  successes_to_close: maybe(whole()),
  alone: maybe(flag()),
  outage_status: maybe(oneOf(outageStatuses)),
  act: maybe(oneOf(checkActs)),
};
const changeBody = t.Object({ check: t.Object({ ...fields, target: optional(targetBody) }) });
const newBody = t.Object({ check: t.Object({ ...fields, name: name(), target: targetBody }) });

const number = () => t.Number();
const targetAnswer = t.Object(
  {
    kind: oneOf(checkKinds),
    url: optional(t.String()),
    method: optional(oneOf(checkMethods)),
    headers: optional(t.Array(t.Object({ name: t.String(), value: orNull(t.String()) }))),
    body: optional(orNull(t.String())),
    statuses: optional(t.String()),
    keyword: optional(orNull(t.String())),
    keyword_absent: optional(t.Boolean()),
    json_path: optional(orNull(t.String())),
    json_equals: optional(orNull(t.String())),
    redirects_max: optional(number()),
    certificate_days: optional(orNull(number())),
    host: optional(t.String()),
    port: optional(number()),
    send: optional(orNull(t.String())),
    expect: optional(orNull(t.String())),
    server_name: optional(orNull(t.String())),
    days: optional(number()),
    domain: optional(t.String()),
    record_type: optional(oneOf(dnsTypes)),
    name_server: optional(orNull(t.String())),
    answers: optional(t.Array(t.String())),
    every_seconds: optional(orNull(number())),
    cron: optional(orNull(t.String())),
    time_zone: optional(t.String()),
    grace_seconds: optional(number()),
  },
  { title: "CheckTargetKept" },
);
const checkFields = {
  id: id(),
  page_id: id(),
  name: t.String(),
  target: targetAnswer,
  waits_for: t.Array(t.String(), {
    description: "secrets that nobody gave yet: until then it is not carried out",
  }),
  paused: t.Boolean(),
  interval_seconds: number(),
  timeout_seconds: number(),
  pops: t.Array(t.String()),
  component_id: orNull(id()),
  parent_id: orNull(id()),
  template_id: orNull(id()),
  latency: t.Boolean(),
  slow_ms: orNull(number()),
  failures_to_open: t.Integer(),
  successes_to_close: t.Integer(),
  alone: t.Boolean(),
  outage_status: oneOf(outageStatuses),
  act: oneOf(checkActs),
  state: oneOf(["up", "slow", "down", "suspected", "unknown"]),
  state_since: orNull(time()),
  state_why: t.String({ description: "one sentence for operators" }),
  ping_path: orNull(
    t.String({ description: "of a heartbeat: at each POP's address, asked by what is watched" }),
  ),
  created_at: orNull(time()),
  updated_at: orNull(time()),
};
const checkAnswer = t.Object(checkFields, { title: "Check" });
const stretch = {
  up: t.Integer(),
  slow: t.Integer(),
  down: t.Integer(),
  blind: t.Integer({ description: "the POP itself had no connection: counts for nothing" }),
  ratio: orNull(t.Number({ description: "of those that count, how many are up or slow" })),
  ms: orNull(t.Object({ average: t.Number(), min: t.Number(), max: t.Number() })),
};
const resultsAnswer = t.Object(
  {
    window: oneOf(windows.map(([word]) => word)),
    step_seconds: t.Integer(),
    from: time(),
    until: time(),
    pops: t.Array(
      t.Object({
        pop: t.String(),
        last: orNull(
          t.Object({
            at: time(),
            state: oneOf(["up", "slow", "down", "blind"]),
            ms: orNull(t.Number()),
            why: orNull(t.String()),
            said: orNull(t.String()),
            certificate_ends_at: orNull(time()),
          }),
        ),
        whole: t.Object(stretch),
        columns: t.Array(t.Object({ at: time(), ...stretch })),
      }),
    ),
  },
  { title: "CheckResults" },
);

function shape(
  check: Check,
  view: PageView,
  principal: Principal,
  checks: CheckDesk,
): Static<typeof checkAnswer> {
  const seesSecrets = may(principal, view.page.id, "edit");
  const { kind } = check.target;
  const target = { kind, ...wordsOf(seesSecrets ? check.target : withoutSecrets(check.target)) };
  const verdict = checks.verdict(view.page.id, check.id);
  return {
    id: check.id,
    page_id: view.page.id,
    name: check.name,
    // Whose words a kind has is its table's; the schema has them all.
    target: (target.kind === "http" && !seesSecrets ? { ...target, body: null } : target) as Static<
      typeof targetAnswer
    >,
    waits_for: [...missingSecrets(check.target)],
    paused: check.paused,
    interval_seconds: check.everyMs / 1_000,
    timeout_seconds: check.timeoutMs / 1_000,
    pops: [...check.pops],
    component_id: check.componentId,
    parent_id: check.parentId,
    template_id: check.templateId,
    latency: check.latency,
    slow_ms: check.slowMs,
    failures_to_open: check.failuresToOpen,
    successes_to_close: check.successesToClose,
    alone: check.alone,
    outage_status: check.outageStatus,
    act: check.act,
    state: verdict?.state ?? "unknown",
    state_since: isoOrNull(verdict?.sinceMs ?? null),
    state_why: verdict?.sentence ?? "",
    ping_path: kind === "heartbeat" ? checks.pingPath(view.page.id, check.id) : null,
    created_at: isoOrNull(check.createdAt),
    updated_at: isoOrNull(check.updatedAt),
  };
}

type Said = (typeof changeBody)["static"]["check"];

/** `held`: what it looks at so far. Throws ApiRefusal. */
function fieldsOf(asked: Said, held: Check | null): CheckFields {
  const ms = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.round(value * 1_000);
  const idOf = (value: string | null | undefined): string | null | undefined => (value === "" ? null : value);
  const told = {
    name: said(asked.name),
    paused: said(asked.paused),
    everyMs: ms(said(asked.interval_seconds)),
    timeoutMs: ms(said(asked.timeout_seconds)),
    pops: asked.pops?.filter((pop) => pop !== ""),
    componentId: idOf(asked.component_id),
    parentId: idOf(asked.parent_id),
    templateId: idOf(asked.template_id),
    latency: said(asked.latency),
    slowMs: asked.slow_ms,
    failuresToOpen: said(asked.failures_to_open),
    successesToClose: said(asked.successes_to_close),
    alone: said(asked.alone),
    outageStatus: said(asked.outage_status),
    act: said(asked.act),
    target: asked.target === undefined ? undefined : targetAsked(asked.target, held),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

function targetAsked({ kind, ...said }: NonNullable<Said["target"]>, held: Check | null) {
  const of = kind ?? held?.target.kind;
  if (of === undefined) throw new ApiRefusal(unprocessable("Target: kind is required."));
  const given = said as TargetWords;
  const [foreign] = foreignWords(of, given);
  if (foreign !== undefined)
    throw new ApiRefusal(unprocessable(`Target: a check of kind ${of} has no ${foreign}.`));
  const kept = held?.target.kind === of ? wordsOf(held.target) : {};
  // "" is what files say of a body that they leave out.
  const body = given.body === "" ? { body: null } : {};
  return targetOf(of, { ...kept, ...given, ...body });
}

function checkIn(view: PageView, wanted: string | undefined): Check {
  const check = checkOf(view, wanted ?? "");
  if (check === undefined) throw new ApiRefusal(notFound("Check"));
  return check;
}

const base = "/pages/:page_id/checks";

export const ownCheckEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/checks",
    summary: "List the checks of a page, each with what is so of it now",
    needs: "read",
    answers: { 200: t.Array(checkAnswer) },
    query: t.Object(paging),
    answer: ({ view, query, principal, checks }) =>
      answer(
        200,
        pageOf(view.checks, query).map((one) => shape(one, view, principal, checks)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/checks",
    summary: "Check something from POPs",
    description:
      "`target.kind` says how: http, tcp, tls, dns, websocket, or heartbeat for what calls us. `act` says what follows when it is down: watch (nothing), component (its component takes `outage_status`), draft or incident (written from `template_id`, or in words of our own).",
    needs: "edit",
    answers: { 201: checkAnswer },
    example: {
      body: {
        check: {
          name: "API answers",
          interval_seconds: 60,
          target: { kind: "http", url: "https://api.acme.test/health", keyword: "ok" },
        },
      },
    },
    body: newBody,
    async answer({ body: { check: asked }, submit, principal, checks }) {
      const { name, target, ...fields } = fieldsOf(asked, null);
      if (name === undefined || target === undefined)
        throw new ApiRefusal(unprocessable("Name is required."));
      const made = await submit({ kind: "check.create", fields: { ...fields, name, target } });
      return answer(201, shape(checkIn(made.view, made.id), made.view, principal, checks));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/checks/reorder",
    summary: "Put checks into an order: those that are named first, the others behind them",
    needs: "edit",
    answers: { 200: t.Array(checkAnswer) },
    example: { body: { check_ids: ["{check_id}"] } },
    body: t.Object({ check_ids: t.Array(text(limits.idCharsMax, 1), { maxItems: limits.checksPerPageMax }) }),
    async answer({ body, submit, principal, checks }) {
      const { view } = await submit({ kind: "check.reorder", ids: body.check_ids });
      return answer(
        200,
        view.checks.map((one) => shape(one, view, principal, checks)),
      );
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:check_id`,
    summary: "Read a check, with what is so of it now and why",
    needs: "read",
    answers: { 200: checkAnswer },
    answer: ({ view, params, principal, checks }) =>
      answer(200, shape(checkIn(view, params.check_id), view, principal, checks)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:check_id`,
    summary: "Change a check, pause it, let it go on",
    description:
      "Words of `target` that are not named stay while the kind stays. A header whose value is null keeps the value that it has.",
    needs: "edit",
    answers: { 200: checkAnswer },
    example: { body: { check: { paused: true } } },
    body: changeBody,
    async answer({ view, params, body, submit, principal, checks }) {
      const held = checkIn(view, params.check_id);
      const fields = fieldsOf(body.check, held);
      const changed = await submit({ kind: "check.update", id: held.id, fields });
      return answer(200, shape(checkIn(changed.view, held.id), changed.view, principal, checks));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:check_id`,
    summary: "Delete a check; what it set stays as it is",
    needs: "edit",
    answers: { 200: checkAnswer },
    async answer({ view, params, submit, principal, checks }) {
      const held = checkIn(view, params.check_id);
      const last = shape(held, view, principal, checks);
      await submit({ kind: "check.delete", id: held.id });
      return answer(200, last);
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:check_id/results`,
    summary: "What POPs found of a check, rolled up",
    needs: "read",
    answers: { 200: resultsAnswer },
    // No UnionEnum: of those Elysia takes the first where nothing is asked.
    query: t.Object({ window: optional(t.Union(windows.map(([word]) => t.Literal(word)))) }),
    example: { query: { window: "24h" } },
    answer({ view, params, query, checks, nowMs }) {
      const { id } = checkIn(view, params.check_id);
      const { fromMs, untilMs, stepMs, window, pops } = historyOf(
        checks,
        view.page.id,
        id,
        query.window,
        nowMs(),
      );
      return answer(200, {
        window,
        step_seconds: stepMs / 1_000,
        from: isoOf(fromMs),
        until: isoOf(untilMs),
        pops: pops.map(({ pop, last, whole, columns }) => ({
          pop,
          last:
            last === null
              ? null
              : {
                  ...{ at: isoOf(last.atMs), state: last.state, ms: last.ms, why: last.why, said: last.said },
                  certificate_ends_at: isoOrNull(last.certificateEndsMs),
                },
          whole,
          columns: columns.map(({ at, ...column }) => ({ at: isoOf(at), ...column })),
        })),
      });
    },
  }),
];
