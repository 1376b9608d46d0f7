// Names what a body is made of. In: the inputs of a body. Out: a short key that changes when one of them does.
// Prints are of content, not of stamps: a merge may change an entity without raising its greatest stamp.
import { createHash } from "node:crypto";
import { wholeIncident } from "../model/recall.ts";
import type { Spans } from "../model/series.ts";
import type { Component, Incident, Metric, Page, Transition } from "../model/view.ts";
import { looksPrint } from "./looks.ts";

/** Raised whenever the same inputs give other bytes than the release before: it makes every key new. */
const renderVersion = 7;

const prints = new WeakMap<object, string>();

/** 128 bits of sha256 in 22 characters: two inputs with one print do not happen. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/** The print of an immutable object, made once per object: entities are shared between views. */
function printOf(value: object, shown: () => unknown): string {
  const known = prints.get(value);
  if (known !== undefined) return known;
  const made = digest(JSON.stringify(shown()));
  prints.set(value, made);
  return made;
}

/** Everything of the page that some body shows, its update time included. */
export function pagePrint(page: Page): string {
  return printOf(page, () => ({
    ...page,
    hosts: undefined,
    version: undefined,
    looks: looksPrint(page.looks),
  }));
}

/** Everything of a component that some body shows. */
export function componentPrint(component: Component): string {
  return printOf(component, () => ({ ...component, version: undefined, rank: undefined }));
}

/** What an incident holds for merging and deciding; no body shows it. */
const unshown = {
  toldAt: undefined,
  version: undefined,
  born: undefined,
  componentTags: undefined,
  impactOverride: undefined,
  postmortemDraft: undefined,
  automation: undefined,
  reminded: undefined,
  recurrence: undefined,
  metadata: undefined,
};

/** Everything of an incident or maintenance that some body shows, its updates included. */
export function incidentPrint(incident: Incident): string {
  return printOf(incident, () => ({ ...wholeIncident(incident), ...unshown }));
}

/** A component's status history. */
export function transitionsPrint(transitions: readonly Transition[]): string {
  return printOf(transitions, () => transitions);
}

/** Everything of a metric that some body shows. */
export function metricPrint(metric: Metric): string {
  return printOf(metric, () => ({ ...metric, version: undefined, rank: undefined, updatedAt: undefined }));
}

/** What was measured. */
export function spansPrint(spans: Spans): string {
  return printOf(spans, () => spans);
}

/** The key of a body: its kind, and each input as a scalar or a print. */
export function keyOf(kind: string, inputs: readonly (string | number | null)[]): string {
  return digest(JSON.stringify([renderVersion, kind, inputs]));
}
