// /incidents/<id>. In: a scene. Out: one page for each incident and maintenance: what, when, whom it touches, every update.
// It shows no component's present status and no update time of the page, so only its own changes make it new.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { isClosed } from "../model/order.ts";
import type { Component, Incident, IncidentUpdate, Page } from "../model/view.ts";
import { AskForm } from "./form.tsx";
import { FootLinks, frameInputs, htmlDocument, htmlPage, ZoneNote } from "./html-page.tsx";
import { Icon } from "./icon.tsx";
import { CoursesOf, coursesOf } from "./incident-course.tsx";
import { affectedComponents } from "./json-shape.ts";
import { incidentPrint, keyOf } from "./key.ts";
import { perLanguage, type Voice, voiceOf } from "./languages.ts";
import { incidentsByMonth } from "./months.ts";
import { createMemory, rememberedDocument } from "./per-incident.ts";
import {
  Facts,
  incidentPath,
  Name,
  oneLine,
  type Told,
  towardsEnd,
  towardsStart,
  updateWord,
  When,
} from "./piece.tsx";
import { attribute, type Told as Body, Prose, plainText } from "./prose.tsx";
import { beganAt, monthIn, settledSince } from "./selection.ts";
import { componentMarks, incidentMark, type Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";
import { formWords } from "./words-forms.ts";

const memoryOf = perLanguage(() => createMemory<Incident>());
const allMarks: readonly Mark[] = ["ok", "deg", "par", "maj", "mnt", "inf"];

/** What a page tells beside its incident: names, as they are now. */
interface Around {
  /** The affected components: of them only id and name are read. */
  readonly affected: readonly Component[];
  /** Those that began before and after it in the same month. */
  readonly older: Incident | null;
  readonly newer: Incident | null;
  /** It is open, and mail is sent to those who ask for it. */
  readonly canFollow: boolean;
}

/** One page an incident. Where one of a month changed, the others may lead to it by another name. */
export function* incidentPages(scene: Scene): Iterable<Document> {
  const { view, since } = scene;
  const months = incidentsByMonth(view);
  if (since === null) {
    for (const incidents of months.values()) yield* pagesOf(incidents, scene);
    return;
  }
  const touched = new Set(since.months);
  for (const incident of since.incidents) touched.add(monthIn(incident, view.page.timeZone));
  for (const month of touched) yield* pagesOf(months.get(month) ?? [], scene);
}

function* pagesOf(incidents: readonly Incident[], scene: Scene): Iterable<Document> {
  const { view } = scene;
  const memory = memoryOf(scene.code);
  const frame = frameInputs(view.page, scene);
  const ordered = incidents.toSorted((a, b) => beganAt(a) - beganAt(b) || (a.id < b.id ? -1 : 1));
  for (const [at, incident] of ordered.entries()) {
    const around: Around = {
      affected: affectedComponents(view, incident),
      older: ordered[at - 1] ?? null,
      newer: ordered[at + 1] ?? null,
      canFollow: !isClosed(incident) && scene.offer?.channels.includes("email") === true,
    };
    yield rememberedDocument(memory, incident, [...frame, ...inputsOf(around)], () =>
      incidentDocument(incident, view.page, around, voiceOf(scene)),
    );
  }
}

function inputsOf({ affected, older, newer, canFollow }: Around): readonly (string | null)[] {
  return [
    older?.id ?? null,
    older?.name ?? null,
    newer?.id ?? null,
    newer?.name ?? null,
    ...affected.map(({ name }) => name),
    ...(canFollow ? ["\0follow"] : []),
  ];
}

function incidentDocument(incident: Incident, page: Page, around: Around, voice: Voice): Document {
  return {
    path: voice.path(incidentPath(incident)),
    ...htmlDocument,
    ...settledSince([incident]),
    key: keyOf("incident", [...frameInputs(page, voice), incidentPrint(incident), ...inputsOf(around)]),
    body: () => incidentBody(incident, page, around, voice),
  };
}

function incidentBody(incident: Incident, page: Page, around: Around, voice: Voice): string {
  const { words } = voice;
  const mark = isClosed(incident) ? "ok" : incidentMark(incident);
  return htmlPage({
    page,
    voice,
    title: `${words.incident.title(words.status[incident.status], incident.name)} · ${page.name}`,
    description: plainText(incident.updates[0]?.body ?? incident.name),
    mark,
    marks: allMarks,
    style: around.canFollow ? ["log", "days", "course", "ask"] : ["log", "days", "course"],
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
        <PostmortemOf incident={incident} voice={voice} />
        <Affected incident={incident} affected={around.affected} voice={voice} />
        <Timeline incident={incident} voice={voice} />
        {around.canFollow ? <Follow incident={incident} voice={voice} /> : ""}
        <Neighbours around={around} voice={voice} />
        <p class="pg">
          <a href={voice.path("/")} safe>{`${towardsStart(voice)} ${words.frame.current}`}</a>
          <a href={voice.path(`/history/${monthIn(incident, voice.zone)}`)} safe>
            {words.incident.history}
          </a>
          <a href={voice.path("/subscribe")} safe>
            {words.frame.subscribe}
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

function Follow({ incident, voice }: Told): JSX.Element {
  const words = formWords[voice.code];
  return (
    <section aria-labelledby="follow">
      <h2 id="follow" safe>
        {words.follow}
      </h2>
      <p class="mu" safe>
        {words.followSays}
      </p>
      <AskForm kind="email" voice={voice} incident={incident.id} />
    </section>
  );
}

/** The text that was published; of an incident from elsewhere, the update that tells it. */
function postmortemOf(incident: Incident): { readonly told: Body; readonly at: number } | null {
  if (incident.postmortem !== null) return { told: incident.postmortem, at: incident.postmortem.publishedAt };
  const update = incident.updates.find(({ status }) => status === "postmortem");
  return update === undefined ? null : { told: update, at: update.displayAt };
}

function PostmortemOf({ incident, voice }: Told): JSX.Element {
  const postmortem = postmortemOf(incident);
  const says = voice.words.incident;
  if (postmortem === null) return "";
  return (
    <section aria-labelledby="postmortem">
      <div class="hd">
        <h2 id="postmortem" safe>
          {says.postmortemHeading}
        </h2>
        <p class="mu">
          {Html.escapeHtml(says.published)} <When ms={postmortem.at} voice={voice} />
        </p>
      </div>
      <div class="pm">
        <Prose told={postmortem.told} />
      </div>
    </section>
  );
}

/** What each component went through, and which others are affected. */
function Affected({
  incident,
  affected,
  voice,
}: Told & { readonly affected: Around["affected"] }): JSX.Element {
  const says = voice.words.incident;
  const courses = coursesOf(incident);
  const told = new Set(courses.map(({ code }) => code));
  const others = affected.filter(({ id }) => !told.has(id));
  if (courses.length + others.length === 0) return "";
  return (
    <section aria-labelledby="affected">
      <h2 id="affected" safe>
        {courses.length > 0 ? says.courseHeading : says.affectedHeading}
      </h2>
      {courses.length > 0 ? <CoursesOf courses={courses} incident={incident} voice={voice} /> : ""}
      {others.length > 0 ? (
        <ul class="cmp" aria-label={attribute(says.affectedHeading)}>
          {others.map(({ name }) => (
            <li>
              <Name of={name} />
            </li>
          ))}
        </ul>
      ) : (
        ""
      )}
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
          <li id={attribute(`u-${update.id}`)}>
            <h3>
              <span safe>{updateWord(incident, at, voice.words)}</span>
              <a
                href={attribute(`#u-${encodeURIComponent(update.id)}`)}
                title={attribute(voice.words.incident.permalink)}
              >
                <When ms={update.displayAt} voice={voice} />
              </a>
            </h3>
            {update.status === "postmortem" ? (
              <p>
                <a href="#postmortem" safe>
                  {voice.words.incident.readPostmortem}
                </a>
              </p>
            ) : (
              <Prose told={update} />
            )}
            <Changes update={update} voice={voice} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Neighbours({
  around: { older, newer },
  voice,
}: {
  readonly around: Around;
  readonly voice: Voice;
}): JSX.Element {
  if (older === null && newer === null) return "";
  return (
    <nav class="pg" aria-label={attribute(voice.words.incident.neighbours)}>
      <span>
        {older === null ? "" : <Way to={older} before={`${towardsStart(voice)} `} after="" voice={voice} />}
      </span>
      <span>
        {newer === null ? "" : <Way to={newer} before="" after={` ${towardsEnd(voice)}`} voice={voice} />}
      </span>
    </nav>
  );
}

function Way({
  to,
  before,
  after,
  voice,
}: {
  readonly to: Incident;
  readonly before: string;
  readonly after: string;
  readonly voice: Voice;
}): JSX.Element {
  return (
    <a href={voice.path(incidentPath(to))}>
      {Html.escapeHtml(before)}
      <Name of={oneLine(to.name)} />
      {Html.escapeHtml(after)}
    </a>
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
