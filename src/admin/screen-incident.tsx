// /admin/p/<page>/incidents/<id>: what was told, and the next update. In: an update, or that it is over. Out: the incident after it.
// A form names the state that it was written for: where somebody else told more meanwhile nothing is sent, both are shown, and no word is lost.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { Command, IncidentFields } from "../model/command.ts";
import { isClosed } from "../model/order.ts";
import {
  componentStatuses,
  type Incident,
  incidentStatuses,
  maintenanceStatuses,
  type PageView,
} from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { incidentMark } from "../render/severity.ts";
import { PickComponents } from "./component-pick.tsx";
import { DeliveryRows, deliveriesAt } from "./delivery-rows.tsx";
import { Area, Button, Check, Chips, Head, Hidden, Lamp, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { ByMonitor } from "./incident-by-monitor.tsx";
import { detailsIn, detailsOf, detailValues, IncidentDetails } from "./incident-details.tsx";
import { IncidentLog } from "./incident-log.tsx";
import { Meanwhile } from "./incident-meanwhile.tsx";
import { fieldsIn } from "./incident-said.ts";
import { OwnStates } from "./own-states.tsx";
import { type Looked, previewOf } from "./page-preview.ts";
import { PreviewPane, previewing } from "./preview-pane.tsx";
import { drafted, PublishLater } from "./publish-later.tsx";
import { go, missing, pageAt, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { componentWord, statusChoices, statusWord } from "./speech.ts";
import { Stale } from "./stale.tsx";

export const incidentScreen = screen({
  path: "/admin/p/:page/incidents/:incident",
  title: "Incident",
  needs: "read",
  changes: "respond",
  done: {
    opened: "Published. Readers see it now.",
    told: "The update is published.",
    closed: "It is over, and readers are told so.",
    saved: "Saved.",
  },
  show(visit) {
    const incident = incidentIn(visit);
    return incident === null ? missing("Incident") : formFor(visit, incident, asItIs(incident));
  },
  async take(sent) {
    const incident = incidentIn(sent);
    if (incident === null) return missing("Incident");
    const { form } = sent;
    const does = form.text("do");
    if (does === "delete") return deleted(sent, incident);
    const command: Extract<Command, { kind: "incident.update" }> = {
      kind: "incident.update",
      id: incident.id,
      fields: saidIn(form, incident, does, sent.view.page.timeZone),
    };
    const seed = form.text("seed");
    if (does === "preview") return formFor(sent, incident, form, { looked: previewOf(sent, command, seed) });
    if (does === "find") return formFor(sent, incident, form);
    if (does === "draft") {
      const kept = await drafted(sent, { ...command, fields: laterIn(command.fields, incident) });
      return "kind" in kept ? kept : formFor(sent, incident, form, { sentences: kept });
    }
    if (form.text("version") !== incident.version) return formFor(sent, incident, form, { stale: true });
    const { id, version } = incident;
    const done = await sent.submit(command, { seed, unchanged: { kind: "incident", id, version } });
    if (!done.ok) return formFor(sent, incident, form, done);
    return go(sent.path, does === "close" ? "closed" : does === "details" ? "saved" : "told");
  },
});

function incidentIn({ params, view }: Visit<PageView>): Incident | null {
  return view.incidentById.get(params.incident ?? "") ?? null;
}

/** An update as it opens: nothing written, the state that comes next, who follows is told. */
function asItIs(incident: Incident): Form {
  return formFrom(new URLSearchParams({ status: incident.status, notify: "on", name: incident.name }));
}

function saidIn(form: Form, incident: Incident, does: string, zone: string): IncidentFields {
  if (does === "details") return detailsIn(form, incident, zone);
  const body = form.body("text").trim();
  const told = { ...fieldsIn(form, incident), ...(body === "" ? {} : { body }) };
  if (does !== "close") return told;
  const well = form.has("well") ? incident.componentIds.map((id) => [id, "operational"] as const) : [];
  return {
    ...told,
    status: incident.window === null ? "resolved" : "completed",
    components: { ...told.components, ...Object.fromEntries(well) },
  };
}

/** Told later, in the state that it has by then, unless another was chosen. */
function laterIn({ status, ...fields }: IncidentFields, incident: Incident): IncidentFields {
  return status === incident.status && fields.body !== undefined
    ? fields
    : { ...fields, ...(status && { status }) };
}

async function deleted(sent: Sent<PageView>, incident: Incident): Promise<Reply> {
  if (!sent.may("edit"))
    return formFor(sent, incident, asItIs(incident), { sentences: ["Deleting needs the role editor."] });
  const done = await sent.submit({ kind: "incident.delete", id: incident.id });
  if (!done.ok) return formFor(sent, incident, asItIs(incident), { sentences: done.sentences });
  return go(pageAt(sent.view.page.id, incident.window === null ? "/incidents" : "/maintenance"), "deleted");
}

interface Said {
  readonly looked?: Looked | null;
  readonly sentences?: readonly string[];
  /** Somebody told more since the form was opened. */
  readonly stale?: boolean;
}

async function formFor(
  visit: Visit<PageView>,
  incident: Incident,
  form: Form,
  { looked = null, sentences = [], stale = false }: Said = {},
): Promise<Reply> {
  const { path, places, view } = visit;
  const told = (await places.subscriberCount?.(view.page.id, incident)) ?? null;
  const mayTell = visit.may("respond");
  const zone = view.page.timeZone;
  const isDetails = form.text("do") === "details";
  const body = (
    <>
      <Head title={incident.name}>
        <Lamp mark={isClosed(incident) ? "ok" : incidentMark(incident)} words={statusWord(incident.status)} />
      </Head>
      <Refused sentences={sentences} />
      <ByMonitor incident={incident} />
      {stale && isDetails ? (
        <Stale what="incident" now={detailValues(detailsOf(incident, zone))} yours={detailValues(form)} />
      ) : stale ? (
        <Meanwhile incident={incident} text={form.body("text")} />
      ) : (
        ""
      )}
      {mayTell ? (
        <div class="cols">
          <Tell visit={visit} incident={incident} form={isDetails ? asItIs(incident) : form} />
          <PreviewPane looked={looked} notify={form.has("notify")} told={told} />
        </div>
      ) : (
        ""
      )}
      <section aria-labelledby="log-h">
        <h2 id="log-h">What was told</h2>
        <div
          id="log"
          hx-get={attribute(path)}
          hx-trigger="every 15s"
          hx-select="#log"
          hx-target="this"
          hx-swap="outerHTML"
        >
          <IncidentLog view={view} incident={incident} mayEdit={mayTell} />
        </div>
      </section>
      <WhoWasTold visit={visit} incident={incident} />
      {mayTell ? (
        <IncidentDetails
          visit={visit}
          incident={incident}
          form={isDetails ? form : detailsOf(incident, zone)}
        />
      ) : (
        ""
      )}
    </>
  );
  const status = statusOf(sentences, stale);
  return shown(body, { title: incident.name, status });
}

/** Of the latest that was told, since an incident may have a hundred updates. */
function WhoWasTold({ visit: { path, places, view }, incident }: Shown): JSX.Element {
  const asked = { incident: incident.id, sinceMs: incident.createdAt, limit: limits.adminDeliveriesMax };
  const deliveries = places.deliveries.list(view.page.id, asked);
  return (
    <section aria-labelledby="who-h">
      <h2 id="who-h">Who was told</h2>
      <div
        id="who"
        hx-get={attribute(path)}
        hx-trigger="every 15s"
        hx-select="#who"
        hx-target="this"
        hx-swap="outerHTML"
      >
        {deliveries.length === 0 ? (
          <p class="empty">Nobody was told by a message yet.</p>
        ) : (
          <DeliveryRows view={view} deliveries={deliveries} />
        )}
      </div>
      <a class="btn quiet" href={attribute(deliveriesAt(view.page.id, incident.id))}>
        All deliveries of it
      </a>
    </section>
  );
}

interface Shown {
  readonly visit: Visit<PageView>;
  readonly incident: Incident;
}

/** The next update. */
function Tell({ visit, incident, form }: Shown & { readonly form: Form }): JSX.Element {
  const { path, places, who } = visit;
  const isMaintenance = incident.window !== null;
  const statuses = isMaintenance
    ? maintenanceStatuses
    : incidentStatuses.filter((it) => it !== "postmortem" || incident.status === "postmortem");
  const seed = form.text("seed") || Buffer.from(places.random.bytes(16)).toString("hex");
  return (
    <form method="post" action={attribute(path)} class="wideform" {...previewing} hx-post={attribute(path)}>
      <Hidden name="csrf" value={who.csrf} />
      <Hidden name="seed" value={seed} />
      <Hidden name="version" value={incident.version} />
      <Area
        name="text"
        label="What is new"
        hint="Markdown. Left empty, the state is told in its usual words."
        value={form.body("text")}
        max={limits.updateCharsMax}
        keep={true}
      />
      <Chips name="status" label="State" value={form.text("status")} from={statusChoices(statuses)} />
      <Affected visit={visit} incident={incident} form={form} />
      <Check name="notify" label="Notify subscribers" checked={form.has("notify")} />
      <div class="acts">
        <Button does="tell" label="Publish update" />
        <Button does="preview" label="Preview" kind="quiet" />
      </div>
      {isClosed(incident) ? (
        ""
      ) : (
        <div class="acts">
          <Button does="close" label={isMaintenance ? "Complete" : "Resolve"} kind="quiet" />
          <Check
            name="well"
            label="and set its components to operational"
            checked={!form.has("seed") || form.has("well")}
          />
        </div>
      )}
      <PublishLater form={form} view={visit.view} />
    </form>
  );
}

/** What each component of it is from now on. */
function Affected({ visit: { view }, incident, form }: Shown & { readonly form: Form }): JSX.Element {
  const components = incident.componentIds.flatMap((id) => view.componentById.get(id) ?? []);
  const ticked = form.list("component");
  const isAll = view.components.every(({ group, id }) => group || incident.componentIds.includes(id));
  return (
    <fieldset>
      <legend>Components</legend>
      <OwnStates view={view} components={components} form={form} />
      {isAll ? (
        ""
      ) : (
        <details class="more" open={ticked.length > 0 || form.text("q") !== ""}>
          <summary>Others that it touches</summary>
          <PickComponents
            view={view}
            ticked={ticked}
            question={form.text("q")}
            except={incident.componentIds}
          />
          <Select
            name="to"
            label="They are"
            value={form.text("to")}
            from={[
              { value: "", label: "As they are" },
              ...componentStatuses.map((value) => ({ value, label: componentWord(value) })),
            ]}
          />
        </details>
      )}
    </fieldset>
  );
}
