// What is not there. In: an exchange whose path names no route. Out: 404: the page's own page for that, to those who read pages, else a few words.
// Nothing is remembered by the path: who makes up a million of them is answered by the same objects a million times.
import { isLanguage } from "../snapshot/names.ts";
import type { Route } from "../snapshot/types.ts";
import { givenOf } from "./answers.ts";
import type { Banners } from "./banner.ts";
import type { Bodies } from "./bodies.ts";
import type { Exchange } from "./exchange.ts";
import { formOf } from "./form.ts";
import { generationHeaders, type HeaderSets } from "./headers.ts";
import * as plain from "./plain.ts";
import { firstOf } from "./plain-words.ts";
import { routeAt, type Trees } from "./trees.ts";
import { choose } from "./variant.ts";

/** What web servers and CDNs show of a folder of files where there is nothing; makers of sites write it. */
const fileName = "/404.html";

export interface NotFoundParts {
  readonly trees: Trees;
  readonly bodies: Bodies;
  readonly banners: Banners;
  /** Headers of 404. */
  readonly missingHeaders: HeaderSets;
}

/** Is it itself the page of what is not there? At its own address that is no page either. */
export function isNotFoundPath(path: string): boolean {
  return path.endsWith(fileName) && pathsFor(path).includes(path);
}

/** Where the page for it may be: in the language of the path, in the first one. */
function pathsFor(path: string): readonly string[] {
  const first = firstOf(path);
  return isLanguage(first) ? [`/${first}${fileName}`, fileName] : [fileName];
}

export function answerNotFound(exchange: Exchange, parts: NotFoundParts) {
  const { asked, path, head, freshness, notice } = exchange;
  const given = formOf(path, asked.field("accept")) === "page" ? pageFor(exchange, parts) : null;
  return given ?? plain.notFound(exchange, generationHeaders(head, freshness, notice));
}

/** Null where the page has none, or none that can be sent: nobody waits for it. */
function pageFor(exchange: Exchange, { trees, bodies, banners, missingHeaders }: NotFoundParts) {
  const { manifest, reads } = exchange;
  let route: Route | null = null;
  for (const path of pathsFor(exchange.path)) route ??= routeAt(trees, manifest, reads.tree, path);
  if (route === null) return null;
  exchange.route = route;
  const choice = choose(exchange, bodies, banners);
  if (choice === "missing" || choice === "not-acceptable") return null;
  exchange.chosen = choice;
  if (exchange.asked.method !== "HEAD") exchange.bytes = choice.body.length;
  // A tag is never compared: what is not there has not stayed the same.
  return givenOf(missingHeaders.of(exchange), choice).ok;
}
