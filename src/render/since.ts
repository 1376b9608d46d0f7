// What may differ between two moments of a page. In: what was rendered last, and the scene now. Out: the incidents whose documents are to be
// named again, or null where all of them are. Entities are shared between views: one that is the same object did not change.
import type { Component, Incident, Page, PageView } from "../model/view.ts";
import { offerPrint } from "./inbox.ts";
import { looksPrint } from "./looks.ts";
import { measuredOf } from "./metrics.tsx";
import { monthIn } from "./selection.ts";
import type { Shown, Since } from "./types.ts";

/**
 * Looks at each incident once and hashes none: on a page of 5,000 that is under a millisecond, naming all of their documents twenty.
 * Null after a restart, at a new day, and where the page's own words or the set of paths may have changed: an incident went, moved to
 * another month or began a new one, or a component went.
 */
export function sinceOf(before: Shown | null, scene: Shown): Since | null {
  if (before === null || before.day !== scene.day || !sameFrame(before.view.page, scene.view.page))
    return null;
  if (offerPrint(before.offer) !== offerPrint(scene.offer)) return null;
  if (hasMetrics(before) !== hasMetrics(scene)) return null;
  if (hasVendors(before) !== hasVendors(scene)) return null;
  const components = changedComponents(before.view, scene.view);
  const zone = scene.view.page.timeZone;
  const incidents: Incident[] = [];
  const months = new Set<string>();
  let held = 0;
  for (const incident of scene.view.incidentById.values()) {
    const was = before.view.incidentById.get(incident.id);
    if (was !== undefined) held++;
    if (was !== incident) {
      const month = monthIn(incident, zone);
      const hadMonth = was === undefined ? hasMonth(before.view, month) : monthIn(was, zone) === month;
      if (!hadMonth) return null;
      months.add(month);
      incidents.push(incident);
    } else if (components.size > 0 && incident.componentIds.some((id) => components.has(id)))
      incidents.push(incident);
  }
  const went = (id: string): boolean => !scene.view.componentById.has(id);
  if (held !== before.view.incidentById.size || before.view.componentById.keys().some(went)) return null;
  return { before, incidents, months, components: withHistories(components, before.view, scene.view) };
}

/** And those whose status history was written anew. */
function withHistories(
  changed: ReadonlySet<string>,
  { transitions: before }: PageView,
  { transitions: now }: PageView,
): ReadonlySet<string> {
  const all = new Set(changed);
  if (before !== now) for (const [id, history] of now) if (before.get(id) !== history) all.add(id);
  return all;
}

/** What every incident's documents and the history show of the page. */
function sameFrame(a: Page, b: Page): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.url === b.url &&
    a.timeZone === b.timeZone &&
    looksPrint(a.looks) === looksPrint(b.looks) &&
    a.languages.join() === b.languages.join() &&
    a.uptimeBadges === b.uptimeBadges &&
    a.partialWeight === b.partialWeight
  );
}

/** Ids of components that came, went, or are another object. */
function changedComponents(before: PageView, now: PageView): ReadonlySet<string> {
  const changed = new Set<string>();
  if (before.componentById === now.componentById) return changed;
  const differ = (from: ReadonlyMap<string, Component>, to: ReadonlyMap<string, Component>): void => {
    for (const [id, component] of from) if (to.get(id) !== component) changed.add(id);
  };
  differ(before.componentById, now.componentById);
  differ(now.componentById, before.componentById);
  return changed;
}

/** Whether there is a page of vendors. */
const hasVendors = ({ view }: Shown): boolean => view.upstreams.length > 0;

/** Whether there is a page of them. */
const hasMetrics = ({ view, charts }: Shown): boolean => measuredOf(view, charts).length > 0;

function hasMonth({ incidentById, page }: PageView, month: string): boolean {
  for (const incident of incidentById.values()) if (monthIn(incident, page.timeZone) === month) return true;
  return false;
}
