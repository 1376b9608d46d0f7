// /admin/p/<page>/incidents/<id>/updates/<id>: what was told, mended. In: another text or time. Out: the update as readers see it from now on.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Incident, IncidentUpdate, PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { Area, Button, Head, Hidden, Line, Post, Refused } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { localOf, momentOf } from "./local-time.ts";
import { go, missing, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { statusWord } from "./speech.ts";
import { Stale } from "./stale.tsx";

export const updateScreen = screen({
  path: "/admin/p/:page/incidents/:incident/updates/:update",
  title: "Edit an update",
  needs: "respond",
  show(visit) {
    const found = foundIn(visit);
    return found === null ? missing("Update") : formFor(visit, found, asItIs(visit, found.update), []);
  },
  async take(sent) {
    const found = foundIn(sent);
    if (found === null) return missing("Update");
    const { form, view } = sent;
    const { incident, update } = found;
    if (form.text("version") !== incident.version) return formFor(sent, found, form, [], true);
    const at = momentOf(form.text("at"), view.page.timeZone);
    // A field knows minutes: one that was not touched must not cost the seconds.
    const moved = form.text("at") === localOf(update.displayAt, view.page.timeZone) ? null : at;
    const fields = { body: form.body("text").trim(), ...(moved === null ? {} : { displayAt: moved }) };
    const done = await sent.submit(
      { kind: "update.edit", incidentId: incident.id, id: update.id, fields },
      { unchanged: { kind: "incident", id: incident.id, version: incident.version } },
    );
    if (!done.ok) return formFor(sent, found, form, done.sentences, done.stale);
    return go(pageAt(view.page.id, `/incidents/${encodeURIComponent(incident.id)}`), "saved");
  },
});

interface Found {
  readonly incident: Incident;
  readonly update: IncidentUpdate;
}

function foundIn({ params, view }: Visit<PageView>): Found | null {
  const incident = view.incidentById.get(params.incident ?? "");
  const update = incident?.updates.find(({ id }) => id === params.update);
  return incident === undefined || update === undefined ? null : { incident, update };
}

const asItIs = ({ view }: Visit<PageView>, { body, displayAt }: IncidentUpdate): Form =>
  formFrom(new URLSearchParams({ text: body, at: localOf(displayAt, view.page.timeZone) }));

function formFor(
  { path, view, who }: Visit<PageView>,
  { incident, update }: Found,
  form: Form,
  sentences: readonly string[],
  stale = false,
): Reply {
  return shown(
    <>
      <Head title={`${statusWord(update.status)}: ${incident.name}`} />
      <Refused sentences={sentences} />
      {stale ? (
        <Stale what="incident" now={[["Text", update.body]]} yours={[["Text", form.body("text")]]} />
      ) : (
        ""
      )}
      <Post who={who} to={path}>
        <Hidden name="version" value={incident.version} />
        <Area
          name="text"
          label="Text"
          hint="Markdown. Nobody is told anew."
          value={form.body("text")}
          max={limits.updateCharsMax}
          required={true}
        />
        <Line
          name="at"
          label="Told at"
          hint={view.page.timeZone}
          type="datetime-local"
          value={form.text("at")}
        />
        <div class="acts">
          <Button does="save" label="Save" />
          <a href={attribute(pageAt(view.page.id, `/incidents/${encodeURIComponent(incident.id)}`))}>Back</a>
        </div>
      </Post>
    </>,
    { status: statusOf(sentences, stale) },
  );
}
