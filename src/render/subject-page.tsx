// The frame of pages that are about a subject and no state. In: a title, what stands above and below it. Out: a complete document.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Page } from "../model/view.ts";
import { FootLinks, htmlPage, ZoneNote } from "./html-page.tsx";
import type { Voice } from "./languages.ts";
import { towardsEnd, towardsStart } from "./piece.tsx";
import type { Mark } from "./severity.ts";
import type { Piece } from "./style.ts";

export interface Subject {
  readonly page: Page;
  readonly voice: Voice;
  /** In the first language. */
  readonly path: string;
  readonly title: string;
  /** What the title belongs to; absent where it stands for itself. */
  readonly over?: string;
  /** A sentence below the title. */
  readonly lead: string;
  readonly marks: readonly Mark[];
  readonly style: readonly Piece[];
  /** It stands for what is not there. */
  readonly isMissing?: true;
  /** Path of a script of its own, where it has not that of all pages. */
  readonly script?: string;
  readonly children: JSX.Element;
}

/** A complete HTML document. */
export function subjectPage({ over, title, lead, ...rest }: Subject): string {
  const { page, voice } = rest;
  return htmlPage({
    ...rest,
    title: `${over === undefined ? title : `${over}${voice.words.times.comma}${title}`} · ${page.name}`,
    description: lead,
    mark: "inf",
    band: (
      <>
        {over === undefined ? "" : <p safe>{over}</p>}
        <h1 safe>{title}</h1>
        <p safe>{lead}</p>
      </>
    ),
    footer: (
      <>
        <ZoneNote voice={voice} />
        <FootLinks voice={voice} />
      </>
    ),
  });
}

/** A page before or after the one that is shown. */
export interface Neighbour {
  readonly path: string;
  readonly name: string;
}

/** Where to go from here: what was before, the front page, what came after. */
export function Pager({
  older,
  newer,
  label,
  voice,
}: {
  readonly older: Neighbour | null;
  readonly newer: Neighbour | null;
  readonly label: string;
  readonly voice: Voice;
}): JSX.Element {
  return (
    <nav class="pg" aria-label={label}>
      <span>
        {older === null ? (
          ""
        ) : (
          <a href={voice.path(older.path)} safe>{`${towardsStart(voice)} ${older.name}`}</a>
        )}
      </span>
      <a href={voice.path("/")} safe>
        {voice.words.frame.current}
      </a>
      <span>
        {newer === null ? (
          ""
        ) : (
          <a href={voice.path(newer.path)} safe>{`${newer.name} ${towardsEnd(voice)}`}</a>
        )}
      </span>
    </nav>
  );
}
