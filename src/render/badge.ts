// Badges of the page and of each component: /badge.svg, /badges/<component>.svg. In: a scene. Out: pictures of what the front page says in words.
import { overallStatus } from "../model/status.ts";
import type { Component } from "../model/view.ts";
import { type Badge, badgeSvg, badgeType } from "./badge-drawing.ts";
import { keyOf } from "./key.ts";
import { componentMarks, indicatorMark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";

/** The badge of the page. */
export const badgePath = "/badge.svg";

/** Where a component has its badges. */
export const badgeFolder = ({ id }: Component): string => `/badges/${encodeURIComponent(id)}`;

/** A badge as a document: all that it shows is its key. */
export function badgeDocument(path: string, badge: Badge): Document {
  const { label, words, mark, description } = badge;
  return {
    path,
    contentType: badgeType,
    cache: "feed",
    slot: false,
    key: keyOf("badge", [label, words, mark, description]),
    body: () => badgeSvg(badge),
  };
}

/** Badges of what is now; of components that did not change none is named again. */
export function* statusBadges({ view, since, words }: Scene): Iterable<Document> {
  const { indicator, description } = overallStatus(view);
  yield badgeDocument(badgePath, {
    label: view.page.name,
    words: words.overall[description],
    mark: indicatorMark(indicator),
    description: words.front.description(view.page.name),
  });
  for (const component of view.components) {
    if (since !== null && !since.components.has(component.id)) continue;
    yield badgeDocument(`${badgeFolder(component)}.svg`, {
      label: component.name,
      words: words.component[component.status],
      mark: componentMarks[component.status],
      description: words.front.description(component.name),
    });
  }
}
