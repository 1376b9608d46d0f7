// /admin/p/<page>/components/<id> and /new: one component or group. In: its fields. Out: the component, or why not.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { ComponentFields } from "../model/command.ts";
import { type Component, componentStatuses, type PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { componentMarks } from "../render/severity.ts";
import {
  Area,
  Button,
  Check,
  Chips,
  Dangerous,
  Head,
  Hidden,
  Lamp,
  Line,
  Post,
  Refused,
  Select,
} from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { go, missing, pageAt, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { componentChoices, componentWord } from "./speech.ts";
import { Stale } from "./stale.tsx";

export const newComponentScreen = screen({
  path: "/admin/p/:page/components/new",
  title: "New component",
  needs: "edit",
  show: (visit) =>
    formFor(visit, null, formFrom(new URLSearchParams({ status: "operational", showcase: "on" })), []),
  async take(sent) {
    const { form, view } = sent;
    const fields = { ...fieldsIn(form, false), name: form.text("name"), group: form.has("group") };
    const done = await sent.submit({ kind: "component.create", fields });
    return done.ok
      ? go(pageAt(view.page.id, "/components"), "made")
      : formFor(sent, null, form, done.sentences);
  },
});

export const componentScreen = screen({
  path: "/admin/p/:page/components/:component",
  title: "Component",
  needs: "read",
  changes: "edit",
  done: { saved: "Saved." },
  show(visit) {
    const component = componentIn(visit);
    return component === null ? missing("Component") : formFor(visit, component, asItIs(component), []);
  },
  async take(sent) {
    const component = componentIn(sent);
    if (component === null) return missing("Component");
    const { form, view } = sent;
    const { id } = component;
    if (form.text("do") === "delete") {
      const done = await sent.submit({ kind: "component.delete", id });
      if (done.ok) return go(pageAt(view.page.id, "/components"), "deleted");
      return formFor(sent, component, asItIs(component), done.sentences);
    }
    const { group, version } = component;
    if (form.text("version") !== version) return formFor(sent, component, form, [], true);
    const done = await sent.submit(
      { kind: "component.update", id, fields: fieldsIn(form, group) },
      { unchanged: { kind: "component", id, version } },
    );
    return done.ok ? go(sent.path, "saved") : formFor(sent, component, form, done.sentences, done.stale);
  },
});

function componentIn({ params, view }: Visit<PageView>): Component | null {
  return view.componentById.get(params.component ?? "") ?? null;
}

function asItIs(component: Component): Form {
  const { description, groupId, name, onlyShowIfDegraded, showcase, startDate, status } = component;
  return formFrom(
    new URLSearchParams({
      ...{ name, status, description: description ?? "", groupId: groupId ?? "", startDate: startDate ?? "" },
      ...(showcase ? { showcase: "on" } : {}),
      ...(onlyShowIfDegraded ? { degraded: "on" } : {}),
    }),
  );
}

/** A group has no status of its own. */
function fieldsIn(form: Form, isGroup: boolean): ComponentFields {
  const status = componentStatuses.find((it) => it === form.text("status"));
  const own = isGroup || form.has("group") || status === undefined ? {} : { status };
  return {
    name: form.text("name"),
    description: form.body("description").trim() || null,
    groupId: form.text("groupId") || null,
    startDate: form.text("startDate") || null,
    showcase: form.has("showcase"),
    onlyShowIfDegraded: form.has("degraded"),
    ...own,
  };
}

/** What stands in its fields, by the words of the form. */
function valuesOf(view: PageView, form: Form): readonly (readonly [string, string])[] {
  const status = componentStatuses.find((it) => it === form.text("status"));
  return [
    ["Name", form.text("name")],
    ["State", status === undefined ? "" : componentWord(status)],
    ["Description", form.text("description")],
    ["Group", view.componentById.get(form.text("groupId"))?.name ?? ""],
    ["Known since", form.text("startDate")],
    ["Shows its uptime", form.has("showcase") ? "yes" : "no"],
    ["Shown only while something is wrong with it", form.has("degraded") ? "yes" : "no"],
  ];
}

function formFor(
  visit: Visit<PageView>,
  component: Component | null,
  form: Form,
  sentences: readonly string[],
  stale = false,
): Reply {
  const { path, view, who } = visit;
  const title = component === null ? "New component" : component.name;
  return shown(
    <>
      <Head title={title}>{component === null ? "" : <State visit={visit} component={component} />}</Head>
      <Refused sentences={sentences} />
      {stale && component !== null ? (
        <Stale what="component" now={valuesOf(view, asItIs(component))} yours={valuesOf(view, form)} />
      ) : (
        ""
      )}
      {visit.may("edit") ? <Fields visit={visit} component={component} form={form} /> : ""}
      {component !== null && visit.may("edit") ? (
        <Dangerous
          label="Delete…"
          says={
            component.group
              ? "Its members stay, in no group."
              : "It disappears from the page with its history. Incidents that name it stay."
          }
        >
          <Post who={who} to={path}>
            <Button does="delete" label="Delete for good" kind="no" />
          </Post>
        </Dangerous>
      ) : (
        ""
      )}
      <p class="acts end">
        <a href={attribute(pageAt(view.page.id, "/components"))}>All components</a>
      </p>
    </>,
    { title, status: statusOf(sentences, stale) },
  );
}

/** How it is, and the way to tell of trouble with it. */
function State({
  visit: { may, view },
  component: { group, id, status },
}: {
  readonly visit: Visit<PageView>;
  readonly component: Component;
}): JSX.Element {
  return (
    <>
      <Lamp mark={componentMarks[status]} words={componentWord(status)} />
      {may("respond") && !group ? (
        <a
          class="btn"
          href={attribute(pageAt(view.page.id, `/incidents/new?component=${encodeURIComponent(id)}`))}
        >
          New incident
        </a>
      ) : (
        ""
      )}
    </>
  );
}

function Fields({
  visit: { path, view, who },
  component,
  form,
}: {
  readonly visit: Visit<PageView>;
  readonly component: Component | null;
  readonly form: Form;
}): JSX.Element {
  const groups = view.components.filter((it) => it.group && it.id !== component?.id);
  const isGroup = component?.group === true;
  return (
    <Post who={who} to={path}>
      <Hidden name="version" value={component?.version ?? ""} />
      <Line name="name" label="Name" value={form.text("name")} max={limits.nameCharsMax} required={true} />
      {isGroup ? (
        ""
      ) : (
        <Chips
          name="status"
          label="State"
          value={form.text("status")}
          from={componentChoices(componentStatuses)}
        />
      )}
      <Area
        name="description"
        label="Description"
        hint="Readers see it below the name."
        value={form.body("description")}
      />
      {isGroup ? (
        ""
      ) : (
        <Select
          name="groupId"
          label="Group"
          value={form.text("groupId")}
          from={[
            { value: "", label: "None" },
            ...groups.slice(0, limits.adminChoicesMax).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
      <Line
        name="startDate"
        label="Known since"
        hint="No uptime is claimed of the time before it."
        type="date"
        value={form.text("startDate")}
      />
      <Check name="showcase" label="Shows its uptime" checked={form.has("showcase")} />
      <Check
        name="degraded"
        label="Shown only while something is wrong with it"
        checked={form.has("degraded")}
      />
      {component === null ? <Check name="group" label="It is a group" checked={form.has("group")} /> : ""}
      <div class="acts">
        <Button does="save" label={component === null ? "Create" : "Save"} />
      </div>
    </Post>
  );
}
