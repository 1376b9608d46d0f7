// What each component went through while an incident was told of. In: an incident. Out: a row a component: a strip and the same in words.
// The updates say it, each with the status before and after; so the page needs no history but the incident's own.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { ComponentStatus, Incident } from "../model/view.ts";
import { dayOf } from "../model/zone.ts";
import { Icon } from "./icon.tsx";
import type { Voice } from "./languages.ts";
import { minuteIso, minuteText, momentIn } from "./moment.ts";
import { Name, type Told } from "./piece.tsx";
import { endedAt } from "./selection.ts";
import { componentMarks } from "./severity.ts";

interface Step {
  readonly at: number;
  readonly status: ComponentStatus;
}

export interface Course {
  readonly code: string;
  readonly name: string;
  /** Oldest first; each differs from the one before. */
  readonly steps: readonly Step[];
}

/** Changes of one component that are told in words; an incident that says more is read in its updates. */
const stepsMax = 20;
/** The strip's width, and the least that a moment takes of it. */
const width = 400;
const leastWidth = 2;
/** How high a status rises in a strip that is 8 high: as on the bars of days, the worse, the higher. */
const heights: Readonly<Record<ComponentStatus, number>> = {
  operational: 1,
  under_maintenance: 3,
  degraded_performance: 4.4,
  partial_outage: 6,
  major_outage: 8,
};

/** The components that an incident's updates tell of, the first told of first. */
export function coursesOf({ updates }: Incident): readonly Course[] {
  const courses = new Map<string, { name: string; steps: Step[] }>();
  for (const update of updates.toReversed())
    for (const { code, name, oldStatus, newStatus } of update.affectedComponents ?? []) {
      const course = courses.get(code) ?? { name, steps: [] };
      courses.set(code, course);
      course.name = name;
      const last = course.steps.at(-1)?.status;
      if (last === undefined && oldStatus !== newStatus && oldStatus !== "operational")
        course.steps.push({ at: update.displayAt, status: oldStatus });
      if (last !== newStatus) course.steps.push({ at: update.displayAt, status: newStatus });
    }
  return [...courses].map(([code, course]) => ({ code, ...course }));
}

/** The rows; nothing where no update names a component. */
export function CoursesOf({
  courses,
  incident,
  voice,
}: Told & { readonly courses: readonly Course[] }): JSX.Element {
  const from = Math.min(...courses.flatMap(({ steps }) => steps.map(({ at }) => at)));
  const until = Math.max(endedAt(incident) ?? 0, incident.updates[0]?.displayAt ?? 0);
  return (
    <ul class="crs">
      {courses.map((course) => (
        <li>
          <h3>
            <Name of={course.name} />
          </h3>
          {until > from ? <Strip course={course} from={from} until={until} /> : ""}
          <Steps course={course} voice={voice} />
        </li>
      ))}
    </ul>
  );
}

/** Silent to those who listen: the words stand below it. */
function Strip({
  course,
  from,
  until,
}: {
  readonly course: Course;
  readonly from: number;
  readonly until: number;
}): JSX.Element {
  const placeOf = (at: number): number => Math.round(((at - from) / (until - from)) * width);
  return (
    <svg class="dy" viewBox={`0 0 ${width} 8`} preserveAspectRatio="none" aria-hidden="true">
      {course.steps.map(({ at, status }, place) => {
        const next = course.steps[place + 1]?.at ?? until;
        const long = Math.max(leastWidth, placeOf(Math.max(next, at)) - placeOf(at));
        const height = heights[status];
        return (
          <path
            class={componentMarks[status]}
            d={`M${Math.min(placeOf(at), width - leastWidth)} 8h${long}v-${height}h-${long}z`}
          />
        );
      })}
    </svg>
  );
}

function Steps({ course, voice }: { readonly course: Course; readonly voice: Voice }): JSX.Element {
  const told = course.steps.slice(-stepsMax);
  return (
    <ol class="chg">
      {told.map(({ at, status }, place) => (
        <li>
          <time datetime={minuteIso(at)} safe>
            {timeText(at, told[place - 1]?.at, voice)}
          </time>
          <span class={`st ${componentMarks[status]}`}>
            <Icon mark={componentMarks[status]} />
            {Html.escapeHtml(voice.words.component[status])}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The time, with its day where that is another than that of the step before. */
function timeText(at: number, before: number | undefined, voice: Voice): string {
  const { zone } = voice;
  if (before === undefined || dayOf(at, zone) !== dayOf(before, zone)) return minuteText(at, voice);
  const moment = momentIn(at, zone);
  return `${moment.time} ${moment.zone}`;
}
