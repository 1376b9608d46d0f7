// The frame of every HTML page. In: title, mark, what stands in the band and below it. Out: a complete document.
// One stylesheet, one script without which it reads as well, nothing from elsewhere; the banner slot stands once, after the header.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { sizeOfEmblem } from "../model/emblem.ts";
import type { LanguageCode } from "../model/language.ts";
import type { PageLink } from "../model/looks.ts";
import type { Page } from "../model/view.ts";
import { baseOf } from "./feed-entry.ts";
import { jsonFeedPath, jsonFeedType } from "./feed-json.ts";
import { faviconOf, IconShapes } from "./icon.tsx";

import { languages, pathIn, type Voice } from "./languages.ts";
import { brandStyle, emblemPath, looksPrint } from "./looks.ts";
import { scriptOf } from "./page-script.ts";
import { picturePath } from "./picture.ts";
import { Name, oneLine } from "./piece.tsx";
import { attribute, textOf } from "./prose.tsx";
import type { Mark } from "./severity.ts";
import { type Piece, styleOf } from "./style.ts";
import { slotClose, slotOpen } from "./types.ts";

/** What every HTML document of a page is. */
export const htmlDocument = { contentType: "text/html; charset=utf-8", cache: "page", slot: true } as const;

export interface Frame {
  readonly page: Page;
  readonly voice: Voice;
  /** State or subject first: a tab shows little. */
  readonly title: string;
  readonly description: string;
  /** Mark of the tab's icon and of the lamp. */
  readonly mark: Mark;
  /** Every mark that the page draws. */
  readonly marks: readonly Mark[];
  /** What of the stylesheet the page needs. */
  readonly style: readonly Piece[];
  /** Path of the page that is open, in the first language: for the navigation, and for the same page in another language. */
  readonly path: string;
  /** It stands for what is not there: not to be found by search, nor to be asked for again while it is open. */
  readonly isMissing?: true;
  /** Path of a script of its own, where it has not that of all pages. */
  readonly script?: string;
  /** The band below the header. */
  readonly band: JSX.Element;
  readonly footer: JSX.Element;
  readonly children: JSX.Element;
}

/** What a frame shows of the page object, and in which voice, for keys. */
export function frameInputs(page: Page, voice: Voice): readonly string[] {
  const { name, timeZone, languages } = page;
  return [
    scriptOf(voice).path,
    picturePath("ok"),
    baseOf(page),
    name,
    timeZone,
    looksPrint(page.looks),
    ...(languages.length > 1 ? [voice.code, ...languages] : []),
  ];
}

/** A complete HTML document. */
export function htmlPage(frame: Frame): string {
  return `<!doctype html>${textOf(<Whole frame={frame} />)}`;
}

function Whole({ frame }: { readonly frame: Frame }): JSX.Element {
  const { band, children, footer, page, voice } = frame;
  return (
    <html lang={voice.code} dir={voice.dir === "rtl" ? "rtl" : undefined}>
      <Head frame={frame} />
      <body>
        <Header frame={frame} />
        {slotOpen}
        {slotClose}
        <main>
          <IconShapes marks={frame.marks} />
          <div class="sea">
            <div class="w">{band}</div>
          </div>
          <div class="w">{children}</div>
        </main>
        <footer>
          <div class="w">
            <Foot page={page} voice={voice} />
            {footer}
            <Languages page={page} voice={voice} path={frame.path} />
          </div>
        </footer>
      </body>
    </html>
  );
}

function Head({ frame }: { readonly frame: Frame }): JSX.Element {
  // Whoever shows a link keeps its title for days: the state of the front page would be that of another day.
  const linked = frame.path === "/" ? frame.page.name : frame.title;
  const feedTitle = attribute(oneLine(frame.page.name));
  const { text: safeStyle, policy } = styleOf(frame.style, brandStyle(frame.page.looks.brand));
  return (
    <head>
      <meta http-equiv="Content-Security-Policy" content={policy} />
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <title safe>{oneLine(frame.title)}</title>
      <meta name="description" property="og:description" content={attribute(oneLine(frame.description))} />
      <meta property="og:title" content={attribute(oneLine(linked))} />
      <meta property="og:image" id="p-og" content={attribute(baseOf(frame.page) + picturePath(frame.mark))} />
      <meta name="color-scheme" content="light dark" />
      <link rel="icon" id="p-icon" href={iconOf(frame)} />
      <link rel="alternate" type="application/atom+xml" title={feedTitle} href="/history.atom" />
      <link rel="alternate" type="application/rss+xml" title={feedTitle} href="/history.rss" />
      <link rel="alternate" type={jsonFeedType} title={feedTitle} href={jsonFeedPath} />
      <style>{safeStyle}</style>
      {frame.isMissing ? (
        <>
          <meta name="robots" content="noindex" />
          {frame.script === undefined ? "" : <script src={attribute(frame.script)} defer={true} />}
        </>
      ) : (
        <>
          <Alternates page={frame.page} path={frame.path} />
          <script src={scriptOf(frame.voice).path} defer={true} />
        </>
      )}
    </head>
  );
}

/** The operator's own picture while there is nothing to tell, else the mark of what there is. */
function iconOf({ page: { looks }, mark }: Frame): string {
  const isCalm = mark === "ok" || mark === "inf";
  return isCalm && looks.favicon !== null ? emblemPath(looks.favicon) : faviconOf(mark);
}

/** Where the same page is in each of its languages, for those who search. */
function Alternates({ page, path }: Pick<Frame, "page" | "path">): JSX.Element {
  if (page.languages.length === 1) return "";
  const at = (code: LanguageCode): string =>
    attribute(`${page.url.replace(/\/+$/, "")}${pathIn(code, page, path)}`);
  return (
    <>
      {page.languages.map((code) => (
        <link rel="alternate" hreflang={code} href={at(code)} />
      ))}
    </>
  );
}

/** The same page in another language; each is named as its readers call it. */
function Languages({ page, voice, path }: Pick<Frame, "page" | "voice" | "path">): JSX.Element {
  if (page.languages.length === 1) return "";
  return (
    <nav aria-label={attribute(voice.words.frame.languages)}>
      {page.languages.map((code) => (
        <a
          href={attribute(pathIn(code, page, path))}
          hreflang={code}
          lang={code}
          dir={languages[code].dir}
          aria-current={code === voice.code ? "true" : undefined}
          safe
        >
          {languages[code].name}
        </a>
      ))}
    </nav>
  );
}

function Header({ frame }: { readonly frame: Frame }): JSX.Element {
  const { path, words } = frame.voice;
  return (
    <header>
      <div class="w">
        <a class="org" href={path("/")}>
          <Logo page={frame.page} />
        </a>
        <nav aria-label={attribute(words.frame.pages)}>
          <a href={path("/")} aria-current={frame.path === "/" ? "page" : undefined} safe>
            {words.frame.status}
          </a>
          <a href={path("/history")} aria-current={frame.path === "/history" ? "page" : undefined} safe>
            {words.frame.history}
          </a>
          <a href={path("/uptime")} aria-current={frame.path === "/uptime" ? "page" : undefined} safe>
            {words.frame.uptime}
          </a>
          <a href={path("/calendar")} aria-current={frame.path === "/calendar" ? "page" : undefined} safe>
            {words.frame.calendar}
          </a>
          <PageLinks links={frame.page.looks.headerLinks} />
        </nav>
      </div>
    </header>
  );
}

/** The logo, which says the name to those who do not see it; the name where there is none. */
function Logo({ page: { name, looks } }: { readonly page: Page }): JSX.Element {
  if (looks.logo === null) return <Name of={name} />;
  const { width, height } = sizeOfEmblem(looks.logo) ?? {};
  return <img src={emblemPath(looks.logo)} alt={attribute(oneLine(name))} width={width} height={height} />;
}

/** Links of the operator. */
function PageLinks({ links }: { readonly links: readonly PageLink[] }): JSX.Element {
  return (
    <>
      {links.map(({ name, url }) => (
        <a href={attribute(url)} rel="noopener">
          <Name of={name} />
        </a>
      ))}
    </>
  );
}

/** What the operator says at the foot of every page. */
function Foot({ page: { name, looks }, voice }: Pick<Frame, "page" | "voice">): JSX.Element {
  const { footerText, footerLinks, supportUrl } = looks;
  const help = supportUrl === null ? [] : [{ name: voice.words.frame.help, url: supportUrl }];
  return (
    <>
      {footerText === null ? (
        ""
      ) : (
        <p dir="auto" safe>
          {footerText}
        </p>
      )}
      {footerLinks.length + help.length === 0 ? (
        ""
      ) : (
        <nav aria-label={attribute(oneLine(name))}>
          <PageLinks links={[...help, ...footerLinks]} />
        </nav>
      )}
    </>
  );
}

/** Links that stand at the foot of every page. */
export function FootLinks({ voice }: { readonly voice: Voice }): JSX.Element {
  const { frame } = voice.words;
  return (
    <nav aria-label={attribute(frame.follow)}>
      <a href={voice.path("/subscribe")} safe>
        {frame.subscribe}
      </a>
      <a href={voice.path("/methodology")} safe>
        {frame.method}
      </a>
      <a href="/history.atom" safe>
        {frame.atom}
      </a>
      <a href="/history.rss" safe>
        {frame.rss}
      </a>
      <a href="/api/v2/summary.json" safe>
        {frame.api}
      </a>
    </nav>
  );
}

/** Which zone the times of the page are in. */
export function ZoneNote({ voice: { words, zone } }: { readonly voice: Voice }): JSX.Element {
  return (
    <p class="zone" safe>
      {words.times.zone(zone.replace(/^Etc\//, "").replaceAll("_", " "))}
    </p>
  );
}
