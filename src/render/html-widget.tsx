// The widget as a frame, /widget, and the page that says how to put it on another site, /widget/examples. In: a scene. Out: both, in each language.
// The frame holds the same words without a script; with it the widget keeps itself new.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { overallStatus } from "../model/status.ts";
import type { Page } from "../model/view.ts";
import { badgePath } from "./badge.ts";
import { baseOf } from "./feed-entry.ts";
import { FootLinks, frameInputs, htmlDocument, htmlPage } from "./html-page.tsx";
import { Icon, IconShapes } from "./icon.tsx";
import { keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { sea } from "./palette.ts";
import { attribute, textOf } from "./prose.tsx";
import { indicatorMark, type Mark } from "./severity.ts";
import { policyOf } from "./style.ts";
import { type Document, type Scene, slotClose, slotOpen } from "./types.ts";
import { widgetScriptPath } from "./widget.ts";

export const examplesPath = "/widget/examples";

/** The frame and the examples. */
export function* widgetPages(scene: Scene): Iterable<Document> {
  const { view, since } = scene;
  const voice = voiceOf(scene);
  const { indicator, description } = overallStatus(view);
  const state = voice.words.overall[description];
  const mark = indicatorMark(indicator);
  yield {
    path: voice.path("/widget"),
    ...htmlDocument,
    framed: true,
    key: keyOf("widget-frame", [voice.code, voice.path("/"), mark, state]),
    body: () => `<!doctype html>${textOf(<Framed voice={voice} state={state} mark={mark} />)}`,
  };
  if (since !== null) return;
  yield {
    path: voice.path(examplesPath),
    ...htmlDocument,
    key: keyOf("widget-examples", frameInputs(view.page, voice)),
    body: () => examples(view.page, voice),
  };
}

const safeFrameStyle =
  `body{margin:0;font:16px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;background:${sea.bg};color:${sea.tx};overflow-wrap:anywhere}` +
  "a{color:inherit}pharos-status>a{display:flex;gap:.5em;align-items:center;padding:.65em 1em;font-weight:650}.def{position:absolute;width:0;height:0}" +
  ".i{width:1.1em;height:1.1em;fill:currentColor;flex:none}" +
  "body>.stale{margin:0;padding:.5em 1em;background:#ffe08a;color:#3a2a00}body>.emergency{background:#b3131f;color:#fff}" +
  (["ok", "deg", "par", "maj", "mnt", "inf"] as const).map((mark) => `.${mark}{color:${sea[mark]}}`).join("");
const framePolicy = policyOf(safeFrameStyle);

interface Shown {
  readonly voice: Voice;
  readonly state: string;
  readonly mark: Mark;
}

function Framed({ voice, state, mark }: Shown): JSX.Element {
  return (
    <html lang={voice.code} dir={voice.dir === "rtl" ? "rtl" : undefined}>
      <head>
        <meta http-equiv="Content-Security-Policy" content={framePolicy} />
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title safe>{state}</title>
        <base target="_blank" />
        <style>{safeFrameStyle}</style>
        <script src={widgetScriptPath} defer={true} />
      </head>
      <body>
        {slotOpen}
        {slotClose}
        <IconShapes marks={[mark]} />
        <main>
          {element(
            "bar",
            voice,
            <a href={voice.path("/")}>
              <Icon mark={mark} />
              <span safe>{state}</span>
            </a>,
          )}
        </main>
      </body>
    </html>
  );
}

/** The widget's element; what stands in it is seen where no script runs. */
function element(mode: string, voice: Voice, within: JSX.Element = ""): JSX.Element {
  return Html.createElement("pharos-status", { mode, lang: voice.code }, within);
}

function examples(page: Page, voice: Voice): string {
  const { widget, front } = voice.words;
  return htmlPage({
    page,
    voice,
    title: `${widget.title} · ${page.name}`,
    description: widget.description(page.name),
    mark: "inf",
    marks: [],
    style: ["snippet"],
    path: examplesPath,
    band: (
      <>
        <h1 safe>{widget.title}</h1>
        <p safe>{widget.intro}</p>
      </>
    ),
    footer: <FootLinks voice={voice} />,
    children: (
      <>
        <Script base={baseOf(page)} voice={voice} />
        <section aria-labelledby="frame">
          <h2 id="frame" safe>
            {widget.frameHeading}
          </h2>
          <p safe>{widget.frame}</p>
          <Snippet of={frameSnippet(page, voice)} />
        </section>
        <section aria-labelledby="badges">
          <h2 id="badges" safe>
            {widget.badgesHeading}
          </h2>
          <p safe>{widget.badges}</p>
          <p>
            <a href={voice.path("/")}>
              <img src={badgePath} height="20" alt={attribute(front.description(page.name))} />
            </a>
          </p>
          <Snippet of={badgeSnippet(page, voice)} />
        </section>
      </>
    ),
  });
}

function frameSnippet(page: Page, voice: Voice): string {
  const title = voice.words.front.description(page.name).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return `<iframe src="${baseOf(page)}${voice.path("/widget")}" title="${title}" width="100%" height="56" loading="lazy"></iframe>`;
}

function badgeSnippet(page: Page, voice: Voice): string {
  const words = voice.words.front.description(page.name).replaceAll(/[[\]\\]/g, "\\$&");
  return `[![${words}](${baseOf(page)}${badgePath})](${baseOf(page)})`;
}

/** Each mode with what it shows, as it shows it now. */
function Script({ base, voice }: { readonly base: string; readonly voice: Voice }): JSX.Element {
  const { widget } = voice.words;
  const modes = [
    ["auto", widget.auto, "<pharos-status></pharos-status>"],
    ["bar", widget.bar, '<pharos-status mode="bar"></pharos-status>'],
    ["inline", widget.inline, '<pharos-status mode="inline"></pharos-status>'],
  ] as const;
  return (
    <section aria-labelledby="script">
      <h2 id="script" safe>
        {widget.scriptHeading}
      </h2>
      <p safe>{widget.script}</p>
      <Snippet of={`<script src="${base}${widgetScriptPath}" async></script>`} />
      {modes.map(([mode, text, code]) => (
        <>
          <p safe>{text}</p>
          <Snippet of={code} />
          <div class="shown">{element(mode, voice)}</div>
        </>
      ))}
      <p safe>{widget.language}</p>
      <p safe>{widget.policy}</p>
      <script src={widgetScriptPath} defer={true} />
    </section>
  );
}

/** What is to be copied runs from left to right in every language. */
function Snippet({ of }: { readonly of: string }): JSX.Element {
  return (
    <pre class="snip" dir="ltr">
      <code safe>{of}</code>
    </pre>
  );
}
