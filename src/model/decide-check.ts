// Commands on checks of other systems. In: view, command, moment. Out: check ops, or a refusal. No reader sees a check itself, so the page's own
// time stays; what is found is no op, and what follows from it comes by the commands of components and incidents.
import { limits } from "../base/limits.ts";
import { type Check, type CheckTarget, checkActs, checkUnset, outageStatuses } from "./check.ts";
import { checkSpan, checkTarget, checkWhole, withSecrets } from "./check-target.ts";
import { checkAffected, checkName, checkNewId, checkWord, type Sentences } from "./checks.ts";
import type { CheckFields, Command, DecideContext, Decision } from "./command.ts";
import { decided, differing, type Fields, given, opOf, refused } from "./drafts.ts";
import type { Json, OpDraft } from "./op.ts";
import type { PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

export const checkOf = (view: PageView, id: string): Check | undefined =>
  view.checks.find((check) => check.id === id);

const noCheck = (id: string): Decision => refused(404, `There is no check "${id}" on this page.`);

export function createCheck(view: PageView, command: Of<"check.create">, context: DecideContext): Decision {
  const id = command.id ?? context.newId();
  if (checkOf(view, id) !== undefined) return refused(409, `The check "${id}" exists already.`);
  if (view.checks.length >= limits.checksPerPageMax)
    return refused(422, `A page has at most ${limits.checksPerPageMax} checks.`);
  const last = (of: "position" | "rank"): number => Math.max(0, ...view.checks.map((check) => check[of]));
  const { target, ...said } = settled(command.fields, null);
  const wanted: Check = {
    ...checkUnset,
    position: 1 + last("position"),
    ...said,
    id,
    name: command.fields.name,
    target: target ?? withSecrets(command.fields.target, null),
    rank: 1 + last("rank"),
    createdAt: context.now,
    updatedAt: context.now,
  };
  const wrong = [...checkNewId(view, "check", id), ...wrongWith(view, wanted)];
  if (wrong.length > 0) return refused(422, ...wrong);
  return decided(id, opOf(view.page.id, "check", id, stored(wanted)));
}

export function updateCheck(
  view: PageView,
  { id, fields }: Of<"check.update">,
  { now }: DecideContext,
): Decision {
  const held = checkOf(view, id);
  if (held === undefined) return noCheck(id);
  const wanted = { ...held, ...settled(fields, held.target) };
  const wrong = wrongWith(view, wanted);
  if (wrong.length > 0) return refused(422, ...wrong);
  const changes = differing(held, stored(wanted));
  if (Object.keys(changes).length === 0) return decided(id, []);
  return decided(id, opOf(view.page.id, "check", id, { ...changes, updatedAt: now }));
}

/** Those below it stand for themselves from then on. */
export function deleteCheck(view: PageView, { id }: Of<"check.delete">): Decision {
  if (checkOf(view, id) === undefined) return noCheck(id);
  return decided(id, [
    ...opOf(view.page.id, "check", id, { deleted: true }),
    ...view.checks
      .filter(({ parentId }) => parentId === id)
      .flatMap((child) => opOf(view.page.id, "check", child.id, { parentId: null })),
  ]);
}

export function reorderChecks(
  view: PageView,
  { ids }: Of<"check.reorder">,
  { now }: DecideContext,
): Decision {
  const unknown = ids.find((id) => checkOf(view, id) === undefined);
  if (unknown !== undefined) return noCheck(unknown);
  if (new Set(ids).size < ids.length) return refused(422, "A check is named twice.");
  const others = view.checks.filter(({ id }) => !ids.includes(id));
  const ordered = [...ids.flatMap((id) => checkOf(view, id) ?? []), ...others];
  const ops = ordered.flatMap(({ id, position }, at) =>
    position === at + 1 ? [] : opOf(view.page.id, "check", id, { position: at + 1, updatedAt: now }),
  );
  return decided(ids[0] ?? view.page.id, ops);
}

/** What follows for checks when a component goes: they go on looking, and speak for nothing. */
export function withoutSubject({ page, checks }: PageView, componentId: string): readonly OpDraft[] {
  return checks
    .filter((check) => check.componentId === componentId)
    .flatMap(({ id, act }) =>
      opOf(page.id, "check", id, {
        componentId: null,
        ...(act === "component" ? { act: "watch" as const } : {}),
      }),
    );
}

/** The fields that a command speaks of, as they are kept. */
function settled({ target, pops, ...rest }: CheckFields, held: CheckTarget | null): Partial<Check> {
  return {
    ...(given(rest as Fields) as Partial<Check>),
    ...(pops === undefined ? {} : { pops: [...new Set(pops)] }),
    ...(target === undefined ? {} : { target: withSecrets(target, held) }),
  };
}

/** As its record has it. */
export function stored({ id: _, version: __, target, pops, ...of }: Check): Fields {
  return { ...of, target: target as unknown as Json, pops };
}

function wrongWith(view: PageView, wanted: Check): Sentences {
  const { act, componentId, parentId, templateId } = wanted;
  return [
    ...wrongInItself(wanted),
    ...(componentId === null ? [] : checkAffected(view, [componentId])),
    ...(act === "component" && componentId === null
      ? ["A check that sets a component says which: it has none."]
      : []),
    ...(parentId === null ? [] : checkParents(view, wanted)),
    ...(templateId === null || view.templates.some(({ id }) => id === templateId)
      ? []
      : [`There is no template "${templateId}" on this page.`]),
  ];
}

/** What can be said of a check without its page. */
export function wrongInItself(wanted: Check): Sentences {
  const { target, everyMs, timeoutMs, slowMs, pops, position } = wanted;
  return [
    ...checkName(wanted.name, "the check"),
    ...checkTarget(target),
    ...checkSpan(everyMs, limits.checkEveryMsMin, limits.checkEveryMsMax, "time between two looks"),
    ...checkSpan(timeoutMs, limits.checkTimeoutMsMin, limits.checkTimeoutMsMax, "longest wait"),
    ...(timeoutMs > everyMs ? ["The longest wait is longer than the time between two looks."] : []),
    ...(slowMs === null ? [] : checkSpan(slowMs, 1, limits.checkTimeoutMsMax, "time above which it is slow")),
    ...checkWhole(wanted.failuresToOpen, 1, limits.checkStreakMax, "failures before it is down"),
    ...checkWhole(wanted.successesToClose, 1, limits.checkStreakMax, "successes before it is up again"),
    ...checkWord(wanted.outageStatus, outageStatuses, "status of an outage"),
    ...checkWord(wanted.act, checkActs, "act"),
    ...(pops.length > limits.checkPopsMax
      ? [`A check names at most ${limits.checkPopsMax} POPs; none means all.`]
      : []),
    ...pops
      .filter((pop) => !/^[A-Za-z0-9._-]{1,64}$/.test(pop))
      .map((pop) => `"${pop.slice(0, 100)}" is no name of a POP.`),
    ...(Number.isSafeInteger(position) ? [] : [`The position ${position} is not a whole number.`]),
  ];
}

function checkParents(view: PageView, wanted: Check): Sentences {
  let above = wanted.parentId;
  for (let steps = 0; above !== null; steps++) {
    if (above === wanted.id) return ["A check cannot be above itself."];
    if (steps >= limits.checkParentsMax)
      return [`At most ${limits.checkParentsMax} checks stand above another.`];
    const parent = checkOf(view, above);
    if (parent === undefined) return [`There is no check "${above}" on this page.`];
    above = parent.parentId;
  }
  return [];
}
