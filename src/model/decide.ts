// Decides commands: the one gate for changes. In: the page's view, a command, the moment and new names. Out: ops or a refusal.
// Pure: the same view, command and context give the same decision. The ledger stamps, logs and folds what comes out.
import type { Command, DecideContext, Decision } from "./command.ts";
import { createCheck, deleteCheck, reorderChecks, updateCheck } from "./decide-check.ts";
import { addTransition, createComponent, updateComponent } from "./decide-component.ts";
import { deleteComponent, deleteIncident } from "./decide-deletion.ts";
import { createDraft, deleteDraft, publishDraft, updateDraft } from "./decide-draft.ts";
import { createGroup, updateGroup } from "./decide-group.ts";
import { decideImport } from "./decide-import.ts";
import { createIncident, updateIncident } from "./decide-incident.ts";
import { createMetric, deleteMetric, reorderMetrics, updateMetric } from "./decide-metric.ts";
import { createPage, updatePage } from "./decide-page.ts";
import {
  deletePostmortem,
  draftPostmortem,
  publishPostmortem,
  revertPostmortem,
} from "./decide-postmortem.ts";
import { createRecurrence, deleteRecurrence, skipOccurrence, updateRecurrence } from "./decide-recurrence.ts";
import { createTemplate, deleteTemplate, updateTemplate } from "./decide-template.ts";
import { fireTimer } from "./decide-timer.ts";
import { editUpdate } from "./decide-update.ts";
import { createUpstream, deleteUpstream, reorderUpstreams, updateUpstream } from "./decide-upstream.ts";
import { refused } from "./drafts.ts";
import type { PageView } from "./view.ts";

/**
 * Decides one command against the view it concerns; `view` is null where the page does not exist yet. No ops and ok means
 * that all is as asked already. Refusals: 404 for what is addressed and missing, 409 for what exists already, 422 for values.
 */
export function decide(view: PageView | null, command: Command, context: DecideContext): Decision {
  if (command.kind === "page.create") return createPage(view, command, context);
  if (command.kind === "import") return decideImport(view, command.bundle, context);
  if (view === null) return refused(404, "There is no such page.");
  switch (command.kind) {
    case "page.update":
      return updatePage(view, command, context);
    case "component.create":
      return createComponent(view, command, context);
    case "component.update":
      return updateComponent(view, command, context);
    case "component.delete":
      return deleteComponent(view, command, context);
    case "group.create":
      return createGroup(view, command, context);
    case "group.update":
      return updateGroup(view, command, context);
    case "incident.create":
      return createIncident(view, command, context);
    case "incident.update":
      return updateIncident(view, command, context);
    case "incident.delete":
      return deleteIncident(view, command, context);
    case "update.edit":
      return editUpdate(view, command, context);
    case "template.create":
      return createTemplate(view, command, context);
    case "template.update":
      return updateTemplate(view, command, context);
    case "template.delete":
      return deleteTemplate(view, command);
    case "recurrence.create":
      return createRecurrence(view, command, context);
    case "recurrence.update":
      return updateRecurrence(view, command, context);
    case "recurrence.skip":
      return skipOccurrence(view, command, context);
    case "recurrence.delete":
      return deleteRecurrence(view, command, context);
    case "draft.create":
      return createDraft(view, command, context);
    case "draft.update":
      return updateDraft(view, command, context);
    case "draft.delete":
      return deleteDraft(view, command);
    case "draft.publish":
      return publishDraft(view, command, context);
    case "timer":
      return fireTimer(view, command.timer, context);
    case "postmortem.draft":
      return draftPostmortem(view, command, context);
    case "postmortem.publish":
      return publishPostmortem(view, command, context);
    case "postmortem.revert":
      return revertPostmortem(view, command, context);
    case "postmortem.delete":
      return deletePostmortem(view, command, context);
    case "metric.create":
      return createMetric(view, command, context);
    case "metric.update":
      return updateMetric(view, command, context);
    case "metric.delete":
      return deleteMetric(view, command, context);
    case "metric.reorder":
      return reorderMetrics(view, command, context);
    case "check.create":
      return createCheck(view, command, context);
    case "check.update":
      return updateCheck(view, command, context);
    case "check.delete":
      return deleteCheck(view, command);
    case "check.reorder":
      return reorderChecks(view, command, context);
    case "upstream.create":
      return createUpstream(view, command, context);
    case "upstream.update":
      return updateUpstream(view, command, context);
    case "upstream.delete":
      return deleteUpstream(view, command);
    case "upstream.reorder":
      return reorderUpstreams(view, command, context);
    case "transition.add":
      return addTransition(view, command, context);
  }
}
