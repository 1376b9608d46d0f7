// What a command's values must be. In: values, the view. Out: sentences, none when all is well. Each names what was given.
import { limits } from "../base/limits.ts";
import { recordKey } from "./fold.ts";
import { languageCodes } from "./language.ts";
import type { EntityKind } from "./op.ts";
import type { Component, PageView } from "./view.ts";
import { isZone } from "./zone.ts";

export type Sentences = readonly string[];

const idShape = /^[A-Za-z0-9_-]{1,64}$/;
const hostShape =
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const dateShape = /^\d{4}-\d{2}-\d{2}$/;
/** Enough to see what is wrong with an import, without listing ten thousand times the same. */
const sentencesMax = 20;

/** The first sentences, and how many more there are. */
export function firstOf(sentences: Sentences): Sentences {
  if (sentences.length <= sentencesMax) return sentences;
  return [...sentences.slice(0, sentencesMax), `${sentences.length - sentencesMax} more of this kind.`];
}

export function checkId(id: string, what: string): Sentences {
  return idShape.test(id) ? [] : [`The id "${id}" of ${what} is not 1 to 64 letters, digits, "-" or "_".`];
}

/** Of what is being made: an id that was deleted is not given again. */
export function checkNewId(view: PageView, kind: EntityKind, id: string): Sentences {
  const wrong = checkId(id, `the ${kind}`);
  if (wrong.length > 0 || !view.gone.has(recordKey(kind, id))) return wrong;
  return [`The ${kind} "${id}" was deleted; take another id.`];
}

export function checkName(name: string | undefined, what: string): Sentences {
  if (name === undefined) return [];
  if (name.trim() === "") return [`The name of ${what} is empty.`];
  if (name.length > limits.nameCharsMax)
    return [`The name of ${what} has ${name.length} characters; ${limits.nameCharsMax} are allowed.`];
  return [];
}

export function checkBody(body: string | undefined): Sentences {
  return body === undefined || body.length <= limits.updateCharsMax
    ? []
    : [`The text has ${body.length} characters; ${limits.updateCharsMax} are allowed.`];
}

/** `what` is the value's name in the sentence, such as `status`. */
export function checkWord<Word extends string>(
  word: Word | null | undefined,
  words: readonly Word[],
  what: string,
): Sentences {
  if (word === undefined || word === null || words.includes(word)) return [];
  return [`The ${what} "${word}" is unknown; known are ${words.join(", ")}.`];
}

/** The languages of a page: at least one, each known and named once. */
export function checkLanguages(codes: readonly string[] | undefined): Sentences {
  if (codes === undefined) return [];
  if (codes.length === 0) return [`A page has at least one language; known are ${languageCodes.join(", ")}.`];
  const twice = codes.filter((code, at) => codes.indexOf(code) < at);
  return [
    ...codes.flatMap((code) => checkWord<string>(code, languageCodes, "language")),
    ...twice.map((code) => `The language "${code}" is named twice.`),
  ];
}

export function checkTimeZone(name: string | undefined): Sentences {
  return name === undefined || isZone(name) ? [] : [`The time zone "${name}" is unknown.`];
}

/** Lower-case names without a port. Hosts of other pages are the ledger's to check. */
export function checkHosts(hosts: readonly string[]): Sentences {
  const wrong = hosts
    .filter((host) => !hostShape.test(host))
    .map((host) => `"${host}" is not a host name without a port.`);
  if (hosts.length > limits.hostsPerPageMax)
    return [...wrong, `A page has at most ${limits.hostsPerPageMax} hosts; ${hosts.length} were given.`];
  return wrong;
}

/** The host of an http or https address; null when it is none. */
export function hostOfUrl(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" || protocol === "https:" ? hostname.toLowerCase() : null;
}

export function checkDate(date: string | null | undefined, what: string): Sentences {
  if (date === undefined || date === null) return [];
  const real = dateShape.test(date) && !Number.isNaN(Date.parse(date));
  return real && new Date(date).toISOString().startsWith(date)
    ? []
    : [`The ${what} "${date}" is not a day written YYYY-MM-DD.`];
}

/** Years with four digits from 1970 on: what every format that we write can say. */
const latestMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function checkMoment(at: number | null | undefined, what: string): Sentences {
  if (at === undefined || at === null || (at >= 0 && at <= latestMoment)) return [];
  return [`The ${what} is outside of the years 1970 to 9999.`];
}

export function checkWindow(
  window: { readonly from: number; readonly until: number } | null | undefined,
): Sentences {
  if (window === undefined || window === null) return [];
  const wrong = [
    ...checkMoment(window.from, "start of the maintenance window"),
    ...checkMoment(window.until, "end of the maintenance window"),
  ];
  if (wrong.length > 0) return wrong;
  return window.until > window.from ? [] : ["The maintenance window ends before it starts."];
}

/** Components that an incident may name: existing ones that are no groups. */
export function checkAffected(view: PageView, ids: readonly string[]): Sentences {
  return ids.flatMap((id) => {
    const component = view.componentById.get(id);
    if (component === undefined) return [`There is no component "${id}" on this page.`];
    return component.group ? [`"${component.name}" (${id}) is a group; name its members instead.`] : [];
  });
}

/** A group that a component may be put into. */
export function checkGroup(
  group: Pick<Component, "group"> | undefined,
  groupId: string | null | undefined,
): Sentences {
  if (groupId === undefined || groupId === null) return [];
  if (group === undefined) return [`There is no group "${groupId}" on this page.`];
  return group.group ? [] : [`The component "${groupId}" is not a group.`];
}
