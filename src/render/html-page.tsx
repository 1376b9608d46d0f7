// The frame of every HTML page. In: title, mark, what stands in the band and below it. Out: a complete document.
// One stylesheet, one script without which it reads as well, nothing from elsewhere; the banner slot stands once, after the header.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Page } from "../model/view.ts";
import { faviconOf, IconShapes } from "./icon.tsx";
import { scriptPath } from "./page-script.ts";
import { Name, oneLine } from "./piece.tsx";
import { attribute, textOf } from "./prose.tsx";
import type { Mark } from "./severity.ts";
import { type Piece, styleOf } from "./style.ts";
import { slotClose, slotOpen } from "./types.ts";

export const htmlType = "text/html; charset=utf-8";

export interface Frame {
  readonly page: Page;
  /** State or subject first: a tab shows little. */
  readonly title: string;
  readonly description: string;
  /** Mark of the tab's icon and of the lamp. */
  readonly mark: Mark;
  /** Every mark that the page draws. */
  readonly marks: readonly Mark[];
  /** What of the stylesheet the page needs. */
  readonly style: readonly Piece[];
  /** Path of the page that is open, for the navigation. */
  readonly path: string;
  /** The band below the header. */
  readonly band: JSX.Element;
  readonly footer: JSX.Element;
  readonly children: JSX.Element;
}

/** What a frame shows of the page object, and its script, for keys. */
export function frameInputs({ name, timeZone, languages }: Page): readonly string[] {
  return [scriptPath, name, timeZone, languages.join()];
}

/** A complete HTML document. */
export function htmlPage(frame: Frame): string {
  return `<!doctype html>${textOf(<Whole frame={frame} />)}`;
}

function Whole({ frame }: { readonly frame: Frame }): JSX.Element {
  const { band, children, footer } = frame;
  return (
    <html lang={frame.page.languages[0] ?? "en"}>
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
          <div class="w">{footer}</div>
        </footer>
      </body>
    </html>
  );
}

function Head({ frame }: { readonly frame: Frame }): JSX.Element {
  const feedTitle = attribute(oneLine(frame.page.name));
  const { text: safeStyle, policy } = styleOf(frame.style, "");
  return (
    <head>
      <meta http-equiv="Content-Security-Policy" content={policy} />
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width,initial-scale=1" />
      <title safe>{oneLine(frame.title)}</title>
      <meta name="description" content={attribute(oneLine(frame.description))} />
      <meta name="color-scheme" content="light dark" />
      <link rel="icon" id="p-icon" href={faviconOf(frame.mark)} />
      <link rel="alternate" type="application/atom+xml" title={feedTitle} href="/history.atom" />
      <link rel="alternate" type="application/rss+xml" title={feedTitle} href="/history.rss" />
      <style>{safeStyle}</style>
      <script src={scriptPath} defer={true} />
    </head>
  );
}

function Header({ frame }: { readonly frame: Frame }): JSX.Element {
  return (
    <header>
      <div class="w">
        <a class="org" href="/">
          <Name of={frame.page.name} />
        </a>
        <nav aria-label="Pages">
          <a href="/" aria-current={frame.path === "/" ? "page" : undefined}>
            Status
          </a>
          <a href="/history" aria-current={frame.path === "/history" ? "page" : undefined}>
            History
          </a>
        </nav>
      </div>
    </header>
  );
}

/** Links that stand at the foot of every page. */
export function FootLinks(): JSX.Element {
  return (
    <nav aria-label="Follow">
      <a href="/history.atom">Atom feed</a>
      <a href="/history.rss">RSS feed</a>
      <a href="/api/v2/summary.json">API</a>
    </nav>
  );
}

/** Which zone the times of the page are in. */
export function ZoneNote({ zone }: { readonly zone: string }): JSX.Element {
  return <p safe>{`Times in ${zone.replace(/^Etc\//, "").replaceAll("_", " ")}`}</p>;
}
