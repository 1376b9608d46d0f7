// /admin/p/<page>/incidents/<id>/postmortem: what was learnt. In: a draft, or that it is to be read. Out: the draft, or the post-mortem on the page.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Command } from "../model/command.ts";
import type { Incident, PageView } from "../model/view.ts";
import { attribute, Prose } from "../render/prose.tsx";
import { Area, Button, Check, Dangerous, Head, Hidden, Post, Refused } from "./field.tsx";
import { go, missing, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { Stale } from "./stale.tsx";

export const postmortemScreen = screen({
  path: "/admin/p/:page/incidents/:incident/postmortem",
  title: "Post-mortem",
  needs: "respond",
  done: {
    saved: "The draft is saved. No reader sees it.",
    published: "Published.",
    reverted: "It is a draft again.",
    deleted: "Deleted.",
  },
  show(visit) {
    const incident = incidentIn(visit);
    return incident === null ? missing("Incident") : formFor(visit, incident, textOf(incident), []);
  },
  async take(sent) {
    const incident = incidentIn(sent);
    if (incident === null) return missing("Incident");
    const { form } = sent;
    const { id } = incident;
    const text = form.body("text");
    const does = form.text("do");
    if (does === "revert" || does === "delete") {
      const done = await sent.submit({ kind: `postmortem.${does}`, id });
      if (!done.ok) return formFor(sent, incident, textOf(incident), done.sentences);
      return go(sent.path, does === "revert" ? "reverted" : "deleted");
    }
    if (form.text("version") !== incident.version) return formFor(sent, incident, text, [], true);
    const draft: Command = { kind: "postmortem.draft", id, body: text };
    const publish: Command = { kind: "postmortem.publish", id, deliverNotifications: form.has("notify") };
    const done = await sent.submit(does === "publish" ? [draft, publish] : draft, {
      unchanged: { kind: "incident", id, version: incident.version },
    });
    if (!done.ok) return formFor(sent, incident, text, done.sentences, done.stale);
    return go(sent.path, does === "publish" ? "published" : "saved");
  },
});

function incidentIn({ params, view }: Visit<PageView>): Incident | null {
  const found = view.incidentById.get(params.incident ?? "") ?? null;
  return found?.window === null ? found : null;
}

const textOf = ({ postmortem, postmortemDraft }: Incident): string =>
  postmortemDraft?.body ?? postmortem?.body ?? "";

function formFor(
  { path, view, who }: Visit<PageView>,
  incident: Incident,
  text: string,
  sentences: readonly string[],
  stale = false,
): Reply {
  const { name, postmortem, postmortemDraft } = incident;
  return shown(
    <>
      <Head title={`Post-mortem: ${name}`} />
      <Refused sentences={sentences} />
      {stale ? <Stale what="incident" now={[["Text", textOf(incident)]]} yours={[["Text", text]]} /> : ""}
      <p class="hint">
        {postmortem === null
          ? "No reader sees it before it is published."
          : postmortemDraft === null
            ? "Readers see it. What is saved here is a draft until it is published again."
            : "Readers see what was published. This is a newer draft."}
      </p>
      <Post who={who} to={path}>
        <Hidden name="version" value={incident.version} />
        <Area
          name="text"
          label="What was learnt"
          hint="Markdown."
          value={text}
          max={limits.updateCharsMax}
          long={true}
          keep={true}
        />
        <Check name="notify" label="Notify subscribers" />
        <div class="acts">
          <Button does="publish" label="Publish" />
          <Button does="draft" label="Save as a draft" kind="quiet" />
        </div>
      </Post>
      {text.trim() === "" ? (
        ""
      ) : (
        <section aria-labelledby="read-h">
          <h2 id="read-h">As it reads</h2>
          <Prose told={{ body: text }} />
        </section>
      )}
      {postmortem === null && postmortemDraft === null ? (
        ""
      ) : (
        <Dangerous
          label="Take it back…"
          says="As a draft it is kept, and no reader sees it. Deleted it is gone."
        >
          <Post who={who} to={path} kind="bare">
            <Button does="revert" label="Make it a draft" kind="quiet" />
            <Button does="delete" label="Delete for good" kind="no" />
          </Post>
        </Dangerous>
      )}
      <p class="acts end">
        <a href={attribute(pageAt(view.page.id, `/incidents/${encodeURIComponent(incident.id)}`))}>
          To the incident
        </a>
      </p>
    </>,
    { status: statusOf(sentences, stale) },
  );
}
