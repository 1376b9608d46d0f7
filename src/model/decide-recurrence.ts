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
import { noAutomation, type PageView, type Recurrence } from "./view.ts";

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
  const pending = wanted.made.filter((at) => at > now);
  const missing = Math.max(0, wanted.ahead - pending.length);
  const after = Math.max(now, ...wanted.made);
  const next = occurrencesAfter(wanted, view.page.timeZone, after, missing + 1);
  const fresh = next.slice(0, missing);
  const fields = {
    ...settable(wanted),
    revision: wanted.revision,
    createdAt: wanted.createdAt,
    updatedAt: wanted.updatedAt,
    ahead: wanted.ahead,
    occurrences: { made: [...pending, ...fresh], nextAt: next[missing] ?? null } as Json,
    skips: wanted.skips.filter((at) => at > now) as Json,
  };
  const ops = [...opOf(view.page.id, "recurrence", id, fields), ...withdrawals];
  for (const at of fresh) {
    if (withdrawals.length === 0 && isThere(view, id, at)) continue;
    const made = occurrence(view, wanted, at, context);
    if (!made.ok) return made;
    ops.push(...made.ops);
  }
  const visible = ops.length > 1;
  return decided(id, [...ops, ...(visible ? touchPage(view, now) : [])]);
}

/** Under the id of an earlier revision: it came with an import. */
function isThere(view: PageView, id: string, at: number): boolean {
  return view.maintenances.some(({ recurrence }) => recurrence?.id === id && recurrence.at === at);
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

function withdrawn(view: PageView, id: string): readonly OpDraft[] {
  return view.maintenances
    .filter(({ recurrence, status }) => recurrence?.id === id && status === "scheduled")
    .flatMap((incident) => opOf(view.page.id, "incident", incident.id, { deleted: true }));
}

const unset = {
  body: "",
  componentIds: [],
  automation: { ...noAutomation, begins: true, completes: true },
  deliverNotifications: false,
  ahead: limits.occurrencesAheadUsual,
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
  const { name, body, rule, start, durationMs, deliverNotifications, ahead } = of;
  const [componentIds, automation] = [of.componentIds as Json, { ...of.automation } as Json];
  return { name, body, rule, start, durationMs, deliverNotifications, ahead, componentIds, automation };
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
