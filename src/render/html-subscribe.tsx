// /subscribe. In: a scene. Out: every way to follow the page: forms, where somebody takes them; feeds, the calendar, an open page, programs.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { PageView } from "../model/view.ts";
import { calendarPath } from "./calendar-ics.ts";
import { baseOf } from "./feed-entry.ts";
import { jsonFeedPath } from "./feed-json.ts";
import { AskForm, choiceInputs, choiceOf, formKinds, ScopeFields } from "./form.tsx";
import { frameInputs, htmlDocument } from "./html-page.tsx";
import { examplesPath } from "./html-widget.tsx";
import { offerPrint } from "./inbox.ts";
import { keyOf } from "./key.ts";
import { type Voice, voiceOf } from "./languages.ts";
import { attribute } from "./prose.tsx";
import { subjectPage } from "./subject-page.tsx";
import type { Document, Offer, Scene } from "./types.ts";
import type { SubscribeWay } from "./words.ts";
import { formWords } from "./words-forms.ts";

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
  const { view, offer } = scene;
  const { page } = view;
  const offered = offer === null ? [] : [offerPrint(offer), ...choiceInputs(choiceOf(view))];
  const voice = voiceOf(scene);
  yield {
    path: voice.path(path),
    ...htmlDocument,
    key: keyOf("subscribe", [...frameInputs(page, voice), page.url, ...offered]),
    body: () => subscribeBody(view, offer, voice),
  };
}

function subscribeBody(view: PageView, offer: Offer | null, voice: Voice): string {
  const { page } = view;
  const { subscribe } = voice.words;
  return subjectPage({
    page,
    voice,
    path,
    title: subscribe.name,
    lead: subscribe.lead(page.name),
    marks: [],
    style: offer === null ? ["log"] : ["log", "ask"],
    children: (
      <>
        {offer === null ? "" : <Forms view={view} offer={offer} voice={voice} />}
        <section>
          {offer === null ? "" : <h2 safe>{formWords[voice.code].feeds}</h2>}
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
      </>
    ),
  });
}

/** Each way with its own choice of components: a form works without a script, and one of its own cannot share another's boxes. */
function Forms({
  view,
  offer,
  voice,
}: {
  readonly view: PageView;
  readonly offer: Offer;
  readonly voice: Voice;
}): JSX.Element {
  const words = formWords[voice.code];
  const components = choiceOf(view);
  const [first, ...others] = formKinds(offer);
  if (first === undefined) return "";
  return (
    <>
      <section>
        <h2 safe>{words.channels[first].name}</h2>
        <AskForm kind={first} voice={voice}>
          <ScopeFields components={components} voice={voice} />
        </AskForm>
        <p class="mu" safe>
          {words.next}
        </p>
        <Itself page={view.page} voice={voice} />
      </section>
      {others.length === 0 ? (
        ""
      ) : (
        <section>
          <h2 safe>{words.other}</h2>
          {others.map((kind) => (
            <details class="fd">
              <summary safe>{words.channels[kind].name}</summary>
              <AskForm kind={kind} voice={voice}>
                <ScopeFields components={components} voice={voice} />
              </AskForm>
            </details>
          ))}
        </section>
      )}
    </>
  );
}

/** A copy of the page on a plain web server looks the same and takes no form; nothing in it can know that. */
function Itself({ page, voice }: { readonly page: PageView["page"]; readonly voice: Voice }): JSX.Element {
  const url = `${baseOf(page)}${voice.path(path)}`;
  return (
    <p class="mu">
      {Html.escapeHtml(formWords[voice.code].copy)}{" "}
      <a href={attribute(url)} dir="ltr" safe>
        {url}
      </a>
    </p>
  );
}

/** In full, since programs ask for it. */
function Address({ of }: { readonly of: string }): JSX.Element {
  return (
    <p class="mu" dir="ltr">
      <code safe>{of}</code>
    </p>
  );
}
