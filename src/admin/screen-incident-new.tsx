// /admin/p/<page>/incidents/new: an incident in one text. In: a text, what is affected. Out: the incident, or the page as it would be.
// From the dashboard: open this, tick what is affected, publish. Everything else has a value that will do.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Command } from "../model/command.ts";
import { fillTemplate } from "../model/template-text.ts";
import { componentStatuses, impacts, incidentStatuses, type PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { PickComponents } from "./component-pick.tsx";
import { Area, Button, Check, Chips, Head, Hidden, Line, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { fieldsIn, toldIn } from "./incident-said.ts";
import { type Looked, previewOf } from "./page-preview.ts";
import { PreviewPane, previewing } from "./preview-pane.tsx";
import { drafted, PublishLater } from "./publish-later.tsx";
import { go, pageAt, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { componentChoices, statusChoices } from "./speech.ts";

const faults = componentStatuses.filter((it) => it !== "operational" && it !== "under_maintenance");

/** Components are at fault, and those who follow are told, unless the form says otherwise. */
const asItOpens = { to: "partial_outage", status: "investigating", notify: "on" };

export const newIncidentScreen = screen({
  path: "/admin/p/:page/incidents/new",
  title: "New incident",
  needs: "respond",
  show(visit) {
    const given = new URLSearchParams({ ...asItOpens, seed: seedFor(visit) });
    for (const id of visit.query.getAll("component")) given.append("component", id);
    const template = visit.view.templates.find(({ id }) => id === visit.query.get("template"));
    if (template !== undefined) {
      // What is not known yet stands as it was, for the editor to write.
      const { title, body } = fillTemplate(visit.view, template, { now: visit.nowMs });
      given.set("name", title);
      given.set("text", body);
      for (const id of template.componentIds) given.append("component", id);
    }
    return formFor(visit, formFrom(given), null);
  },
  async take(sent) {
    const { form } = sent;
    const command = commandIn(form);
    const seed = form.text("seed") || seedFor(sent);
    const does = form.text("do");
    if (does === "find") return formFor(sent, form, null);
    if (does === "preview") return formFor(sent, form, looked(sent, form, command, seed));
    if (does === "draft") return later(sent, command);
    const done = await sent.submit(command, { seed });
    if (done.ok) return go(pageAt(sent.view.page.id, `/incidents/${encodeURIComponent(done.id)}`), "opened");
    return formFor(sent, form, looked(sent, form, command, seed), done.sentences);
  },
});

async function later(sent: Sent<PageView>, command: NewIncident): Promise<Reply> {
  const kept = await drafted(sent, command);
  return "kind" in kept ? kept : formFor(sent, sent.form, null, kept);
}

const seedFor = ({ places }: Visit<PageView>): string => Buffer.from(places.random.bytes(16)).toString("hex");

type NewIncident = Extract<Command, { kind: "incident.create" }>;

function commandIn(form: Form): NewIncident {
  const { name, body } = toldIn(form);
  const fields = fieldsIn(form, null);
  return { kind: "incident.create", fields: { ...fields, name, ...(body === "" ? {} : { body }) } };
}

/** Before anything was written there is nothing to look at, and nothing wrong either. */
function looked(visit: Visit<PageView>, form: Form, command: Command, seed: string): Looked | null {
  return form.text("text") === "" && form.text("name") === "" ? null : previewOf(visit, command, seed);
}

async function formFor(
  visit: Visit<PageView>,
  form: Form,
  seen: Looked | null,
  sentences: readonly string[] = [],
): Promise<Reply> {
  const { path, places, view, who } = visit;
  const ticked = form.list("component");
  const told = (await places.subscriberCount?.(view.page.id, { id: "", componentIds: ticked })) ?? null;
  const body = (
    <>
      <Head title="New incident" />
      <Refused sentences={sentences} />
      <FromTemplate view={view} />
      <div class="cols">
        <form
          method="post"
          action={attribute(path)}
          class="wideform"
          {...previewing}
          hx-post={attribute(path)}
        >
          <Hidden name="csrf" value={who.csrf} />
          <Hidden name="seed" value={form.text("seed")} />
          <Area
            name="text"
            label="What is happening"
            hint="The first line becomes the title. Markdown."
            value={form.body("text")}
            max={limits.updateCharsMax}
            focus={true}
            keep={true}
          />
          <PickComponents view={view} ticked={ticked} question={form.text("q")} />
          <Chips
            name="to"
            label="How bad is it there"
            value={form.text("to")}
            from={[...componentChoices(faults), { value: "", label: "As it is" }]}
          />
          <div class="acts stick">
            <Button does="publish" label="Publish" />
            <Button does="preview" label="Preview" kind="quiet" />
          </div>
          <More form={form} />
          <PublishLater form={form} view={view} />
        </form>
        <PreviewPane looked={seen} notify={form.has("notify")} told={told} />
      </div>
    </>
  );
  return shown(body, { status: statusOf(sentences) });
}

/** What was written before there was an incident. It is one more tap, and saves the words. */
function FromTemplate({ view }: { readonly view: PageView }): JSX.Element {
  if (view.templates.length === 0) return "";
  const at = (id: string): string =>
    pageAt(view.page.id, `/incidents/new?template=${encodeURIComponent(id)}`);
  return (
    <details class="more">
      <summary>From a template</summary>
      <ul class="list">
        {view.templates.slice(0, limits.adminListMax).map(({ id, name }) => (
          <li>
            <a class="whole" href={attribute(at(id))} dir="auto" safe>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function More({ form }: { readonly form: Form }): JSX.Element {
  const open = incidentStatuses.filter((it) => it !== "postmortem");
  return (
    <details class="more">
      <summary>Title, state, impact, who is told</summary>
      <Line
        name="name"
        label="Title"
        hint="Left empty, it is the first line of the text."
        value={form.text("name")}
        max={limits.nameCharsMax}
      />
      <div class="two">
        <Select name="status" label="State" value={form.text("status")} from={statusChoices(open)} />
        <Select
          name="impact"
          label="Impact"
          value={form.text("impact")}
          from={[
            { value: "", label: "From its components" },
            ...impacts.map((value) => ({ value, label: value })),
          ]}
        />
      </div>
      <Check name="notify" label="Notify subscribers" checked={form.has("notify")} />
    </details>
  );
}
