// Which incidents say some words. In: the incidents, the words. Out: those whose name, status or an update has them, in any case.
// What an incident says is kept as one folded text once somebody has searched: to fold 20,000 incidents anew would be 12 MB for each search.
// The first search reads them all, some in each turn of the event loop; who asks for other things meanwhile does not wait.
import { nextTurn } from "../base/clock.ts";
import type { Incident } from "../model/view.ts";

const said = new WeakMap<Incident, string>();

/** Some 4 ms of work. */
const readInATurn = 100;
const between = "\0";

/** The same for texts that differ in case alone: upper case joins what lower case keeps apart. */
const folded = (text: string): string => text.toUpperCase().toLowerCase().replaceAll("ς", "σ");

function textOf(incident: Incident): string {
  const { name, status, updates } = incident;
  const text = folded([name, status, ...updates.map(({ body }) => body)].join(between));
  said.set(incident, text);
  return text;
}

/** How far a search has come. */
interface Course {
  readonly wanted: string;
  readonly found: Incident[];
  next: number;
}

/** Pages of one search are asked for one after the other, by several who search. */
const coursesMax = 8;
const courses = new WeakMap<readonly Incident[], Map<string, Course>>();

/** At most `limit` of those that have the words, in their order, after the first `offset`. `incidents` never change. */
export async function incidentsSaying(
  incidents: readonly Incident[],
  words: string,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<readonly Incident[]> {
  const course = courseOf(incidents, folded(words));
  let read = 0;
  while (course.next < incidents.length && course.found.length < offset + limit) {
    const incident = incidents[course.next++] as Incident;
    const known = said.get(incident);
    const text = known ?? textOf(incident);
    if (text.includes(course.wanted)) course.found.push(incident);
    if (known === undefined && ++read % readInATurn === 0) await nextTurn();
  }
  return course.found.slice(offset, offset + limit);
}

function courseOf(incidents: readonly Incident[], wanted: string): Course {
  const own = courses.get(incidents) ?? new Map<string, Course>();
  courses.set(incidents, own);
  const known = own.get(wanted);
  if (known !== undefined) return known;
  const [oldest] = own.size >= coursesMax ? own.keys() : [];
  if (oldest !== undefined) own.delete(oldest);
  const course = { wanted, found: [], next: 0 };
  own.set(wanted, course);
  return course;
}
