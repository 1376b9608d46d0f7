// Commands on templates. In: view, command, moment. Out: template ops, or a refusal. No reader sees a template, so the page's own time stays.
import { limits } from "../base/limits.ts";
import {
  checkAffected,
  checkBody,
  checkId,
  checkName,
  checkNewId,
  checkWord,
  type Sentences,
} from "./checks.ts";
import type { Command, DecideContext, Decision, TemplateFields } from "./command.ts";
import { decided, differing, type Fields, given, opOf, refused } from "./drafts.ts";
import { checkPlaceholders } from "./template-text.ts";
import { type PageView, type Template, toldStatuses } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

export const templateOf = (view: PageView, id: string): Template | undefined =>
  view.templates.find((template) => template.id === id);

const noTemplate = (id: string): Decision => refused(404, `There is no template "${id}" on this page.`);

export function createTemplate(
  view: PageView,
  command: Of<"template.create">,
  { now, newId }: DecideContext,
): Decision {
  const id = command.id ?? newId();
  if (templateOf(view, id) !== undefined) return refused(409, `The template "${id}" exists already.`);
  if (view.templates.length >= limits.templatesPerPageMax)
    return refused(422, `A page has at most ${limits.templatesPerPageMax} templates.`);
  const wrong = [...checkNewId(view, "template", id), ...checkTemplate(view, command.fields)];
  if (wrong.length > 0) return refused(422, ...wrong);
  const made = { ...settable(command.fields), createdAt: now, updatedAt: now };
  return decided(id, opOf(view.page.id, "template", id, made));
}

export function updateTemplate(
  view: PageView,
  { id, fields }: Of<"template.update">,
  { now }: DecideContext,
): Decision {
  const held = templateOf(view, id);
  if (held === undefined) return noTemplate(id);
  const wrong = checkTemplate(view, fields);
  if (wrong.length > 0) return refused(422, ...wrong);
  const changes = differing(held, settable(fields));
  if (Object.keys(changes).length === 0) return decided(id, []);
  return decided(id, opOf(view.page.id, "template", id, { ...changes, updatedAt: now }));
}

export function deleteTemplate(view: PageView, { id }: Of<"template.delete">): Decision {
  if (templateOf(view, id) === undefined) return noTemplate(id);
  const checks = view.checks.filter(({ templateId }) => templateId === id);
  return decided(id, [
    ...opOf(view.page.id, "template", id, { deleted: true }),
    ...checks.flatMap((check) => opOf(view.page.id, "check", check.id, { templateId: null })),
  ]);
}

function settable(fields: TemplateFields): Fields {
  const { name, title, body, groupId, updateStatus, shouldTweet, shouldSendNotifications } = fields;
  const componentIds = fields.componentIds === undefined ? undefined : [...new Set(fields.componentIds)];
  return given({
    ...{ name, title, body, groupId, updateStatus, shouldTweet, shouldSendNotifications, componentIds },
  });
}

function checkTemplate(view: PageView, fields: TemplateFields): Sentences {
  const { groupId } = fields;
  return [
    ...checkName(fields.name, "the template"),
    ...checkName(fields.title, "the incident in the template"),
    ...checkBody(fields.body),
    ...checkPlaceholders(fields.title),
    ...checkPlaceholders(fields.body),
    ...(typeof groupId === "string" ? checkId(groupId, "the template's group") : []),
    ...checkWord(fields.updateStatus, toldStatuses, "status"),
    ...checkAffected(view, fields.componentIds ?? []),
  ];
}
