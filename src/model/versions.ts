// Which version of an entity a view has. In: a view, an entity. Out: the greatest stamp of what it is made of, or null where there is none.
import type { PageView } from "./view.ts";

export type VersionedKind =
  | "page"
  | "component"
  | "incident"
  | "metric"
  | "template"
  | "recurrence"
  | "draft"
  | "check"
  | "upstream";

export function versionOf(view: PageView, kind: VersionedKind, id: string): string | null {
  switch (kind) {
    case "page":
      return view.page.id === id ? view.page.version : null;
    case "component":
      return view.componentById.get(id)?.version ?? null;
    case "incident":
      return view.incidentById.get(id)?.version ?? null;
    case "metric":
      return view.metrics.find((one) => one.id === id)?.version ?? null;
    case "template":
      return view.templates.find((one) => one.id === id)?.version ?? null;
    case "recurrence":
      return view.recurrences.find((one) => one.id === id)?.version ?? null;
    case "draft":
      return view.drafts.find((one) => one.id === id)?.version ?? null;
    case "check":
      return view.checks.find((one) => one.id === id)?.version ?? null;
    case "upstream":
      return view.upstreams.find((one) => one.id === id)?.version ?? null;
  }
}
