// /admin/p/<page>/deliveries: how far subscribers are told of what happened; for editors what could not be told, why, and the way to send it again.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { nobodySends, type ReplayAsked } from "../control/own-deliveries.ts";
import { channelKinds, primaryOf } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import { byOf } from "../people/accounts.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import type { DeadLetter } from "../store/outbox-progress.ts";
import { attemptsAt, attemptsFor, isEndpoint } from "./attempt-rows.tsx";
import { DeliveryRows, occasionWords } from "./delivery-rows.tsx";
import { Button, Head, Hidden, Post, Refused } from "./field.tsx";
import type { Form } from "./form.ts";
import { Ways } from "./listing.tsx";
import { go, type Reply, screen, shown, statusOf, type Visit } from "./screen.ts";
import { channelWords, voiceFor } from "./speech.ts";

export const deliveriesScreen = screen({
  path: "/admin/p/:page/deliveries",
  title: "Deliveries",
  needs: "read",
  changes: "edit",
  menu: "page",
  done: {
    again: "Sent again. What fails once more stands here again.",
    rest: `Sent again: ${limits.deadLettersPerReplay.toLocaleString("en")} of them. Press once more for the others.`,
    none: "That is no message that failed any more.",
  },
  show: (visit) => listFor(visit),
  async take(sent) {
    const { form, path, places, view, who } = sent;
    const asked = replayIn(form);
    const done = asked && (await places.deliveries.replay(view.page, asked, byOf(who)));
    if (done === null) return listFor(sent, [asked === null ? "No message was named." : nobodySends]);
    return go(path, done.again === 0 ? "none" : done.more ? "rest" : "again");
  },
});

function replayIn(form: Form): ReplayAsked | null {
  const job = Number(form.text("job"));
  if (!Number.isSafeInteger(job) || job < 1) return null;
  if (form.text("do") === "all") return { job };
  const kind = channelKinds.find((it) => it === form.text("kind"));
  const subscriber = form.text("subscriber");
  return kind === undefined || subscriber === "" ? null : { job, one: { kind, subscriber } };
}

/** A number of the address, from 1. */
function numberIn(query: URLSearchParams, name: string): number | undefined {
  const number = Number.parseInt(query.get(name) ?? "", 10);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

async function listFor(visit: Visit<PageView>, sentences: readonly string[] = []): Promise<Reply> {
  const { path, places, query, view } = visit;
  const size = limits.adminListMax;
  const incident = view.incidentById.get(query.get("incident") ?? "");
  const found = places.deliveries.list(view.page.id, {
    ...{ incident: incident?.id, sinceMs: incident?.createdAt, before: numberIn(query, "before") },
    limit: size + 1,
  });
  const shownNow = found.slice(0, size);
  const older = found.length > size ? shownNow.at(-1)?.job : undefined;
  const safeDead = visit.may("edit") ? await deadFor(visit) : "";
  const safeAttempts = visit.may("edit") ? await attemptsFor(visit) : "";
  const ofIncident = incident === undefined ? {} : { incident: incident.id };
  return shown(
    <>
      <Head title="Deliveries">
        {incident === undefined ? (
          ""
        ) : (
          <a class="btn quiet" href={attribute(path)}>
            Of the whole page
          </a>
        )}
      </Head>
      <Refused sentences={sentences} />
      <section aria-labelledby="told-h">
        <h2 id="told-h" dir="auto" safe>
          {incident === undefined ? "Who was told" : `Who was told: ${incident.name}`}
        </h2>
        {shownNow.length === 0 ? (
          <p class="empty">Nobody was told of anything yet.</p>
        ) : (
          <DeliveryRows view={view} deliveries={shownNow} may={visit.may("edit")} />
        )}
        {older === undefined ? (
          ""
        ) : (
          <nav class="pg" aria-label="Parts of the list">
            <a
              class="btn quiet"
              href={attribute(`${path}?${new URLSearchParams({ ...ofIncident, before: String(older) })}`)}
            >
              Older ones
            </a>
          </nav>
        )}
      </section>
      {safeAttempts}
      {safeDead}
    </>,
    { status: statusOf(sentences) },
  );
}

async function deadFor(visit: Visit<PageView>): Promise<JSX.Element> {
  const { path, places, query, view, who } = visit;
  const size = limits.adminListMax;
  const number = numberIn(query, "part") ?? 1;
  const job = numberIn(query, "job");
  const found = places.deliveries.dead(view.page.id, { job, offset: (number - 1) * size, limit: size + 1 });
  const items = found.slice(0, size);
  const jobs = [...new Map(items.map((it) => [it.job, it.occasion])).entries()];
  const addresses = await Promise.all(items.map((it) => addressOf(visit, it)));
  const part = {
    items,
    question: "",
    number,
    parts: number + (found.length > size ? 1 : 0),
    count: items.length,
  };
  return (
    <section aria-labelledby="dead-h">
      <h2 id="dead-h">What failed</h2>
      {items.length === 0 ? <p class="empty">Nothing that was given up.</p> : ""}
      {jobs.map(([of, occasion]) => (
        <Post who={who} to={path} kind="row">
          <span dir="auto" safe>
            {occasionWords(view, occasion)}
          </span>
          <Hidden name="job" value={String(of)} />
          <Button
            does="all"
            label="Send all of it again"
            kind="quiet"
            says={`Send all of it again: ${occasionWords(view, occasion)}`}
          />
        </Post>
      ))}
      <ul class="list">
        {items.map((letter, at) => (
          <Letter visit={visit} letter={letter} address={addresses[at] ?? ""} />
        ))}
      </ul>
      <Ways part={part} path={path} also={job === undefined ? {} : { job: String(job) }} />
    </section>
  );
}

async function addressOf(
  { places, view }: Visit<PageView>,
  { kind, subscriber }: DeadLetter,
): Promise<string> {
  if (kind === "social") return subscriber;
  const found = await places.subscribers?.get(view.page.id, subscriber);
  return found ? primaryOf(found.kind, found.contact) : "A subscriber that is gone";
}

function Letter({
  visit: { path, view, who },
  letter: { job, kind, subscriber, occasion, atMs, attempts, why },
  address,
}: {
  readonly visit: Visit<PageView>;
  readonly letter: DeadLetter;
  readonly address: string;
}): JSX.Element {
  return (
    <li>
      <div>
        <b dir="auto" safe>
          {address}
        </b>
        <small class="sub" dir="auto" safe>
          {`${channelWords[kind]}, ${occasionWords(view, occasion)}`}
        </small>
        <small class="sub" dir="auto" safe>
          {`${attempts === 1 ? "Tried once" : `Tried ${attempts} times`}: ${why}`}
        </small>
        <small class="sub">
          <When ms={atMs} voice={voiceFor(view)} />
        </small>
        {isEndpoint({ kind }) ? (
          <a href={attribute(attemptsAt(view.page.id, subscriber))}>Each attempt</a>
        ) : (
          ""
        )}
      </div>
      <Post who={who} to={path} kind="bare">
        <Hidden name="job" value={String(job)} />
        <Hidden name="kind" value={kind} />
        <Hidden name="subscriber" value={subscriber} />
        <Button does="one" label="Send again" kind="quiet" says={`Send again to ${address}`} />
      </Post>
    </li>
  );
}
