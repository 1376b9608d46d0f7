// Commands on post-mortems. In: view, command, moment. Out: the incident's post-mortem or its draft, and the update that tells of it; or a
// refusal. As Statuspage has it: what is written is a draft until it is published, and an incident whose post-mortem is out has that status.
import { checkBody } from "./checks.ts";
import type { Command, DecideContext, Decision } from "./command.ts";
import { touchPage } from "./decide-component.ts";
import { decided, opOf, refused } from "./drafts.ts";
import type { Json, OpDraft } from "./op.ts";
import { isClosed } from "./order.ts";
import type { Incident, PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

/** An incident that may have one, or why not. */
function incidentOf(view: PageView, id: string): Incident | Decision {
  const incident = view.incidentById.get(id);
  if (incident === undefined) return refused(404, `There is no incident "${id}" on this page.`);
  if (incident.window !== null) return refused(422, "A maintenance has no post-mortem.");
  return incident;
}

export function draftPostmortem(
  view: PageView,
  { id, body }: Of<"postmortem.draft">,
  { now }: DecideContext,
): Decision {
  const incident = incidentOf(view, id);
  if ("ok" in incident) return incident;
  if (body.trim() === "") return refused(422, "The post-mortem is empty.");
  const wrong = checkBody(body);
  if (wrong.length > 0) return refused(422, ...wrong);
  if (incident.postmortemDraft?.body === body) return decided(id, []);
  // No reader sees a draft, so the page's own time stays.
  return decided(id, opOf(view.page.id, "incident", id, { postmortemDraft: { body, updatedAt: now } }));
}

export function publishPostmortem(
  view: PageView,
  { id, deliverNotifications = false }: Of<"postmortem.publish">,
  { now, newId }: DecideContext,
): Decision {
  const incident = incidentOf(view, id);
  if ("ok" in incident) return incident;
  const { postmortemDraft: draft, postmortem } = incident;
  if (!isClosed(incident))
    return refused(422, "A post-mortem can be published once its incident is resolved.");
  if (draft === null)
    return postmortem === null
      ? refused(422, "There is no draft of a post-mortem to publish.")
      : decided(id, []);
  const page = view.page.id;
  const published = { ...draft, publishedAt: postmortem?.publishedAt ?? now };
  const fresh = {
    incidentId: id,
    status: "postmortem",
    createdAt: now,
    displayAt: now,
    affectedComponents: null,
    deliverNotifications,
  };
  // An edit of what is out already tells nobody anew, and is read wherever it was told.
  const out =
    postmortem === null ? undefined : incident.updates.find(({ status }) => status === "postmortem");
  const said = { body: draft.body, updatedAt: now };
  const told = opOf(page, "update", out?.id ?? newId(), out === undefined ? { ...fresh, ...said } : said);
  return decided(id, [
    ...opOf(page, "incident", id, {
      postmortem: published as Json,
      postmortemDraft: null,
      status: "postmortem",
      updatedAt: now,
    }),
    ...told,
    ...touchPage(view, now),
  ]);
}

export function revertPostmortem(
  view: PageView,
  { id }: Of<"postmortem.revert">,
  { now }: DecideContext,
): Decision {
  const incident = incidentOf(view, id);
  if ("ok" in incident) return incident;
  if (incident.postmortem === null) return decided(id, []);
  const { body, updatedAt } = incident.postmortem;
  const draft = incident.postmortemDraft === null ? { body, updatedAt } : undefined;
  return decided(id, takenBack(view, incident, now, draft));
}

export function deletePostmortem(
  view: PageView,
  { id }: Of<"postmortem.delete">,
  { now }: DecideContext,
): Decision {
  const incident = incidentOf(view, id);
  if ("ok" in incident) return incident;
  if (incident.postmortem !== null) return decided(id, takenBack(view, incident, now, null));
  if (incident.postmortemDraft === null) return refused(404, `The incident "${id}" has no post-mortem.`);
  return decided(id, opOf(view.page.id, "incident", id, { postmortemDraft: null }));
}

/** No reader sees it any more: neither it nor the update that told of it. `draft` undefined leaves the one there is. */
function takenBack(
  view: PageView,
  incident: Incident,
  now: number,
  draft: { readonly body: string; readonly updatedAt: number } | null | undefined,
): readonly OpDraft[] {
  const page = view.page.id;
  return [
    ...opOf(page, "incident", incident.id, {
      postmortem: null,
      ...(draft === undefined ? {} : { postmortemDraft: draft }),
      status: "resolved",
      updatedAt: now,
    }),
    ...incident.updates
      .filter(({ status }) => status === "postmortem")
      .flatMap((update) => opOf(page, "update", update.id, { deleted: true })),
    ...touchPage(view, now),
  ];
}
