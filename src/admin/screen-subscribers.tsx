// /admin/p/<page>/subscribers: how many follow, and for editors who. In: a question; an address to add, one to tell no more, or to forget; a CSV. Out: them.
// They are asked of their store a part at a time: a page may have a hundred thousand.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { ApiRefusal } from "../control/answer.ts";
import { newSubscriberOf } from "../control/subscriber-fields.ts";
import {
  primaryOf,
  type Subscriber,
  type SubscriberState,
  subscriberKinds,
  subscriberStates,
} from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import { byOf } from "../people/accounts.ts";
import { actorOf } from "../people/principal.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import { attemptsAt, isEndpoint } from "./attempt-rows.tsx";
import { Button, Check, Dangerous, Head, Hidden, Line, Post, Refused, Select } from "./field.tsx";
import { type Form, formFrom } from "./form.ts";
import { Listing, type Part, partOf } from "./listing.tsx";
import type { Places } from "./places.ts";
import { go, type Reply, type Sent, screen, shown, statusOf, type Visit } from "./screen.ts";
import { channelWords, counted, fullName, voiceFor } from "./speech.ts";
import { CsvForm, type CsvLook, csvIn, csvTaken } from "./subscriber-csv.tsx";
import { reachedIn, SuppressionList } from "./suppression-list.tsx";

const stateWords: Readonly<Record<SubscriberState, string>> = {
  active: "Active",
  unconfirmed: "Not confirmed yet",
  quarantined: "Unreachable",
  unsubscribed: "Unsubscribed",
};
const stateOrder: readonly SubscriberState[] = [
  "active",
  ...subscriberStates.filter((it) => it !== "active"),
];

type Kept = NonNullable<Places["subscribers"]>;

export const subscribersScreen = screen({
  path: "/admin/p/:page/subscribers",
  title: "Subscribers",
  needs: "read",
  changes: "edit",
  menu: "page",
  // A CSV, and the line ends that a browser writes into it.
  bytesMax: 2 * limits.adminFormBytesMax,
  done: {
    added: "Added.",
    imported: "Imported. Who was here already stays as they were.",
    unsuppressed: "Taken off the list: it may be added again.",
    unsubscribed: "Unsubscribed: it is told nothing any more.",
    asked: "Asked again, unless it was asked three times today.",
    reactivated: "It is tried again from the next message on.",
    suppressed: "Nothing is sent there any more, whoever adds it.",
    erased: "Erased. Nothing of its address is left.",
  },
  show: (visit) => listFor(visit, formFrom(new URLSearchParams())),
  async take(sent) {
    const { form, path, places, view, who } = sent;
    const kept = places.subscribers;
    if (kept === null) return listFor(sent, form, ["Nobody keeps subscribers here."]);
    const does = form.text("do");
    if (does === "add") return added(sent, kept);
    if (does === "csv-look" || does === "csv-import") return imported(sent, kept);
    if (does === "unsuppress") {
      await kept.unsuppress(view.page.id, form.text("suppression"), byOf(who));
      return go(path, "unsuppressed");
    }
    if (does === "bar" || does === "unbar") return barred(sent, kept);
    return ofOne(sent, kept);
  },
});

/** What befalls one of the list. */
async function ofOne(sent: Sent<PageView>, kept: Kept): Promise<Reply> {
  const { form, path, view, who } = sent;
  const found = await kept.get(view.page.id, form.text("subscriber"));
  if (found === null) return listFor(sent, form, ["There is no such subscriber any more."]);
  switch (form.text("do")) {
    case "erase":
      await kept.erase(view.page.id, [found.id], byOf(who));
      return go(path, "erased");
    case "ask":
      await kept.ask(view.page.id, [found.id], byOf(who));
      return go(path, "asked");
    case "reactivate":
      await kept.change(view.page.id, [found.id], { state: "active" }, byOf(who));
      return go(path, "reactivated");
    case "suppress":
      await kept.suppress(view.page.id, [found], "operator", byOf(who));
      return go(path, "suppressed");
    default:
      await kept.change(view.page.id, [found.id], { state: "unsubscribed", tell: "unsubscribed" }, byOf(who));
      return go(path, "unsubscribed");
  }
}

async function added(sent: Sent<PageView>, kept: Kept): Promise<Reply> {
  const { form, path, view, who } = sent;
  const address = form.text("address");
  const isWeb = /^https?:/i.test(address);
  try {
    const wanted = newSubscriberOf(
      {
        ...(isWeb ? { endpoint: address } : { email: address }),
        skip_confirmation_notification: form.has("sure"),
      },
      view,
      null,
    );
    const asked = { ...wanted, by: actorOf(who.principal), ask: true };
    const [made] = await kept.add(view.page.id, [asked], byOf(who));
    if (made?.ok === true) return go(path, "added");
    const isBarred = made?.reason === "suppressed";
    return listFor(sent, form, [
      isBarred
        ? "This address is on the list of those that nothing is sent to."
        : "This address follows the page already.",
    ]);
  } catch (thrown) {
    // What cannot be an address is a sentence of the API's.
    if (thrown instanceof ApiRefusal) return listFor(sent, form, [thrown.answer.error].flat());
    throw thrown;
  }
}

async function imported(sent: Sent<PageView>, kept: Kept): Promise<Reply> {
  const taken = await csvTaken(sent, kept);
  switch (taken.kind) {
    case "done":
      return go(sent.path, "imported");
    case "look":
      return listFor(sent, sent.form, [], taken.look);
    case "refused":
      return listFor(sent, sent.form, taken.sentences);
  }
}

/** An address onto the list of those that nothing is sent to, or off it. */
async function barred(sent: Sent<PageView>, kept: Kept): Promise<Reply> {
  const { form, path, view, who } = sent;
  const page = view.page.id;
  try {
    const reached = reachedIn(form);
    if (form.text("do") === "bar") {
      await kept.suppress(page, [reached], "operator", byOf(who));
      return go(path, "suppressed");
    }
    const name = await kept.suppressed(page, reached);
    if (name === null) return listFor(sent, form, ["This address is not on the list."]);
    await kept.unsuppress(page, name, byOf(who));
    return go(path, "unsuppressed");
  } catch (thrown) {
    if (thrown instanceof ApiRefusal) return listFor(sent, form, [thrown.answer.error].flat());
    throw thrown;
  }
}

async function listFor(
  visit: Visit<PageView>,
  form: Form,
  sentences: readonly string[] = [],
  look: CsvLook | null = null,
): Promise<Reply> {
  const { places, view } = visit;
  const kept = places.subscribers;
  const followers = (await places.subscriberCount?.(view.page.id)) ?? null;
  const safeList = kept === null || !visit.may("edit") ? "" : await whoTheyAre(visit, kept);
  return shown(
    <>
      <Head title="Subscribers" />
      <Refused sentences={sentences} />
      <p safe>
        {followers === null
          ? "Nobody counts them yet."
          : `An incident that touches every component is sent to ${counted(followers, "subscriber")}.`}
      </p>
      {kept === null ? "" : <Counts histogram={await kept.histogram(view.page.id, null)} />}
      {safeList}
      {kept === null || !visit.may("edit") ? (
        ""
      ) : (
        <>
          <Another visit={visit} form={form} />
          <CsvForm visit={visit} text={look?.text ?? csvIn(form)} look={look} />
          <SuppressionList visit={visit} kept={kept} barred={form.text("barred")} />
        </>
      )}
    </>,
    { status: statusOf([...sentences, ...(look?.wrong ?? [])]) },
  );
}

function Another({
  visit: { path, who },
  form,
}: {
  readonly visit: Visit<PageView>;
  readonly form: Form;
}): JSX.Element {
  return (
    <section aria-labelledby="add-h">
      <h2 id="add-h">Another one</h2>
      <Post who={who} to={path}>
        <Line
          name="address"
          label="E-mail address, or address of a webhook or channel"
          hint="Such as name@example.com, https://example.com/hook, or what Slack, Teams or Discord name as a webhook of a channel"
          value={form.text("address")}
          required={true}
        />
        <Check
          name="sure"
          label="They agreed to it already"
          hint="Without this, mail waits until its reader confirms."
          checked={form.has("sure")}
        />
        <div class="acts">
          <Button does="add" label="Add" />
        </div>
      </Post>
    </section>
  );
}

function Counts({ histogram }: { readonly histogram: Awaited<ReturnType<Kept["histogram"]>> }): JSX.Element {
  const kinds = subscriberKinds.filter((kind) => Object.values(histogram[kind]).some((count) => count > 0));
  if (kinds.length === 0)
    return <p class="empty">Nobody follows the page yet. Readers find the ways to at /subscribe.</p>;
  return (
    <ul class="list">
      {kinds.map((kind) => {
        const states = stateOrder.filter((state) => histogram[kind][state] > 0);
        return (
          <li>
            <b safe>{channelWords[kind]}</b>
            <span class="hint" safe>
              {states
                .map(
                  (state) =>
                    `${histogram[kind][state].toLocaleString("en")} ${stateWords[state].toLowerCase()}`,
                )
                .join(", ")}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

async function whoTheyAre(visit: Visit<PageView>, kept: Kept): Promise<JSX.Element> {
  const { path, query, view } = visit;
  const state = subscriberStates.find((it) => it === query.get("state")) ?? "active";
  const { part, isMore } = await partFor(visit, kept, state);
  return (
    <section aria-labelledby="who-h">
      <h2 id="who-h">Who they are</h2>
      <form method="get" class="row">
        <Select
          name="state"
          label="State"
          value={state}
          from={stateOrder.map((value) => ({ value, label: stateWords[value] }))}
        />
        <button type="submit" class="quiet">
          Show
        </button>
      </form>
      <Listing
        part={part}
        path={path}
        noun="subscriber"
        also={{ state }}
        empty="None in this state."
        hint={part.question !== "" && isMore ? `More than ${limits.adminListMax} fit.` : undefined}
      >
        <ul class="list">
          {part.items.map((subscriber) => (
            <Row visit={visit} subscriber={subscriber} view={view} />
          ))}
        </ul>
      </Listing>
    </section>
  );
}

/** One more than is shown is asked for: it says whether it goes on. */
async function partFor(
  { query, view }: Visit<PageView>,
  kept: Kept,
  state: SubscriberState,
): Promise<{ readonly part: Part<Subscriber>; readonly isMore: boolean }> {
  const { question, number: asked } = partOf([], query, () => true);
  const number = Math.max(asked, Number.parseInt(query.get("part") ?? "1", 10) || 1);
  const size = limits.adminListMax;
  const found = await kept.list(view.page.id, {
    ...{ states: [state], text: question.toLowerCase(), incident: null },
    ...{ sort: "primary", descending: false, offset: (number - 1) * size, limit: size + 1 },
  });
  const isMore = found.length > size;
  const histogram = await kept.histogram(view.page.id, null);
  const all = subscriberKinds.reduce((sum, kind) => sum + histogram[kind][state], 0);
  const count = question === "" ? all : (number - 1) * size + Math.min(size, found.length);
  const parts = question === "" ? Math.max(1, Math.ceil(all / size)) : number + (isMore ? 1 : 0);
  return { part: { items: found.slice(0, size), question, number, parts, count }, isMore };
}

function Row({
  visit: { path, who },
  subscriber,
  view,
}: {
  readonly visit: Visit<PageView>;
  readonly subscriber: Subscriber;
  readonly view: PageView;
}): JSX.Element {
  const { components, contact, createdMs, id, kind, state } = subscriber;
  const address = primaryOf(kind, contact);
  const wanted = components?.flatMap((it) => {
    const component = view.componentById.get(it);
    return component === undefined ? [] : [fullName(view, component)];
  });
  const what = wanted === undefined ? "everything" : wanted.slice(0, 3).join(", ");
  const more = wanted === undefined || wanted.length <= 3 ? "" : ` and ${wanted.length - 3} more`;
  return (
    <li>
      <div>
        <b dir="auto" safe>
          {address}
        </b>
        <small class="sub">
          {Html.escapeHtml(`${channelWords[kind]}, ${what}${more}, since `)}
          <When ms={createdMs} voice={voiceFor(view)} />
        </small>
        {state === "quarantined" && subscriber.course?.why ? (
          <small class="sub" safe>
            {`Nobody is reached there: ${subscriber.course.why}`}
          </small>
        ) : (
          ""
        )}
        {isEndpoint(subscriber) ? <a href={attribute(attemptsAt(view.page.id, id))}>Attempts</a> : ""}
        {state === "unconfirmed" || state === "quarantined" ? (
          <Post who={who} to={path} kind="bare">
            <Hidden name="subscriber" value={id} />
            <Button
              does="ask"
              label="Ask to confirm again"
              kind="quiet"
              says={`Ask ${address} to confirm again`}
            />
            {state === "quarantined" ? (
              <Button does="reactivate" label="Try again" kind="quiet" says={`Try ${address} again`} />
            ) : (
              ""
            )}
          </Post>
        ) : (
          ""
        )}
      </div>
      <Dangerous
        label="Take off…"
        says="Unsubscribed, the address is kept so that nobody adds it again unasked. Never sent to, nobody can add it at all. Erased, nothing of it is left."
      >
        <Post who={who} to={path} kind="bare">
          <Hidden name="subscriber" value={id} />
          {state === "unsubscribed" ? (
            ""
          ) : (
            <Button does="unsubscribe" label="Unsubscribe" kind="quiet" says={`Unsubscribe ${address}`} />
          )}
          <Button does="suppress" label="Never send there" kind="quiet" says={`Never send to ${address}`} />
          <Button does="erase" label="Erase for good" kind="no" says={`Erase for good: ${address}`} />
        </Post>
      </Dangerous>
    </li>
  );
}
