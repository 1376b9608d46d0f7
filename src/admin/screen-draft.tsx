// /admin/p/<page>/drafts/<id>: what is to be told. In: its text and moment, or that it is to be told now, or not at all. Out: the draft, or the incident.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Command } from "../model/command.ts";
import {
  componentStatuses,
  type DraftCommand,
  impacts,
  incidentStatuses,
  maintenanceStatuses,
  type PageView,
  type TellingDraft,
} from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { PickComponents } from "./component-pick.tsx";
import { asEachWas, fieldsOf, formOf, incidentOf, titleOf } from "./draft-said.ts";
import { Area, Button, Check, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import type { Form } from "./form.ts";
import { MaintenanceBoxes } from "./maintenance-boxes.tsx";
import { type Looked, previewOf } from "./page-preview.ts";
import { PreviewPane, previewing } from "./preview-pane.tsx";
import { PublishAt, publishAtIn, unreadableMoment } from "./publish-later.tsx";
import { go, missing, pageAt, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { DraftLamp, DraftMoment } from "./screen-drafts.tsx";
import { componentWord, statusChoices } from "./speech.ts";
import { Stale } from "./stale.tsx";
import { WindowLines } from "./window-lines.tsx";

export const draftScreen = screen({
  path: "/admin/p/:page/drafts/:draft",
  title: "Draft",
  needs: "read",
  changes: "respond",
  done: { saved: "Saved. No reader sees it." },
  show(visit) {
    const draft = draftIn(visit);
    return draft === null ? missing("Draft") : formFor(visit, draft, formOf(visit.view, draft));
  },
  async take(sent) {
    const draft = draftIn(sent);
    if (draft === null) return missing("Draft");
    const { form, view } = sent;
    const does = form.text("do");
    if (does === "find") return formFor(sent, draft, form);
    if (does === "discard") {
      const done = await sent.submit({ kind: "draft.delete", id: draft.id });
      return done.ok ? go(pageAt(view.page.id, "/drafts"), "discarded") : formFor(sent, draft, form, done);
    }
    const fields = fieldsOf(view, draft, form);
    if (typeof fields === "string") return formFor(sent, draft, form, { sentences: [fields] });
    const command = { ...draft.command, fields: { ...draft.command.fields, ...fields } } as DraftCommand;
    const now = nowBy(draft, command.fields);
    if (does === "preview")
      return formFor(sent, draft, form, { looked: previewOf(sent, now, form.text("seed")) });
    return told(sent, draft, command.fields, does === "publish");
  },
});

function draftIn({ params, view }: Visit<PageView>): TellingDraft | null {
  return view.drafts.find(({ id }) => id === params.draft) ?? null;
}

/** What tells it at once. A preview is of the same commands, so that it is what readers get. */
const nowBy = ({ id }: TellingDraft, fields: DraftCommand["fields"]): readonly Command[] => [
  { kind: "draft.update", id, publishAt: null, fields },
  { kind: "draft.publish", id },
];

/** Saved, or saved and told at once. */
async function told(
  sent: Sent<PageView>,
  draft: TellingDraft,
  fields: DraftCommand["fields"],
  isNow: boolean,
): Promise<Reply> {
  const { form, path, view } = sent;
  const { id, version } = draft;
  const publishAt = isNow ? null : publishAtIn(sent);
  if (publishAt === undefined) return formFor(sent, draft, form, { sentences: unreadableMoment });
  if (form.text("version") !== version) return formFor(sent, draft, form, { stale: true });
  const saves: Command = { kind: "draft.update", id, publishAt, fields };
  const done = await sent.submit(isNow ? nowBy(draft, fields) : saves, {
    seed: form.text("seed"),
    unchanged: { kind: "draft", id, version },
  });
  if (!done.ok) return formFor(sent, draft, form, done);
  return isNow
    ? go(pageAt(view.page.id, `/incidents/${encodeURIComponent(done.id)}`), "opened")
    : go(path, "saved");
}

interface Said {
  readonly looked?: Looked | null;
  readonly sentences?: readonly string[];
  readonly stale?: boolean;
}

async function formFor(
  visit: Visit<PageView>,
  draft: TellingDraft,
  form: Form,
  { looked = null, sentences = [], stale = false }: Said = {},
): Promise<Reply> {
  const { path, places, view, who } = visit;
  const title = titleOf(view, draft);
  const concerns = { id: incidentOf(view, draft)?.id ?? "", componentIds: form.list("component") };
  const followers = (await places.subscriberCount?.(view.page.id, concerns)) ?? null;
  const body = (
    <>
      <Head title={title}>
        <DraftLamp draft={draft} />
      </Head>
      <p class="hint">
        <DraftMoment view={view} draft={draft} />
      </p>
      <Refused sentences={sentences} />
      {stale ? <Stale what="draft" now={valuesOf(formOf(view, draft))} yours={valuesOf(form)} /> : ""}
      {visit.may("respond") ? (
        <>
          <div class="cols">
            <Fill visit={visit} draft={draft} form={form} />
            <PreviewPane looked={looked} notify={form.has("notify")} told={followers} />
          </div>
          <Dangerous label="Discard…" says="No reader ever saw it. The audit keeps that it was.">
            <Post who={who} to={path}>
              <Button does="discard" label="Discard the draft" kind="no" />
            </Post>
          </Dangerous>
        </>
      ) : (
        <p dir="auto" safe>
          {draft.command.fields.body ?? ""}
        </p>
      )}
    </>
  );
  return shown(body, { title, status: statusOf(sentences, stale) });
}

const valuesOf = (form: Form): readonly (readonly [string, string])[] => [
  ...(form.text("name") === "" ? [] : [["Title", form.text("name")] as const]),
  ["Text", form.text("text")],
  ["Publishes itself at", form.text("publishAt").replace("T", " ")],
];

interface Shown {
  readonly visit: Visit<PageView>;
  readonly draft: TellingDraft;
  readonly form: Form;
}

function Fill({ visit: { path, places, view, who }, draft, form }: Shown): JSX.Element {
  const isNew = draft.command.kind === "incident.create";
  const seed = form.text("seed") || Buffer.from(places.random.bytes(16)).toString("hex");
  return (
    <form method="post" action={attribute(path)} class="wideform" {...previewing} hx-post={attribute(path)}>
      <Hidden name="csrf" value={who.csrf} />
      <Hidden name="seed" value={seed} />
      <Hidden name="version" value={draft.version} />
      {isNew ? (
        <Line name="name" label="Title" value={form.text("name")} max={limits.nameCharsMax} required={true} />
      ) : (
        ""
      )}
      <Area
        name="text"
        label="Text"
        hint="Markdown."
        value={form.body("text")}
        max={limits.updateCharsMax}
        keep={true}
      />
      <States view={view} draft={draft} form={form} />
      <PickComponents view={view} ticked={form.list("component")} question={form.text("q")} />
      <ComponentState draft={draft} form={form} />
      {isNew && draft.command.fields.window !== undefined ? (
        <MaintenanceBoxes form={form} />
      ) : (
        <Check name="notify" label="Notify subscribers" checked={form.has("notify")} />
      )}
      <PublishAt form={form} view={view} />
      <div class="acts stick">
        <Button does="save" label="Save" />
        <Button does="publish" label="Publish now" kind="quiet" />
        <Button does="preview" label="Preview" kind="quiet" />
      </div>
    </form>
  );
}

/** What it says of the incident: its state and impact, or its window. */
function States({ view, draft, form }: Omit<Shown, "visit"> & { readonly view: PageView }): JSX.Element {
  const { command } = draft;
  const zone = view.page.timeZone;
  if (command.kind === "incident.create" && command.fields.window !== undefined)
    return <WindowLines from={form.text("from")} until={form.text("until")} zone={zone} />;
  const told = incidentOf(view, draft);
  const statuses =
    told !== null && told.window !== null
      ? maintenanceStatuses
      : incidentStatuses.filter((it) => it !== "postmortem");
  return (
    <div class="two">
      <Select
        name="status"
        label="State"
        value={form.text("status")}
        from={[{ value: "", label: "As it is" }, ...statusChoices(statuses)]}
      />
      {command.kind === "incident.update" ? (
        ""
      ) : (
        <Select
          name="impact"
          label="Impact"
          value={form.text("impact")}
          from={[
            { value: "", label: "From its components" },
            ...impacts.map((value) => ({ value, label: value })),
          ]}
        />
      )}
    </div>
  );
}

function ComponentState({ draft, form }: Omit<Shown, "visit">): JSX.Element {
  const states = new Set(Object.values(draft.command.fields.components ?? {}));
  return (
    <Select
      name="to"
      label="They are, from then on"
      value={form.text("to")}
      from={[
        ...(states.size > 1 ? [{ value: asEachWas, label: "As the draft has it for each" }] : []),
        { value: "", label: "As they are" },
        ...componentStatuses.map((value) => ({ value, label: componentWord(value) })),
      ]}
    />
  );
}
