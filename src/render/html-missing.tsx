// /404.html, which a POP shows under status 404 where a page has nothing. In: a scene. Out: one document: that nothing is here, how things stand all the
// same, and where to go. It asks for nothing when it is open: at its address there is nothing to ask for.
// Its name is what web servers and CDNs look for in a folder of files, so that a mirror shows it too.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { overallStatus } from "../model/status.ts";
import type { PageView } from "../model/view.ts";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { indicatorMark } from "./severity.ts";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Scene } from "./types.ts";

const path = "/404.html";

/** The page of what is not there. */
export function* missingPage(scene: Scene): Iterable<Document> {
  const { view } = scene;
  const voice = voiceOf(scene);
  const { indicator, description } = overallStatus(view);
  yield {
    path: voice.path(path),
    ...htmlDocument,
    key: keyOf("missing", [...frameInputs(view.page, voice), indicator, description]),
    body: () => missingBody(view, voice),
  };
}

function missingBody(view: PageView, voice: Voice): string {
  const { words } = voice;
  const { name } = view.page;
  const ways: readonly (readonly [to: string, called: string, says: string])[] = [
    ["/history", words.frame.history, words.history.listLabel],
    ["/uptime", words.frame.uptime, words.uptime.lead(name)],
    ["/calendar", words.frame.calendar, words.calendar.lead(name)],
  ];
  return subjectPage({
    page: view.page,
    voice,
    path,
    title: words.missing.name,
    lead: words.missing.lead,
    marks: [indicatorMark(overallStatus(view).indicator)],
    style: [],
    isMissing: true,
    children: (
      <section>
        <ul class="past">
          <li>
            <h2>
              <a href={voice.path("/")} safe>
                {words.frame.current}
              </a>
            </h2>
            <State view={view} voice={voice} />
          </li>
          {ways.map(([to, called, says]) => (
            <li>
              <h2>
                <a href={voice.path(to)} safe>
                  {called}
                </a>
              </h2>
              <p safe>{says}</p>
            </li>
          ))}
        </ul>
      </section>
    ),
  });
}

/** What the visitor came for, whatever the address was. */
function State({ view, voice }: { readonly view: PageView; readonly voice: Voice }): JSX.Element {
  const { indicator, description } = overallStatus(view);
  const mark = indicatorMark(indicator);
  return (
    <p>
      <span class={`st ${mark}`}>
        <Icon mark={mark} />
        {Html.escapeHtml(voice.words.overall[description])}
      </span>
    </p>
  );
}
