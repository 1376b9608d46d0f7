// Subscribers of a page as a CSV says them, each with where its consent is from. In: a text. Out: what can be added, what is wrong by line and column; what
// became of them. All of it is looked at before one is kept. A consent that nobody can name is none: such a row is wrong.
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { languageCodes } from "../model/language.ts";
import type { PageView } from "../model/view.ts";
import type { Vouched } from "../store/subscriber-adding.ts";
import type { Footing } from "../store/subscriber-footing.ts";
import type { Subscribers } from "../store/subscribers.ts";
import type { By } from "../store/tokens.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { type CsvRow, readCsv } from "./csv.ts";
import { timeOf } from "./incident-fields.ts";
import { newSubscriberOf } from "./subscriber-fields.ts";

export const csvColumns = [
  "email",
  "phone_number",
  "phone_country",
  "endpoint",
  "components",
  "language",
  "consent_source",
  "consent_at",
] as const;
type Column = (typeof csvColumns)[number];

export const csvExample =
  "email,phone_number,phone_country,endpoint,components,language,consent_source,consent_at\r\nimported@example.com,,,,,en,Order form of the shop,2026-01-02T10:00:00Z\r\n";

export interface CsvWrong {
  readonly line: number;
  readonly column: string;
  readonly error: string;
}

export interface CsvRead {
  readonly wanted: readonly Vouched[];
  readonly wrong: readonly CsvWrong[];
}

export type CsvCounts = Readonly<Record<"added" | "known" | "unsubscribed" | "suppressed", number>>;

/** Throws ApiRefusal where it is no table, or none with these columns. `by` vouches for them. */
export async function readSubscriberCsv(
  text: string,
  view: PageView,
  { nowMs, by }: { readonly nowMs: number; readonly by: string },
): Promise<CsvRead> {
  const table = readCsv(text);
  if (!table.ok) throw refused(`Line ${table.reason.line} ${table.reason.why}`);
  const [head, ...rows] = table.value;
  const columns = columnsOf(head);
  if (rows.length > limits.csvRowsMax)
    throw refused(
      `It has ${rows.length} rows, and ${limits.csvRowsMax} is the most: send it in parts, each with the first line`,
    );
  const [wanted, wrong]: [Vouched[], CsvWrong[]] = [[], []];
  const componentOf = componentsBy(view);
  for (const [at, row] of rows.entries()) {
    if (at > 0 && at % limits.subscribersPerTurn === 0) await nextTurn();
    const faults: CsvWrong[] = [];
    const fault = (column: string, error: string): void =>
      void faults.push({ line: row.line, column, error });
    if (row.fields.length !== columns.length) {
      fault("", `has ${row.fields.length} fields, and the first line names ${columns.length}`);
    } else {
      const said = Object.fromEntries(columns.map((name, place) => [name, row.fields[place]?.trim() ?? ""]));
      const made = vouchedIn({ view, nowMs, by, componentOf, fault }, said);
      if (faults.length === 0 && made !== null) wanted.push(made);
    }
    wrong.push(...faults);
  }
  return { wanted, wrong };
}

/** What would become of them. */
export async function foreseenOf(
  subscribers: Pick<Subscribers, "footings">,
  page: string,
  wanted: readonly Vouched[],
): Promise<CsvCounts> {
  return countsOf(await subscribers.footings(page, wanted));
}

/** Adds those that are new. Who unsubscribed stays so: a list is older than what its people say themselves. */
export async function bringCsv(
  subscribers: Pick<Subscribers, "footings" | "add">,
  page: string,
  wanted: readonly Vouched[],
  by: By,
): Promise<CsvCounts> {
  const footings = await subscribers.footings(page, wanted);
  const fresh = wanted.filter((_, at) => footings[at] === "new");
  const results = await subscribers.add(page, fresh, by);
  const became = results.map((it): Footing => {
    if (it.ok) return "new";
    // Somebody was faster between the look and the turn.
    return it.reason === "taken" ? "known" : "suppressed";
  });
  return countsOf([...footings.filter((it) => it !== "new"), ...became]);
}

export function csvSentence({ line, column, error }: CsvWrong): string {
  return column === "" ? `Line ${line} ${error}` : `Line ${line}, ${column}: ${error}`;
}

/** Not all of many: one mistake may be in each line. */
export function csvSentences(wrong: readonly CsvWrong[]): readonly string[] {
  const told = wrong.slice(0, limits.csvWrongToldMax).map(csvSentence);
  const more = wrong.length - told.length;
  return more > 0 ? [...told, `And ${more} more like these`] : told;
}

function countsOf(footings: readonly Footing[]): CsvCounts {
  const count = (wanted: Footing): number => footings.filter((it) => it === wanted).length;
  return {
    ...{ added: count("new"), known: count("known") },
    ...{ unsubscribed: count("unsubscribed"), suppressed: count("suppressed") },
  };
}

const refused = (sentence: string): ApiRefusal => new ApiRefusal(unprocessable(sentence));

function columnsOf(head: CsvRow | undefined): readonly Column[] {
  const names = head?.fields.map((name) => name.trim().toLowerCase()) ?? [];
  const unknown = names.find((name) => !csvColumns.some((column) => column === name));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (names.length === 0) throw refused(`The first line must name columns: ${csvColumns.join(", ")}`);
  if (unknown !== undefined)
    throw refused(
      `Line ${head?.line} names the column ${JSON.stringify(unknown.slice(0, 100))}; there are ${csvColumns.join(", ")}, with commas between them`,
    );
  if (twice !== undefined) throw refused(`Line ${head?.line} names the column ${twice} twice`);
  if (!names.includes("consent_source"))
    throw refused(
      `Line ${head?.line} has no column consent_source: of each subscriber it must say where the consent is from`,
    );
  return names as Column[];
}

interface RowPlace {
  readonly view: PageView;
  readonly nowMs: number;
  readonly by: string;
  componentOf(said: string): string;
  fault(column: Column, error: string): void;
}

type Said = Readonly<Partial<Record<Column, string>>>;

/** null where its address is none; other faults are told and leave it to the caller. */
function vouchedIn({ view, nowMs, by, componentOf, fault }: RowPlace, said: Said): Vouched | null {
  const { consent_source: source = "", language = "", components = "" } = said;
  if (source === "")
    fault("consent_source", "says nothing: nobody is told anything without a consent that can be shown");
  if (source.length > limits.consentSourceCharsMax)
    fault("consent_source", `has more than ${limits.consentSourceCharsMax} characters`);
  const spoken = languageCodes.find((code) => code === language.toLowerCase()) ?? null;
  if (language !== "" && spoken === null) fault("language", `must be one of ${languageCodes.join(", ")}`);
  const unclear: string[] = [];
  const givenMs = timeOf("it", said.consent_at, unclear);
  for (const sentence of unclear) fault("consent_at", sentence.replace(/^it /, ""));
  if (givenMs !== undefined && (givenMs > nowMs || givenMs < 0))
    fault("consent_at", "is not a time that is over");
  const wanted: string[] = [];
  for (const name of components.split(";").map((it) => it.trim())) {
    if (name === "") continue;
    const found = attempt(
      () => componentOf(name),
      (error) => fault("components", error),
    );
    if (found !== null) wanted.push(found);
  }
  const address = addressIn(said, fault);
  if (address === null) return null;
  const ids = wanted.length === 0 ? {} : { component_ids: wanted };
  const asked = { ...address, ...ids, skip_confirmation_notification: true };
  const column = address.email ? "email" : address.endpoint ? "endpoint" : "phone_number";
  const made = attempt(
    () => newSubscriberOf(asked, view, null),
    (error) => fault(column, error),
  );
  if (made === null) return null;
  return {
    ...made,
    // Numbers as well: what they would be asked for is what the row proves.
    ...{ state: "active", skipConfirmation: false, language: spoken, by, source },
    ...(givenMs === undefined ? {} : { consentMs: givenMs }),
  };
}

/** The one address that a row has. */
function addressIn(said: Said, fault: RowPlace["fault"]) {
  const { email = "", endpoint = "", phone_number: number = "", phone_country: country = "" } = said;
  const given = (["email", "phone_number", "endpoint"] as const).filter((name) => (said[name] ?? "") !== "");
  const [first, second] = given;
  if (first === undefined) {
    fault("email", "says nothing, nor do phone_number and endpoint: one of them must");
    return null;
  }
  if (second !== undefined) {
    fault(second, `is given beside ${first}: a row is one address`);
    return null;
  }
  if (endpoint.length > limits.endpointCharsMax) {
    fault("endpoint", `has more than ${limits.endpointCharsMax} characters`);
    return null;
  }
  if (number.length > 40 || (country !== "" && !/^[a-z]{2}$/i.test(country))) {
    fault(
      number.length > 40 ? "phone_number" : "phone_country",
      number.length > 40 ? "has more than 40 characters" : "must be a country of two letters",
    );
    return null;
  }
  return { email, endpoint, phone_number: number, phone_country: country };
}

/** By id, or by a name that no other one has. */
function componentsBy(view: PageView): (said: string) => string {
  const named = Map.groupBy(view.components, ({ name }) => name);
  return (said) => {
    if (view.componentById.has(said)) return said;
    const [first, second] = named.get(said) ?? [];
    const shown = JSON.stringify(said.slice(0, 100));
    if (first === undefined) throw refused(`${shown} is no component of this page`);
    if (second !== undefined) throw refused(`${shown} is the name of several components: give the id`);
    return first.id;
  };
}

function attempt<Value>(work: () => Value, fault: (error: string) => void): Value | null {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof ApiRefusal)) throw thrown;
    for (const sentence of [thrown.answer.error].flat()) fault(sentence);
    return null;
  }
}
