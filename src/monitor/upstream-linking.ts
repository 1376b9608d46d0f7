// What upstreams do to components. In: a page, what is known of its upstreams, what each gave its component last. Out: commands, and what each gave now.
// A person's change wins: an upstream changes a component only where that still has what the upstream gave it, and takes it up again once
// both say the same. What is unknown changes nothing.
import type { Command } from "../model/command.ts";
import { shownUpstreams, type UpstreamResults } from "../model/upstream-shown.ts";
import type { ComponentStatus, PageView } from "../model/view.ts";

export interface Linked {
  readonly commands: readonly Command[];
  /** By id of the upstream. Of those that are linked alone. */
  readonly given: ReadonlyMap<string, ComponentStatus>;
}

export function linkedBy(
  view: PageView,
  results: UpstreamResults,
  givenBefore: (upstream: string) => ComponentStatus | undefined,
  asOf: number,
): Linked {
  const commands: Command[] = [];
  const given = new Map<string, ComponentStatus>();
  for (const { upstream, status } of shownUpstreams(view, results, asOf)) {
    const { id, componentId } = upstream;
    const component = componentId === null ? undefined : view.componentById.get(componentId);
    if (component === undefined) continue;
    const before = givenBefore(id) ?? "operational";
    given.set(id, before);
    if (status === null) continue;
    if (component.status !== status && component.status !== before) continue;
    given.set(id, status);
    if (component.status !== status)
      commands.push({ kind: "component.update", id: component.id, fields: { status } });
  }
  return { commands, given };
}
