// What is no update of an incident: its title, its impact or its time, its end for good. In: an incident, or a form of it. Out: fields, or what they say.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { IncidentFields } from "../model/command.ts";
import { type Incident, impacts, type PageView } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { Button, Dangerous, Hidden, Line, Post, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { localOf, momentOf } from "./local-time.ts";
import type { Visit } from "./screen.ts";
import { WindowLines } from "./window-lines.tsx";

export function detailsOf({ impactOverride, name, window }: Incident, zone: string): Form {
  const times =
    window === null ? {} : { from: localOf(window.from, zone), until: localOf(window.until, zone) };
  return formFrom(new URLSearchParams({ name, impact: impactOverride ?? "", ...times }));
}

export function detailsIn(form: Form, { window }: Incident, zone: string): IncidentFields {
  const name = form.text("name");
  if (window === null) {
    const impact = form.text("impact");
    return { name, impactOverride: impacts.find((it) => it === impact) ?? null };
  }
  // A field knows minutes: one that was not touched must not cost the seconds. What is no time is refused by the model.
  const momentIn = (field: "from" | "until"): number =>
    form.text(field) === localOf(window[field], zone)
      ? window[field]
      : (momentOf(form.text(field), zone) ?? Number.NaN);
  const [from, until] = [momentIn("from"), momentIn("until")];
  const isSame = from === window.from && until === window.until;
  return { name, ...(isSame ? {} : { window: { from, until } }) };
}

/** By the words of the form. */
export const detailValues = (form: Form): readonly (readonly [string, string])[] => [
  ["Title", form.text("name")],
  ...(form.text("impact") === "" ? [] : [["Impact", form.text("impact")] as const]),
  ...(form.text("from") === ""
    ? []
    : ([
        ["Begins", form.text("from").replace("T", " ")],
        ["Ends", form.text("until").replace("T", " ")],
      ] as const)),
];

export function IncidentDetails({
  visit: { may, path, view, who },
  incident,
  form,
}: {
  readonly visit: Visit<PageView>;
  readonly incident: Incident;
  readonly form: Form;
}): JSX.Element {
  return (
    <section aria-labelledby="details-h">
      <h2 id="details-h">{incident.window === null ? "Title and impact" : "Title and time"}</h2>
      <Post who={who} to={path}>
        <Hidden name="version" value={incident.version} />
        <Line name="name" label="Title" value={form.text("name")} max={limits.nameCharsMax} required={true} />
        {incident.window === null ? (
          <Select
            name="impact"
            label="Impact"
            value={form.text("impact")}
            from={[
              { value: "", label: "From its components" },
              ...impacts.map((value) => ({ value, label: value })),
            ]}
          />
        ) : (
          <WindowLines from={form.text("from")} until={form.text("until")} zone={view.page.timeZone} />
        )}
        <div class="acts">
          <Button does="details" label="Save" kind="quiet" />
        </div>
      </Post>
      {incident.window === null ? (
        <p>
          <a class="btn quiet" href={attribute(`${path}/postmortem`)}>
            Post-mortem
          </a>
        </p>
      ) : (
        ""
      )}
      {may("edit") ? (
        <Dangerous
          label="Delete…"
          says="It disappears from the page and its feeds. The audit keeps that it was, and who deleted it."
        >
          <Post who={who} to={path}>
            <Button does="delete" label="Delete for good" kind="no" />
          </Post>
        </Dangerous>
      ) : (
        ""
      )}
    </section>
  );
}
