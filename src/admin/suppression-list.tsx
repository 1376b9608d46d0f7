// Those whom a page never tells anything, for editors. In: an address to put there, a row to take off. Out: the list, which names nobody: an address is found by
// asking for it.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import { limits } from "../base/limits.ts";
import { addressOf } from "../control/subscriber-fields.ts";
import type { PageView } from "../model/view.ts";
import { When } from "../render/piece.tsx";
import { attribute } from "../render/prose.tsx";
import type { Reached, Suppression } from "../store/suppressions.ts";
import { Button, Hidden, Line, Post } from "./field.tsx";
import type { Form } from "./form.ts";
import type { Places } from "./places.ts";
import type { Visit } from "./screen.ts";
import { channelWords, voiceFor } from "./speech.ts";

type Kept = NonNullable<Places["subscribers"]>;

const whyWords: Readonly<Record<Suppression["why"], string>> = {
  complaint: "its reader complained",
  operator: "put here by hand",
};

/** Throws ApiRefusal where it is no address. A number is written with its country before it: `US 202-555-0105`. */
export function reachedIn(form: Form): Reached {
  const said = form.text("barred");
  if (/^https?:/i.test(said)) return addressOf({ endpoint: said });
  const [, country, number] = /^(?:([a-z]{2})\s+)?(\+?[\d\s().\-/]+)$/i.exec(said) ?? [];
  if (number === undefined) return addressOf({ email: said });
  return addressOf({ phone_number: number, ...(country === undefined ? {} : { phone_country: country }) });
}

export function SuppressionList({
  visit,
  kept,
  barred,
}: {
  readonly visit: Visit<PageView>;
  readonly kept: Kept;
  readonly barred: string;
}): JSX.Element {
  const { path, query, view, who } = visit;
  const size = limits.adminListMax;
  const found = kept.suppressions(
    view.page.id,
    (query.get("after") ?? "").slice(0, limits.idCharsMax),
    size + 1,
  );
  const shown = found.slice(0, size);
  return (
    <section aria-labelledby="never-h">
      <h2 id="never-h">Never sent to</h2>
      <p class="hint">
        No address is kept here, only what tells one again. Write one below to put it on the list, or to take
        it off.
      </p>
      {shown.length === 0 ? <p class="empty">None.</p> : ""}
      <ul class="list">
        {shown.map((one) => (
          <li>
            <div>
              <b safe>{channelWords[one.kind]}</b>
              <small class="sub">
                {Html.escapeHtml(`${whyWords[one.why]}, by ${one.by || "nobody named"}, `)}
                <When ms={one.atMs} voice={voiceFor(view)} />
              </small>
            </div>
            <Post who={who} to={path} kind="bare">
              <Hidden name="suppression" value={one.id} />
              <Button does="unsuppress" label="Take off" kind="quiet" says={`Take off the list: ${one.id}`} />
            </Post>
          </li>
        ))}
      </ul>
      {found.length > size ? (
        <p>
          <a href={attribute(`${path}?${new URLSearchParams({ after: shown.at(-1)?.id ?? "" })}#never-h`)}>
            Further ones
          </a>
        </p>
      ) : (
        ""
      )}
      <Post who={who} to={path}>
        <Line
          name="barred"
          label="An address"
          hint="E-mail, address of a webhook or channel, or a number with its country, such as US 202-555-0105"
          value={barred}
          required={true}
        />
        <div class="acts">
          <Button does="bar" label="Never send there" />
          <Button does="unbar" label="Take it off" kind="quiet" />
        </div>
      </Post>
    </section>
  );
}
