// /admin/p/<page>/checks/new?kind=… and /<id>: a check. In: what, how often, what follows. Out: it, what is so of it now and why, what POPs found.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { type Check, type CheckKind, checkKinds } from "../model/check.ts";
import { missingSecrets } from "../model/check-target.ts";
import { checkOf } from "../model/decide-check.ts";
import type { PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { asItIs, CheckFormFields, fieldsIn, freshForm } from "./check-form.tsx";
import { CheckHistoryOf } from "./check-history.tsx";
import { checkState, kindWords } from "./check-said.ts";
import { Button, Dangerous, Head, Hidden, Lamp, Post, Refused } from "./field.tsx";
import type { Form } from "./form.ts";
import { go, missing, pageAt, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { checkAt } from "./screen-checks.tsx";
import { voiceFor } from "./speech.ts";
import { Stale } from "./stale.tsx";

const kindIn = (word: string | null): CheckKind | null => checkKinds.find((kind) => kind === word) ?? null;

export const newCheckScreen = screen({
  path: "/admin/p/:page/checks/new",
  title: "New check",
  needs: "edit",
  show(visit) {
    const kind = kindIn(visit.query.get("kind"));
    return kind === null ? chooseKind(visit) : formFor(visit, kind, null, freshForm(kind));
  },
  async take(sent) {
    const kind = kindIn(sent.form.text("kind"));
    if (kind === null) return chooseKind(sent);
    const { target, ...fields } = fieldsIn(sent.form, kind);
    if (target === undefined) return chooseKind(sent);
    const done = await sent.submit({ kind: "check.create", fields: { ...fields, target } });
    return done.ok
      ? go(checkAt(sent.view.page.id, done.id), "made")
      : formFor(sent, kind, null, sent.form, done);
  },
});

export const checkScreen = screen({
  path: "/admin/p/:page/checks/:check",
  title: "Check",
  needs: "read",
  changes: "edit",
  done: {
    made: "Saved. POPs begin within half a minute.",
    saved: "Saved. POPs follow within half a minute.",
    paused: "Paused. Nothing is asked, and nothing follows.",
    resumed: "It goes on.",
  },
  show(visit) {
    const held = checkOf(visit.view, visit.params.check ?? "");
    if (held === undefined) return missing("Check");
    return formFor(visit, held.target.kind, held, asItIs(held));
  },
  async take(sent) {
    const held = checkOf(sent.view, sent.params.check ?? "");
    if (held === undefined) return missing("Check");
    const does = sent.form.text("do");
    return does === "save" ? saved(sent, held) : marked(sent, held, does);
  },
});

async function saved(sent: Sent<PageView>, held: Check): Promise<Reply> {
  const { form, path } = sent;
  const { id, target, version } = held;
  if (form.text("version") !== version) return formFor(sent, target.kind, held, form, { stale: true });
  const done = await sent.submit(
    { kind: "check.update", id, fields: fieldsIn(form, target.kind) },
    { unchanged: { kind: "check", id, version } },
  );
  return done.ok ? go(path, "saved") : formFor(sent, target.kind, held, form, done);
}

/** Paused, going on, or gone for good. */
async function marked(sent: Sent<PageView>, held: Check, does: string): Promise<Reply> {
  const { id, target } = held;
  const paused = does === "pause";
  const done = await sent.submit(
    does === "delete" ? { kind: "check.delete", id } : { kind: "check.update", id, fields: { paused } },
  );
  if (!done.ok) return formFor(sent, target.kind, held, asItIs(held), done);
  if (does === "delete") return go(pageAt(sent.view.page.id, "/checks"), "deleted");
  return go(sent.path, paused ? "paused" : "resumed");
}

function chooseKind({ path }: Visit<PageView>): Reply {
  return shown(
    <>
      <Head title="New check" />
      <ul class="list">
        {checkKinds.map((kind) => (
          <li>
            <div>
              <a class="whole" href={attribute(`${path}?kind=${kind}`)} safe>
                {kindWords[kind].name}
              </a>
              <small class="sub" safe>
                {kindWords[kind].does}
              </small>
            </div>
          </li>
        ))}
      </ul>
    </>,
  );
}

interface Said {
  readonly sentences?: readonly string[];
  readonly stale?: boolean;
}

function formFor(
  visit: Visit<PageView>,
  kind: CheckKind,
  held: Check | null,
  form: Form,
  { sentences = [], stale = false }: Said = {},
): Reply {
  const { path, places, view, who } = visit;
  const title = held?.name ?? `New check: ${kindWords[kind].name}`;
  return shown(
    <>
      <Head title={title}>{held === null ? "" : <Lamp {...checkState(view, held, places.checks)} />}</Head>
      <Refused sentences={sentences} />
      {stale && held !== null ? (
        <Stale what="check" now={valuesOf(asItIs(held))} yours={valuesOf(form)} />
      ) : (
        ""
      )}
      {held === null ? "" : <Why visit={visit} check={held} />}
      {held === null ? "" : <CheckHistoryOf visit={visit} check={held} />}
      {visit.may("edit") ? (
        <>
          {held === null ? "" : <h2>Settings</h2>}
          <Post who={who} to={path}>
            <Hidden name="version" value={held?.version ?? ""} />
            <Hidden name="kind" value={kind} />
            <CheckFormFields view={view} kind={kind} form={form} id={held?.id ?? null} />
            <div class="acts stick">
              <Button does="save" label="Save" />
            </div>
          </Post>
          {held === null ? "" : <Ends visit={visit} check={held} />}
        </>
      ) : (
        ""
      )}
    </>,
    { title, status: statusOf(sentences, stale) },
  );
}

const valuesOf = (form: Form): readonly (readonly [string, string])[] =>
  [
    ["Name", "name"],
    ["Address", "url"],
    ["Host", "host"],
    ["Port", "port"],
    ["Looked at every so many seconds", "every"],
    ["Waits so many seconds at most", "timeout"],
    ["When it is down", "act"],
  ].map(([label = "", field = ""]) => [label, form.text(field)] as const);

/** What is so, since when, and what says so. */
function Why({ visit, check }: { readonly visit: Visit<PageView>; readonly check: Check }): JSX.Element {
  const { places, view } = visit;
  const verdict = places.checks.verdict(view.page.id, check.id);
  const lacking = missingSecrets(check.target);
  const ping = check.target.kind === "heartbeat" ? places.checks.pingPath(view.page.id, check.id) : null;
  return (
    <section aria-label="What is so">
      <p safe>
        {lacking.length > 0
          ? `It waits until somebody gives the values that a file left out: ${lacking.join(", ")}.`
          : (verdict?.sentence ?? "No POP has reported yet.")}
      </p>
      {verdict === null || verdict.sinceMs === null ? (
        ""
      ) : (
        <p class="hint">
          {"Since "}
          <When ms={verdict.sinceMs} voice={voiceFor(view)} />
        </p>
      )}
      {ping === null ? (
        ""
      ) : (
        <>
          <p class="hint">
            What is watched asks for this path at the page's address, each time that it worked:
          </p>
          <p class="key" safe>
            {ping}
          </p>
        </>
      )}
    </section>
  );
}

function Ends({
  visit: { path, who },
  check,
}: {
  readonly visit: Visit<PageView>;
  readonly check: Check;
}): JSX.Element {
  return (
    <>
      <Post who={who} to={path} kind="bare">
        {check.paused ? (
          <Button does="resume" label="Let it go on" />
        ) : (
          <Button does="pause" label="Pause" kind="quiet" />
        )}
      </Post>
      <Dangerous
        label="Delete…"
        says="What it found goes with it. A status or an incident that it set stays as it is."
      >
        <Post who={who} to={path}>
          <Button does="delete" label="Delete for good" kind="no" />
        </Post>
      </Dangerous>
    </>
  );
}
