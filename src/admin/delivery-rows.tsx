// Who was told of what, as rows. In: deliveries. Out: one for each thing told, with a line a channel: how many of how many, what failed, how soon.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Occasion } from "../model/occasion.ts";
import type { PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import type { Progress, Tally } from "../store/outbox-progress.ts";
import type { JobState } from "../store/outbox-rows.ts";
import { pageAt } from "./screen.ts";
import { channelWords, componentWord, statusWord, voiceFor } from "./speech.ts";

const stateWords: Readonly<Record<JobState, string>> = {
  open: "Under way",
  done: "Done",
  cancelled: "Taken back",
};
const ownWords = {
  confirm: "A reader is asked to confirm",
  challenge: "An endpoint is asked to confirm",
  changed: "A reader is told of another choice",
  unsubscribed: "A reader is told of the end",
} as const;

/** What it is about, in a line. */
export function occasionWords(view: PageView, occasion: Occasion): string {
  if ("subscriber" in occasion) return ownWords[occasion.kind];
  if (occasion.kind === "component") {
    const name = view.componentById.get(occasion.component)?.name ?? "A component that is gone";
    return `${name}: ${stateWord(occasion.was)} → ${stateWord(occasion.is)}`;
  }
  const incident = view.incidentById.get(occasion.incident);
  const name = incident?.name ?? "An incident that is gone";
  if (occasion.kind !== "update") return `${occasion.kind === "reminder" ? "Soon" : "Post-mortem"}: ${name}`;
  const update = incident?.updates.find(({ id }) => id === occasion.update);
  return update === undefined ? name : `${statusWord(update.status)}: ${name}`;
}

/** An op-log may name a state that this release has no word for. */
const stateWord = (status: string): string =>
  componentWord(status as Parameters<typeof componentWord>[0]) ?? status;

/** "1,204 of 1,300 sent, 90 waiting, 6 failed, 95 in 100 within 12 s" */
export function tallyWords({ queued, sent, failed, left, retried, p95Ms }: Tally): string {
  const said = (count: number): string => count.toLocaleString("en");
  const waiting = queued === null ? 0 : Math.max(0, queued - sent - failed - left);
  return [
    queued === null
      ? `${said(sent)} sent, the others are being counted`
      : `${said(sent)} of ${said(queued)} sent`,
    ...(waiting > 0 ? [`${said(waiting)} queued`] : []),
    `${said(failed)} failed`,
    ...(left > 0 ? [`${said(left)} left meanwhile`] : []),
    ...(retried > 0 ? [`${said(retried)} tried again`] : []),
    ...(p95Ms === null ? [] : [`95 in 100 within ${secondsText(p95Ms)}`]),
  ].join(", ");
}

const secondsText = (ms: number): string =>
  ms < 10_000
    ? `${(Math.max(ms, 100) / 1_000).toFixed(1)} s`
    : `${Math.round(ms / 1_000).toLocaleString("en")} s`;

/** The screen of an incident's deliveries. */
export const deliveriesAt = (page: string, incident: string): string =>
  pageAt(page, `/deliveries?${new URLSearchParams({ incident })}`);

export function DeliveryRows({
  view,
  deliveries,
  may = false,
}: {
  readonly view: PageView;
  readonly deliveries: readonly Progress[];
  /** Whether what failed leads to where it is sent again. */
  readonly may?: boolean;
}): JSX.Element {
  const voice = voiceFor(view);
  return (
    <ul class="list">
      {deliveries.map(({ job, occasion, occurredMs, state, channels, failed }) => (
        <li>
          <div>
            <b dir="auto" safe>
              {occasionWords(view, occasion)}
            </b>
            <small class="sub">
              <When ms={occurredMs} voice={voice} />
            </small>
            {channels.length === 0 ? <small class="sub">Nobody wanted to hear of it.</small> : ""}
            {channels.map(({ kind, ...tally }) => (
              <small class="sub" safe>{`${channelWords[kind]}: ${tallyWords(tally)}`}</small>
            ))}
          </div>
          <span class="hint" safe>
            {stateWords[state]}
          </span>
          {may && failed > 0 ? (
            <a class="btn quiet" href={attribute(pageAt(view.page.id, `/deliveries?job=${job}#dead-h`))}>
              What failed
            </a>
          ) : (
            ""
          )}
        </li>
      ))}
    </ul>
  );
}
