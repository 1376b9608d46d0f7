// `pharos page set` and `pharos page show`: the settings of a page. In: a page's id, flags. Out: what was changed, or how it is set.
// The word `none` takes a value away: a shell's empty text is too easily a variable that was not set.
import { readFileSync } from "node:fs";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { PageFields } from "../model/command.ts";
import { type Emblem, emblemOf } from "../model/emblem.ts";
import type { LanguageCode } from "../model/language.ts";
import type { PageLink } from "../model/looks.ts";
import type { Page } from "../model/view.ts";
import { withControlPlane } from "./control-plane.ts";
import { defineCommand, type Values } from "./flags.ts";

const data = { kind: "path", help: "data folder of the control plane", required: true } as const;
const page = { help: "id of the page, as `pharos page list` says it", required: true } as const;
const json = { kind: "boolean", help: "one JSON object" } as const;

const settings = {
  name: { kind: "string", help: "what the page is called" },
  description: { kind: "string", help: "a text about the page; none takes it away" },
  headline: { kind: "string", help: "a line about the page; none takes it away" },
  "time-zone": { kind: "string", help: "zone of its days and times, such as Europe/Berlin" },
  languages: { kind: "list", help: "languages that it can be read in, that of its root first" },
  "uptime-badges": {
    kind: "string",
    help: "on: badges of the uptime of the page and of each component; off",
  },
  "support-url": {
    kind: "string",
    help: "where visitors get help: http, https or mailto; none takes it away",
  },
  brand: {
    kind: "string",
    help: "colour of links and buttons, #rrggbb; its hue is that of the band behind the state; none takes it away",
  },
  logo: {
    kind: "path",
    help: "an SVG or PNG that stands instead of the name, on a dark ground; none takes it away",
  },
  favicon: { kind: "path", help: "an SVG or PNG for the tab while all is well; none takes it away" },
  "header-link": {
    kind: "list",
    help: "name=address of a link in the header; the given ones replace all; none takes them away",
  },
  "footer-text": { kind: "string", help: "a line at the foot of each page; none takes it away" },
  "footer-link": {
    kind: "list",
    help: "name=address of a link at the foot; the given ones replace all; none takes them away",
  },
} as const;

const set = defineCommand({
  name: "page set",
  summary: "change how a page is called, what it says of itself, its languages and its looks",
  example:
    "page set p4rk7x2m9q1z --data /var/lib/pharos --brand '#0055cc' --logo logo.svg --header-link 'Home=https://example.org'",
  positionals: { page },
  flags: { data, ...settings, json },
  async run(values, context) {
    const { data: folder, page: id } = values;
    const fields = fieldsOf(values);
    if (Object.keys(fields).length === 0)
      throw new Fault("usage", "There is nothing to set.", "Name a setting: see pharos page set --help.");
    const found = await withControlPlane({ ...context, folder }, async (plane) => {
      const before = await plane.page(id);
      if (before === null) throw noPage(id);
      const done = await plane.submit(id, { kind: "page.update", fields }, "page set");
      if (!done.ok)
        throw new Fault(
          "usage",
          `Nothing was set: ${done.refusal.sentences.join(" ")}`,
          "Correct it and try again.",
        );
      return { changed: done.position > done.before, now: (await plane.page(id)) ?? before };
    });
    if (values.json) context.out(JSON.stringify(shown(found.now)));
    else
      context.out(found.changed ? `Set: ${Object.keys(fields).join(", ")}` : "All of it was set so already.");
  },
});

const show = defineCommand({
  name: "page show",
  summary: "say how a page is set",
  example: "page show p4rk7x2m9q1z --data /var/lib/pharos",
  positionals: { page },
  flags: { data, json },
  async run({ data: folder, page: id, json }, context) {
    const found = await withControlPlane({ ...context, folder }, (plane) => plane.page(id));
    if (found === null) throw noPage(id);
    const settings = shown(found);
    if (json) context.out(JSON.stringify(settings));
    else for (const [name, value] of Object.entries(settings)) context.out(`${name}\t${value ?? "none"}`);
  },
});

/** Settings by the names of their flags, each as one text. */
function shown({ looks, ...page }: Page): Readonly<Record<string, string | null>> {
  const links = (list: readonly PageLink[]): string | null =>
    list.length === 0 ? null : list.map(({ name, url }) => `${name}=${url}`).join(", ");
  const picture = (emblem: Emblem | null): string | null =>
    emblem === null ? null : `${emblem.type}, ${atob(emblem.base64).length} bytes`;
  return {
    id: page.id,
    url: page.url,
    hosts: page.hosts.join(", "),
    name: page.name,
    description: page.description,
    headline: looks.headline,
    "time-zone": page.timeZone,
    languages: page.languages.join(", "),
    "uptime-badges": page.uptimeBadges ? "on" : "off",
    "support-url": looks.supportUrl,
    brand: looks.brand,
    logo: picture(looks.logo),
    favicon: picture(looks.favicon),
    "header-link": links(looks.headerLinks),
    "footer-text": looks.footerText,
    "footer-link": links(looks.footerLinks),
  };
}

type Asked = Values<typeof settings, Record<never, never>>;

function fieldsOf(asked: Asked): PageFields {
  const texts = {
    description: asked.description,
    headline: asked.headline,
    supportUrl: asked.supportUrl,
    brand: asked.brand,
    footerText: asked.footerText,
  };
  const told = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text === "none" ? null : text] as const],
  );
  return {
    ...Object.fromEntries(told),
    ...(asked.name === undefined ? {} : { name: asked.name }),
    ...(asked.timeZone === undefined ? {} : { timeZone: asked.timeZone }),
    // What a language may be called is the model's to say, in one sentence for all ways in.
    ...(asked.languages.length === 0 ? {} : { languages: asked.languages as readonly LanguageCode[] }),
    ...(asked.uptimeBadges === undefined
      ? {}
      : { uptimeBadges: switched(asked.uptimeBadges, "uptime-badges") }),
    ...(asked.logo === undefined ? {} : { logo: pictureAt(asked.logo, "logo") }),
    ...(asked.favicon === undefined ? {} : { favicon: pictureAt(asked.favicon, "favicon") }),
    ...(asked.headerLink.length === 0 ? {} : { headerLinks: linksOf(asked.headerLink, "header-link") }),
    ...(asked.footerLink.length === 0 ? {} : { footerLinks: linksOf(asked.footerLink, "footer-link") }),
  };
}

function switched(word: string, flag: string): boolean {
  if (word !== "on" && word !== "off")
    throw new Fault("usage", `--${flag}: ${JSON.stringify(word)} is neither on nor off.`, "Nothing was set.");
  return word === "on";
}

function pictureAt(path: string, flag: string): Emblem | null {
  if (path === "none") return null;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    throw new Fault(
      "usage",
      `--${flag}: ${path} cannot be read: ${messageOf(thrown)}.`,
      "Name an SVG or a PNG.",
    );
  }
  const emblem = bytes.length <= 16 * limits.emblemBytesMax ? emblemOf(bytes) : null;
  if (emblem === null)
    throw new Fault(
      "usage",
      `--${flag}: ${path} is neither an SVG nor a PNG of at most ${limits.emblemBytesMax} bytes.`,
      "Nothing was set.",
    );
  return emblem;
}

function linksOf(texts: readonly string[], flag: string): readonly PageLink[] {
  if (texts.length === 1 && texts[0] === "none") return [];
  return texts.map((text) => {
    const at = text.indexOf("=");
    if (at === -1)
      throw new Fault("usage", `--${flag}: ${JSON.stringify(text)} has no address.`, "Give name=address.");
    return { name: text.slice(0, at).trim(), url: text.slice(at + 1).trim() };
  });
}

function noPage(id: string): Fault {
  return new Fault("not-found", `There is no page ${id}.`, "`pharos page list` says which there are.");
}

export const commands = [set, show];
