// The frame of every admin page. In: title, whom it speaks to, the menu, what the screen shows. Out: a complete document.
// One stylesheet and two scripts of our own, all from the binary; without them it works as well.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Need } from "../model/roles.ts";
import type { PageView } from "../model/view.ts";
import { faviconOf, Icon, IconShapes } from "../render/icon.tsx";
import { oneLine } from "../render/piece.tsx";
import { attribute, textOf } from "../render/prose.tsx";
import type { Mark } from "../render/severity.ts";
import { assets } from "./assets.ts";
import type { Menu, Who } from "./screen.ts";

/** A screen as a menu names it. */
export interface Entry {
  readonly path: string;
  readonly title: string;
  readonly menu: Menu;
  readonly needs: Need;
}

export interface Frame {
  readonly title: string;
  /** Null for who is not signed in yet. */
  readonly who: Who | null;
  readonly view: PageView | null;
  /** Address of the page that is open. */
  readonly path: string;
  readonly menu: readonly Entry[];
  /** What was just done. */
  readonly done: string | null;
  readonly body: JSX.Element;
}

const marks: readonly Mark[] = ["ok", "deg", "par", "maj", "mnt", "inf"];

/** No evaluated text, no style of its own, nobody else's address, nothing kept of a page; a refusal is shown like any page. */
const htmxConfig = JSON.stringify({
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyEnabled: false,
  responseHandling: [
    { code: "[23]..", swap: true },
    { code: "412|422", swap: true },
    { code: "...", swap: false, error: true },
  ],
});

/** A complete HTML document. */
export function documentOf(frame: Frame): string {
  return `<!doctype html>${textOf(<Whole frame={frame} />)}`;
}

function Whole({ frame }: { readonly frame: Frame }): JSX.Element {
  const { body, done, title, view } = frame;
  const name = view === null ? "Pharos" : view.page.name;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title safe>{oneLine(`${title} · ${name}`)}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <meta name="htmx-config" content={attribute(htmxConfig)} />
        <link rel="icon" href={faviconOf("inf")} />
        <link rel="stylesheet" href={assets.style.path} />
        <script src={assets.htmx.path} defer={true} />
        <script src={assets.script.path} defer={true} />
      </head>
      <body>
        <IconShapes marks={marks} />
        <Top frame={frame} />
        <div class={frame.menu.length === 0 ? "desk solo" : "desk"}>
          <Menus frame={frame} />
          <main id="main">
            {done === null ? (
              ""
            ) : (
              <p class="say ok" role="status" data-done="1">
                <b safe>{done}</b>
              </p>
            )}
            {body}
          </main>
        </div>
      </body>
    </html>
  );
}

function Top({ frame: { who, view } }: { readonly frame: Frame }): JSX.Element {
  const home = view === null ? "/admin/" : `/admin/p/${encodeURIComponent(view.page.id)}`;
  return (
    <header>
      <a class="skip vh" href="#main">
        To the content
      </a>
      <div class="w">
        <a class="org" href={attribute(home)}>
          <Icon mark="ok" />
          <span dir="auto" safe>
            {view === null ? "Pharos" : oneLine(view.page.name)}
          </span>
        </a>
        {who === null ? (
          ""
        ) : (
          <nav aria-label="Account">
            <a href="/admin/me" safe>
              {oneLine(who.principal.name)}
            </a>
            <form method="post" action="/admin/sign-out">
              <input type="hidden" name="csrf" value={attribute(who.csrf)} />
              <button type="submit">Sign out</button>
            </form>
          </nav>
        )}
      </div>
    </header>
  );
}

function Menus({ frame: { menu, path, view } }: { readonly frame: Frame }): JSX.Element {
  if (menu.length === 0) return "";
  const ofPage = menu.filter((it) => it.menu === "page");
  const ofInstall = menu.filter((it) => it.menu === "install");
  const page = view === null ? "" : encodeURIComponent(view.page.id);
  const link = (entry: Entry): JSX.Element => {
    const href = entry.path.replace(":page", page);
    return (
      <a href={attribute(href)} aria-current={isOpen(href, path) ? "page" : undefined} safe>
        {entry.title}
      </a>
    );
  };
  return (
    <details class="menu">
      <summary>Menu</summary>
      <nav aria-label="Screens">
        {view === null ? (
          ""
        ) : (
          <>
            <h2>Page</h2>
            {ofPage.map(link)}
          </>
        )}
        <h2>Install</h2>
        {ofInstall.map(link)}
      </nav>
    </details>
  );
}

/** The dashboard and the list of pages are open by themselves, a list also while one of it is. */
function isOpen(href: string, path: string): boolean {
  const isRoot = href === "/admin/" || /^\/admin\/p\/[^/]+$/.test(href);
  return path === href || (!isRoot && path.startsWith(`${href}/`));
}
