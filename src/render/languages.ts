// The languages of the interface. In: a page. Out: what each of its languages says, how it runs, and where its pages are.
// Another language is its file of words, its line here and its code in model/language.ts; the type check names what is forgotten.
import { type LanguageCode, languageCodes } from "../model/language.ts";
import type { Page } from "../model/view.ts";
import type { Words } from "./words.ts";
import { arabic } from "./words-ar.ts";
import { german } from "./words-de.ts";
import { english } from "./words-en.ts";

export interface Language {
  /** As its readers call it. */
  readonly name: string;
  readonly dir: "ltr" | "rtl";
  readonly words: Words;
}

export const languages: Readonly<Record<LanguageCode, Language>> = {
  en: { name: "English", dir: "ltr", words: english },
  de: { name: "Deutsch", dir: "ltr", words: german },
  ar: { name: "العربية", dir: "rtl", words: arabic },
};

/** How a document speaks: its words, the zone of its times, where its links lead. */
export interface Voice {
  readonly code: LanguageCode;
  readonly dir: Language["dir"];
  readonly words: Words;
  readonly zone: string;
  /** Where a page of this language is, of its path in the first one: `/history` to `/de/history`, `/` to `/de`. */
  path(to: string): string;
}

/** The voice alone: what keeps it keeps nothing else of a scene. */
export function voiceOf({ code, dir, words, zone, path }: Voice): Voice {
  return { code, dir, words, zone, path };
}

/** Where `code` finds a page of `path`: the first language stands at the root. */
export function pathIn(code: LanguageCode, page: Pick<Page, "languages">, path: string): string {
  if (code === page.languages[0]) return path;
  return path === "/" ? `/${code}` : `/${code}${path}`;
}

/** The voices of a page, that of its root first. */
export function voicesOf(page: Pick<Page, "languages" | "timeZone">): readonly Voice[] {
  return page.languages.map((code) => ({
    code,
    dir: languages[code].dir,
    words: languages[code].words,
    zone: page.timeZone,
    path: (to) => pathIn(code, page, to),
  }));
}

/** `make`, asked once a language: what is remembered of one is of no use to another. */
export function perLanguage<Made>(make: () => Made): (code: LanguageCode) => Made {
  const made = new Map<LanguageCode, Made>();
  return (code) => {
    const known = made.get(code) ?? make();
    made.set(code, known);
    return known;
  };
}

/** Texts of the level 1 banner by language; `{time}` stands for the time of the last confirmation. A POP chooses by the page it fills. */
export function bannerTexts(): Record<string, string> {
  return Object.fromEntries(languageCodes.map((code) => [code, languages[code].words.banner]));
}
