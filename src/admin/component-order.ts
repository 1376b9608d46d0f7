// Components as the page lists them. In: a page. Out: each group with its members behind it.
import { membersByGroup } from "../model/group.ts";
import type { Component, PageView } from "../model/view.ts";

export function inOrder(view: PageView): readonly Component[] {
  const members = membersByGroup(view.components);
  return view.components
    .filter(({ groupId }) => groupId === null)
    .flatMap((it) => [it, ...(members.get(it.id) ?? [])]);
}
