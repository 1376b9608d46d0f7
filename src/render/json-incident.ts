// /api/v2/incidents/<id>.json. In: a scene. Out: one document for each incident and maintenance: the bare object, as captured.
// It says nothing of the page's update time, so a change elsewhere leaves it alone.
import type { Component, Incident, Page } from "../model/view.ts";
import { affectedComponents, incidentShape, jsonType } from "./json-shape.ts";
import { componentPrint, incidentPrint, keyOf } from "./key.ts";
import type { Document, Scene } from "./types.ts";

/** One document an incident. */
export function* incidentJson({ view, since }: Scene): Iterable<Document> {
  const { page } = view;
  for (const incident of since?.incidents ?? view.incidentById.values()) {
    const affected = affectedComponents(view, incident);
    yield incidentDocument(incident, page, affected);
  }
}

function incidentDocument(incident: Incident, page: Page, affected: readonly Component[]): Document {
  return {
    path: `/api/v2/incidents/${encodeURIComponent(incident.id)}.json`,
    contentType: jsonType,
    cache: "page",
    slot: false,
    key: keyOf("incident-json", [
      page.id,
      page.timeZone,
      incidentPrint(incident),
      ...affected.map(componentPrint),
    ]),
    body: () => JSON.stringify(incidentShape(incident, page, affected)),
  };
}
