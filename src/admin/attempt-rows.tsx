// What became of the last messages to one endpoint, as rows: when, what it answered and how soon, and why it did not take one. In: a subscriber's id. Out: a section.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { type ChannelKind, endpointKinds, primaryOf } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import type { EndpointTry } from "../store/outbox-progress.ts";
import type { TryOutcome } from "../store/outbox-tries.ts";
import { occasionWords } from "./delivery-rows.tsx";
import { pageAt, type Visit } from "./screen.ts";
import { channelWords, voiceFor } from "./speech.ts";

const outcomeWords: Readonly<Record<TryOutcome, string>> = {
  sent: "Taken",
  confirmed: "Confirmed",
  later: "Tried again later",
  gone: "Gone",
  refused: "Given up",
};

/** Whether there are attempts to see. */
export const isEndpoint = ({ kind }: { readonly kind: ChannelKind }): boolean =>
  endpointKinds.some((it) => it === kind);

export const attemptsAt = (page: string, subscriber: string): string =>
  pageAt(page, `/deliveries?${new URLSearchParams({ subscriber })}#attempts-h`);

export async function attemptsFor({ places, query, view }: Visit<PageView>): Promise<JSX.Element> {
  const id = query.get("subscriber");
  const found = id === null ? null : ((await places.subscribers?.get(view.page.id, id)) ?? null);
  if (found === null || !isEndpoint(found)) return "";
  const tries = places.deliveries.tries(view.page.id, found.id);
  return (
    <section aria-labelledby="attempts-h">
      <h2 id="attempts-h" dir="auto" safe>
        {`Last messages to ${primaryOf(found.kind, found.contact)}`}
      </h2>
      <p class="hint" safe>{`${channelWords[found.kind]}, the last ${limits.triesKept} of 30 days.`}</p>
      {tries.length === 0 ? <p class="empty">Nothing was sent there yet.</p> : ""}
      <ul class="list">
        {tries.map((one) => (
          <Attempt view={view} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Attempt({ view, one }: { readonly view: PageView; readonly one: EndpointTry }): JSX.Element {
  const { atMs, tookMs, status, outcome, why, attempt, occasion } = one;
  const answered = status === null ? "No answer" : `Answered ${status}`;
  return (
    <li>
      <div>
        <b dir="auto" safe>
          {occasion === null ? "What is forgotten by now" : occasionWords(view, occasion)}
        </b>
        <small class="sub" safe>
          {`${answered} after ${tookMs.toLocaleString("en")} ms${attempt > 1 ? `, attempt ${attempt}` : ""}`}
        </small>
        {why === "" ? (
          ""
        ) : (
          <small class="sub" dir="auto" safe>
            {why}
          </small>
        )}
        <small class="sub">
          <When ms={atMs} voice={voiceFor(view)} />
        </small>
      </div>
      <span class="hint" safe>
        {outcomeWords[outcome]}
      </span>
    </li>
  );
}
