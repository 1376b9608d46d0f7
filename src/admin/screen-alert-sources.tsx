// /admin/p/<page>/alerts: other systems that tell of alerts. In: a name, a format, what follows. Out: their addresses, each shown once; the alerts that stand.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { sourceFrom, unsetSource } from "../control/alert-source-shape.ts";
import { ApiRefusal } from "../control/answer.ts";
import { alertSources } from "../control/own-alert-sources.ts";
import {
  type AlertSource,
  type SourceFormat,
  type StandingAlert,
  sourceFormats,
} from "../model/alert-source.ts";
import { type Check, checkActs, outageStatuses } from "../model/check.ts";
import type { PageView } from "../model/view.ts";
import { byOf } from "../people/accounts.ts";
import { When } from "../render/piece.tsx";
import { Button, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import type { Form } from "./form.ts";
import { go, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { componentChoices, voiceFor } from "./speech.ts";

const formatWords: Readonly<Record<SourceFormat, string>> = {
  alertmanager: "Prometheus Alertmanager",
  grafana: "Grafana",
  pagerduty: "PagerDuty, and what can speak to it",
  json: "JSON of any shape",
  mail: "Mail, piped by your mail server",
};
const actWords: Readonly<Record<Check["act"], string>> = {
  watch: "Show them here alone",
  component: "Set the component",
  draft: "Write a draft of an incident",
  incident: "Open an incident",
};

export const alertSourcesScreen = screen({
  path: "/admin/p/:page/alerts",
  title: "Alerts",
  needs: "edit",
  menu: "page",
  done: { removed: "No more alerts are taken from it. What they did stays." },
  show: (visit) => listFor(visit),
  take(sent) {
    const does = sent.form.text("do");
    if (does === "remove") return removed(sent);
    return does === "renew" ? renewed(sent) : made(sent);
  },
});

const sourcesOf = ({ places, view }: Visit<PageView>): readonly AlertSource[] =>
  alertSources(places.rows, view.page.id);
const namedIn = (sent: Sent<PageView>): AlertSource | undefined =>
  sourcesOf(sent).find(({ id }) => id === sent.form.text("source"));
const none = (sent: Sent<PageView>): Reply => listFor(sent, { sentences: ["There is no such source."] });

async function made(sent: Sent<PageView>): Promise<Reply> {
  const { form, nowMs, places, view } = sent;
  const page = view.page.id;
  if (sourcesOf(sent).length >= limits.alertSourcesPerPageMax)
    return listFor(sent, { sentences: [`A page has at most ${limits.alertSourcesPerPageMax} of them.`] });
  const format = sourceFormats.find((one) => one === form.text("format")) ?? "alertmanager";
  const id = places.rows.newId();
  const blank = { ...unsetSource, id, name: form.text("name"), format, createdAt: nowMs, updatedAt: nowMs };
  const row = rowIn(view, form, blank);
  if (!("id" in row)) return listFor(sent, { sentences: row });
  const kept = await places.rows.write(page, () => [{ kind: "alert-source", id, row }], byOf(sent.who));
  if (!kept.ok) return listFor(sent, { sentences: ["The page has too many rows of this kind."] });
  return listFor(sent, { address: await places.alerts.renew(page, row, byOf(sent.who)), source: row });
}

/** Or the sentences that refuse it. */
function rowIn(view: PageView, form: Form, blank: AlertSource): AlertSource | readonly string[] {
  const word = (name: string): string => form.text(name);
  if (blank.name === "") return ["Say what the source is called."];
  const standing = word("standing")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const places = {
    ...{ state: word("state"), standing, list: word("list"), key: word("key"), name: "", severity: "" },
    component: word("label"),
  };
  if (blank.format === "json" && (places.state === "" || standing.length === 0))
    return ["Say where in the JSON the state stands, and by which words it is down."];
  try {
    return sourceFrom(
      view,
      {
        component_id: word("component"),
        component_label: word("label"),
        act: checkActs.find((one) => one === word("act")) ?? null,
        outage_status: outageStatuses.find((one) => one === word("status")) ?? null,
        template_id: word("template"),
        ...(blank.format === "json" ? { places } : {}),
      },
      blank,
    );
  } catch (thrown) {
    if (thrown instanceof ApiRefusal) return [thrown.answer.error].flat().map((one) => `${one}.`);
    throw thrown;
  }
}

async function renewed(sent: Sent<PageView>): Promise<Reply> {
  const source = namedIn(sent);
  if (source === undefined) return none(sent);
  const address = await sent.places.alerts.renew(sent.view.page.id, source, byOf(sent.who));
  return listFor(sent, { address, source });
}

async function removed(sent: Sent<PageView>): Promise<Reply> {
  const source = namedIn(sent);
  if (source === undefined) return none(sent);
  const { places, view } = sent;
  await places.rows.write(
    view.page.id,
    () => [{ kind: "alert-source", id: source.id, row: null }],
    byOf(sent.who),
  );
  await places.alerts.look(view.page.id);
  return go(sent.path, "removed");
}

interface Shown {
  readonly address?: string;
  readonly source?: AlertSource;
  readonly sentences?: readonly string[];
}

function listFor(visit: Visit<PageView>, { address, source, sentences = [] }: Shown = {}): Reply {
  const { places, view } = visit;
  const sources = sourcesOf(visit);
  const standing = places.alerts.standing(view.page.id);
  return shown(
    <>
      <Head title="Alerts of other systems" />
      <Refused sentences={sentences} />
      {address === undefined || source === undefined ? (
        ""
      ) : (
        <div class="say ok" role="status">
          <b>
            Its address, behind that of this server. It is shown this once, and whoever has it may tell of
            alerts.
          </b>
          <p class="key" safe>
            {address}
          </p>
          <p safe>{places.alerts.setUp(source.format)}</p>
        </div>
      )}
      {sources.length === 0 ? (
        <p class="empty">None. What watches your systems already can set components, too.</p>
      ) : (
        ""
      )}
      <ul class="list">
        {sources.map((one) => (
          <Row visit={visit} source={one} standing={standing.filter((alert) => alert.source === one.id)} />
        ))}
      </ul>
      <NewSource visit={visit} />
    </>,
    { status: statusOf(sentences) },
  );
}

function Row({
  visit: { path, view, who },
  source,
  standing,
}: {
  readonly visit: Visit<PageView>;
  readonly source: AlertSource;
  readonly standing: readonly StandingAlert[];
}): JSX.Element {
  const { act, componentId, componentLabel, format, id, name } = source;
  const component = componentId === null ? null : view.componentById.get(componentId);
  const speaks = component ? component.name : `what its “${componentLabel}” names`;
  return (
    <li>
      <div>
        <b dir="auto" safe>
          {name}
        </b>
        <small class="sub" safe>
          {`${formatWords[format]}, for ${speaks}. ${actWords[act]}.`}
        </small>
        {standing.map((alert) => (
          <p>
            <b safe>{alert.name}</b> since <When ms={alert.sinceMs} voice={voiceFor(view)} />
            <small class="sub" safe>
              {alert.said ?? ""}
            </small>
          </p>
        ))}
        <Post who={who} to={path} kind="bare">
          <Hidden name="source" value={id} />
          <Button does="renew" label="Another address" kind="quiet" says={`Another address for ${name}`} />
        </Post>
      </div>
      <Dangerous
        label="Remove…"
        says="Its address ends at once. What its alerts did stays until somebody changes it."
      >
        <Post who={who} to={path} kind="bare">
          <Hidden name="source" value={id} />
          <Button does="remove" label="Remove for good" kind="no" says={`Remove for good: ${name}`} />
        </Post>
      </Dangerous>
    </li>
  );
}

function NewSource({ visit: { path, view, who } }: { readonly visit: Visit<PageView> }): JSX.Element {
  const components = view.components.filter(({ group }) => !group);
  return (
    <section aria-labelledby="new-h">
      <h2 id="new-h">New source</h2>
      <Post who={who} to={path}>
        <div class="two">
          <Line name="name" label="What readers may call it" max={limits.nameCharsMax} required={true} />
          <Select
            name="format"
            label="Format"
            value="alertmanager"
            from={sourceFormats.map((value) => ({ value, label: formatWords[value] }))}
          />
        </div>
        <div class="two">
          <Select
            name="component"
            label="Speaks for"
            value=""
            from={[
              { value: "", label: "The component that each alert names" },
              ...components.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
          <Line
            name="label"
            label="Label, or path in JSON, that names the component"
            value="component"
            max={100}
          />
        </div>
        <div class="two">
          <Select
            name="act"
            label="What follows"
            value="component"
            from={checkActs.map((value) => ({ value, label: actWords[value] }))}
          />
          <Select
            name="status"
            label="The component is then"
            value="major_outage"
            from={componentChoices(outageStatuses)}
          />
        </div>
        <Select
          name="template"
          label="Words of an incident"
          value=""
          from={[
            { value: "", label: "Our own" },
            ...view.templates.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <div class="two">
          <Line name="state" label="JSON: where the state stands" max={200} />
          <Line name="standing" label="JSON: words by which it is down, with commas" max={500} />
        </div>
        <div class="two">
          <Line name="list" label="JSON: where a list of alerts stands" max={200} />
          <Line name="key" label="JSON: what tells one alert from another" max={200} />
        </div>
        <div class="acts">
          <Button does="make" label="Make its address" />
        </div>
      </Post>
    </section>
  );
}
