// /incidents/<id>. In: a scene. Out: one page for each incident and maintenance: what, when, whom it touches, every update.
// It shows no component's present status and no update time of the page, so only its own changes make it new.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { isClosed } from "../model/order.ts";
import type { Incident, IncidentUpdate, Page } from "../model/view.ts";
import { FootLinks, frameInputs, htmlPage, htmlType, ZoneNote } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { incidentPrint, keyOf } from "./key.ts";
import { perLanguage, type Voice, voiceOf } from "./languages.ts";
import { type IncidentMemory, rememberedDocument } from "./per-incident.ts";
import {
  affectedNames,
  Facts,
  incidentPath,
  Name,
  type Told,
  towardsEnd,
  towardsStart,
  updateWord,
  When,
} from "./piece.tsx";
import { Prose, plainText } from "./prose.tsx";
import { settledSince } from "./selection.ts";
import { componentMarks, incidentMark, type Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";
import type { Words } from "./words.ts";

const memoryOf = perLanguage<IncidentMemory>(() => new WeakMap());
const allMarks: readonly Mark[] = ["ok", "deg", "par", "maj", "mnt", "inf"];

/** One page an incident. */
export function* incidentPages(scene: Scene): Iterable<Document> {
  const { view, since } = scene;
  const memory = memoryOf(scene.code);
  const frame = frameInputs(view.page, scene);
  for (const incident of since?.incidents ?? view.incidentById.values()) {
    const names = affectedNames(view, incident);
    yield rememberedDocument(memory, incident, [...frame, ...names], () =>
      incidentDocument(incident, view.page, names, voiceOf(scene)),
    );
  }
}

function incidentDocument(incident: Incident, page: Page, names: readonly string[], voice: Voice): Document {
  return {
    path: voice.path(incidentPath(incident)),
    contentType: htmlType,
    cache: "page",
    slot: true,
    ...settledSince([incident]),
    key: keyOf("incident", [...frameInputs(page, voice), incidentPrint(incident), ...names]),
    body: () => incidentBody(incident, page, names, voice),
  };
}

function incidentBody(incident: Incident, page: Page, names: readonly string[], voice: Voice): string {
  const { words } = voice;
  const mark = isClosed(incident) ? "ok" : incidentMark(incident);
  return htmlPage({
    page,
    voice,
    title: `${words.incident.title(words.status[incident.status], incident.name)} · ${page.name}`,
    description: plainText(incident.updates[0]?.body ?? incident.name),
    mark,
    marks: allMarks,
    style: ["log"],
    path: incidentPath(incident),
    band: <Band incident={incident} mark={mark} voice={voice} />,
    footer: (
      <>
        <ZoneNote voice={voice} />
        <FootLinks voice={voice} />
      </>
    ),
    children: (
      <>
        <Affected names={names} words={words} />
        <Timeline incident={incident} voice={voice} />
        <p class="pg">
          <a href={voice.path("/")} safe>{`${towardsStart(voice)} ${words.frame.current}`}</a>
          <a href={voice.path("/history")} safe>
            {words.incident.history}
          </a>
        </p>
      </>
    ),
  });
}

function Band({
  incident,
  mark,
  voice,
}: Told & {
  readonly mark: Mark;
}): JSX.Element {
  return (
    <div class={`lamp ${mark}`}>
      <Icon mark={mark} />
      <div>
        <h1>
          <Name of={incident.name} />
        </h1>
        <Facts incident={incident} voice={voice} />
      </div>
    </div>
  );
}

function Affected({
  names,
  words,
}: {
  readonly names: readonly string[];
  readonly words: Words;
}): JSX.Element {
  if (names.length === 0) return "";
  return (
    <section aria-labelledby="affected">
      <h2 id="affected" safe>
        {words.incident.affectedHeading}
      </h2>
      <ul class="cmp">
        {names.map((name) => (
          <li>
            <Name of={name} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Timeline({ incident, voice }: Told): JSX.Element {
  return (
    <section aria-labelledby="updates">
      <h2 id="updates" safe>
        {voice.words.incident.updatesHeading}
      </h2>
      <ol class="log">
        {incident.updates.map((update, at) => (
          <li>
            <h3>
              <span safe>{updateWord(incident, at, voice.words)}</span>
              <When ms={update.displayAt} voice={voice} />
            </h3>
            <Prose told={update} />
            <Changes update={update} voice={voice} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Components whose status this update changed. */
function Changes({ update, voice }: { readonly update: IncidentUpdate; readonly voice: Voice }): JSX.Element {
  const { component } = voice.words;
  const changed = (update.affectedComponents ?? []).filter((it) => it.oldStatus !== it.newStatus);
  if (changed.length === 0) return "";
  return (
    <ul class="chg">
      {changed.map((it) => (
        <li>
          <Name of={it.name} />
          <span class="mu" safe>{`${component[it.oldStatus]} ${towardsEnd(voice)}`}</span>
          <span class={`st ${componentMarks[it.newStatus]}`}>
            <Icon mark={componentMarks[it.newStatus]} />
            {Html.escapeHtml(component[it.newStatus])}
          </span>
        </li>
      ))}
    </ul>
  );
}
