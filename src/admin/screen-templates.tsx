// /admin/p/<page>/templates and one of them: what an incident is filled in with when there is no time to find words. In: its fields. Out: the template.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { placeholders } from "../model/template-text.ts";
import { type PageView, type Template, toldStatuses } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { PickComponents } from "./component-pick.tsx";
import { Area, Button, Check, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { Listing, partOf } from "./listing.tsx";
import { go, missing, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { says, statusChoices } from "./speech.ts";
import { Stale } from "./stale.tsx";

export const templatesScreen = screen({
  path: "/admin/p/:page/templates",
  title: "Templates",
  needs: "read",
  menu: "page",
  done: { saved: "The template is saved.", deleted: "The template is deleted." },
  show(visit) {
    const { path, query, view } = visit;
    const part = partOf(view.templates, query, (it, question) => says(question, it.name, it.title, it.body));
    const at = (template: Template): string =>
      pageAt(view.page.id, `/templates/${encodeURIComponent(template.id)}`);
    return shown(
      <>
        <Head title="Templates">
          {visit.may("edit") ? (
            <a class="btn" href={attribute(pageAt(view.page.id, "/templates/new"))}>
              New template
            </a>
          ) : (
            ""
          )}
        </Head>
        <Listing
          part={part}
          path={path}
          noun="template"
          empty="None. A template is an incident that is written before there is one: its words, what it affects, who is told."
        >
          <ul class="list">
            {part.items.map((template) => (
              <li>
                <div>
                  <a class="whole" href={attribute(at(template))} dir="auto" safe>
                    {template.name}
                  </a>
                  <small class="sub" dir="auto" safe>
                    {template.title}
                  </small>
                </div>
                {visit.may("respond") ? (
                  <a
                    class="btn quiet"
                    href={attribute(
                      pageAt(view.page.id, `/incidents/new?template=${encodeURIComponent(template.id)}`),
                    )}
                    aria-label={attribute(`Use ${template.name}`)}
                  >
                    Use
                  </a>
                ) : (
                  ""
                )}
              </li>
            ))}
          </ul>
        </Listing>
      </>,
    );
  },
});

export const newTemplateScreen = screen({
  path: "/admin/p/:page/templates/new",
  title: "New template",
  needs: "edit",
  show: (visit) => formFor(visit, null, formFrom(new URLSearchParams({ notify: "on" })), []),
  async take(sent) {
    if (sent.form.text("do") === "find") return formFor(sent, null, sent.form, []);
    const done = await sent.submit({ kind: "template.create", fields: fieldsIn(sent.form) });
    return done.ok
      ? go(pageAt(sent.view.page.id, "/templates"), "saved")
      : formFor(sent, null, sent.form, done.sentences);
  },
});

export const templateScreen = screen({
  path: "/admin/p/:page/templates/:template",
  title: "Template",
  needs: "read",
  changes: "edit",
  show(visit) {
    const template = templateIn(visit);
    return template === null ? missing("Template") : formFor(visit, template, asItIs(template), []);
  },
  async take(sent) {
    const template = templateIn(sent);
    if (template === null) return missing("Template");
    const { form, view } = sent;
    const { id } = template;
    const does = form.text("do");
    if (does === "find") return formFor(sent, template, form, []);
    if (does === "save" && form.text("version") !== template.version)
      return formFor(sent, template, form, [], true);
    const { version } = template;
    const done = await (does === "delete"
      ? sent.submit({ kind: "template.delete", id })
      : sent.submit(
          { kind: "template.update", id, fields: fieldsIn(form) },
          { unchanged: { kind: "template", id, version } },
        ));
    if (!done.ok) return formFor(sent, template, form, done.sentences, done.stale);
    return go(pageAt(view.page.id, "/templates"), does === "delete" ? "deleted" : "saved");
  },
});

const placeholderWords = Object.keys(placeholders)
  .map((name) => `{{${name}}}`)
  .join(", ");

function templateIn({ params, view }: Visit<PageView>): Template | null {
  return view.templates.find(({ id }) => id === params.template) ?? null;
}

function asItIs(template: Template): Form {
  const { body, componentIds, name, shouldSendNotifications, title, updateStatus } = template;
  const fields = new URLSearchParams({ name, title, text: body, status: updateStatus ?? "" });
  for (const id of componentIds) fields.append("component", id);
  if (shouldSendNotifications) fields.set("notify", "on");
  return formFrom(fields);
}

function fieldsIn(form: Form) {
  return {
    name: form.text("name"),
    title: form.text("title"),
    body: form.body("text").trim(),
    updateStatus: toldStatuses.find((it) => it === form.text("status")) ?? null,
    componentIds: form.list("component"),
    shouldSendNotifications: form.has("notify"),
  };
}

function formFor(
  visit: Visit<PageView>,
  template: Template | null,
  form: Form,
  sentences: readonly string[],
  stale = false,
): Reply {
  const { path, view, who } = visit;
  const title = template?.name ?? "New template";
  return shown(
    <>
      <Head title={title} />
      <Refused sentences={sentences} />
      {stale && template !== null ? (
        <Stale
          what="template"
          now={[
            ["Title", template.title],
            ["Text", template.body],
          ]}
          yours={[
            ["Title", form.text("title")],
            ["Text", form.body("text")],
          ]}
        />
      ) : (
        ""
      )}
      {visit.may("edit") ? (
        <>
          <Post who={who} to={path}>
            <Hidden name="version" value={template?.version ?? ""} />
            <Line
              name="name"
              label="Name"
              hint="For editors."
              value={form.text("name")}
              max={limits.nameCharsMax}
              required={true}
            />
            <Line
              name="title"
              label="Title of the incident"
              value={form.text("title")}
              max={limits.nameCharsMax}
              required={true}
            />
            <Area
              name="text"
              label="Text"
              hint={`Markdown. Filled in when it is used: ${placeholderWords}.`}
              value={form.body("text")}
              max={limits.updateCharsMax}
              required={true}
            />
            <Select
              name="status"
              label="State"
              value={form.text("status")}
              from={[{ value: "", label: "Left open" }, ...statusChoices(toldStatuses)]}
            />
            <PickComponents view={view} ticked={form.list("component")} question={form.text("q")} />
            <Check name="notify" label="Notify subscribers" checked={form.has("notify")} />
            <div class="acts">
              <Button does="save" label="Save" />
            </div>
          </Post>
          {template === null ? (
            ""
          ) : (
            <Dangerous label="Delete…" says="Incidents that were made from it stay.">
              <Post who={who} to={path}>
                <Button does="delete" label="Delete for good" kind="no" />
              </Post>
            </Dangerous>
          )}
        </>
      ) : (
        <p dir="auto" safe>
          {template?.body ?? ""}
        </p>
      )}
    </>,
    { title, status: statusOf(sentences, stale) },
  );
}
