// Versions of entities in HTTP's words (RFC 9110, 8.8.3 and 13.1.1). In: a row, its parameters, a view, `If-Match`. Out: the entity's tag, whether an
// edit is stale, and both versions for who has to choose. A tag is the entity's own version: a component that changes leaves the tags of the
// incidents that show it, or two editors of two things would stand in each other's way.
import { limits } from "../base/limits.ts";
import { type VersionedKind, versionOf } from "../model/versions.ts";
import type { PageView } from "../model/view.ts";
import type { Endpoint } from "./endpoint.ts";

export interface Entity {
  readonly kind: VersionedKind;
  readonly id: string;
  /** The path speaks of the entity itself, not of something below it. */
  readonly itself: boolean;
}

const kinds: Readonly<Record<string, VersionedKind>> = {
  components: "component",
  "component-groups": "component",
  incidents: "incident",
  metrics: "metric",
  incident_templates: "template",
  recurrences: "recurrence",
  drafts: "draft",
  checks: "check",
  upstreams: "upstream",
};

const ofPage = /^\/pages\/:page_id\/([\w-]+)(?:\/:(\w+)(\/.+)?)?$/;

/** The entity that a path speaks of; null where it has no version. A list speaks of none: `made` is the id of what a POST made there. */
export function entityOf(
  { path }: Pick<Endpoint, "path">,
  params: Readonly<Record<string, string>>,
  made?: string,
): Entity | null {
  if (path === "/pages/:page_id") return { kind: "page", id: params.page_id ?? "", itself: true };
  const [, list = "", param, below] = ofPage.exec(path) ?? [];
  const kind = kinds[list];
  if (kind === undefined) return null;
  if (param !== undefined) return { kind, id: params[param] ?? "", itself: below === undefined };
  return made === undefined ? null : { kind, id: made, itself: true };
}

/** Whether the row is the one that reads an entity of this kind itself, by the path of `endpoint`. */
export function readsItself(endpoint: Pick<Endpoint, "path">, other: Endpoint): boolean {
  const own = /^\/pages\/:page_id(?:\/[\w-]+\/:\w+)?/.exec(endpoint.path)?.[0];
  return other.path === own && other.methods.includes("GET");
}

export function tagOf(view: PageView, { kind, id }: Entity): string | null {
  const version = versionOf(view, kind, id);
  return version === null ? null : `"${version}"`;
}

/** Whether `If-Match` lets through what has this tag. */
export function matches(ifMatch: string, tag: string): boolean {
  const wanted = ifMatch.split(",").map((one) => one.trim());
  return wanted.includes("*") || wanted.includes(tag);
}

/** Entities as they were told lately, by tag: what an editor based an edit on, where it is still known. */
export interface Told {
  note(page: string, entity: Entity, tag: string, body: unknown): void;
  find(page: string, entity: Entity, tag: string): unknown;
}

export function createTold(): Told {
  const bodies = new Map<string, string>();
  let bytes = 0;
  const keyOf = (page: string, { kind, id }: Entity, tag: string): string => `${page}/${kind}/${id}/${tag}`;
  const forget = (key: string): void => {
    bytes -= bodies.get(key)?.length ?? 0;
    bodies.delete(key);
  };
  return {
    note(page, entity, tag, body) {
      const key = keyOf(page, entity, tag);
      const text = JSON.stringify(body);
      forget(key);
      bodies.set(key, text);
      bytes += text.length;
      for (const oldest of bodies.keys()) {
        if (bytes <= limits.toldVersionsBytesMax) break;
        forget(oldest);
      }
    },
    find(page, entity, tag) {
      const text = bodies.get(keyOf(page, entity, tag));
      return text === undefined ? null : JSON.parse(text);
    },
  };
}
