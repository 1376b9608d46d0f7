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
import { type IncidentMemory, rememberedDocument } from "./per-incident.ts";
import { affectedNames, Facts, incidentPath, Name, When } from "./piece.tsx";
import { Prose, plainText } from "./prose.tsx";
import { settledSince } from "./selection.ts";
import { componentMarks, incidentMark, type Mark } from "./severity.ts";
import type { Document, Scene } from "./types.ts";
import { componentWords, statusWords, updateWord } from "./words.ts";

const memory: IncidentMemory = new WeakMap();
const allMarks: readonly Mark[] = ["ok", "deg", "par", "maj", "mnt", "inf"];

/** One page an incident. */
export function* incidentPages({ view, since }: Scene): Iterable<Document> {
  for (const incident of since?.incidents ?? view.incidentById.values()) {
    const names = affectedNames(view, incident);
    yield rememberedDocument(memory, incident, [...frameInputs(view.page), ...names], () =>
      incidentDocument(incident, view.page, names),
    );
  }
}

function incidentDocument(incident: Incident, page: Page, names: readonly string[]): Document {
  return {
    path: incidentPath(incident),
    contentType: htmlType,
    cache: "page",
    slot: true,
    ...settledSince([incident]),
    key: keyOf("incident", [...frameInputs(page), incidentPrint(incident), ...names]),
    body: () => incidentBody(incident, page, names),
  };
}

function incidentBody(incident: Incident, page: Page, names: readonly string[]): string {
  const zone = page.timeZone;
  const mark = isClosed(incident) ? "ok" : incidentMark(incident);
  return htmlPage({
    page,
    title: `${statusWords[incident.status]}: ${incident.name} · ${page.name}`,
    description: plainText(incident.updates[0]?.body ?? incident.name),
    mark,
    marks: allMarks,
    style: ["log"],
    path: incidentPath(incident),
    band: <Band incident={incident} mark={mark} zone={zone} />,
    footer: (
      <>
        <ZoneNote zone={zone} />
        <FootLinks />
      </>
    ),
    children: (
      <>
        <Affected names={names} />
        <Timeline incident={incident} zone={zone} />
        <p class="pg">
          <a href="/">← Current status</a>
          <a href="/history">History</a>
        </p>
      </>
    ),
  });
}

function Band({
  incident,
  mark,
  zone,
}: {
  readonly incident: Incident;
  readonly mark: Mark;
  readonly zone: string;
}): JSX.Element {
  return (
    <div class={`lamp ${mark}`}>
      <Icon mark={mark} />
      <div>
        <h1>
          <Name of={incident.name} />
        </h1>
        <Facts incident={incident} zone={zone} />
      </div>
    </div>
  );
}

function Affected({ names }: { readonly names: readonly string[] }): JSX.Element {
  if (names.length === 0) return "";
  return (
    <section aria-labelledby="affected">
      <h2 id="affected">Affected components</h2>
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

function Timeline({ incident, zone }: { readonly incident: Incident; readonly zone: string }): JSX.Element {
  return (
    <section aria-labelledby="updates">
      <h2 id="updates">Updates</h2>
      <ol class="log">
        {incident.updates.map((update, at) => (
          <li>
            <h3>
              <span safe>{updateWord(incident, at)}</span>
              <When ms={update.displayAt} zone={zone} />
            </h3>
            <Prose told={update} />
            <Changes update={update} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Components whose status this update changed. */
function Changes({ update }: { readonly update: IncidentUpdate }): JSX.Element {
  const changed = (update.affectedComponents ?? []).filter((it) => it.oldStatus !== it.newStatus);
  if (changed.length === 0) return "";
  return (
    <ul class="chg">
      {changed.map((it) => (
        <li>
          <Name of={it.name} />
          <span class="mu">{componentWords[it.oldStatus]} →</span>
          <span class={`st ${componentMarks[it.newStatus]}`}>
            <Icon mark={componentMarks[it.newStatus]} />
            {componentWords[it.newStatus]}
          </span>
        </li>
      ))}
    </ul>
  );
}
