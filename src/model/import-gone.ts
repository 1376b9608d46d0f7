// What an import leaves alone: entities that were deleted here. In: a view, a bundle that was checked. Out: the bundle without them.
import type { ImportBundle, ImportedCheck } from "./command.ts";
import { recordKey } from "./fold.ts";
import type { EntityKind } from "./op.ts";
import type { PageView } from "./view.ts";

/** What it spoke for or stood below is not here any more. */
function withoutNamed(check: ImportedCheck, gone: PageView["gone"]): ImportedCheck {
  const kept = (kind: EntityKind, id: string | null): string | null =>
    id === null || gone.has(recordKey(kind, id)) ? null : id;
  const componentId = kept("component", check.componentId);
  return {
    ...check,
    componentId,
    act: componentId === null && check.act === "component" ? "watch" : check.act,
    parentId: kept("check", check.parentId),
    templateId: kept("template", check.templateId),
  };
}

export function withoutGone({ gone, incidentById }: PageView, bundle: ImportBundle): ImportBundle {
  if (gone.size === 0) return bundle;
  const stays =
    (kind: EntityKind) =>
    ({ id }: { readonly id: string }): boolean =>
      !gone.has(recordKey(kind, id));
  const isComponent = (id: string): boolean => !gone.has(recordKey("component", id));
  const { metrics, transitions, templates, recurrences, drafts, checks, upstreams } = bundle;
  return {
    ...bundle,
    components: bundle.components
      .filter(stays("component"))
      .map((it) =>
        typeof it.groupId === "string" && !isComponent(it.groupId) ? { ...it, groupId: null } : it,
      ),
    incidents: bundle.incidents.filter(stays("incident")).map((it) =>
      it.componentIds === undefined
        ? it
        : {
            ...it,
            componentIds: it.componentIds.filter(
              (id) => isComponent(id) || incidentById.get(it.id)?.componentIds.includes(id),
            ),
          },
    ),
    ...(metrics === undefined ? {} : { metrics: metrics.filter(stays("metric")) }),
    ...(transitions === undefined
      ? {}
      : { transitions: transitions.filter(({ componentId }) => isComponent(componentId)) }),
    ...(templates === undefined
      ? {}
      : {
          templates: templates.filter(stays("template")).map((it) => ({
            ...it,
            ...(it.componentIds === undefined ? {} : { componentIds: it.componentIds.filter(isComponent) }),
          })),
        }),
    ...(recurrences === undefined ? {} : { recurrences: recurrences.filter(stays("recurrence")) }),
    ...(drafts === undefined ? {} : { drafts: drafts.filter(stays("draft")) }),
    ...(upstreams === undefined
      ? {}
      : {
          upstreams: upstreams.filter(stays("upstream")).map((it) => ({
            ...it,
            componentId: it.componentId !== null && isComponent(it.componentId) ? it.componentId : null,
          })),
        }),
    ...(checks === undefined
      ? {}
      : { checks: checks.filter(stays("check")).map((check) => withoutNamed(check, gone)) }),
  };
}
