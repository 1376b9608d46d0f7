// /subscribe. In: a scene. Out: every way to follow the page that there is today: feeds, the calendar, an open page, programs.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Page } from "../model/view.ts";
import { calendarPath } from "./calendar-ics.ts";
import { baseOf } from "./feed-entry.ts";
import { jsonFeedPath } from "./feed-json.ts";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { examplesPath } from "./html-widget.tsx";
import { keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Scene } from "./types.ts";
import type { SubscribeWay } from "./words.ts";

const path = "/subscribe";

const ways: readonly (readonly [SubscribeWay, string])[] = [
  ["atom", "/history.atom"],
  ["rss", "/history.rss"],
  ["json", jsonFeedPath],
  ["calendar", calendarPath],
  ["open", "/"],
  ["widget", examplesPath],
  ["api", "/api/v2/summary.json"],
];

/** Pages there are in each language; the others are for programs. */
const isPage = (to: string): boolean => to === "/" || to === examplesPath;

/** The page that says how to follow. */
export function* subscribePage(scene: Scene): Iterable<Document> {
  const { page } = scene.view;
  const voice = voiceOf(scene);
  yield {
    path: voice.path(path),
    ...htmlDocument,
    key: keyOf("subscribe", [...frameInputs(page, voice), page.url]),
    body: () => subscribeBody(page, voice),
  };
}

function subscribeBody(page: Page, voice: Voice): string {
  const { subscribe } = voice.words;
  return subjectPage({
    page,
    voice,
    path,
    title: subscribe.name,
    lead: subscribe.lead(page.name),
    marks: [],
    style: ["log"],
    children: (
      <section>
        <ul class="past">
          {ways.map(([way, to]) => (
            <li>
              <h2>
                <a href={isPage(to) ? voice.path(to) : to} safe>
                  {subscribe.ways[way].name}
                </a>
              </h2>
              <div>
                <p safe>{subscribe.ways[way].says}</p>
                {isPage(to) ? "" : <Address of={`${baseOf(page)}${to}`} />}
              </div>
            </li>
          ))}
        </ul>
      </section>
    ),
  });
}

/** In full, since programs ask for it. */
function Address({ of }: { readonly of: string }): JSX.Element {
  return (
    <p class="mu" dir="ltr">
      <code safe>{of}</code>
    </p>
  );
}
