// Incidents and maintenance by the day on which they began. In: incidents, newest first; or the days to account for.
// Out: a list of days. The front page names quiet days too, several in a row as one line.
/** @jsxRuntime classic */
/** @jsx Html.createElement */
/** @jsxFrag Html.Fragment */
import { Html } from "@elysiajs/html";
import type { Incident } from "../model/view.ts";
import { addDays, dayOf } from "../model/zone.ts";
import type { Voice } from "./languages.ts";
import { dateText, daysText } from "./moment.ts";
import { Facts, incidentPath, Name, type Told } from "./piece.tsx";
import { Prose } from "./prose.tsx";
import { beganAt, isUnresolved } from "./selection.ts";

/** Characters of the last update that a list of days repeats; the incident's own page has all. */
const lastSaidChars = 280;

/** Days with something, newest first, right below a page's h1. `incidents` newest first. */
export function PastDays({
  incidents,
  voice,
}: {
  readonly incidents: readonly Incident[];
  readonly voice: Voice;
}): JSX.Element {
  if (incidents.length === 0)
    return (
      <p class="mu" safe>
        {voice.words.history.nothing}
      </p>
    );
  return (
    <ul class="past">
      {byDay(incidents, voice.zone).map(([day, of]) => (
        <li>
          <h2>
            <DayName day={day} voice={voice} />
          </h2>
          <Entries incidents={of} voice={voice} isFront={false} />
        </li>
      ))}
    </ul>
  );
}

/** Days with something in their order, below an h2; each can be led to. */
export function DayEntries({
  incidents,
  voice,
}: {
  readonly incidents: readonly Incident[];
  readonly voice: Voice;
}): JSX.Element {
  return (
    <ul class="past">
      {byDay(incidents, voice.zone).map(([day, of]) => (
        <li id={`d-${day}`}>
          <h3>
            <DayName day={day} voice={voice} />
          </h3>
          <Entries incidents={of} voice={voice} isFront={false} />
        </li>
      ))}
    </ul>
  );
}

/** The same with the quiet days between `today` and `days` before it, below an h2. */
export function RecentDays({
  incidents,
  voice,
  today,
  days,
}: {
  readonly incidents: readonly Incident[];
  readonly voice: Voice;
  readonly today: string;
  readonly days: number;
}): JSX.Element {
  const busy = byDay(incidents, voice.zone);
  const oldest = addDays(today, 1 - days);
  // What begins today changes the lines above the last busy day, and nothing below them.
  const newest: JSX.Element[] = [];
  const older: JSX.Element[] = [];
  let quietTo = today;
  for (const [day, of] of busy) {
    if (day < quietTo && quietTo >= oldest)
      (older.length === 0 ? newest : older).push(
        <Quiet from={maxDay(addDays(day, 1), oldest)} to={quietTo} voice={voice} />,
      );
    (day < today ? older : newest).push(
      <li>
        <h3>
          <DayName day={day} voice={voice} />
        </h3>
        <Entries incidents={of} voice={voice} isFront={true} />
      </li>,
    );
    quietTo = addDays(day, -1);
  }
  if (quietTo >= oldest)
    (older.length === 0 ? newest : older).push(<Quiet from={oldest} to={quietTo} voice={voice} />);
  return (
    <>
      <ul class="past" id="p-new">
        {newest}
      </ul>
      <ul class="past" id="p-old">
        {older}
      </ul>
    </>
  );
}

const maxDay = (a: string, b: string): string => (a > b ? a : b);

function byDay(
  incidents: readonly Incident[],
  zone: string,
): readonly (readonly [string, readonly Incident[]])[] {
  const days = new Map<string, Incident[]>();
  for (const incident of incidents) {
    const day = dayOf(beganAt(incident), zone);
    const known = days.get(day);
    if (known === undefined) days.set(day, [incident]);
    else known.push(incident);
  }
  return [...days];
}

/** A calendar day in words. */
export function DayName({ day, voice }: { readonly day: string; readonly voice: Voice }): JSX.Element {
  return (
    <time datetime={day} safe>
      {dateText(day, voice.words)}
    </time>
  );
}

function Entries({
  incidents,
  voice,
  isFront,
}: {
  readonly incidents: readonly Incident[];
  readonly voice: Voice;
  readonly isFront: boolean;
}): JSX.Element {
  return (
    <ul>
      {incidents.map((incident) => (
        <Entry incident={incident} voice={voice} isFront={isFront} />
      ))}
    </ul>
  );
}

/** The front page tells of an open incident higher up: here is the day on which it began. */
function Entry({ incident, voice, isFront }: Told & { readonly isFront: boolean }): JSX.Element {
  const [last] = incident.updates;
  const isAbove = isFront && isUnresolved(incident);
  return (
    <li>
      <a href={voice.path(incidentPath(incident))}>
        <b>
          <Name of={incident.name} />
        </b>
      </a>
      {isAbove ? (
        <p class="tag" safe>
          {voice.words.status[incident.status]}
        </p>
      ) : (
        <Facts incident={incident} voice={voice} />
      )}
      {last === undefined || isAbove ? (
        ""
      ) : (
        <div class="said">
          <Prose told={last} chars={lastSaidChars} />
        </div>
      )}
    </li>
  );
}

function Quiet({
  from,
  to,
  voice: { words },
}: {
  readonly from: string;
  readonly to: string;
  readonly voice: Voice;
}): JSX.Element {
  return (
    <li>
      <h3 safe>{from === to ? dateText(to, words) : daysText(from, to, words)}</h3>
      <p class="mu" safe>
        {words.front.quiet}
      </p>
    </li>
  );
}
