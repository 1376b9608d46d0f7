// Commands on the page itself. In: view, command, moment. Out: one op, or a refusal.
import {
  checkHosts,
  checkId,
  checkLanguages,
  checkName,
  checkTimeZone,
  checkWord,
  hostOfUrl,
  type Sentences,
} from "./checks.ts";
import type { Command, DecideContext, Decision, PageFields } from "./command.ts";
import { decided, differing, given, opOf, refused } from "./drafts.ts";
import { languagesUnset } from "./language.ts";
import { checkLooks, looksGiven } from "./looks.ts";
import type { PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

/** Sentences about the fields that are given. */
export function checkPage(fields: PageFields): Sentences {
  return [
    ...checkName(fields.name, "the page"),
    ...(fields.url !== undefined && hostOfUrl(fields.url) === null
      ? [`The page's address "${fields.url}" is not an http or https address.`]
      : []),
    ...checkHosts(hostsFrom(fields.url ?? "", fields.hosts ?? [])),
    ...checkTimeZone(fields.timeZone),
    ...checkWord(fields.indicatorRule, ["components", "incidents"], "indicator rule"),
    ...checkLanguages(fields.languages),
    ...checkLooks(fields),
    ...checkPromise(fields),
  ];
}

function checkPromise({ partialWeight, slaTarget }: PageFields): Sentences {
  return [
    ...(partialWeight === undefined || (partialWeight >= 0 && partialWeight <= 1)
      ? []
      : [`A partial outage counts from 0 to 1 of an outage, not ${partialWeight}.`]),
    ...(slaTarget === undefined || slaTarget === null || (slaTarget >= 50 && slaTarget <= 100)
      ? []
      : [`The promised uptime is from 50 to 100 percent, not ${slaTarget}.`]),
  ];
}

/** The page's hosts, that of its address first; `hosts` are the given ones or else those it has. */
export function hostsFrom(url: string, hosts: readonly string[]): readonly string[] {
  const first = hostOfUrl(url);
  const others = hosts.map((host) => host.toLowerCase());
  return [...new Set(first === null ? others : [first, ...others])];
}

export function createPage(
  view: PageView | null,
  command: Of<"page.create">,
  context: DecideContext,
): Decision {
  const id = command.id ?? context.newId();
  if (view !== null) return refused(409, `The page "${view.page.id}" exists already.`);
  const wrong = [...checkId(id, "the page"), ...checkPage(command.fields)];
  if (wrong.length > 0) return refused(422, ...wrong);
  const {
    name,
    url,
    timeZone = "Etc/UTC",
    description = null,
    indicatorRule = "components",
    languages = languagesUnset,
    uptimeBadges = false,
    partialWeight,
    slaTarget,
  } = command.fields;
  const hosts = hostsFrom(url, command.fields.hosts ?? []);
  const at = context.now;
  const fields = {
    name,
    url,
    hosts,
    timeZone,
    description,
    indicatorRule,
    languages,
    ...looksGiven(command.fields),
    uptimeBadges,
    ...given({ partialWeight, slaTarget }),
    createdAt: at,
    updatedAt: at,
  };
  return decided(id, opOf(id, "page", id, fields));
}

export function updatePage(view: PageView, command: Of<"page.update">, context: DecideContext): Decision {
  const { page } = view;
  const wrong = checkPage(command.fields);
  if (wrong.length > 0) return refused(422, ...wrong);
  const {
    name,
    url = page.url,
    timeZone,
    description,
    indicatorRule,
    languages,
    uptimeBadges,
    partialWeight,
    slaTarget,
  } = command.fields;
  const hosts = hostsFrom(url, command.fields.hosts ?? page.hosts);
  const counted = { uptimeBadges, partialWeight, slaTarget };
  const plain = { name, url, hosts, timeZone, description, indicatorRule, languages, ...counted };
  const changes = differing({ ...page, ...page.looks }, { ...plain, ...looksGiven(command.fields) });
  if (Object.keys(changes).length === 0) return decided(page.id, []);
  return decided(page.id, opOf(page.id, "page", page.id, { ...changes, updatedAt: context.now }));
}
