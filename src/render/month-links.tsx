// Ways between pages of months. In: months by name, where their pages are. Out: the pager below a month, and the list of all of them.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Voice } from "./languages.ts";
import { monthText } from "./moment.ts";
import { attribute } from "./prose.tsx";
import { type Neighbour, Pager } from "./subject-page.tsx";

/** `base`: the month's name follows it. */
export function MonthPager({
  base,
  older,
  newer,
  voice,
}: {
  readonly base: string;
  readonly older: string | null;
  readonly newer: string | null;
  readonly voice: Voice;
}): JSX.Element {
  const neighbour = (month: string | null): Neighbour | null =>
    month === null ? null : { path: `${base}${month}`, name: monthText(month, voice.words) };
  return (
    <Pager
      older={neighbour(older)}
      newer={neighbour(newer)}
      label={attribute(voice.words.history.monthsLabel)}
      voice={voice}
    />
  );
}

export interface ListedMonth {
  readonly name: string;
  /** How many things there are in it, where that is said. */
  readonly count?: number;
}

/** Nothing without a month. */
export function MonthList({
  id,
  heading,
  base,
  months,
  voice,
}: {
  readonly id: string;
  readonly heading: string;
  readonly base: string;
  readonly months: readonly ListedMonth[];
  readonly voice: Voice;
}): JSX.Element {
  if (months.length === 0) return "";
  return (
    <section aria-labelledby={attribute(id)}>
      <h2 id={attribute(id)} safe>
        {heading}
      </h2>
      <ul class="mo">
        {months.map(({ name, count }) => (
          <li>
            <a href={voice.path(`${base}${name}`)} safe>
              {monthText(name, voice.words)}
            </a>
            {count === undefined ? "" : <MonthCount count={count} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function MonthCount({ count }: { readonly count: number }): JSX.Element {
  return (
    <>
      {" "}
      <span class="mu n">{count}</span>
    </>
  );
}
