// Commands on drafts: what is to be told at a moment, or when somebody says so. In: view, command, moment. Out: the draft's op, or what it
// tells and its end; or a refusal. A draft is an entity of its own, so nothing that renders a page can show it.
import { limits } from "../base/limits.ts";
import { checkMoment, checkNewId, type Sentences } from "./checks.ts";
import type { Command, DecideContext, Decision } from "./command.ts";
import { createIncident, updateIncident } from "./decide-incident.ts";
import { decided, opOf, refused } from "./drafts.ts";
import type { Json } from "./op.ts";
import type { DraftCommand, PageView, TellingDraft } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

export const draftOf = (view: PageView, id: string): TellingDraft | undefined =>
  view.drafts.find((draft) => draft.id === id);

const noDraft = (id: string): Decision => refused(404, `There is no draft "${id}" on this page.`);

/** It must be possible now, so that what is wrong with it is said while somebody looks. */
export function createDraft(view: PageView, command: Of<"draft.create">, context: DecideContext): Decision {
  const id = command.id ?? context.newId();
  const { command: telling, publishAt } = command;
  if (draftOf(view, id) !== undefined) return refused(409, `The draft "${id}" exists already.`);
  if (view.drafts.length >= limits.draftsPerPageMax)
    return refused(422, `A page has at most ${limits.draftsPerPageMax} drafts.`);
  const wrong = [...checkNewId(view, "draft", id), ...checkDraft(telling, publishAt, context.now)];
  if (wrong.length > 0) return refused(422, ...wrong);
  const trial = told(view, telling, context);
  if (!trial.ok) return trial;
  const made = { createdAt: context.now, updatedAt: context.now, refusal: null };
  return decided(
    id,
    opOf(view.page.id, "draft", id, { publishAt, command: telling as unknown as Json, ...made }),
  );
}

export function updateDraft(
  view: PageView,
  { id, publishAt, fields }: Of<"draft.update">,
  context: DecideContext,
): Decision {
  const held = draftOf(view, id);
  if (held === undefined) return noDraft(id);
  const telling = { ...held.command, fields: { ...held.command.fields, ...fields } } as DraftCommand;
  const moment = publishAt === undefined ? held.publishAt : publishAt;
  const wrong = checkDraft(telling, publishAt ?? null, context.now);
  if (wrong.length > 0) return refused(422, ...wrong);
  const trial = told(view, telling, context);
  if (!trial.ok) return trial;
  return decided(
    id,
    opOf(view.page.id, "draft", id, {
      publishAt: moment,
      command: telling as unknown as Json,
      refusal: null,
      updatedAt: context.now,
    }),
  );
}

export function deleteDraft(view: PageView, { id }: Of<"draft.delete">): Decision {
  if (draftOf(view, id) === undefined) return noDraft(id);
  return decided(id, opOf(view.page.id, "draft", id, { deleted: true }));
}

/** Now. The id of the decision is the incident's. */
export function publishDraft(view: PageView, { id }: Of<"draft.publish">, context: DecideContext): Decision {
  const held = draftOf(view, id);
  if (held === undefined) return noDraft(id);
  const telling = told(view, held.command, context);
  if (!telling.ok) return telling;
  return decided(telling.id, [
    ...telling.ops,
    ...opOf(view.page.id, "draft", id, { deleted: true, incidentId: telling.id, updatedAt: context.now }),
  ]);
}

/** By its timer: one that cannot be told any more waits for a person, with the reason, and has no moment. */
export function publishDraftDue(view: PageView, id: string, context: DecideContext): Decision {
  const published = publishDraft(view, { kind: "draft.publish", id }, context);
  if (published.ok) return published;
  const refusal = published.refusal.sentences.slice();
  return decided(id, opOf(view.page.id, "draft", id, { publishAt: null, refusal, updatedAt: context.now }));
}

function told(view: PageView, telling: DraftCommand, context: DecideContext): Decision {
  return telling.kind === "incident.create"
    ? createIncident(view, telling, context)
    : updateIncident(view, telling, context);
}

function checkDraft({ fields }: DraftCommand, publishAt: number | null, now: number): Sentences {
  return [
    ...checkMoment(publishAt, "time of publishing"),
    ...(publishAt !== null && publishAt <= now ? ["The time of publishing is not in the future."] : []),
    ...(fields.at === undefined ? [] : ["A draft is told when it is published; it has no time of its own."]),
  ];
}
