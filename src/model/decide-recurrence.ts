// Commands on recurring maintenances. In: view, command, moment. Out: the recurrence's op, and its next occurrences as maintenances that readers
// see; or a refusal. Of a rule that never ends the next few are made; when one begins, a timer makes another (`timers.ts`).
import { limits } from "../base/limits.ts";
import { checkAffected, checkBody, checkName, checkNewId, type Sentences } from "./checks.ts";
import type { Command, DecideContext, Decision, RecurrenceFields } from "./command.ts";
import { touchPage } from "./decide-component.ts";
import { createIncident } from "./decide-incident.ts";
import { decided, type Fields, given, opOf, refused } from "./drafts.ts";
import { recordKey } from "./fold.ts";
import type { Json, OpDraft } from "./op.ts";
import { checkRule, occurrencesAfter } from "./rule.ts";
import { type Incident, noAutomation, type PageView, type Recurrence } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

export const recurrenceOf = (view: PageView, id: string): Recurrence | undefined =>
  view.recurrences.find((recurrence) => recurrence.id === id);

const noRecurrence = (id: string): Decision =>
  refused(404, `There is no recurring maintenance "${id}" on this page.`);

export function createRecurrence(
  view: PageView,
  command: Of<"recurrence.create">,
  context: DecideContext,
): Decision {
  const id = command.id ?? context.newId();
  const { now } = context;
  if (recurrenceOf(view, id) !== undefined)
    return refused(409, `The recurring maintenance "${id}" exists already.`);
  if (view.recurrences.length >= limits.recurrencesPerPageMax)
    return refused(422, `A page has at most ${limits.recurrencesPerPageMax} recurring maintenances.`);
  const wanted: Recurrence = {
    ...unset,
    ...said(command.fields),
    name: command.fields.name,
    rule: command.fields.rule,
    start: command.fields.start,
    durationMs: command.fields.durationMs,
    id,
    createdAt: now,
    updatedAt: now,
  };
  const wrong = [...checkNewId(view, "recurrence", id), ...checkRecurrence(view, wanted, now)];
  if (wrong.length > 0) return refused(422, ...wrong);
  return settled(view, wanted, context, []);
}

/** The occurrences that have not begun are made anew: they follow what it says now. */
export function updateRecurrence(
  view: PageView,
  { id, fields }: Of<"recurrence.update">,
  context: DecideContext,
): Decision {
  const held = recurrenceOf(view, id);
  if (held === undefined) return noRecurrence(id);
  const { now } = context;
  const changed = { ...held, ...said(fields), made: [], nextAt: null, updatedAt: now };
  if (JSON.stringify(settable(changed)) === JSON.stringify(settable(held))) return decided(id, []);
  const wrong = checkRecurrence(view, changed, now);
  if (wrong.length > 0) return refused(422, ...wrong);
  return settled(view, { ...changed, revision: held.revision + 1 }, context, withdrawn(view, id));
}

/** The occurrences that have not begun go with it. */
export function deleteRecurrence(
  view: PageView,
  { id }: Of<"recurrence.delete">,
  { now }: DecideContext,
): Decision {
  if (recurrenceOf(view, id) === undefined) return noRecurrence(id);
  return decided(id, [
    ...opOf(view.page.id, "recurrence", id, { deleted: true }),
    ...withdrawn(view, id),
    ...touchPage(view, now),
  ]);
}

/** One time is left out; readers see the next one instead. */
export function skipOccurrence(
  view: PageView,
  { id, at }: Of<"recurrence.skip">,
  context: DecideContext,
): Decision {
  const held = recurrenceOf(view, id);
  if (held === undefined) return noRecurrence(id);
  if (held.skips.includes(at)) return decided(id, []);
  if (at <= context.now) return refused(422, "What has begun is not skipped: complete it, or delete it.");
  if (!Number.isSafeInteger(at) || occurrencesAfter(held, view.page.timeZone, at - 1, 1)[0] !== at)
    return refused(422, `"${held.name}" does not occur at that time.`);
  if (view.maintenances.some((it) => isOf(it, id, at) && it.status !== "scheduled"))
    return refused(422, "What has begun is not skipped: complete it, or delete it.");
  const wanted = {
    ...held,
    skips: [...held.skips, at],
    made: held.made.filter((it) => it !== at),
    updatedAt: context.now,
  };
  return settled(view, wanted, context, withdrawn(view, id, at));
}

/** One has begun: there are as many ahead as were asked for again. */
export function continueRecurrence(view: PageView, held: Recurrence, context: DecideContext): Decision {
  return settled(view, held, context, []);
}

/** Makes occurrences until enough of them are ahead. What is past by then was never announced, and is not made. */
function settled(
  view: PageView,
  wanted: Recurrence,
  context: DecideContext,
  withdrawals: readonly OpDraft[],
): Decision {
  const { id } = wanted;
  const { now } = context;
  const skips = wanted.skips.filter((at) => at > now);
  const pending = wanted.made.filter((at) => at > now);
  const missing = wanted.paused ? 0 : Math.max(0, wanted.ahead - pending.length);
  const next = wanted.paused ? [] : nextOf(view, wanted, Math.max(now, ...wanted.made), missing + 1);
  const fresh = next.slice(0, missing);
  const fields = {
    ...settable(wanted),
    revision: wanted.revision,
    createdAt: wanted.createdAt,
    updatedAt: wanted.updatedAt,
    ahead: wanted.ahead,
    occurrences: { made: [...pending, ...fresh], nextAt: next[missing] ?? null } as Json,
    skips: skips as Json,
  };
  const ops = [...opOf(view.page.id, "recurrence", id, fields), ...withdrawals];
  for (const at of fresh) {
    if (isThere(view, id, at, withdrawals)) continue;
    const made = occurrence(view, wanted, at, context);
    if (!made.ok) return made;
    ops.push(...made.ops);
  }
  const visible = ops.length > 1;
  return decided(id, [...ops, ...(visible ? touchPage(view, now) : [])]);
}

/** The first `count` after `after` (ms) that are not skipped. */
function nextOf(view: PageView, of: Recurrence, after: number, count: number): readonly number[] {
  return occurrencesAfter(of, view.page.timeZone, after, count + of.skips.length)
    .filter((at) => !of.skips.includes(at))
    .slice(0, count);
}

const isOf = ({ recurrence }: Incident, id: string, at: number): boolean =>
  recurrence?.id === id && recurrence.at === at;

/** Under the id of an earlier revision: it came with an import. What is about to go is not there. */
function isThere(view: PageView, id: string, at: number, withdrawals: readonly OpDraft[]): boolean {
  const going = new Set(withdrawals.map((op) => op.id));
  return view.maintenances.some((it) => isOf(it, id, at) && !going.has(it.id));
}

/** No ops where it was taken out, or is there already. */
function occurrence(view: PageView, wanted: Recurrence, at: number, context: DecideContext): Decision {
  const id = `${wanted.id}-${wanted.revision}-${Math.floor(at / 60_000).toString(36)}`;
  const known = view.incidentById.has(id) || view.gone.has(recordKey("incident", id));
  if (known || wanted.skips.includes(at)) return decided(id, []);
  const fields = {
    name: wanted.name,
    ...(wanted.body === "" ? {} : { body: wanted.body }),
    window: { from: at, until: at + wanted.durationMs },
    componentIds: wanted.componentIds.filter((code) => view.componentById.has(code)),
    automation: wanted.automation,
    deliverNotifications: wanted.deliverNotifications,
    recurrence: { id: wanted.id, at },
  };
  const made = createIncident(view, { kind: "incident.create", id, fields }, context);
  return made.ok
    ? decided(
        id,
        made.ops.filter(({ kind }) => kind !== "page"),
      )
    : made;
}

/** Those that have not begun; with `at` the one of that moment alone. */
function withdrawn(view: PageView, id: string, at?: number): readonly OpDraft[] {
  return view.maintenances
    .filter(({ recurrence, status }) => recurrence?.id === id && status === "scheduled")
    .filter(({ recurrence }) => at === undefined || recurrence?.at === at)
    .flatMap((incident) => opOf(view.page.id, "incident", incident.id, { deleted: true }));
}

const unset = {
  body: "",
  componentIds: [],
  automation: { ...noAutomation, begins: true, completes: true },
  deliverNotifications: false,
  ahead: limits.occurrencesAheadUsual,
  paused: false,
  revision: 1,
  made: [],
  nextAt: null,
  skips: [],
  version: "",
};

/** The fields that a command speaks of. */
function said(fields: RecurrenceFields): Partial<Recurrence> {
  const { automation, componentIds, ...rest } = fields;
  return {
    ...(given(rest as Fields) as Partial<Recurrence>),
    ...(componentIds === undefined ? {} : { componentIds: [...new Set(componentIds)] }),
    ...(automation === undefined ? {} : { automation: { ...noAutomation, ...automation } }),
  };
}

function settable(of: Recurrence): Fields {
  const { name, body, rule, start, durationMs, deliverNotifications, ahead, paused } = of;
  const [componentIds, automation] = [of.componentIds as Json, { ...of.automation } as Json];
  return {
    name,
    body,
    rule,
    start,
    durationMs,
    deliverNotifications,
    ahead,
    paused,
    componentIds,
    automation,
  };
}

function checkRecurrence(view: PageView, wanted: Recurrence, now: number): Sentences {
  const { ahead, automation, durationMs } = wanted;
  const { verifyMs } = automation;
  return [
    ...checkName(wanted.name, "the maintenance"),
    ...checkBody(wanted.body),
    ...checkAffected(view, wanted.componentIds),
    ...(Number.isSafeInteger(ahead) && ahead >= 1 && ahead <= limits.occurrencesAheadMax
      ? []
      : [`From 1 to ${limits.occurrencesAheadMax} occurrences can be ahead.`]),
    ...(verifyMs !== null && !(verifyMs > 0 && verifyMs < durationMs)
      ? ["Verifying begins within an occurrence."]
      : []),
    ...checkRule(wanted.rule, wanted.start, durationMs, view.page.timeZone, now),
  ];
}
