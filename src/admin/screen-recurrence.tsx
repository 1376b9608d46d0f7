// /admin/p/<page>/recurring/new and /<id>: maintenance that recurs. In: what, when, how often. Out: when that is, before it is saved; then it.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import type { RecurrenceFields as Fields } from "../model/command.ts";
import { noAutomation, type PageView, type Recurrence } from "../model/view.ts";
import { attribute } from "../render/prose.tsx";
import { Button, Dangerous, Head, Hidden, Lamp, Post, Refused } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { localOf } from "./local-time.ts";
import { automationIn, boxesOf, usualBoxes } from "./maintenance-boxes.tsx";
import { previewing } from "./preview-pane.tsx";
import { RecurrenceFields } from "./recurrence-form.tsx";
import { choicesOf, ruleIn, wordsOf } from "./recurrence-said.ts";
import { NextTimes, recurrenceState, timesOf, timesShown } from "./recurrence-times.tsx";
import { go, missing, pageAt, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { Stale } from "./stale.tsx";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export const newRecurrenceScreen = screen({
  path: "/admin/p/:page/recurring/new",
  title: "New recurring maintenance",
  needs: "edit",
  show(visit) {
    const from = Math.ceil((visit.nowMs + 24 * hourMs) / hourMs) * hourMs;
    const given = new URLSearchParams({
      ...usualBoxes,
      ...{ start: localOf(from, visit.view.page.timeZone), hours: "1", minutes: "0" },
      ...{ every: "1", unit: "WEEKLY", weekday: "MO", ahead: String(limits.occurrencesAheadUsual) },
    });
    given.delete("notify");
    return formFor(visit, null, formFrom(given));
  },
  async take(sent) {
    const { form, view } = sent;
    if (form.text("do") !== "save") return formFor(sent, null, form);
    const fields = fieldsIn(form, null);
    const done = await sent.submit({ kind: "recurrence.create", fields });
    if (!done.ok) return formFor(sent, null, form, done);
    return go(pageAt(view.page.id, `/recurring/${encodeURIComponent(done.id)}`), "made");
  },
});

export const recurrenceScreen = screen({
  path: "/admin/p/:page/recurring/:recurrence",
  title: "Recurring maintenance",
  needs: "read",
  changes: "edit",
  done: {
    made: "Saved. The next ones are announced.",
    saved: "Saved. What is announced follows it.",
    skipped: "Left out. The next one is announced instead.",
    paused: "Paused. Nothing is announced any more.",
    resumed: "It goes on. The next ones are announced.",
  },
  show(visit) {
    const held = recurrenceIn(visit);
    return held === null ? missing("Recurring maintenance") : formFor(visit, held, asItIs(held));
  },
  async take(sent) {
    const held = recurrenceIn(sent);
    if (held === null) return missing("Recurring maintenance");
    const { form } = sent;
    const does = form.text("do");
    if (does === "preview" || does === "find") return formFor(sent, held, form);
    return does === "save" ? saved(sent, held) : marked(sent, held, does);
  },
});

function recurrenceIn({ params, view }: Visit<PageView>): Recurrence | null {
  return view.recurrences.find(({ id }) => id === params.recurrence) ?? null;
}

async function saved(sent: Sent<PageView>, held: Recurrence): Promise<Reply> {
  const { form, path } = sent;
  const { id, version } = held;
  if (form.text("version") !== version) return formFor(sent, held, form, { stale: true });
  const done = await sent.submit(
    { kind: "recurrence.update", id, fields: fieldsIn(form, held) },
    { unchanged: { kind: "recurrence", id, version } },
  );
  return done.ok ? go(path, "saved") : formFor(sent, held, form, done);
}

/** Skipped once, paused, going on, or over for good. */
async function marked(sent: Sent<PageView>, held: Recurrence, does: string): Promise<Reply> {
  const { form, path, view } = sent;
  const { id } = held;
  const paused = does === "pause";
  const done = await (does === "end"
    ? sent.submit({ kind: "recurrence.delete", id })
    : does === "skip"
      ? sent.submit({ kind: "recurrence.skip", id, at: Number(form.text("at")) })
      : sent.submit({ kind: "recurrence.update", id, fields: { paused } }));
  if (!done.ok) return formFor(sent, held, asItIs(held), done);
  if (does === "end") return go(pageAt(view.page.id, "/recurring"), "ended");
  return go(path, does === "skip" ? "skipped" : paused ? "paused" : "resumed");
}

function asItIs(held: Recurrence): Form {
  const { automation, body, componentIds, deliverNotifications, durationMs, name, rule, start } = held;
  const fields = choicesOf(rule);
  const more = {
    ...{ name, text: body, start, ahead: String(held.ahead) },
    ...{ hours: String(Math.floor(durationMs / hourMs)), minutes: String((durationMs % hourMs) / minuteMs) },
    ...boxesOf(automation, deliverNotifications),
  };
  for (const [field, value] of Object.entries(more)) fields.set(field, value);
  for (const id of componentIds) fields.append("component", id);
  return formFrom(fields);
}

const lengthIn = (form: Form): number =>
  Number(form.text("hours")) * hourMs + Number(form.text("minutes")) * minuteMs;

/** What boxes do not say stays as it is. */
function fieldsIn(form: Form, held: Recurrence | null) {
  return {
    ...{ name: form.text("name"), body: form.body("text").trim(), rule: ruleIn(form) },
    ...{ start: form.text("start").slice(0, 16), durationMs: lengthIn(form) },
    componentIds: form.list("component"),
    deliverNotifications: form.has("notify"),
    ahead: Number(form.text("ahead")),
    automation: { ...(held?.automation ?? noAutomation), ...automationIn(form) },
  } satisfies Fields;
}

interface Said {
  readonly sentences?: readonly string[];
  readonly stale?: boolean;
}

function formFor(
  visit: Visit<PageView>,
  held: Recurrence | null,
  form: Form,
  { sentences = [], stale = false }: Said = {},
): Reply {
  const { view } = visit;
  const title = held?.name ?? "New recurring maintenance";
  const state = held === null ? null : recurrenceState(view, held, visit.nowMs);
  return shown(
    <>
      <Head title={title}>{state === null ? "" : <Lamp {...state} />}</Head>
      <Refused sentences={sentences} />
      {stale && held !== null ? (
        <Stale what="recurring maintenance" now={valuesOf(asItIs(held))} yours={valuesOf(form)} />
      ) : (
        ""
      )}
      {held === null ? "" : <Ahead visit={visit} held={held} />}
      {visit.may("edit") ? <Fill visit={visit} held={held} form={form} /> : ""}
      {held !== null && visit.may("edit") ? <End visit={visit} /> : ""}
    </>,
    { title, status: statusOf(sentences, stale) },
  );
}

const valuesOf = (form: Form): readonly (readonly [string, string])[] => [
  ["Title", form.text("name")],
  ["Text", form.text("text")],
  ["First time", form.text("start").replace("T", " ")],
  ["How often", wordsOf(ruleIn(form))],
  ["Lasts", `${form.text("hours")} h ${form.text("minutes")} min`],
];

function Fill({
  visit: { nowMs, path, view, who },
  held,
  form,
}: {
  readonly visit: Visit<PageView>;
  readonly held: Recurrence | null;
  readonly form: Form;
}): JSX.Element {
  const of = {
    ...{ id: held?.id ?? "", skips: held?.skips ?? [] },
    ...{ rule: ruleIn(form), start: form.text("start").slice(0, 16), durationMs: lengthIn(form) },
  };
  return (
    <form method="post" action={attribute(path)} {...previewing} hx-post={attribute(path)}>
      <Hidden name="csrf" value={who.csrf} />
      <Hidden name="version" value={held?.version ?? ""} />
      <RecurrenceFields view={view} form={form} focus={held === null}>
        <NextTimes view={view} of={of} now={nowMs} />
      </RecurrenceFields>
      <div class="acts stick">
        <Button does="save" label="Save" />
        <Button does="preview" label="When is that" kind="quiet" />
      </div>
    </form>
  );
}

interface Held {
  readonly visit: Visit<PageView>;
  readonly held: Recurrence;
}

/** The next times as they are saved; each can be left out. */
function Ahead({ visit, held }: Held): JSX.Element {
  const { may, nowMs, path, view, who } = visit;
  const times = held.paused ? [] : timesOf(view, held, nowMs, timesShown);
  return (
    <section aria-labelledby="ahead-h">
      <h2 id="ahead-h">Next times</h2>
      <p class="hint" safe>{`${wordsOf(held.rule)}, on the clock of ${view.page.timeZone}`}</p>
      {times.length === 0 ? (
        <p class="empty">{held.paused ? "None while it pauses." : "None: it is over."}</p>
      ) : (
        ""
      )}
      <ul class="list">
        {times.map(({ announced, at, text }) => (
          <li>
            <div>
              {announced === null ? (
                <b safe>{text}</b>
              ) : (
                <a
                  class="whole"
                  href={attribute(pageAt(view.page.id, `/incidents/${encodeURIComponent(announced.id)}`))}
                  safe
                >
                  {text}
                </a>
              )}
            </div>
            <span class="hint">{announced === null ? "Not announced yet" : "Announced"}</span>
            {may("edit") ? (
              <Post who={who} to={path} kind="bare">
                <Hidden name="at" value={String(at)} />
                <Button does="skip" label="Skip" kind="quiet" says={`Skip ${text}`} />
              </Post>
            ) : (
              ""
            )}
          </li>
        ))}
      </ul>
      {may("edit") ? (
        <Post who={who} to={path} kind="bare">
          {held.paused ? (
            <Button does="resume" label="Let it go on" />
          ) : (
            <Button does="pause" label="Pause" kind="quiet" />
          )}
        </Post>
      ) : (
        ""
      )}
    </section>
  );
}

function End({ visit: { path, who } }: { readonly visit: Visit<PageView> }): JSX.Element {
  return (
    <Dangerous
      label="End it…"
      says="What is announced and has not begun disappears from the page. What was done stays in its history."
    >
      <Post who={who} to={path}>
        <Button does="end" label="End it for good" kind="no" />
      </Post>
    </Dangerous>
  );
}
