// What an import leaves alone: entities that were deleted here. In: a view, a bundle that was checked. Out: the bundle without them.
import type { ImportBundle } from "./command.ts";
import { recordKey } from "./fold.ts";
import type { EntityKind } from "./op.ts";
import type { PageView } from "./view.ts";

export function withoutGone({ gone }: PageView, bundle: ImportBundle): ImportBundle {
  if (gone.size === 0) return bundle;
  const stays =
    (kind: EntityKind) =>
    ({ id }: { readonly id: string }): boolean =>
      !gone.has(recordKey(kind, id));
  const isComponent = (id: string): boolean => !gone.has(recordKey("component", id));
  const { metrics, transitions } = bundle;
  return {
    ...bundle,
    components: bundle.components
      .filter(stays("component"))
      .map((it) =>
        typeof it.groupId === "string" && !isComponent(it.groupId) ? { ...it, groupId: null } : it,
      ),
    incidents: bundle.incidents
      .filter(stays("incident"))
      .map((it) =>
        it.componentIds === undefined ? it : { ...it, componentIds: it.componentIds.filter(isComponent) },
      ),
    ...(metrics === undefined ? {} : { metrics: metrics.filter(stays("metric")) }),
    ...(transitions === undefined
      ? {}
      : { transitions: transitions.filter(({ componentId }) => isComponent(componentId)) }),
  };
}
