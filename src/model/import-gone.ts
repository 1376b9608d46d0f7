// What an import leaves alone: entities that were deleted here. In: a view, a bundle that was checked. Out: the bundle without them.
import type { ImportBundle } from "./command.ts";
import { recordKey } from "./fold.ts";
import type { EntityKind } from "./op.ts";
import type { PageView } from "./view.ts";

export function withoutGone({ gone, incidentById }: PageView, bundle: ImportBundle): ImportBundle {
  if (gone.size === 0) return bundle;
  const stays =
    (kind: EntityKind) =>
    ({ id }: { readonly id: string }): boolean =>
      !gone.has(recordKey(kind, id));
  const isComponent = (id: string): boolean => !gone.has(recordKey("component", id));
  const { metrics, transitions, templates, recurrences, drafts } = bundle;
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
  };
}
