// The days of one component's month as a small calendar, Monday first. In: days with their worst status. Out: a picture with its words, and
// each bad day in words below it, so that nothing is told by colour or by pointing alone. Calm lies on the water, trouble rises.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { DayBar } from "../model/uptime.ts";
import type { ComponentStatus } from "../model/view.ts";
import { barText, dayText } from "./bar.tsx";
import { Icon } from "./icon.tsx";
import { firstWeekday } from "./months.ts";
import { attribute } from "./prose.tsx";
import { componentMarks } from "./severity.ts";
import type { Words } from "./words.ts";

/** A day's side in the picture, and how high a stroke rises in it: the worse, the higher. */
const side = 8;
const heights: Readonly<Record<Exclude<ComponentStatus, "operational">, number>> = {
  under_maintenance: 3,
  degraded_performance: 4.2,
  partial_outage: 5.6,
  major_outage: 7,
};
/** Bad days that are named below the picture; a component's own page has all. */
const namedMax = 6;

interface Place {
  readonly x: number;
  /** Of its lower edge. */
  readonly y: number;
}

/** The picture and its words. */
export function MonthDays({
  month,
  days,
  words,
}: {
  readonly month: string;
  readonly days: readonly DayBar[];
  readonly words: Words;
}): JSX.Element {
  const first = firstWeekday(month);
  const placeOf = (at: number): Place => ({
    x: ((first + at) % 7) * side,
    y: (Math.floor((first + at) / 7) + 1) * side,
  });
  const weeks = Math.ceil((first + days.length) / 7);
  const bad = days.filter(({ status }) => status !== null && status !== "operational");
  return (
    <>
      <svg
        class="dy"
        viewBox={`0 0 ${7 * side} ${weeks * side}`}
        role="img"
        aria-label={attribute(barText(days, words))}
      >
        <path class="x" d={linesOf(days, placeOf, null)} />
        <path class="w" d={linesOf(days, placeOf, "operational")} />
        {days.map((day, at) =>
          day.status === null || day.status === "operational" ? (
            ""
          ) : (
            <BadDay status={day.status} place={placeOf(at)} />
          ),
        )}
      </svg>
      {bad.length === 0 ? "" : <BadDays days={bad} words={words} />}
    </>
  );
}

/** A flat stroke for each day of that status. */
function linesOf(days: readonly DayBar[], placeOf: (at: number) => Place, status: DayBar["status"]): string {
  return days
    .map((day, at) => {
      if (day.status !== status) return "";
      const { x, y } = placeOf(at);
      return `M${x + 1} ${y - 1}h6`;
    })
    .join("");
}

function BadDay({
  status,
  place: { x, y },
}: {
  readonly status: keyof typeof heights;
  readonly place: Place;
}): JSX.Element {
  const height = heights[status];
  return <path class={componentMarks[status]} d={`M${x + 1} ${y - 0.5}h6v-${height}h-6z`} />;
}

function BadDays({ days, words }: { readonly days: readonly DayBar[]; readonly words: Words }): JSX.Element {
  return (
    <ul class="chg">
      {days.slice(0, namedMax).map((day) => {
        const status = day.status ?? "operational";
        const mark = componentMarks[status];
        return (
          <li class={mark}>
            <Icon mark={mark} />
            <span safe>{dayText(day, status, words)}</span>
          </li>
        );
      })}
      {days.length > namedMax ? <li safe>{words.uptime.moreDays(days.length - namedMax)}</li> : ""}
    </ul>
  );
}
